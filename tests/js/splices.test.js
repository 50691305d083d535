import assert from "node:assert/strict";
import { test } from "node:test";

import { applySplice, findSplice } from "../../galley/preview/static/preview/splices.js";

/** Pseudorandom, so that a failure can be repeated. */
function* randomTexts(seed, alphabet, longest) {
  let state = seed;
  const next = (below) => (state = (state * 1103515245 + 12345) % 2 ** 31) % below;
  while (true) yield Array.from({ length: next(longest) }, () => alphabet[next(alphabet.length)]).join("");
}

test("a splice turns one text into the other", () => {
  const texts = randomTexts(7, ["a", "b", "ü", "𝄞", "\n", "\udd1e"], 12);
  for (let i = 0; i < 5_000; i++) {
    const [before, after] = [texts.next().value, texts.next().value];
    assert.equal(applySplice(before, ...findSplice(before, after)), after);
  }
});

test("a splice holds only the changed characters", () => {
  assert.deepEqual(findSplice("one two three", "one twice three"), [6, 7, "ice"]);
  assert.deepEqual(findSplice("aaa", "aaaa"), [3, 3, "a"]);
  assert.deepEqual(findSplice("same", "same"), [4, 4, ""]);
});

test("offsets count UTF-16 units, and half of a surrogate pair may change", () => {
  assert.deepEqual(findSplice("𝄞a", "𝄞b"), [2, 3, "b"]);
  assert.deepEqual(findSplice("𝄞", "𝄟"), [1, 2, "\udd1f"]);
});
