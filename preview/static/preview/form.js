/** The edit form as data, what changed in it, and when. */

const NOT_SENT = new Set(["csrfmiddlewaretoken", "next"]);

/** @returns {Map<string, string[]>} the form's fields as a browser would submit them, without files and secrets */
export function readForm(form) {
  const fields = new Map();
  for (const [name, value] of new FormData(form)) {
    if (NOT_SENT.has(name) || typeof value !== "string") continue;
    fields.has(name) ? fields.get(name).push(value) : fields.set(name, [value]);
  }
  return fields;
}

const isSame = (a, b) => a !== undefined && a.length === b.length && a.every((value, i) => value === b[i]);

/** @returns {{changed: object, removed: string[]} | null} what leads from one state of the form to the next */
export function difference(before, after) {
  const changed = {};
  for (const [name, values] of after) if (!isSame(before.get(name), values)) changed[name] = values;
  const removed = [...before.keys()].filter((name) => !after.has(name));
  return removed.length || Object.keys(changed).length ? { changed, removed } : null;
}

/**
 * Call `changed` whenever the form may have changed: as it happens, without a pause.
 *
 * Events alone don't tell: Markdown and rich text editors, choosers, and the buttons that move or delete a block set
 * `value` from a script, and blocks come and go as elements.
 */
export function watchForm(form, changed) {
  let scheduled = false;
  const soon = () => {
    if (scheduled) return;
    scheduled = true;
    queueMicrotask(() => {
      scheduled = false;
      changed();
    });
  };
  form.addEventListener("input", changed);
  form.addEventListener("change", soon);
  for (const { prototype } of [HTMLInputElement, HTMLTextAreaElement, HTMLSelectElement]) {
    const value = Object.getOwnPropertyDescriptor(prototype, "value");
    Object.defineProperty(prototype, "value", {
      ...value,
      set(text) {
        value.set.call(this, text);
        if (this.form === form) soon();
      },
    });
  }
  new MutationObserver(soon).observe(form, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ["value", "checked", "disabled", "name"],
  });
}
