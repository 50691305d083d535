/** Places in a draft as it is shown: which field's content an element is, and which element shows a field's content. */

const BY_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** @returns {string[]} the content paths that `element` stands in, from the outermost on */
export function trailOf(element) {
  const trail = [];
  for (let near = pathElement(element); near; near = pathElement(near.parentElement)) trail.unshift(near.dataset.contentpath);
  return trail;
}

/**
 * @param {string} path  a content path: `body.<id>.caption`
 * @returns {Element | null} the element that shows its content, or of what it is a part, as closely as the template says
 */
export function elementAt(path) {
  const names = path.split(".");
  let found = null;
  for (const [i, name] of names.entries()) {
    // An id says by itself which block is meant; a name only within what was found for the names before it.
    const isId = BY_ID.test(name);
    if (!isId && i > 0 && found?.dataset.contentpath !== names[i - 1]) continue;
    const scope = isId ? null : found;
    const inner = [...document.querySelectorAll(`[data-contentpath="${CSS.escape(name)}"]`)].find(
      (element) => isId || pathElement(element.parentElement) === scope,
    );
    found = inner ?? found;
  }
  return found;
}

/** A text as it stands in an element, alt texts included, and where in it each of its nodes begins. */
export class ShownText {
  constructor(element) {
    this.parts = [];
    this.text = "";
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    for (let node = walker.currentNode; node; node = walker.nextNode()) {
      const text = node.nodeType === Node.TEXT_NODE ? node.data : (node.alt ?? "");
      if (!text || typeof text !== "string") continue;
      this.parts.push({ node, start: this.text.length });
      // A space, so that the last word of one element and the first of the next are two.
      this.text += text + (node.nodeType === Node.TEXT_NODE ? "" : " ");
    }
  }

  /** @returns {{start: number, end: number} | null} the bounds of what stands in `element` */
  boundsOf(element) {
    const within = this.parts.filter(({ node }) => element.contains(node));
    if (!within.length) return null;
    const last = within.at(-1);
    return { start: within[0].start, end: last.start + (last.node.data ?? last.node.alt).length };
  }

  /** @returns {number} the offset in the text at which `element` begins, whether it has words or not */
  startOf(element) {
    const isBefore = ({ node }) => element.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_PRECEDING;
    return this.parts.find((part) => !isBefore(part))?.start ?? this.text.length;
  }

  /** @returns {number} the offset in the text of a character of one of its nodes */
  offsetOf(node, at) {
    const part = this.parts.find((part) => part.node === node);
    return part ? part.start + at : 0;
  }

  /** @returns {{node: Node, at: number}} the node, and the place in it, of an offset of the text */
  placeOf(offset) {
    // The line break after a paragraph begins where the paragraph's words end: they are what is meant.
    const isShown = ({ node }) => node.nodeType !== Node.TEXT_NODE || node.data.trim();
    const part = this.parts.findLast((part) => part.start <= offset && isShown(part)) ?? this.parts[0];
    return { node: part.node, at: Math.min(offset - part.start, part.node.data?.length ?? 0) };
  }
}

/** @returns {Element} the paragraph, caption, cell or heading that `element` is a part of */
export function paragraphOf(element) {
  let near = element;
  while (near.parentElement && getComputedStyle(near).display.startsWith("inline") && near.localName !== "img") {
    near = near.parentElement;
  }
  return near;
}

function pathElement(element) {
  return element?.closest("[data-contentpath]") ?? null;
}
