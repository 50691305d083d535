import assert from "node:assert/strict";
import { test } from "node:test";

import { cutLine } from "../../galley/preview/static/preview/editor/cursor.js";
import { editedPage } from "../../galley/preview/static/preview/editor/wagtail.js";
import { emulatedQuery } from "../../galley/preview/static/preview/screen/appearance.js";
import { shortened } from "../../galley/preview/static/preview/screen/notes.js";

test("a form's address says which page it edits", () => {
  globalThis.location = { href: "https://example.org/cms/pages/7/edit/" };
  assert.deepEqual({ ...editedPage({ action: "/cms/pages/7/edit/" }) }, { id: "7" });
  const create = editedPage({ action: "https://example.org/admin/pages/add/blog/blogpostpage/3/?next=/" });
  assert.deepEqual({ ...create }, { app: "blog", model: "blogpostpage", parent: "3" });
  assert.equal(editedPage({ action: "/admin/snippets/blog/tag/edit/3/" }), null);
});

test("a long line around the cursor is cut", () => {
  assert.deepEqual(cutLine("One\nTwo three\nFour", 8), { text: "Two three", at: 4, start: 0, end: 9 });
  assert.deepEqual(cutLine("One\n", 4), { text: "", at: 0, start: 0, end: 0 });
  const long = cutLine("x".repeat(1_000), 500);
  assert.deepEqual([long.text.length, long.at, long.end], [400, 200, 400]);
});

test("a quote has no more characters than the server accepts", () => {
  assert.equal(shortened("  two\n words ", 9), "two words");
  assert.equal(shortened("two words", 8), "two wor…");
});

test("media queries are rewritten to match what another device would", () => {
  const dark = "screen and (prefers-color-scheme: dark)";
  assert.equal(emulatedQuery(dark, null, false), dark);
  assert.equal(emulatedQuery(dark, "dark", false), "screen and (min-width: 0)");
  assert.equal(emulatedQuery(dark, "light", false), "screen and (max-width: 0)");
  assert.equal(emulatedQuery("print", null, true), "screen");
  assert.equal(emulatedQuery(dark, "light", true), "print and (max-width: 0)");
});
