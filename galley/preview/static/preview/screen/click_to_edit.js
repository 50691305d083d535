/** Clicks on a draft: they open the field in the editor, or the page behind a link in another tab. */

import { paragraphOf, ShownText, trailOf } from "../text_positions.js";

// These do something else on a click.
const INTERACTIVE = "button, input, select, textarea, label, summary, audio, video, iframe, [contenteditable]";

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

/**
 * Open the clicked field in the editor, if that is open in this browser, around this frame or in another tab.
 *
 * `editor/open_field.js` is the other side. While no editor answers, a click does nothing.
 */
export function editOnClick(draft, bar) {
  const editor = new BroadcastChannel("live-preview-clicks");
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
    if (data.type === "opened") showAnswer(bar, data.field);
  });
  document.addEventListener(
    "click",
    (event) => {
      if (!isThere || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      if (!getSelection().isCollapsed || !document.body.contains(event.target)) return;
      const link = event.target.closest("a[href]");
      if (event.target.closest(INTERACTIVE) || link?.getAttribute("href").startsWith("#")) return;
      event.preventDefault();
      editor.postMessage({ type: "click", tab: draft.about.tab, ...describeClick(event) });
      // If the editor's tab opened this one, it may be brought to the front.
      window.opener?.focus();
    },
    { capture: true },
  );
}

function showAnswer(bar, field) {
  const { opened, notFound } = bar.texts;
  const sentence = field ? opened.replace("{field}", field) : notFound;
  bar.say("answer", sentence);
  setTimeout(() => bar.said.answer === sentence && bar.say("answer", ""), 5000);
}

/** Describe what the editor needs to find the field: the content path, the words and the image that were clicked. */
function describeClick({ target, clientX, clientY }) {
  const around = target.closest("[data-contentpath]") ?? document.body;
  const shown = new ShownText(around);
  const paragraph = paragraphOf(target);
  const bounds = shown.boundsOf(around.contains(paragraph) ? paragraph : around);
  const image = target.closest("img, picture, svg")?.querySelector("img") ?? target.closest("img");
  return {
    trail: trailOf(target),
    block: target.closest("[data-block-key]")?.dataset.blockKey ?? null,
    words: bounds && { text: shown.text, ...bounds, ...clickedOffset(shown, bounds, clientX, clientY) },
    image: image && { name: imageName(image), index: indexAmongSame(image, around) },
  };
}

/** Where in the text the click is, within `bounds`, and the bounds of the text node there. */
function clickedOffset(shown, bounds, x, y) {
  const caret = document.caretPositionFromPoint?.(x, y);
  const range = caret ? null : document.caretRangeFromPoint?.(x, y);
  const node = caret?.offsetNode ?? range?.startContainer;
  const offset = shown.offsetOf(node, caret?.offset ?? range?.startOffset);
  return { at: Math.min(Math.max(offset, bounds.start), bounds.end), part: node && shown.boundsOf(node) };
}

/** @returns {string} the image's id if the page has it; else its file's name up to the first dot, as all sizes have it */
function imageName(image) {
  if (image.dataset.image) return image.dataset.image;
  return new URL(image.currentSrc || image.src, location.href).pathname.split("/").at(-1).split(".")[0];
}

function indexAmongSame(image, around) {
  return [...around.querySelectorAll("img")].filter((other) => imageName(other) === imageName(image)).indexOf(image);
}

/**
 * Open links in another tab, so that a click doesn't leave the draft, and don't submit forms.
 *
 * Where a click edits, a link needs Ctrl or ⌘.
 */
export function stayOnPage() {
  document.addEventListener(
    "click",
    (event) => {
      const link = event.target.closest("a[href]");
      if (!link || event.defaultPrevented || link.getAttribute("href").startsWith("#")) return;
      event.preventDefault();
      event.stopPropagation();
      window.open(link.href, "_blank", "noopener");
    },
    { capture: true },
  );
  document.addEventListener("submit", (event) => event.preventDefault(), { capture: true });
}
