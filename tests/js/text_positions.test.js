import assert from "node:assert/strict";
import { test } from "node:test";

import { findPosition, findWords } from "../../galley/preview/static/preview/text_positions.js";

/** The position of `|` in a text, whose paragraph is the text between brackets, or all of it. */
function at(marked, part) {
  const start = marked.includes("[") ? marked.indexOf("[") : 0;
  const text = marked.replace(/[[\]|]/g, "");
  const withoutBrackets = marked.replace(/[[\]]/g, "");
  const end = marked.includes("]") ? marked.replace(/[[|]/g, "").indexOf("]") : text.length;
  return { text, at: withoutBrackets.indexOf("|"), start, end, part };
}

/** The found text with `|` at the position; null if there is none. */
function found(position, texts, least) {
  const result = findPosition(position, texts, least);
  return result && `${texts[result.index].slice(0, result.offset)}|${texts[result.index].slice(result.offset)}`;
}

test("markup, spaces and quotes don't count", () => {
  const source = ["## Tides", "The *spring  tide* [runs](https://example.org/runs) \"hard\" here.[^1]"];
  assert.equal(found(at("The spring tide runs “ha|rd” here."), source), source[1].replace("hard", "ha|rd"));
  assert.equal(found(at("Ti|des"), source), "## Ti|des");
  assert.equal(found(at("<b>Ebb</b> &amp; fl|ow"), ["Ebb & flow"]), "Ebb & fl|ow");
});

test("a text that consists of the words comes before one that contains them", () => {
  assert.equal(found(at("Hi|gh water"), ["High water at the weir", "High water"]), "Hi|gh water");
});

test("of equal paragraphs, the one with as many before it is found", () => {
  const source = "Low tide.\n\nHigh tide.\n\nLow tide.";
  assert.equal(found(at("Low tide. High tide. [L|ow tide.]"), [source]), "Low tide.\n\nHigh tide.\n\nL|ow tide.");
  assert.equal(found(at("[L|ow tide.] High tide. Low tide."), [source]), "L|ow tide.\n\nHigh tide.\n\nLow tide.");
});

test("after the last word the position stays in its paragraph", () => {
  assert.equal(found(at("[One.|] Two."), ["*One*.\n\nTwo."]), "*One|*.\n\nTwo.");
  assert.equal(found(at("[|Two.]"), ["*One*.\n\nTwo."]), "*One*.\n\n|Two.");
});

test("if a paragraph has other words around the position, those near it are enough", () => {
  const source = ["How high the water stands at noon, and how low at night"];
  assert.equal(found(at("Written before: how low at ni|ght"), source), `${source[0].slice(0, -3)}|ght`);
});

test("a part that comes from another field is found there, if it is all of that field", () => {
  const [text, part] = ["2024 Wexmouth", { start: 5, end: 13 }];
  assert.equal(found({ text, at: 8, start: 0, end: 13, part }, ["A title", "Wexmouth"]), "Wex|mouth");
});

test("few letters are no proof in a whole form", () => {
  assert.equal(findPosition(at("Home|"), ["The home of the tides"], 16), null);
  assert.notEqual(findPosition(at("Home|"), ["The home of the tides"]), null);
  assert.equal(findPosition(at("—|"), ["— and no letters"]), null);
});

test("offsets are those of the text, also after letters of two units and letters that grow in lower case", () => {
  assert.equal(found(at("İ 𝐀 sea|son"), ["**İ** 𝐀 season"]), "**İ** 𝐀 sea|son");
});

test("words of which there are no others are found wherever they stand, with other space between paragraphs", () => {
  const find = (words, before, after) => {
    const start = before.indexOf(words);
    const found = findWords(before, { start, end: start + words.length }, { start: 0, end: before.length }, after);
    return found && after.slice(found.start, found.end);
  };
  assert.equal(find("high (tide)", "A high (tide).", "Now: the *high (tide)* is new."), "high (tide)");
  assert.equal(find("One.\n\nTwo.", "One.\n\nTwo.", "0. One.\n  Two. Three."), "One.\n  Two.");
  assert.equal(find("One.", "One.", "Two."), null);
  assert.equal(find(" ", "One. Two.", "One.  Two."), null);
});

test("of equal words, those with the same ones around them are found", () => {
  const [first, second] = ["The tide comes at noon and goes.", "A ferry comes at night and stays."];
  const before = `${first} ${second}`;
  const [start, paragraph] = [before.lastIndexOf("comes"), { start: first.length + 1, end: before.length }];
  const find = (after) => findWords(before, { start, end: start + 5 }, paragraph, after)?.start;
  assert.equal(find(`New. ${second} ${first}`), "New. A ferry ".length);
  assert.equal(find(`New ${second} Old ${second}`), "New A ferry ".length);
  assert.equal(find(`${first} Gone.`), undefined);
});

test("of words that have changed, each end is found by the characters around it", () => {
  const before = "A ferryman waits for no tide. Nobody reads the table twice. The weir is highest in March.";
  const find = (words, change) => {
    const start = before.indexOf(words);
    const after = change(before);
    const found = findWords(before, { start, end: start + words.length }, { start: 0, end: before.length }, after);
    return found && after.slice(found.start, found.end);
  };
  const replace = (old, now) => (text) => text.replace(old, now);
  assert.equal(find("twice. The weir", replace("twice. ", "twice. New. ")), "twice. New. The weir");
  assert.equal(find("highest in", replace("highest", "low")), "low in");
  assert.equal(find("no tide. Nobody", replace("Nobody", "Nearly nobody")), "no tide. Nearly nobody");
  assert.equal(find("The weir is highest in March.", replace("highest", "low")), "The weir is low in March.");
  assert.equal(find("table twice.", (text) => `${text} ${text.replace("table", "list")}`), "table twice.");
  // The selected paragraph, or one with an end, is gone; or the second end stands before the first.
  assert.equal(find("Nobody reads the table twice.", replace("Nobody reads the table twice. ", "")), null);
  assert.equal(find("no tide. Nobody reads", replace("Nobody reads the table twice. ", "")), null);
  assert.equal(find("table twice. The weir", () => "The weir is highest in March. Nobody reads the table twice."), null);
});
