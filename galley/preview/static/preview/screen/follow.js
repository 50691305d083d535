/** Scrolls a screen to what is being written, and outlines it briefly when the writing has moved elsewhere. */

import { elementAt, ENOUGH_LETTERS, findPosition, paragraphOf, ShownText } from "../text_positions.js";

/** The part of the window's height in which the writing may stand without being scrolled. */
const CALM_ZONE = { top: 0.08, bottom: 0.85 };
const CURSOR_PAUSE = 80;

const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

/** While the setting `follow` is on, follow the writing: by what changed, and by the position of the author's cursor. */
export function followWriting(draft, settings) {
  const view = new FollowingView();
  // The records are taken when a patch has been applied: other changes of the page aren't the author's.
  const changes = new MutationObserver(() => {});
  changes.observe(document.body, { childList: true, characterData: true, subtree: true });
  let path = "";
  let isCursorKnown = false;
  // Measuring positions sooner than for the next frame would delay the words.
  const beforePaint = (task) => settings.values.follow && requestAnimationFrame(task);

  draft.addEventListener("changed", ({ detail }) => {
    const records = changes.takeRecords();
    if (!detail.isWritten) return;
    beforePaint(() => {
      const written = changedElement(records, elementAt(path) ?? document.body);
      if (written) view.show(written);
    });
  });
  draft.addEventListener("about", ({ detail }) => {
    if (detail.changed.includes("tab")) isCursorKnown = false;
    if (isCursorKnown || !detail.focus || detail.focus === path) return;
    path = detail.focus;
    beforePaint(() => {
      const element = elementAt(path);
      if (element) view.show(element, { anyPart: true });
    });
  });

  // In the author's own browser the editor tells the cursor's words, sooner than the server tells the field.
  const editor = new BroadcastChannel("live-preview-cursor");
  let timer;
  editor.addEventListener("message", ({ data }) => {
    if (data.tab !== draft.about.tab) return;
    isCursorKnown = true;
    path = data.path;
    clearTimeout(timer);
    timer = setTimeout(() => beforePaint(() => showCursor(view, data)), CURSOR_PAUSE);
  });
  for (const type of ["wheel", "touchmove"]) addEventListener(type, () => view.pause(), { passive: true });
  addEventListener("keydown", ({ key }) => /^(Page|Arrow|Home|End| )/.test(key) && view.pause());
}

/** The window: scrolled no more than needed, and not at all while its reader has scrolled away from a paragraph. */
class FollowingView {
  constructor() {
    this.shown = null;
    this.left = null;
  }

  /** Leave the view to the reader until the writing moves elsewhere. */
  pause() {
    this.left = this.shown;
  }

  /**
   * @param {Element} element  what is being written
   * @param {{anyPart?: boolean, box?: DOMRect}} where  whether it is enough that a part of it is in view, and its exact
   *   position if that is known
   */
  show(element, { anyPart = false, box } = {}) {
    if (anyPart && this.shown?.isConnected && element.contains(this.shown)) return;
    const isElsewhere = !areNested(element, this.shown);
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
    const isInView = fits && !anyPart ? box.top >= top && box.bottom <= bottom : box.top < bottom && box.bottom > top;
    if (isInView) return;
    const behavior = reducedMotion.matches ? "instant" : "smooth";
    if (box.height < innerHeight / 2) element.scrollIntoView({ behavior, block: "center", inline: "nearest" });
    if (box.height >= innerHeight / 2) scrollBy({ behavior, top: box.top - innerHeight / 4 });
  }
}

/** Show the position of the form's cursor on the page: at the same words, if the page has them. */
function showCursor(view, { path, block, words }) {
  const container = path && elementAt(path);
  const paragraph = block && document.querySelector(`[data-block-key="${CSS.escape(block)}"]`);
  const within = paragraph ?? container ?? document.body;
  if (!within) return; // The page is being unloaded.
  const shown = new ShownText(within);
  const found = words && findPosition(words, [shown.text], container || paragraph ? 1 : ENOUGH_LETTERS);
  if (!found) return container && view.show(container, { anyPart: true });
  const { node, at } = shown.nodeAt(found.offset);
  const range = document.createRange();
  if (node.nodeType === Node.TEXT_NODE) range.setStart(node, at);
  else range.selectNode(node);
  const box = range.getBoundingClientRect();
  view.show(paragraphOf(node.parentElement), { box: box.height ? box : undefined });
}

/** @returns {Element | null} the innermost changed element, within the edited field if anything there changed */
function changedElement(records, edited) {
  const elements = records.map(({ addedNodes, target }) => {
    const node = [...addedNodes].find((added) => added.nodeType === Node.ELEMENT_NODE && added.isConnected) ?? target;
    return node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
  });
  const written = elements.filter((element) => element?.isConnected && document.body.contains(element));
  const within = written.filter((element) => edited.contains(element));
  // The white space before a new paragraph is a change of what stands around it.
  const innermost = (within.length ? within : written).find(
    (element, _, all) => !all.some((other) => other !== element && element.contains(other)),
  );
  return innermost ? paragraphOf(innermost) : null;
}

const areNested = (a, b) => a !== null && b !== null && (a === b || a.contains(b) || b.contains(a));

/** End a smooth scroll to elsewhere: what it passes would count as being in view. */
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
