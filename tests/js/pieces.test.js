import assert from "node:assert/strict";
import { test } from "node:test";

import { divide, endsWithinSlashedWord } from "../../galley/writing/static/writing/pieces.js";

/** An element as far as it is read: a name, attributes and children, of which strings are text. */
function h(nodeName, attributes, ...children) {
  const childNodes = children.map((one) => (typeof one === "string" ? { nodeType: 3, nodeValue: one, textContent: one } : one));
  return {
    nodeType: 1,
    nodeName,
    childNodes,
    getAttribute: (name) => attributes[name] ?? null,
    textContent: childNodes.map((one) => one.textContent).join(""),
  };
}
const body = (...children) => h("BODY", {}, ...children);
const htmlOf = (...children) => divide(body(...children)).pieces.map(({ html }) => html).join("|");

test("the lists of Word become lists, without the bullets that it writes", () => {
  const entry = (mark, words) =>
    h("P", { class: "MsoListParagraph", style: "mso-list:l0 level1 lfo1" },
      h("SPAN", { style: "mso-list:Ignore" }, mark), words, h("O:P", {}, " "));
  assert.equal(
    htmlOf(h("H1", {}, "Title"), entry("·", "one"), entry("·", "two"), entry("1.", "first"), h("P", {}, "after")),
    "<h2>Title</h2><ul><li>one</li><li>two</li></ul><ol><li>first</li></ol><p>after</p>",
  );
});

test("lists in lists stay in them, in HTML and as Word writes them", () => {
  const nested = "<ul><li>one<ol><li>inner</li></ol></li><li>two</li></ul>";
  assert.equal(
    htmlOf(h("UL", {}, h("LI", {}, "one", h("OL", {}, h("LI", {}, "inner"))), h("LI", {}, "two"))),
    nested,
  );
  // Google Docs puts the inner list beside the entry.
  assert.equal(htmlOf(h("UL", {}, h("LI", {}, "one"), h("OL", {}, h("LI", {}, "inner")), h("LI", {}, "two"))), nested);
  const entry = (level, mark, words) =>
    h("P", { class: "MsoListParagraph", style: `mso-list:l0 level${level} lfo1` },
      h("SPAN", { style: "mso-list:Ignore" }, mark), words);
  assert.equal(htmlOf(entry(1, "·", "one"), entry(2, "1.", "inner"), entry(1, "·", "two")), nested);
});

test("a picture that was copied beside the HTML stands in its place", () => {
  const file = { type: "image/png" };
  const copied = divide(body(h("P", {}, "before"), h("IMG", { src: "https://a.example/a.png" })), [file]);
  assert.deepEqual(copied, {
    pieces: [{ kind: "text", html: "<p>before</p>" }, { kind: "picture", file, number: 1 }],
    lost: [],
  });
});

test("a picture keeps what somebody has said of it, not the name of its file or a guess", () => {
  const alts = ["A sun over\n stripes", "IMG 12 03.JPG", "logo", "A picture with a sun\n\nAI-generated content may be incorrect."];
  const { pieces } = divide(body(...alts.map((alt) => h("IMG", { src: "https://a.example/a.png", alt }))));
  assert.deepEqual(pieces.map(({ alt }) => alt), ["A sun over stripes", undefined, undefined, undefined]);
});

test("pictures on the web are named by their address, and one file of the whole stands for none", () => {
  const web = (src, size = {}) => h("IMG", { src, ...size });
  const found = divide(
    body(web("https://a.example/a.png"), web("//a.example/b.png"), web("https://a.example/dot.gif", { width: "1" }), web("c.png")),
    [{ type: "image/png" }],
  );
  assert.deepEqual(found, {
    pieces: [
      { kind: "picture", address: "https://a.example/a.png", number: 1 },
      { kind: "picture", address: "//a.example/b.png", number: 2 },
    ],
    lost: [{ kind: "picture", number: 3 }],
  });
});

test("Google Docs' wrapper is not bold, and its spans are", () => {
  assert.equal(
    htmlOf(h("B", { id: "docs-internal-guid-1", style: "font-weight:normal;" },
      h("P", {}, h("SPAN", { style: "font-weight:400" }, "plain "), h("SPAN", { style: "font-weight: 700" }, "bold")),
      h("UL", {}, h("LI", {}, h("P", {}, h("SPAN", { style: "font-style:italic" }, "entry")))))),
    "<p>plain <b>bold</b></p><ul><li><i>entry</i></li></ul>",
  );
});

test("links with an address stay, others and scripts don't", () => {
  assert.equal(
    htmlOf(h("P", {}, h("A", { href: "https://a.example/?b=1&c" }, "a"), " ", h("A", { href: "javascript:x()" }, "<b>")),
      h("SCRIPT", {}, "alert(1)"), h("BLOCKQUOTE", {}, h("P", {}, "said"))),
    '<p><a href="https://a.example/?b=1&amp;c">a</a> &lt;b&gt;</p><blockquote>said</blockquote>',
  );
});

test("tables and pictures are pieces in their place, and what is lost has a number", () => {
  const cell = (words, attributes = {}) => h("TD", attributes, h("P", {}, words));
  const data = "data:image/png;base64,AA==";
  const { pieces, lost } = divide(body(
    h("P", {}, "before"),
    h("TABLE", {}, h("TBODY", {}, h("TR", {}, cell("a"), cell("b")), h("TR", {}, cell("wide", { colspan: "2" })))),
    h("P", {}, "between", h("IMG", { src: data }), "after"),
    h("IMG", { src: "file:///C:/picture.png" }), h("IFRAME", {}),
  ));
  assert.deepEqual(pieces, [
    { kind: "text", html: "<p>before</p>" },
    { kind: "table", rows: [["a", "b"], ["wide", ""]] },
    { kind: "text", html: "<p>between</p>" },
    { kind: "picture", source: data, number: 1 },
    { kind: "text", html: "<p>after</p>" },
  ]);
  assert.deepEqual(lost, [{ kind: "picture", number: 2 }, { kind: "iframe", number: 0 }]);
});

test("a slash is one of a word only if no space is before it", () => {
  for (const line of ["80 km/", "80 km/h", "and/or", "https://galley", "1/2/"]) assert.ok(endsWithinSlashedWord(line), line);
  for (const line of ["/", "/quo", "then /", "km/h and /fig", "km/h ", ""]) assert.ok(!endsWithinSlashedWord(line), line);
});
