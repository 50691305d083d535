/** The edit form as data, what changed in it, and when. */

const NOT_SENT = new Set(["csrfmiddlewaretoken", "next"]);
// The types of fields that a browser submits with just their value, whatever it is.
const WITH_VALUE = new Set(["text", "textarea", "hidden", "url", "email", "number", "date", "time", "search", "tel"]);
// A change in a text that is longer than this travels as the characters that changed.
const LONG = 60;
const CONTROLS = "input, textarea, select";

/** @returns {Map<string, string[]>} the form's fields as a browser would submit them, without files and secrets */
export function readForm(form) {
  const fields = new Map();
  for (const [name, value] of new FormData(form)) {
    if (NOT_SENT.has(name) || typeof value !== "string") continue;
    fields.has(name) ? fields.get(name).push(value) : fields.set(name, [value]);
  }
  return fields;
}

/**
 * @param {Map<string, string[]>} before  the form as it was read
 * @param {Set<Element> | null} controls  what changed since; null if anything may have
 * @returns {Map<string, string[]>} the form as it is
 */
export function readAgain(form, before, controls) {
  const areKnown = controls !== null && [...controls].every((control) => isPlain(control, before));
  if (!areKnown) return readForm(form);
  const fields = new Map(before);
  for (const { name, value } of controls) if (!NOT_SENT.has(name)) fields.set(name, [value]);
  return fields;
}

/** Whether the control alone makes up the field of its name. */
function isPlain(control, before) {
  return WITH_VALUE.has(control.type) && !control.disabled && before.get(control.name)?.length === 1;
}

const isSame = (a, b) => a === b || (a !== undefined && a.length === b.length && a.every((value, i) => value === b[i]));

/** @returns {object | null} what leads from one state of the form to the next, as the server reads it */
export function difference(before, after) {
  const changed = {};
  const splices = [];
  for (const [name, values] of after) {
    const old = before.get(name);
    if (isSame(old, values)) continue;
    if (old?.length === 1 && values.length === 1 && values[0].length > LONG) {
      splices.push([name, ...splice(old[0], values[0]), values[0].length]);
    } else {
      changed[name] = values;
    }
  }
  const removed = [...before.keys()].filter((name) => !after.has(name));
  const message = {
    ...(Object.keys(changed).length && { changed }),
    ...(removed.length && { removed }),
    ...(splices.length && { splices }),
  };
  return Object.keys(message).length ? message : null;
}

/** @returns {[number, number, string]} from where to where `before` is replaced, and by what, to become `after` */
export function splice(before, after) {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let same = 0;
  while (same < shorter - start && before.at(-1 - same) === after.at(-1 - same)) same++;
  return [start, before.length - same, after.slice(start, after.length - same)];
}

/**
 * Call `changed` whenever the form may have changed: as it happens, without a pause.
 *
 * Events alone don't tell: Markdown and rich text editors, choosers, and the buttons that move or delete a block set
 * `value` from a script, and blocks come and go as elements.
 *
 * @param {function(Element|null)} changed  is told which control it is; null for any
 */
export function watchForm(form, changed) {
  // What has no name isn't sent: an editor of text takes keys in a field of its own.
  form.addEventListener("input", ({ target }) => target.form === form && target.name && changed(target));
  form.addEventListener("change", ({ target }) => changed(target.form === form ? target : null));
  watchValues(form, changed);
  new MutationObserver((records) => records.some(touchesControls) && changed(null)).observe(form, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ["value", "checked", "disabled", "name"],
  });
}

/** Scripts that set a control's value fire no event. */
function watchValues(form, changed) {
  for (const { prototype } of [HTMLInputElement, HTMLTextAreaElement, HTMLSelectElement]) {
    const value = Object.getOwnPropertyDescriptor(prototype, "value");
    Object.defineProperty(prototype, "value", {
      ...value,
      set(text) {
        value.set.call(this, text);
        if (this.form === form) changed(this);
      },
    });
  }
}

/** Editors of text rebuild their lines with each key; only what holds fields is of interest. */
function touchesControls({ type, target, addedNodes, removedNodes }) {
  if (type === "attributes") return target.matches(CONTROLS);
  return [...addedNodes, ...removedNodes].some(
    (node) => node instanceof Element && (node.matches(CONTROLS) || node.querySelector(CONTROLS)),
  );
}
