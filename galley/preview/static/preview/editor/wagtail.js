/**
 * What the live preview knows of Wagtail's edit page beyond its documented API: addresses, markup, events, objects.
 *
 * All of it was read in Wagtail 8.0 and wagtail-markdown 0.15. When upstream changes, only this file has to follow.
 */

const EDIT = /\/pages\/(?<id>\d+)\/edit\/$/;
const CREATE = /\/pages\/add\/(?<app>\w+)\/(?<model>\w+)\/(?<parent>\d+)\/$/;

export const editForm = () => document.querySelector("form[data-edit-form]");

/** @returns {{id?: string, app?: string, model?: string, parent?: string} | null} what `form` edits: a page that has an
    id, or a new page of a model under a parent */
export function editedPage(form) {
  const address = new URL(form.action, location.href).pathname;
  return (EDIT.exec(address) ?? CREATE.exec(address))?.groups ?? null;
}

/** Call `listener` with the server's answer whenever Wagtail has saved the page by itself. */
export function onAutosave(listener) {
  document.addEventListener("w-autosave:success", ({ detail }) => listener(detail?.data ?? {}));
}

// The preview panel. Autosave replaces the panels of a new page, so parts are looked up each time.

const PANEL_PARTS = {
  content: ".w-preview",
  frame: "#w-preview-iframe",
  frames: ".w-preview__wrapper",
  newTabLink: '[data-w-preview-target="newTab"]',
  sizes: ".w-preview__sizes",
};

export const previewPanel = () => document.querySelector('[data-side-panel="preview"]');

/** @returns {Element | null} the part of `panel` that is called `name` in `PANEL_PARTS` */
export const previewPart = (panel, name) => panel.querySelector(PANEL_PARTS[name]);

/** Call `listener` before Wagtail renders its own preview; `preventDefault()` of the event stops that. */
export function onPreviewUpdate(listener) {
  document.addEventListener("w-preview:update", listener);
}

/** Tell Wagtail that its own preview is out of date. */
export function markPreviewStale() {
  previewPanel()?.querySelector('[data-controller~="w-preview"]')?.setAttribute("data-w-preview-stale-value", "true");
}

// Comments

export const hasComments = () => Boolean(window.comments?.commentApp);

/** Add comments to those on the page: `data` is what Wagtail's own form renders as its comments. */
export const loadComments = (data) => window.comments.commentApp.loadData(data);

export function isKnownComment(pk) {
  const { comments } = window.comments.commentApp.store.getState().comments;
  return [...comments.values()].some(({ remoteId }) => remoteId === pk);
}

const commentsPanel = () => document.querySelector('[data-side-panel="comments"]');

export const onCommentsShown = (listener) => commentsPanel()?.addEventListener("show", listener);

/** Let Wagtail open the comments if the address names one: it opens the side panel that was open last, and only later. */
export function showNamedComment() {
  if (!new URLSearchParams(location.search).has("comment")) return;
  try {
    localStorage.setItem("wagtail:side-panel-open", "comments");
  } catch {
    // The browser stores nothing: Wagtail opens no panel.
  }
}

// Fields

const LEAF = "[data-field]:not(:has([data-field]))";
const CHILD = "[data-inline-panel-child]:not(.deleted)";

/**
 * @returns {string} the content path of a field, as Wagtail's comments have it: `body.<block id>.caption`. Children of
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
 * @param {string[]} trail  content paths, outermost first: a block's id, a field's name, or a child's number; names that
 *   the form doesn't have are skipped
 * @returns {Element} the innermost part of the form that they lead to; the form itself if they lead to none
 */
export function partAt(form, trail) {
  return trail.reduce((scope, name) => inner(scope, name) ?? scope, form);
}

function inner(scope, name) {
  if (/^\d+$/.test(name) && scope.id.endsWith("-FORMS")) return childrenOf(scope)[Number(name)];
  const isIn = (element) => outer(element) === (scope.matches("form") ? null : scope);
  const named = [...scope.querySelectorAll(`[data-contentpath="${CSS.escape(name)}"]`)];
  // A block's id, of 36 characters, is unique in the form.
  const found = named.find(isIn) ?? (name.length === 36 ? named[0] : undefined);
  return found ?? [...scope.querySelectorAll('[id^="id_"][id$="-FORMS"]')].find((forms) => relationOf(forms) === name);
}

const outer = (element) => element.parentElement.closest(`[data-contentpath], ${CHILD}`);
const childrenOf = (forms) => [...forms.children].filter((child) => child.matches(CHILD));
const relationOf = (forms) => /^(?:id_|.*-)(\w+)-FORMS$/.exec(forms.id)[1];

/** @returns {Element[]} the fields in a part of the form, or that field itself; without those of deleted blocks */
export function fieldsIn(part) {
  if (part.matches(LEAF)) return [part];
  return [...part.querySelectorAll(LEAF)].filter((field) => !isDeleted(field));
}

function isDeleted(field) {
  const block = field.closest("[data-streamfield-child]");
  return Boolean(field.closest(".deleted")) || block?.querySelector(':scope > input[name$="-deleted"]')?.value === "1";
}

/** @returns {string} a field's text, as its reader will see it; offsets in it are those of `putCursor` */
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

