/** The cursor, put into a field wherever in the form it stands, and read from there. */

import { richBlocks, richInput } from "./fields.js";

/** How much of a long line is told of on either side of the cursor. */
const REACH = 200;

/** How many moments a tab of the form may take to open. */
const PATIENCE = 60;

/**
 * Open what `field` stands in, bring it into view and put the cursor there.
 *
 * @param {Element} field
 * @param {number | null} offset  where in its text (`textOf`); null if only the field is known
 */
export async function putCursor(field, offset) {
  await reveal(field);
  window.focus();
  const rich = richInput(field);
  const code = field.querySelector(".CodeMirror")?.CodeMirror;
  const control = field.querySelector("textarea:not([hidden]), input:not([type=hidden]), select");
  if (rich) putIntoRichText(rich, offset);
  else if (code) putIntoCode(code, offset);
  else if (control?.checkVisibility()) putIntoControl(control, offset);
  else field.querySelector("button:not([data-comment-add]), a[href], [tabindex]")?.focus({ preventScroll: true });
}

/** Open the tab and the panels that `element` stands in, and scroll it into view. */
export async function reveal(element) {
  for (let near = element; near; near = near.parentElement) {
    if (near.matches("[role=tabpanel]")) openTab(near);
    if (near.id && near.matches("[hidden], .w-panel__content")) {
      document.querySelector(`[aria-controls="${CSS.escape(near.id)}"][aria-expanded="false"]`)?.click();
    }
  }
  for (let tries = 0; tries < PATIENCE && !element.checkVisibility(); tries++) await aMoment();
  element.scrollIntoView({ block: "center", behavior: "instant" });
}

// Frames don't come in a tab that is in the background, and a click on another screen has to open this one's field.
const aMoment = () => new Promise((resolve) => setTimeout(resolve, 16));

function openTab(panel) {
  const tab = document.getElementById(panel.getAttribute("aria-labelledby"));
  if (tab && tab.getAttribute("aria-selected") !== "true") tab.click();
}

function putIntoRichText(input, offset) {
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
  const selection = state.getSelection().merge({
    anchorKey: at.key,
    anchorOffset: at.offset,
    focusKey: at.key,
    focusOffset: at.offset,
    isBackward: false,
    hasFocus: true,
  });
  editor.onChange(state.constructor.forceSelection(state, selection));
  document.querySelector(`[data-offset-key="${CSS.escape(at.key)}-0-0"]`)?.scrollIntoView({ block: "center", behavior: "instant" });
}

function putIntoCode(code, offset) {
  code.refresh();
  code.focus();
  if (offset === null) return;
  code.setCursor(code.posFromIndex(offset));
  const { top, bottom } = code.cursorCoords(true, "window");
  if (top < innerHeight / 5 || bottom > innerHeight * 0.8) scrollPage(code.getWrapperElement(), top - innerHeight / 2);
}

function putIntoControl(control, offset) {
  control.focus({ preventScroll: true });
  if (offset !== null && typeof control.selectionStart === "number") control.setSelectionRange(offset, offset);
}

/** Scroll whatever the form scrolls in. */
function scrollPage(element, by) {
  let near = element.parentElement;
  while (near && !(near.scrollHeight > near.clientHeight && /auto|scroll/.test(getComputedStyle(near).overflowY))) {
    near = near.parentElement;
  }
  (near ?? document.scrollingElement).scrollBy({ top: by, behavior: "instant" });
}

/** @returns {{text: string, at: number, start: number, end: number} | null} the words in which the cursor stands */
export function wordsAtCursor() {
  const control = document.activeElement;
  if (typeof control?.selectionStart === "number") return cut(control.value, control.selectionStart);
  const selection = getSelection();
  const line = lineOf(selection.anchorNode);
  if (!line) return null;
  const before = document.createRange();
  before.setStart(line, 0);
  before.setEnd(selection.anchorNode, selection.anchorOffset);
  return cut(line.textContent, before.toString().length);
}

/** @returns {string | null} the key of the rich text's paragraph in which the cursor stands */
export function blockAtCursor() {
  const node = getSelection().anchorNode;
  const element = node?.nodeType === Node.TEXT_NODE ? node.parentElement : node;
  return element?.closest("[data-block][data-offset-key]")?.dataset.offsetKey.split("-")[0] ?? null;
}

function lineOf(node) {
  const element = node?.nodeType === Node.TEXT_NODE ? node.parentElement : node;
  return element?.closest?.("[data-block], .CodeMirror-line");
}

function cut(text, at) {
  const from = Math.max(0, text.lastIndexOf("\n", at - 1) + 1, at - REACH);
  const lineEnd = text.indexOf("\n", at);
  const to = Math.min(lineEnd === -1 ? text.length : lineEnd, at + REACH);
  return { text: text.slice(from, to), at: at - from, start: 0, end: to - from };
}
