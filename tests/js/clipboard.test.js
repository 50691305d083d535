import assert from "node:assert/strict";
import { File } from "node:buffer";
import { test } from "node:test";

import { divide, picturesOfRtf } from "../../galley/writing/static/writing/pieces.js";
import { docs, word, wordRtf } from "./clipboard.js";

globalThis.File ??= File;

const VOID = new Set(["BR", "COL", "IMG", "LINK", "META"]);
const TOKEN = /<!--[^]*?-->|<!\[[^>]*>|<(\/?)([a-z][\w:]*)((?:\s+[\w:-]+(?:=(?:"[^"]*"|'[^']*'|[^\s>]+))?)*)\s*\/?>|[^<]+/gi;
const ATTRIBUTE = /([\w:-]+)(?:=(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?/g;

/** Parse well-formed HTML, as far as it is read: what a browser would see in it. */
function parse(html) {
  const root = { nodeType: 1, nodeName: "BODY", childNodes: [], getAttribute: () => null };
  const open = [root];
  for (const [token, end, tag, attributes] of html.matchAll(TOKEN)) {
    if (token.startsWith("<!")) continue;
    if (!tag) {
      open.at(-1).childNodes.push({ nodeType: 3, nodeValue: token.replaceAll("&nbsp;", "\u00a0") });
    } else if (end) {
      assert.equal(open.pop().nodeName, tag.toUpperCase());
    } else {
      const values = Object.fromEntries([...attributes.matchAll(ATTRIBUTE)].map(([, name, ...value]) => [name, value.join("")]));
      const node = { nodeType: 1, nodeName: tag.toUpperCase(), childNodes: [], getAttribute: (name) => values[name] ?? null };
      open.at(-1).childNodes.push(node);
      if (!VOID.has(node.nodeName)) open.push(node);
    }
  }
  assert.equal(open.length, 1);
  return root;
}

/** Count what a document has become; `words` are those that stand where they should. */
function count({ pieces, lost }) {
  const text = pieces.map(({ html = "", rows = [] }) => [html.replace(/<[^>]*>/g, " "), ...rows.flat()].join(" ")).join(" ");
  const html = pieces.map((piece) => piece.html ?? "").join("");
  const found = (pattern) => (html.match(pattern) ?? []).length;
  return {
    words: (text.match(/\S+/g) ?? []).filter((one, index) => one === `w${index + 1}`).length,
    headings: found(/<h[234]>/g),
    entries: found(/<li>/g),
    innerLists: found(/<li>w\d[^<]*<ul>/g),
    bold: found(/<b>/g),
    tables: pieces.filter(({ kind, rows }) => kind === "table" && rows.flat().length === 9).length,
    pictures: pieces.filter(({ kind }) => kind === "picture").length,
    named: lost.filter(({ kind }) => kind === "picture").length,
    other: lost.filter(({ kind }) => kind !== "picture").length,
  };
}

const ALL = { words: 3000, headings: 12, entries: 36, innerLists: 12, bold: 24, tables: 3, other: 0 };

test("of a document from Google Docs, all is taken; its pictures are on the web", () => {
  const divided = divide(parse(docs()));
  assert.deepEqual(count(divided), { ...ALL, pictures: 8, named: 0 });
  assert.ok(divided.pieces.every(({ kind, address }) => kind !== "picture" || address.startsWith("https://lh7-rt.")));
});

test("of a document from Word, all is taken, with the pictures of the RTF beside it", async () => {
  const files = picturesOfRtf(wordRtf());
  assert.deepEqual(count(divide(parse(word()), files)), { ...ALL, pictures: 8, named: 0 });
  assert.deepEqual([...new Set(files.map(({ type, size }) => `${type} ${size}`))], ["image/png 70"]);
  const [signature] = new Uint32Array(await files[0].slice(0, 4).arrayBuffer());
  assert.equal(signature, 0x474e5089);
});

test("without the RTF, each picture of a document from Word is named", () => {
  assert.deepEqual(count(divide(parse(word()))), { ...ALL, pictures: 0, named: 8 });
});
