import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Draft, htmlOf } from "../../galley/preview/static/preview/screen/draft.js";

// A page on which no region is shown: what is tested here is what the draft knows, not what it changes.
globalThis.document = { querySelector: () => null };
globalThis.CSS = { escape: (name) => name };

let draft, sent, told;

beforeEach(() => {
  draft = new Draft("/preview/");
  sent = [];
  told = [];
  draft.socket = { send: (message) => sent.push(message) };
  draft.shown = { version: "1", skeleton: ["<main>", "title", "</main>"], regions: { title: "Tides" } };
  for (const type of ["about", "changed", "message"]) {
    draft.addEventListener(type, ({ detail }) => told.push([type, detail]));
  }
});

const patch = (more) => ({ type: "patch", version: "2", base: "1", about: {}, splices: [], ...more });

test("a patch changes the characters that it names", () => {
  draft.received(patch({ splices: [["title", 4, 5, ""]] }));
  assert.equal(htmlOf(draft.shown.skeleton, draft.shown.regions), "<main>Tide</main>");
  draft.received(patch({ version: "3", base: "2", splices: [["title", 0, 0, "A "]] }));
  assert.equal(htmlOf(draft.shown.skeleton, draft.shown.regions), "<main>A Tide</main>");
  assert.deepEqual(sent, []);
});

test("a patch of another state isn't applied: the draft asks for the whole page", () => {
  draft.received(patch({ base: "0", splices: [["title", 0, 5, "Lost"]], about: { notes: ["Lost"] } }));
  assert.deepEqual(sent, [{ type: "again" }]);
  assert.equal(draft.shown.regions.title, "Tides");
  assert.deepEqual(told, []);
});

test("a structure leaves the regions that it doesn't send, and drops those that are gone", () => {
  draft.showWholePage = (skeleton, regions) => Object.assign(draft.shown, { skeleton, regions }) && [];
  const skeleton = ["<main>", "new", "<hr>", "title", "</main>"];
  draft.received({ type: "structure", version: "2", base: "1", about: {}, skeleton, regions: { new: "First" } });
  assert.equal(htmlOf(draft.shown.skeleton, draft.shown.regions), "<main>First<hr>Tides</main>");
  draft.received({ type: "structure", version: "3", base: "2", about: {}, skeleton: ["", "new", ""], regions: {} });
  assert.deepEqual(draft.shown.regions, { new: "First" });
});

test("what is said beside the page is told whole, with the topics that are new", () => {
  draft.received(patch({ about: { notes: ["Not valid yet."], focus: "title" } }));
  draft.received(patch({ version: "3", base: "2", about: { notes: null } }));
  draft.received(patch({ version: "4", base: "3", about: {} }));
  assert.deepEqual(told, [
    ["about", { notes: ["Not valid yet."], focus: "title", changed: ["notes", "focus"] }],
    ["about", { focus: "title", changed: ["notes"] }],
  ]);
});

test("a snapshot replaces all that was said before", () => {
  draft.showWholePage = () => [];
  draft.about = { notes: ["Old"], tab: "one" };
  draft.received({ type: "snapshot", version: "9", about: { tab: "two" }, skeleton: [""], regions: {} });
  assert.deepEqual(told, [["about", { tab: "two", changed: ["notes", "tab"] }]]);
});

test("messages without a version are passed on", () => {
  draft.received({ type: "presence", editors: [] });
  assert.deepEqual(told, [["message", { type: "presence", editors: [] }]]);
});

test("what was parsed for one change isn't parsed again for the next", () => {
  const parsed = [];
  const template = () => ({ content: { childNodes: [] }, set innerHTML(html) { parsed.push(html); } });
  const body = {};
  globalThis.HTMLTemplateElement = class {};
  globalThis.getSelection = () => ({ rangeCount: 0, isCollapsed: true });
  Object.assign(document, { querySelector: () => ({ childNodes: [] }), createElement: template, body, activeElement: body });
  draft.received(patch({ splices: [["title", 4, 5, ""]] }));
  draft.received(patch({ version: "3", base: "2", splices: [["title", 0, 0, "A "]] }));
  assert.deepEqual(parsed, ["Tide", "Tides", "A Tide"]);
  draft.shown.regions.title = "New";
  draft.received(patch({ version: "4", base: "3", splices: [["title", 0, 3, "Newer"]] }));
  assert.deepEqual(parsed.slice(3), ["Newer", "New"]);
});
