/**
 * Which node of a page corresponds to which node of its next state: a paragraph to itself, wherever it stands then.
 *
 * Needs no browser. Of a node, it uses `nodeName`, `getAttribute`, `textContent`, `outerHTML` and `isEqualNode`.
 */

/** Paragraphs whose text has changed are recognised by this many characters at its beginning, or at its end. */
const LENGTHS = [24, 8, 2];

/**
 * Pair the nodes of two lists. Both nodes of a pair have the same name, and no node is in two pairs.
 *
 * What is equal at both ends of the lists is paired first, so a change within one node is found without reading the
 * texts. The rest is paired by content, by id, by a part of the content, and last by its neighbours. Content comes before
 * the ids: those of headings and footnotes are counted, and pass to others. Each step reads each node once, so the time grows in proportion to the size of the lists.
 *
 * @returns {number[]} for each node of `now` the index of its partner in `old`, or -1
 */
export function pairNodes(old, now) {
  const pairing = new Pairing(old, now);
  pairing.pairEqualEnds();
  if (pairing.isComplete) return pairing.partners;
  const texts = new Map();
  const textOf = (node) => {
    if (!texts.has(node)) texts.set(node, node.textContent.trim() || (node.outerHTML ?? ""));
    return texts.get(node);
  };
  pairing.pairBy(textOf);
  pairing.pairBy((node) => node.getAttribute?.("id"));
  for (const length of LENGTHS) {
    pairing.pairBy((node) => textOf(node).slice(0, length));
    pairing.pairBy((node) => textOf(node).slice(-length));
  }
  pairing.pairNeighbours();
  return pairing.partners;
}

class Pairing {
  constructor(old, now) {
    Object.assign(this, { old, now });
    this.partners = new Array(now.length).fill(-1);
    this.isTaken = new Array(old.length).fill(false);
    /** What isn't equal at the ends: up to these indexes of the two lists. */
    this.start = 0;
    this.ends = { old: old.length, now: now.length };
  }

  get isComplete() {
    return this.start === this.ends.old || this.start === this.ends.now;
  }

  pair(i, j) {
    this.partners[j] = i;
    this.isTaken[i] = true;
  }

  pairEqualEnds() {
    const { old, now, ends } = this;
    while (!this.isComplete && old[this.start].isEqualNode(now[this.start])) {
      this.pair(this.start, this.start);
      this.start++;
    }
    while (!this.isComplete && old[ends.old - 1].isEqualNode(now[ends.now - 1])) this.pair(--ends.old, --ends.now);
  }

  /** Pair nodes of the same name for which `keyOf` returns the same text, in their order; not those with an empty one. */
  pairBy(keyOf) {
    const fullKeyOf = (node) => {
      const key = keyOf(node);
      return key ? `${node.nodeName} ${key}` : null;
    };
    const free = new Map();
    for (let i = this.ends.old - 1; i >= this.start; i--) {
      const key = this.isTaken[i] ? null : fullKeyOf(this.old[i]);
      if (key === null) continue;
      if (free.has(key)) free.get(key).push(i);
      else free.set(key, [i]);
    }
    for (let j = this.start; free.size && j < this.ends.now; j++) {
      const i = this.partners[j] === -1 ? free.get(fullKeyOf(this.now[j]))?.pop() : undefined;
      if (i !== undefined) this.pair(i, j);
    }
  }

  /** Pair what stands next to the nodes of a pair: a text that was wholly replaced, and the space between paragraphs. */
  pairNeighbours() {
    const { old, now, partners, isTaken } = this;
    const pairBeside = (j, beside, step) => {
      if (partners[j] !== -1 || beside === -1) return;
      const i = beside + step;
      if (i >= 0 && i < old.length && !isTaken[i] && old[i].nodeName === now[j].nodeName) this.pair(i, j);
    };
    for (let j = this.start; j < this.ends.now; j++) {
      if (j === 0) pairBeside(j, 0, 0);
      else pairBeside(j, partners[j - 1], 1);
    }
    for (let j = this.ends.now - 1; j >= this.start; j--) {
      pairBeside(j, j === now.length - 1 ? old.length : partners[j + 1], -1);
    }
  }
}

/**
 * @param {number[]} partners  of `pairNodes`
 * @param {number} fixed  the index in the old list of a node that has to stay, if it has a partner; -1 for none
 * @returns {Set<number>} the indexes of as many partners as possible that can stay while the others are moved
 */
export function findStaying(partners, fixed = -1) {
  const place = fixed === -1 ? -1 : partners.indexOf(fixed);
  const canStay = (partner, j) => partner !== -1 && (place === -1 || j === place || (j < place) === (partner < fixed));
  // The longest increasing run: `ends[n]` is where the run of n + 1 ends that has the smallest last partner.
  const ends = [];
  const before = [];
  partners.forEach((partner, j) => {
    if (!canStay(partner, j)) return;
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (partners[ends[middle]] < partner) low = middle + 1;
      else high = middle;
    }
    before[j] = ends[low - 1];
    ends[low] = j;
  });
  const staying = new Set();
  for (let j = ends.at(-1); j !== undefined; j = before[j]) staying.add(j);
  return staying;
}
