/**
 * Where a position of the form stands on the page, and the other way round: by content path, and by the words around it.
 *
 * A template changes a text's markup, spaces and quotes, but leaves letters and digits in their order. Texts are
 * therefore compared by letters and digits alone.
 */

const LETTER = /[\p{L}\p{N}]/u;

// What Markdown and HTML hold beside the words: link targets, tags, footnote names, entities.
const MARKUP = /\]\([^)\n]*\)|<\/?[a-z][^>\n]*>|\[\^[^\]\n]*\]|&\w+;/gi;

const BLOCK_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** If the whole paragraph isn't found: how many letters before and after the position are searched for instead. */
const CONTEXT_LENGTHS = [60, 30, 15, 8];
const LEAST_CONTEXT = 4;

/** How many letters must agree in a search of the whole page. */
export const ENOUGH_LETTERS = 16;

/** How many characters before and after an end of a selection it may be found by: on both sides, or on one. */
const AROUND_END = [[60, 60], [30, 30], [15, 15], [8, 8], [0, 16], [16, 0], [0, 10], [10, 0]];
const ENOUGH_AROUND_END = 10;

/** A text's letters and digits, and the offset of each in the text. */
class Letters {
  constructor(text) {
    this.offsets = [];
    const letters = [];
    const words = text.replace(MARKUP, (markup) => " ".repeat(markup.length));
    for (let offset = 0; offset < words.length; ) {
      const char = String.fromCodePoint(words.codePointAt(offset));
      if (LETTER.test(char)) {
        for (const unit of char.toLowerCase()) {
          letters.push(unit);
          for (let i = 0; i < unit.length; i++) this.offsets.push(offset);
        }
      }
      offset += char.length;
    }
    this.text = letters.join("");
  }

