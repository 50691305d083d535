/** A click on a part of the draft opens it in the editor, if that is open in another tab or around this frame. */

import { paragraphOf, ShownText, trailOf } from "../places.js";

// What has a use of its own keeps it.
const IN_USE = "button, input, select, textarea, label, summary, audio, video, iframe, [contenteditable]";

const PENCIL =
  "data:image/svg+xml," +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" fill="#fff" stroke="#1d1b18" stroke-width="1.5" ' +
      'stroke-linejoin="round"><path d="m2 22 1.5-5.5L17 3l4 4L7.5 20.5z"/><path d="m14.5 5.5 4 4"/></svg>',
  );

const STYLE = `
  body { cursor: url("${PENCIL}") 2 22, text; }
  body :is(a[href]) { cursor: inherit; }
  @media (hover: hover) {
    [data-contentpath]:hover:not(:has([data-contentpath]:hover)) {
      outline: 1px dashed color-mix(in srgb, currentColor 45%, transparent); outline-offset: 0.35rem;
    }
  }
  @media print { [data-contentpath] { outline: none !important; } }
`;

/** Let a click lead to the field that it meets. The editor answers; where none does, nothing happens on a click. */
export function editOnClick(draft, bar) {
  const editor = new BroadcastChannel("live-preview");
  const style = new CSSStyleSheet();
  document.adoptedStyleSheets.push(style);
  let isThere = false;
  const setThere = (there) => {
    isThere = there;
    style.replaceSync(there ? STYLE : "");
  };

  draft.addEventListener("about", ({ detail }) => {
    if (detail.changed.includes("tab")) setThere(false);
    if (detail.tab && !isThere) editor.postMessage({ type: "hello", tab: detail.tab });
  });
  editor.addEventListener("message", ({ data }) => {
    if (data.tab !== draft.about.tab) return;
    if (data.type === "here") setThere(true);
    if (data.type === "opened") answer(bar, data.field);
  });
  document.addEventListener(
    "click",
    (event) => {
      if (!isThere || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      if (!getSelection().isCollapsed || !document.body.contains(event.target)) return;
      const link = event.target.closest("a[href]");
      if (event.target.closest(IN_USE) || link?.getAttribute("href").startsWith("#")) return;
      event.preventDefault();
      editor.postMessage({ type: "pick", tab: draft.about.tab, ...whatIsAt(event) });
      // Where the editor's tab opened this one, it may be brought to the front.
      window.opener?.focus();
    },
    { capture: true },
  );
}

function answer(bar, field) {
  const { picked, notFound } = bar.texts;
  const sentence = field ? picked.replace("{field}", field) : notFound;
  bar.say("answer", sentence);
  setTimeout(() => bar.said.answer === sentence && bar.say("answer", ""), 5000);
}

/** Describe what the editor needs to find the field: where in the page, which words, which picture. */
function whatIsAt({ target, clientX, clientY }) {
  const trail = trailOf(target);
  const around = target.closest("[data-contentpath]") ?? document.body;
  const shown = new ShownText(around);
  const paragraph = paragraphOf(target);
  const bounds = shown.boundsOf(around.contains(paragraph) ? paragraph : around);
  const picture = target.closest("img, picture, svg")?.querySelector("img") ?? target.closest("img");
  return {
    trail,
    block: target.closest("[data-block-key]")?.dataset.blockKey ?? null,
    words: bounds && { text: shown.text, ...bounds, ...clickedOffset(shown, bounds, clientX, clientY) },
    picture: picture && { file: fileOf(picture), nth: nthOfItsFile(picture, around) },
  };
}

/** Where in the text the click is, within `bounds`, and which stretch of it is one piece there. */
function clickedOffset(shown, bounds, x, y) {
  const caret = document.caretPositionFromPoint?.(x, y);
  const range = caret ? null : document.caretRangeFromPoint?.(x, y);
  const node = caret?.offsetNode ?? range?.startContainer;
  const offset = shown.offsetOf(node, caret?.offset ?? range?.startOffset);
  return { at: Math.min(Math.max(offset, bounds.start), bounds.end), part: node && shown.boundsOf(node) };
}

/** What all sizes of a picture have in common: its number where the page tells it, or its file's name up to the first dot. */
function fileOf(picture) {
  if (picture.dataset.image) return picture.dataset.image;
  return new URL(picture.currentSrc || picture.src, location.href).pathname.split("/").at(-1).split(".")[0];
}

function nthOfItsFile(picture, around) {
  return [...around.querySelectorAll("img")].filter((other) => fileOf(other) === fileOf(picture)).indexOf(picture);
}
