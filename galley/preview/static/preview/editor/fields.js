/** The fields of Wagtail's edit form: where each stands, and what it says. */

const LEAF = "[data-field]:not(:has([data-field]))";
const CHILD = "[data-inline-panel-child]:not(.deleted)";

/**
 * @returns {string} the content path of a field, as Wagtail's comments know it: `body.<block id>.caption`. Children of
 *   inline panels have none upstream; here they are counted in the order in which they are shown: `gallery.0.caption`
 */
export function pathOf(element) {
  const names = [];
  for (let near = element; near; near = near.parentElement) {
    if (near.dataset.contentpath) names.unshift(near.dataset.contentpath);
    if (!near.matches(CHILD)) continue;
    const forms = near.parentElement;
    names.unshift(relationOf(forms), String(childrenOf(forms).indexOf(near)));
    near = forms;
  }
  return names.join(".");
}

/**
 * @param {string[]} trail  content paths from the outermost on, each a block's id, a field's name, or a child's number;
 *   what the form doesn't know is passed over
 * @returns {Element} the innermost part of the form that they lead to; the form itself if to none
 */
export function partAt(form, trail) {
  return trail.reduce((scope, name) => inner(scope, name) ?? scope, form);
}

function inner(scope, name) {
  if (/^\d+$/.test(name) && scope.id.endsWith("-FORMS")) return childrenOf(scope)[Number(name)];
  const isIn = (element) => outer(element) === (scope.matches("form") ? null : scope);
  const named = [...scope.querySelectorAll(`[data-contentpath="${CSS.escape(name)}"]`)];
  // A block's id says by itself which block is meant.
  const found = named.find(isIn) ?? (name.length === 36 ? named[0] : undefined);
  return found ?? [...scope.querySelectorAll('[id^="id_"][id$="-FORMS"]')].find((forms) => relationOf(forms) === name);
}

function outer(element) {
  return element.parentElement.closest(`[data-contentpath], ${CHILD}`);
}

const childrenOf = (forms) => [...forms.children].filter((child) => child.matches(CHILD));

const relationOf = (forms) => /^(?:id_|.*-)(\w+)-FORMS$/.exec(forms.id)[1];

/** @returns {Element[]} the fields in a part of the form, or that field itself; not those of deleted blocks */
export function fieldsIn(part) {
  if (part.matches(LEAF)) return [part];
  return [...part.querySelectorAll(LEAF)].filter((field) => !isDeleted(field));
}

function isDeleted(field) {
  const block = field.closest("[data-streamfield-child]");
  return Boolean(field.closest(".deleted")) || block?.querySelector(':scope > input[name$="-deleted"]')?.value === "1";
}

/** @returns {string} what the field says, as its reader will see it; offsets in it are those of `putCursor` */
export function textOf(field) {
  const rich = richInput(field);
  if (rich) return richBlocks(rich).map(({ text }) => text).join("\n");
  const chosen = field.querySelector(".chooser [data-chooser-title]");
  if (chosen) return chosen.textContent.trim();
  const control = field.querySelector("textarea, select, input:not([type=hidden])");
  if (control?.localName === "select") return control.selectedOptions[0]?.text ?? "";
  if (control?.type === "checkbox" || control?.type === "radio") return "";
  return control?.value || field.querySelector('input[type="hidden"][name]')?.value || "";
}

/** @returns {HTMLInputElement | undefined} the input of a rich text field, which knows its editor */
export function richInput(field) {
  return [...field.querySelectorAll('input[type="hidden"]')].find((input) => input.draftailEditor);
}

/** @returns {{key: string, text: string}[]} the paragraphs of a rich text field */
export function richBlocks(input) {
  try {
    return JSON.parse(input.value)?.blocks ?? [];
  } catch {
    return [];
  }
}

/** @returns {string[]} what stands for the picture that is chosen in the field: its number, and its file's name up to
    the first dot */
export function picturesIn(field) {
  const picture = field.querySelector(".chooser img[data-chooser-image]");
  if (!picture?.getAttribute("src")) return [];
  const file = new URL(picture.src, location.href).pathname.split("/").at(-1).split(".")[0];
  return [file, field.querySelector('.chooser ~ input[type="hidden"]')?.value ?? file];
}

/** @returns {string} what the field is called, with the block that it stands in */
export function labelOf(field) {
  const own = field.closest("[data-field-wrapper]")?.parentElement?.querySelector(":scope > .w-field__label");
  const panel = field.closest("[data-panel]")?.querySelector("[data-panel-heading]");
  const heading = panel?.querySelector(".c-sf-block__type") ?? panel?.querySelector("[data-panel-heading-text]");
  const names = [heading, own].map((element) => element?.textContent.replaceAll("*", "").trim()).filter(Boolean);
  return [...new Set(names)].join(", ") || field.querySelector("[aria-label], [placeholder]")?.getAttribute("placeholder") || "";
}
