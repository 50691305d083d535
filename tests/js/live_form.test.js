import assert from "node:assert/strict";
import { test } from "node:test";

import { difference, readAgain } from "../../galley/preview/static/preview/editor/live_form.js";

const form = (fields) => new Map(Object.entries(fields));
const LONG = "A text that is long enough to be sent as the characters that changed.";

test("nothing is sent for a form that is the same", () => {
  assert.equal(difference(form({ title: ["Tides"] }), form({ title: ["Tides"] })), null);
});

test("short values are sent whole, and fields that are gone by name", () => {
  const before = form({ title: ["Tides"], tags: ["a", "b"], old: ["1"] });
  const after = form({ title: ["Tide"], tags: ["a", "c"], new: [""] });
  assert.deepEqual(difference(before, after), {
    changed: { title: ["Tide"], tags: ["a", "c"], new: [""] },
    removed: ["old"],
  });
});

test("a change in a long value is sent as a splice, with the length of the new value", () => {
  const after = LONG.replace("long", "quite long");
  assert.deepEqual(difference(form({ body: [LONG] }), form({ body: [after] })), {
    splices: [["body", 15, 15, "quite ", after.length]],
  });
});

test("a long value is sent whole if the field is new or has several values", () => {
  assert.deepEqual(difference(form({}), form({ body: [LONG] })), { changed: { body: [LONG] } });
  assert.deepEqual(difference(form({ body: ["x"] }), form({ body: [LONG, "x"] })), { changed: { body: [LONG, "x"] } });
});

test("if the changed controls are known, only their values are read", () => {
  const before = form({ title: ["Tides"], body: ["x"] });
  const control = { type: "text", name: "title", value: "Tide", disabled: false };
  assert.deepEqual(readAgain(null, before, new Set([control])), form({ title: ["Tide"], body: ["x"] }));
  assert.deepEqual(before, form({ title: ["Tides"], body: ["x"] }));
});

test("secrets aren't sent", () => {
  const token = { type: "hidden", name: "csrfmiddlewaretoken", value: "secret", disabled: false };
  const before = form({ csrfmiddlewaretoken: ["old"] });
  assert.deepEqual(readAgain(null, before, new Set([token])), before);
});

test("the whole form is read if a control isn't known to make up its field", () => {
  globalThis.FormData = class extends Array {
    constructor() {
      super(["title", "Tide"], ["tags", "a"], ["tags", "b"], ["next", "/"], ["picture", {}]);
    }
  };
  const all = form({ title: ["Tide"], tags: ["a", "b"] });
  const before = form({ title: ["Tides"], tags: ["a"] });
  const control = { type: "text", name: "title", value: "Tide", disabled: false };
  for (const other of [{ type: "checkbox" }, { disabled: true }, { name: "new" }]) {
    assert.deepEqual(readAgain({}, before, new Set([{ ...control, ...other }])), all);
  }
  assert.deepEqual(readAgain({}, before, null), all);
});
