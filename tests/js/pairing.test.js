import assert from "node:assert/strict";
import { test } from "node:test";

import { findStaying, pairNodes } from "../../galley/preview/static/preview/screen/pairing.js";

let readings = 0;

/** A node as far as pairing looks at it; it counts how often it is read. */
class Paragraph {
  constructor(text, { name = "P", id = null } = {}) {
    Object.assign(this, { text, id, nodeName: name });
  }

  get textContent() {
    readings++;
    return this.text;
  }

  get outerHTML() {
    return `<${this.nodeName}>`;
  }

  getAttribute() {
    return this.id;
  }

  isEqualNode(other) {
    readings++;
    return this.text === other.text && this.id === other.id && this.nodeName === other.nodeName;
  }
}

const paragraphs = (...texts) => texts.map((text) => (text instanceof Paragraph ? text : new Paragraph(text)));
const pairs = (old, now) => pairNodes(paragraphs(...old), paragraphs(...now));

const FIRST = "The weir is highest in March.";
const SECOND = "Nobody reads the table twice.";
const THIRD = "A ferryman waits for no tide.";

test("a paragraph that is put in leaves all others with themselves", () => {
  assert.deepEqual(pairs([FIRST, SECOND, THIRD], ["New.", FIRST, SECOND, THIRD]), [-1, 0, 1, 2]);
  assert.deepEqual(pairs([FIRST, SECOND], [FIRST, "New.", SECOND]), [0, -1, 1]);
});

test("a paragraph that is deleted leaves all others with themselves", () => {
  assert.deepEqual(pairs([FIRST, SECOND, THIRD], [SECOND, THIRD]), [1, 2]);
  assert.deepEqual(pairs([FIRST, SECOND, THIRD], [FIRST, THIRD]), [0, 2]);
});

test("a paragraph that is moved is found where it stands then", () => {
  assert.deepEqual(pairs([FIRST, SECOND, THIRD], [SECOND, THIRD, FIRST]), [1, 2, 0]);
  assert.deepEqual(pairs([FIRST, SECOND, THIRD], [THIRD, SECOND, FIRST]), [2, 1, 0]);
});

test("a paragraph that is being written is recognised by its beginning or its end", () => {
  assert.deepEqual(pairs([FIRST, SECOND], ["New.", `${FIRST} And low in June.`, SECOND]), [-1, 0, 1]);
  assert.deepEqual(pairs([FIRST, SECOND], ["New.", `In most years, ${FIRST}`, SECOND]), [-1, 0, 1]);
  assert.deepEqual(pairs([FIRST, "Hi", SECOND], [FIRST, "New.", "Hi!", SECOND]), [0, -1, 1, 2]);
  assert.deepEqual(pairs([FIRST, SECOND], [`${SECOND} Once is enough.`, FIRST]), [1, 0]);
});

test("a paragraph whose words are all new stays between its neighbours", () => {
  assert.deepEqual(pairs([FIRST, "12", THIRD], [FIRST, "34", THIRD]), [0, 1, 2]);
  assert.deepEqual(pairs(["12", FIRST], ["34", FIRST]), [0, 1]);
  assert.deepEqual(pairs(["12"], ["34"]), [0]);
});

test("the words count more than an id, which may be a number, and the kind of element more than both", () => {
  const note = (number, text) => new Paragraph(text, { name: "LI", id: `fn-${number}` });
  assert.deepEqual(pairs([note(1, FIRST), note(2, SECOND)], [note(1, THIRD), note(2, FIRST), note(3, SECOND)]), [-1, 0, 1]);
  assert.deepEqual(pairs([note(1, FIRST), note(2, SECOND), note(3, THIRD)], [note(1, SECOND), note(2, THIRD)]), [1, 2]);
  const [one, other] = [new Paragraph(FIRST, { id: "one" }), new Paragraph(SECOND, { id: "other" })];
  const [changed, exchanged] = [new Paragraph("12", { id: "one" }), new Paragraph("34", { id: "other" })];
  assert.deepEqual(pairs([one, other], [exchanged, changed]), [1, 0]);
  assert.deepEqual(pairs([FIRST], [new Paragraph(FIRST, { name: "H2" })]), [-1]);
});

test("equal paragraphs are paired in their order, and the space between paragraphs goes with its neighbours", () => {
  assert.deepEqual(pairs([FIRST, FIRST, SECOND], [SECOND, FIRST, FIRST]), [2, 0, 1]);
  const space = new Paragraph("\n", { name: "#text" });
  Object.defineProperty(space, "outerHTML", { value: undefined });
  const old = [FIRST, space, SECOND, space, THIRD];
  assert.deepEqual(pairs(old, [space, ...old]), [-1, 0, 1, 2, 3, 4]);
  assert.deepEqual(pairs(old, [THIRD, space, FIRST, space, SECOND]), [4, -1, 0, 1, 2]);
});

test("no node is in two pairs, whatever the lists are", () => {
  let seed = 1;
  const below = (limit) => (seed = (seed * 48271) % 2147483647) % limit;
  for (let round = 0; round < 500; round++) {
    const list = () => Array.from({ length: below(12) }, () => `${"abc"[below(3)].repeat(below(4))}${below(3)}`);
    const [old, now] = [paragraphs(...list()), paragraphs(...list())];
    const partners = pairNodes(old, now);
    const paired = partners.filter((partner) => partner !== -1);
    assert.equal(partners.length, now.length);
    assert.equal(new Set(paired).size, paired.length);
    assert.ok(paired.every((partner) => partner < old.length));
    // What is there in both lists is never left over.
    const leftOver = now.filter((_, j) => partners[j] === -1);
    const free = old.filter((_, i) => !paired.includes(i));
    assert.ok(!leftOver.some(({ text }) => free.some((other) => other.text === text)));
  }
});

test("the reading grows in proportion to the lists", () => {
  const readingsFor = (count) => {
    const texts = Array.from({ length: count }, (_, number) => `Paragraph ${number} of the tides.`);
    readings = 0;
    pairs(texts, [...texts.slice(1).reverse(), "Another.", `${texts[0]} It goes on.`]);
    return readings;
  };
  assert.ok(readingsFor(4000) <= 2.1 * readingsFor(2000));
  const texts = Array.from({ length: 2000 }, (_, number) => `Paragraph ${number} of the tides.`);
  readings = 0;
  pairs(texts, [...texts.slice(0, 1000), "Paragraph 1000 of the sea.", ...texts.slice(1001)]);
  assert.ok(readings < 2 * 2000);
});

test("as many as possible stay while the others are moved, and what the reader holds always does", () => {
  const staying = (...given) => [...findStaying(...given)].sort((a, b) => a - b);
  assert.deepEqual(staying([0, 1, 2]), [0, 1, 2]);
  assert.deepEqual(staying([-1, 1, 2, 0]), [1, 2]);
  assert.deepEqual(staying([1, 2, 0], 0), [2]);
  assert.deepEqual(staying([3, 0, 1, 2, 4], 3), [0, 4]);
  assert.deepEqual(staying([3, 0, 1, 2, 4], 9), [1, 2, 3, 4]);
  assert.deepEqual(staying([]), []);
});
