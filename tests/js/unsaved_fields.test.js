import assert from "node:assert/strict";
import { test } from "node:test";

import {
  findMissingWords, findUnsavedDeletions, markWords, readTexts, undoDeletions,
} from "../../static/js/unsaved/fields.js";

const richText = (...paragraphs) => JSON.stringify({ blocks: paragraphs.map((text) => ({ key: "k3y", text })), entityMap: {} });

test("blocks have the same name wherever they stand", () => {
  const first = [["body-count", "1"], ["body-0-id", "b1"], ["body-0-type", "markdown"], ["body-0-value", "One"]];
  const second = [["body-0-id", "b0"], ["body-0-value", "Zero"], ["body-1-id", "b1"], ["body-1-value", "One"]];
  assert.equal(readTexts(first).get("b1-value"), "One");
  assert.equal(readTexts(second).get("b1-value"), "One");
  assert.deepEqual([...readTexts(first).keys()], ["b1-value"]);
});

test("nested blocks are named by the innermost id", () => {
  const entries = [["body-0-id", "b"], ["body-0-value-2-id", "inner"], ["body-0-value-2-value", "x"]];
  assert.deepEqual([...readTexts(entries)], [["inner-value", "x"]]);
});

test("deleted blocks and rows, and what a form says of itself, are left out", () => {
  const entries = [
    ["csrfmiddlewaretoken", "abc"], ["loaded_revision_id", "7"], ["title", "Title"],
    ["body-0-deleted", "1"], ["body-0-value", "gone"], ["body-1-deleted", ""], ["body-1-value", "here"],
    ["authors-0-DELETE", "on"], ["authors-0-author", "3"], ["authors-TOTAL_FORMS", "1"], ["empty", " "],
  ];
  assert.deepEqual([...readTexts(entries)], [["title", "Title"], ["body-1-value", "here"]]);
});

test("rich text counts by its words", () => {
  assert.equal(readTexts([["intro", richText("One.", "Two.")]]).get("intro"), "One.\nTwo.");
  assert.equal(readTexts([["code", '{"a": 1}']]).get("code"), '{"a": 1}');
  assert.equal(readTexts([["code", '{"broken']]).get("code"), '{"broken');
});

test("words are missing wherever they stand, and as often as they stand", () => {
  const missing = (unsaved, saved) => [...findMissingWords(new Map(unsaved), new Map(saved))].sort();
  assert.deepEqual(missing([["a", "one two two"]], [["b", "two one"]]), ["two"]);
  assert.deepEqual(missing([["a", "one"]], [["a", "one two"]]), []);
  assert.deepEqual(missing([["a", "Größe, हिन्दी"]], []), ["Größe", "हिन्दी"]);
});

test("a block with words that were never saved isn't deleted yet", () => {
  const block = (text, deleted = "1") => [["body-0-deleted", deleted], ["body-0-id", "b"], ["body-0-value", text]];
  assert.deepEqual(findUnsavedDeletions(block("One two"), block("One", "")), ["body-0-deleted"]);
  assert.deepEqual(findUnsavedDeletions(block("One two"), []), ["body-0-deleted"]);
  assert.deepEqual(findUnsavedDeletions(block("One"), block("One two", "")), []);
  assert.deepEqual(findUnsavedDeletions(block("One two"), block("One two")), []);
  assert.deepEqual(findUnsavedDeletions(block("One", ""), []), []);
  assert.deepEqual(findUnsavedDeletions(block(" "), []), []);
  const nested = [["body-0-deleted", "1"], ["body-0-value-3-deleted", "1"], ["body-0-value-3-value", "inner"]];
  assert.deepEqual(findUnsavedDeletions(nested, []), ["body-0-deleted", "body-0-value-3-deleted"]);
});

test("blocks come back to their places, and no two of a list have the same order", () => {
  const item = (index, order, deleted) => [[`a-${index}-order`, order], [`a-${index}-deleted`, deleted]];
  // The third block was deleted long ago, the first and then the one after it just now.
  const entries = [["a-count", "5"], ...item(0, "0", "1"), ...item(1, "0", "1"), ...item(2, "1", "1"), ...item(3, "1", ""), ...item(4, "0", "")];
  const changes = Object.fromEntries(undoDeletions(entries, ["a-0-deleted", "a-1-deleted"]));
  assert.deepEqual(changes, {
    "a-0-deleted": "", "a-1-deleted": "", "a-0-order": "0", "a-1-order": "1", "a-4-order": "2", "a-3-order": "3",
  });
  assert.equal(undoDeletions(entries, []).size, 0);
});

test("a text is marked at the missing words alone", () => {
  assert.deepEqual(markWords("A new, new word", new Set(["new"])), ["A ", { word: "new" }, ", ", { word: "new" }, " word"]);
  assert.deepEqual(markWords("Same", new Set()), ["Same"]);
});