/** @returns {string[]} what may identify the field's image on a page: its file's name up to the first dot, and its id */
export function imageNamesIn(field) {
  const image = field.querySelector(".chooser img[data-chooser-image]");
  if (!image?.getAttribute("src")) return [];
  const file = new URL(image.src, location.href).pathname.split("/").at(-1).split(".")[0];
  return [file, field.querySelector('.chooser ~ input[type="hidden"]')?.value ?? file];
}

/** @returns {string} a field's label, after that of its block */
export function labelOf(field) {
  const own = field.closest("[data-field-wrapper]")?.parentElement?.querySelector(":scope > .w-field__label");
  const panel = field.closest("[data-panel]")?.querySelector("[data-panel-heading]");
  const heading = panel?.querySelector(".c-sf-block__type") ?? panel?.querySelector("[data-panel-heading-text]");
  const names = [heading, own].map((element) => element?.textContent.replaceAll("*", "").trim()).filter(Boolean);
  return [...new Set(names)].join(", ") || field.querySelector("[aria-label], [placeholder]")?.getAttribute("placeholder") || "";
}

// Rich text fields: Draftail, on Draft.js

const RICH_TEXT_EDITOR = "[data-draftail-editor-wrapper]";
// While a text is edited, Wagtail marks its comments as styles with this prefix. They aren't part of the text.
const COMMENT_STYLE = "COMMENT-";

/** @returns {HTMLInputElement | undefined} the input of a rich text field, which holds the editor object */
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

/**
 * Write what is typed into rich text editors to their inputs at once.
 *
 * Wagtail's `CommentableEditor` (`draftail.js`) does so 250 ms after the last key, whatever `stateSaveInterval` says.
 */
export function saveRichTextAtOnce(form) {
  const observer = new MutationObserver((records) => {
    const elements = records.map(({ target }) => (target.closest ? target : target.parentNode));
    for (const editor of new Set(elements.map((element) => element?.closest(RICH_TEXT_EDITOR)))) {
      if (!editor) continue;
      saveRichText(editor);
      // A letter that the browser itself inserted reaches the editor's state only in the next task.
      setTimeout(saveRichText, 0, editor);
    }
  });
  observer.observe(form, { childList: true, characterData: true, subtree: true });
}

function saveRichText(editor) {
  const input = [...editor.parentNode.children].find((sibling) => sibling.draftailEditor);
  const state = input?.draftailEditor.getEditorState();
  if (!state) return;
  const content = window.Draftail.serialiseEditorStateToRaw(state);
  for (const block of content?.blocks ?? []) {
    block.inlineStyleRanges = block.inlineStyleRanges.filter(({ style }) => !style.startsWith(COMMENT_STYLE));
  }
  const text = JSON.stringify(content);
  if (text !== input.value) input.value = text;
}

/** Put the cursor at `offset` of the rich text's blocks, joined by line breaks; only focus the editor if it is null. */
export function putCursorIntoRichText(input, offset) {
  const editor = input.draftailEditor;
  const state = editor.getEditorState();
  let [left, at] = [offset ?? 0, null];
  for (const { key, text } of richBlocks(input)) {
    at = { key, offset: Math.min(left, text.length) };
    if (left <= text.length) break;
    left -= text.length + 1;
  }
  editor.focus();
  if (!at || offset === null) return;
  const [anchor, focus] = [{ anchorKey: at.key, anchorOffset: at.offset }, { focusKey: at.key, focusOffset: at.offset }];
  const selection = state.getSelection().merge({ ...anchor, ...focus, isBackward: false, hasFocus: true });
  editor.onChange(state.constructor.forceSelection(state, selection));
  document.querySelector(`[data-offset-key="${CSS.escape(at.key)}-0-0"]`)?.scrollIntoView({ block: "center", behavior: "instant" });
}

/** @returns {string | null} the key of the rich text paragraph in which `element` stands */
export function richBlockKey(element) {
  return element?.closest("[data-block][data-offset-key]")?.dataset.offsetKey.split("-")[0] ?? null;
}

/** @returns {Element | null} the line or paragraph of a text editor in which `element` stands */
export const lineAround = (element) => element?.closest?.("[data-block], .CodeMirror-line") ?? null;

// Other widgets whose scripts set values

export const CODE_EDITOR = ".CodeMirror";

export const codeEditorIn = (field) => field.querySelector(CODE_EDITOR)?.CodeMirror;

const watchedEditors = new WeakSet();

/** Call `changed` with its textarea whenever the text of a CodeMirror editor in `form` changes. Safe to call repeatedly. */
export function watchCodeEditors(form, changed) {
  for (const { CodeMirror } of form.querySelectorAll(CODE_EDITOR)) {
    if (!CodeMirror?.getTextArea?.() || watchedEditors.has(CodeMirror)) continue;
    watchedEditors.add(CodeMirror);
    // The widget has copied the text into the textarea by then: its own listener was added before this one.
    CodeMirror.on("change", () => changed(CodeMirror.getTextArea()));
  }
}

/** Call `changed` with a control whenever a tag or date field sets it: they tell jQuery's listeners only. */
export function watchJQueryWidgets(form, changed) {
  window.jQuery?.(form).on("change", ({ target, originalEvent }) => originalEvent || changed(target));
}
