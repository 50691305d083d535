/** The cursor in the form: putting it into a field, and telling the screens where it stands. */

import {
  codeEditorIn,
  lineAround,
  pathOf,
  putCursorIntoRichText,
  richBlockKey,
  richInput,
} from "./wagtail.js";

/** How many characters of a long line are sent on either side of the cursor. */
const REACH = 200;

/** How many times to look whether a tab of the form has opened. */
const MAX_LOOKS = 60;

/** Milliseconds without a movement before the cursor's position is sent. */
const PAUSE = 60;

/**
 * Open everything that `field` stands in, scroll it into view and put the cursor there.
 *
 * @param {Element} field
 * @param {number | null} offset  in its text (`textOf`); null if only the field is known
 */
export async function putCursor(field, offset) {
  await reveal(field);
  window.focus();
  const rich = richInput(field);
  const code = codeEditorIn(field);
  const control = field.querySelector("textarea:not([hidden]), input:not([type=hidden]), select");
  if (rich) putCursorIntoRichText(rich, offset);
  else if (code) putCursorIntoCode(code, offset);
  else if (control?.checkVisibility()) putCursorIntoControl(control, offset);
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
  for (let looks = 0; looks < MAX_LOOKS && !element.checkVisibility(); looks++) await aMoment();
  element.scrollIntoView({ block: "center", behavior: "instant" });
}

// A tab in the background has no animation frames, and a click on another screen opens a field there.
const aMoment = () => new Promise((resolve) => setTimeout(resolve, 16));

function openTab(panel) {
  const tab = document.getElementById(panel.getAttribute("aria-labelledby"));
  if (tab && tab.getAttribute("aria-selected") !== "true") tab.click();
}

function putCursorIntoCode(code, offset) {
  code.refresh();
  code.focus();
  if (offset === null) return;
  code.setCursor(code.posFromIndex(offset));
  const { top, bottom } = code.cursorCoords(true, "window");
  if (top < innerHeight / 5 || bottom > innerHeight * 0.8) scrollAround(code.getWrapperElement(), top - innerHeight / 2);
}

function putCursorIntoControl(control, offset) {
  control.focus({ preventScroll: true });
  if (offset !== null && typeof control.selectionStart === "number") control.setSelectionRange(offset, offset);
}

/** Scroll the nearest scrollable ancestor of `element`. */
function scrollAround(element, by) {
  let near = element.parentElement;
  while (near && !(near.scrollHeight > near.clientHeight && /auto|scroll/.test(getComputedStyle(near).overflowY))) {
    near = near.parentElement;
  }
  (near ?? document.scrollingElement).scrollBy({ top: by, behavior: "instant" });
}

/**
 * Tell the server in which field the cursor stands, for screens anywhere, and the screens of this browser at which words.
 *
 * Both wait for a short pause: typing itself is followed by the patches.
 */
export function tellCursor(liveForm) {
  const screens = new BroadcastChannel("live-preview-cursor");
  let path = "";
  let timer;

  const tell = () => {
    const active = document.activeElement;
    if (!liveForm.form.contains(active)) return;
    const now = pathOf(active);
    if (now && now !== path) {
      path = now;
      liveForm.send({ type: "focus", path });
    }
    if (!liveForm.about.tab) return;
    screens.postMessage({ tab: liveForm.about.tab, path, ...wordsAtCursor() });
  };
  const tellSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(tell, PAUSE);
  };
  document.addEventListener("selectionchange", tellSoon);
  liveForm.form.addEventListener("focusin", tellSoon);
  // After a new connection the server doesn't know the field.
  liveForm.addEventListener("about", ({ detail }) => {
    if (path && (detail.focus ?? "") === "") liveForm.send({ type: "focus", path });
  });
}

/**
 * @returns {{block: string | null, words: {text: string, at: number, start: number, end: number} | null}} the key of the
 *   rich text paragraph in which the cursor stands, and the line, as `findPosition` reads it
 */
function wordsAtCursor() {
  const { anchorNode, anchorOffset } = getSelection();
  const element = anchorNode?.nodeType === Node.TEXT_NODE ? anchorNode.parentElement : anchorNode;
  const block = richBlockKey(element);
  const control = document.activeElement;
  if (typeof control?.selectionStart === "number") return { block, words: cutLine(control.value, control.selectionStart) };
  const line = lineAround(element);
  if (!line) return { block, words: null };
  const before = document.createRange();
  before.setStart(line, 0);
  before.setEnd(anchorNode, anchorOffset);
  return { block, words: cutLine(line.textContent, before.toString().length) };
}

/** @returns {{text: string, at: number, start: number, end: number}} the line of `text` around the offset `at` */
export function cutLine(text, at) {
  const from = Math.max(0, text.lastIndexOf("\n", at - 1) + 1, at - REACH);
  const lineEnd = text.indexOf("\n", at);
  const to = Math.min(lineEnd === -1 ? text.length : lineEnd, at + REACH);
  return { text: text.slice(from, to), at: at - from, start: 0, end: to - from };
}
