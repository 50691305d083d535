/** What is being written comes into view by itself, with a brief outline where the writing has moved to. */

import { findPlace } from "../matching.js";
import { elementAt, paragraphOf, ShownText } from "../places.js";

/** Which part of the window's height may hold the writing without being moved. */
const CALM_ZONE = { top: 0.08, bottom: 0.85 };
const CARET_PAUSE = 80;

const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

/** Follow the writing while the setting `follow` is on: by what changed, and by where the author's cursor stands. */
export function followWriting(draft, bar, settings) {
  const view = new FollowingView();
  // What a patch changed is known in its own moment; what else happens on the page is nobody's writing.
  const changes = new MutationObserver(() => {});
  changes.observe(document.body, { childList: true, characterData: true, subtree: true });
  let path = "";
  let isTold = false;
  // Where something stands is asked when the page is about to be painted: asking earlier would hold up the words.
  const beforePaint = (task) => settings.get("follow") && requestAnimationFrame(task);

  draft.addEventListener("changed", ({ detail }) => {
    const records = changes.takeRecords();
    if (!detail.isWritten) return;
    beforePaint(() => {
      const written = changedElement(records, elementAt(path) ?? document.body);
      if (written) view.show(written);
    });
  });
  draft.addEventListener("about", ({ detail }) => {
    if (detail.changed.includes("tab")) isTold = false;
    if (isTold || !detail.focus || detail.focus === path) return;
    path = detail.focus;
    beforePaint(() => {
      const element = elementAt(path);
      if (element) view.show(element, { anyPart: true });
    });
  });

  // Within one browser the cursor itself is known, word by word, and sooner than the server tells the field.
  const editor = new BroadcastChannel("live-preview");
  let timer;
  editor.addEventListener("message", ({ data }) => {
    if (data.type !== "caret" || data.tab !== draft.about.tab) return;
    isTold = true;
    path = data.path;
    clearTimeout(timer);
    timer = setTimeout(() => beforePaint(() => showCaret(view, data)), CARET_PAUSE);
  });
  for (const type of ["wheel", "touchmove"]) addEventListener(type, () => view.rest(), { passive: true });
  addEventListener("keydown", ({ key }) => /^(Page|Arrow|Home|End| )/.test(key) && view.rest());
}

/** The window, moved no more than is needed, and not at all where its reader has scrolled away from a paragraph. */
class FollowingView {
  constructor() {
    this.shown = null;
    this.left = null;
  }

  /** Leave the view to the reader until the writing goes on elsewhere. */
  rest() {
    this.left = this.shown;
  }

  /**
   * @param {Element} element  what is being written
   * @param {{anyPart?: boolean, box?: DOMRect}} where  whether a part of it in view will do; where in it exactly
   */
  show(element, { anyPart = false, box } = {}) {
    if (anyPart && this.shown?.isConnected && element.contains(this.shown)) return;
    const isElsewhere = !isSamePlace(element, this.shown);
    this.shown = element;
    if (this.left && element.contains(this.left)) return;
    this.left = null;
    if (isElsewhere) stopScrolling();
    this.bringIntoView(element, box ?? element.getBoundingClientRect(), anyPart);
    if (isElsewhere) outline(element);
  }

  bringIntoView(element, box, anyPart) {
    const [top, bottom] = [innerHeight * CALM_ZONE.top, innerHeight * CALM_ZONE.bottom];
    const fits = box.height < bottom - top;
    const isSeen = fits && !anyPart ? box.top >= top && box.bottom <= bottom : box.top < bottom && box.bottom > top;
    if (isSeen) return;
    const behavior = reducedMotion.matches ? "instant" : "smooth";
    if (box.height < innerHeight / 2) element.scrollIntoView({ behavior, block: "center", inline: "nearest" });
    if (box.height >= innerHeight / 2) scrollBy({ behavior, top: box.top - innerHeight / 4 });
  }
}

/** Show in the page where the cursor stands in the form: in the same words, if they are there. */
function showCaret(view, { path, block, words }) {
  const container = path && elementAt(path);
  const paragraph = block && document.querySelector(`[data-block-key="${CSS.escape(block)}"]`);
  const within = paragraph ?? container ?? document.body;
  if (!within) return; // The page is being left.
  const shown = new ShownText(within);
  // Without a container the whole page is searched: then only many words are proof enough.
  const found = words && findPlace(words, [shown.text], container || paragraph ? 1 : 16);
  if (!found) return container && view.show(container, { anyPart: true });
  const { node, at } = shown.placeOf(found.offset);
  const range = document.createRange();
  if (node.nodeType === Node.TEXT_NODE) range.setStart(node, at);
  else range.selectNode(node);
  const box = range.getBoundingClientRect();
  view.show(paragraphOf(node.parentElement), { box: box.height ? box : undefined });
}

/** @returns {Element | null} the innermost element that changed, within the field that is being edited if it did */
function changedElement(records, edited) {
  const elements = records.map(({ addedNodes, target }) => {
    const node = [...addedNodes].find((added) => added.nodeType === Node.ELEMENT_NODE && added.isConnected) ?? target;
    return node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
  });
  const written = elements.filter((element) => element?.isConnected && document.body.contains(element));
  const element = written.find((element) => edited.contains(element)) ?? written[0];
  return element ? paragraphOf(element) : null;
}

const isSamePlace = (a, b) => a !== null && b !== null && (a === b || a.contains(b) || b.contains(a));

/** End a movement that was on its way elsewhere: what it would pass by isn't in view. */
function stopScrolling() {
  scrollTo({ top: scrollY, behavior: "instant" });
}

function outline(element) {
  if (element === document.body) return;
  const line = (alpha) => ({ outline: `2px solid rgb(200 50 31 / ${alpha})`, outlineOffset: "0.35rem" });
  element.animate([line(0.9), { ...line(0.9), offset: 0.6 }, line(0)], {
    duration: 1400,
    easing: reducedMotion.matches ? "step-end" : "ease-out",
  });
}
