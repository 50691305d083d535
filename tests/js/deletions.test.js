import assert from "node:assert/strict";
import { test } from "node:test";

import { BlockDeletion } from "../../static/js/deletions.js";

globalThis.window = { jQuery: () => ({ finish: () => ({ show: () => ({ removeAttr() {} }) }) }) };

/** A sequence as Wagtail's, as far as it is read; its elements are names in a list. */
function sequenceOf(...names) {
  const elements = [];
  const element = (name) => ({
    name,
    before: (...moved) => {
      for (const one of moved) elements.splice(elements.indexOf(one), 1);
      elements.splice(elements.findIndex((other) => other.name === name), 0, ...moved);
    },
  });
  const member = (name) => ({ element: element(name), setIndex(index) { this.index = index; } });
  const sequence = { elements, children: [], inserters: [], counted: 0, blockCountChanged() { this.counted += 1; } };
  const child = (name, index) => ({
    ...member(name),
    sequence,
    index,
    moves: "",
    deleted: "",
    deletedInput: { val: (value) => { sequence.deleted = value; } },
    enableMoveUp() { this.moves = "up"; },
    disableMoveUp() { this.moves = ""; },
    enableMoveDown() { this.moves += "down"; },
    disableMoveDown() {},
  });
  names.forEach((name, index) => {
    sequence.inserters.push(member(`before ${name}`));
    sequence.children.push(child(name, index));
    elements.push(sequence.inserters[index].element, sequence.children[index].element);
  });
  sequence.inserters.push(member("end"));
  elements.push(sequence.inserters.at(-1).element);
  return sequence;
}

/** Delete as Wagtail does: the elements stay. */
function remove(sequence, name) {
  const index = sequence.children.findIndex(({ element }) => element.name === name);
  const deletion = new BlockDeletion(sequence.children[index]);
  sequence.children.splice(index, 1);
  sequence.inserters.splice(index, 1);
  sequence.children.forEach((child, position) => child.setIndex(position));
  return deletion;
}

const order = ({ children }) => children.map(({ element }) => element.name);

test("a block goes back to its place, and everything is counted again", () => {
  for (const name of ["a", "b", "c"]) {
    const sequence = sequenceOf("a", "b", "c");
    const elements = [...sequence.elements];
    const deletion = remove(sequence, name);
    assert.ok(deletion.hasHappened);
    deletion.restore();
    assert.ok(!deletion.hasHappened);
    assert.deepEqual(order(sequence), ["a", "b", "c"]);
    assert.deepEqual(sequence.elements, elements);
    assert.deepEqual(sequence.children.map(({ index }) => index), [0, 1, 2]);
    assert.deepEqual(sequence.inserters.map(({ index }) => index), [0, 1, 2, 3]);
    assert.deepEqual(sequence.children.map(({ moves }) => moves), ["down", "updown", "up"]);
    assert.equal(sequence.counted, 1);
  }
});

test("it goes before the block that followed it, wherever that is now", () => {
  const sequence = sequenceOf("a", "b", "c");
  const deletion = remove(sequence, "a");
  sequence.children.reverse();
  deletion.restore();
  assert.deepEqual(order(sequence), ["c", "a", "b"]);
});

test("if that is gone too, it goes to its old number, or to the end", () => {
  const sequence = sequenceOf("a", "b", "c", "d");
  const [first] = ["b", "c"].map((name) => remove(sequence, name));
  first.restore();
  assert.deepEqual(order(sequence), ["a", "b", "d"]);
  const [second] = ["b", "d", "a"].map((name) => remove(sequence, name));
  second.restore();
  assert.deepEqual(order(sequence), ["b"]);
});

test("several are undone one after the other, the last one first", () => {
  const sequence = sequenceOf("a", "b", "c");
  const elements = [...sequence.elements];
  const deletions = ["b", "a", "c"].map((name) => remove(sequence, name));
  for (const deletion of deletions.reverse()) deletion.restore();
  assert.deepEqual(order(sequence), ["a", "b", "c"]);
  assert.deepEqual(sequence.elements, elements);
});