  /** @returns {number} how many letters stand before `offset` of the text */
  before(offset) {
    let low = 0;
    let high = this.offsets.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.offsets[middle] < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** @returns {number} the text's offset of the letter at `index`; after the last letter, the offset just after it */
  offsetOf(index) {
    return index < this.offsets.length ? this.offsets[index] : this.offsetAfter(index);
  }

  /** @returns {number} the text's offset just after the letter before `index` */
  offsetAfter(index) {
    return index ? this.offsets[Math.min(index, this.offsets.length) - 1] + 1 : 0;
  }
}

/**
 * Find a position of one text in other texts.
 *
 * @param {{text: string, at: number, start: number, end: number, part?: {start: number, end: number}}} position
 *   `at` is an offset in `text`, and `start` and `end` are the bounds of its paragraph or caption. `part` bounds a piece
 *   of the paragraph that may come from another field than the rest. The words outside only tell repetitions apart.
 * @param {string[]} texts  where to search, in the order in which the texts stand
 * @param {number} least  how many letters are enough when a text contains more than them
 * @returns {{index: number, offset: number} | null} the index in `texts`, and the offset in that text
 */
export function findPosition({ text, at, start, end, part }, texts, least = 1) {
  const source = new Letters(text);
  const targets = texts.map((other) => new Letters(other));
  const position = source.before(at);
  const [first, last] = [source.before(start), source.before(end)];
  const find = (from, to, enough) => {
    const words = source.text.slice(from, to);
    const found = words ? occurrences(words, targets, enough) : [];
    if (!found.length) return null;
    // Of several occurrences, take the one with as many before it as in the source.
    const { index, start } = found[Math.min(count(words, source.text.slice(0, from)), found.length - 1)];
    const letter = start + position - from;
    // After the last word of a paragraph, the next letter belongs to the next paragraph.
    return { index, offset: position === last ? targets[index].offsetAfter(letter) : targets[index].offsetOf(letter) };
  };
  const whole = find(first, last, least) ?? (part && find(source.before(part.start), source.before(part.end), Infinity));
  if (whole) return whole;
  for (const length of CONTEXT_LENGTHS) {
    const enough = Math.max(least, LEAST_CONTEXT);
    const found = find(Math.max(first, position - length), Math.min(last, position + length), enough);
    if (found) return found;
  }
  return null;
}

/**
 * Find words that stood from `start` to `end` of one text in the next state of that text: the only ones of these words, or
 * those with the same words around them. The space between paragraphs may be another. If the words themselves have
 * changed, each end is found by the characters around it.
 *
 * @param {{start: number, end: number}} paragraph  the bounds of the paragraphs in which the words stood
 * @returns {{start: number, end: number} | null}
 */
export function findWords(before, { start, end }, paragraph, after) {
  const words = before.slice(start, end).trim();
  if (!words) return null;
  const pattern = words.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&").replace(/\s+/g, "\\s*");
  const find = (text) => [...text.matchAll(new RegExp(pattern, "g"))];
  const found = find(after).map(({ index, 0: { length } }) => ({ start: index, end: index + length }));
  if (!found.length) return findEnds(before, start, end, after);
  if (found.length === 1 && find(before).length === 1) return found[0];
  const position = { text: before, at: (start + end) >> 1, ...paragraph };
  const place = findPosition(position, [after], ENOUGH_LETTERS);
  return found.find((one) => place && one.start <= place.offset && place.offset < one.end) ?? null;
}

/** Find the two ends by themselves, the second one after the first. */
function findEnds(before, start, end, after) {
  // The beginning and the end of the whole text are something to be found by, too.
  const bounds = "\0".repeat(ENOUGH_AROUND_END);
  const [old, now] = [before, after].map((text) => bounds + text + bounds);
  const first = findEnd(old, start + bounds.length, now);
  const length = first === null ? null : findEnd(old.slice(start + bounds.length), end - start, now.slice(first));
  return length ? { start: first - bounds.length, end: first - bounds.length + length } : null;
}

/** @returns {number | null} where the only characters stand that are around `at` of the text `before` */
function findEnd(before, at, after) {
  for (const [left, right] of AROUND_END) {
    const from = Math.max(0, at - left);
    const words = before.slice(from, at + right);
    const isOnly = (text) => count(words, text) === 1;
    if (words.length >= ENOUGH_AROUND_END && isOnly(before) && isOnly(after)) return after.indexOf(words) + at - from;
  }
  return null;
}

/** @returns where `words` occur: in texts that consist of them, if there are any; else in all that contain them */
function occurrences(words, targets, enough) {
  const found = [];
  targets.forEach(({ text }, index) => {
    for (let start = text.indexOf(words); start !== -1; start = text.indexOf(words, start + words.length)) {
      found.push({ index, start, isAll: text === words });
    }
  });
  const whole = found.filter(({ isAll }) => isAll);
  if (whole.length) return whole;
  return words.length >= enough ? found : [];
}

function count(words, text) {
  return text.split(words).length - 1;
}

/** @returns {string[]} the content paths of `element` and its ancestors, outermost first */
export function trailOf(element) {
  const trail = [];
  for (let near = withPath(element); near; near = withPath(near.parentElement)) trail.unshift(near.dataset.contentpath);
  return trail;
}

/**
 * @param {string} path  a content path: `body.<block id>.caption`
 * @returns {Element | null} the element that shows the field, or the nearest one around it that the template names
 */
export function elementAt(path) {
  const names = path.split(".");
  let found = null;
  for (const [i, name] of names.entries()) {
    // A block's id is unique on the page. A field's name is unique only within the names before it.
    const isId = BLOCK_ID.test(name);
    if (!isId && i > 0 && found?.dataset.contentpath !== names[i - 1]) continue;
    const scope = isId ? null : found;
    const inner = [...document.querySelectorAll(`[data-contentpath="${CSS.escape(name)}"]`)].find(
      (element) => isId || withPath(element.parentElement) === scope,
    );
    found = inner ?? found;
  }
  return found;
}

/** @returns {Element} the paragraph, caption, cell or heading that `element` is a part of */
export function paragraphOf(element) {
  let near = element;
  while (near.parentElement && getComputedStyle(near).display.startsWith("inline") && near.localName !== "img") {
    near = near.parentElement;
  }
  return near;
}

function boundsOfParts(parts) {
  const last = parts.at(-1);
  return last ? { start: parts[0].start, end: last.start + (last.node.data ?? last.node.alt).length } : null;
}

function withPath(element) {
  return element?.closest("[data-contentpath]") ?? null;
}

/** The text that an element shows, alt texts included, and where each of its nodes begins in that text. */
export class ShownText {
  constructor(element) {
    this.parts = [];
    this.text = "";
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    for (let node = walker.currentNode; node; node = walker.nextNode()) {
      const text = node.nodeType === Node.TEXT_NODE ? node.data : (node.alt ?? "");
      if (!text || typeof text !== "string") continue;
      this.parts.push({ node, start: this.text.length });
      // The space separates the last word of one element from the first word of the next.
      this.text += text + (node.nodeType === Node.TEXT_NODE ? "" : " ");
    }
  }

  /** @returns {{start: number, end: number} | null} the bounds of the text in `element`; null if it has none */
  boundsOf(element) {
    return boundsOfParts(this.parts.filter(({ node }) => element.contains(node)));
  }

  /** @returns {{start: number, end: number} | null} the bounds of the text in `range`; null if it has none */
  boundsOfRange(range) {
    const within = this.parts.filter(({ node }) => range.intersectsNode(node));
    const bounds = boundsOfParts(within);
    if (!bounds) return null;
    const { startContainer, startOffset, endContainer, endOffset } = range;
    if (within[0].node === startContainer) bounds.start += startOffset;
    if (within.at(-1).node === endContainer) bounds.end = within.at(-1).start + endOffset;
    return bounds;
  }

  /** @returns {number} the offset at which `element` begins, also if it has no words */
  startOf(element) {
    const isBefore = ({ node }) => element.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_PRECEDING;
    return this.parts.find((part) => !isBefore(part))?.start ?? this.text.length;
  }

  /** @returns {number} the offset of the character at `at` of one of the nodes */
  offsetOf(node, at) {
    const part = this.parts.find((part) => part.node === node);
    return part ? part.start + at : 0;
  }

  /** @returns {{node: Node, at: number}} the node at `offset`, and the offset in that node */
  nodeAt(offset) {
    // The white space after a paragraph begins at the same offset as the paragraph ends. The paragraph is meant.
    const isShown = ({ node }) => node.nodeType !== Node.TEXT_NODE || node.data.trim();
    const part = this.parts.findLast((part) => part.start <= offset && isShown(part)) ?? this.parts[0];
    return { node: part.node, at: Math.min(offset - part.start, part.node.data?.length ?? 0) };
  }
}
