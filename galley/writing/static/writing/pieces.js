/* Pasted HTML, divided into texts, tables and pictures. It reads a parsed document, and builds strings: nothing of what
   was pasted enters the page. Word's lists are paragraphs that say so in their style; Google Docs wraps all in a <b>. */

const HEADINGS = { H1: "h2", H2: "h2", H3: "h3", H4: "h4", H5: "h4", H6: "h4" };
const BLOCKS = new Set(["P", "DIV", "SECTION", "ARTICLE", "MAIN", "HEADER", "FOOTER", "ASIDE", "FIGURE", "FIGCAPTION", "PRE"]);
const IGNORED = new Set(
  ["SCRIPT", "STYLE", "HEAD", "META", "TITLE", "TEMPLATE", "NOSCRIPT", "BUTTON", "SELECT", "TEXTAREA", "SVG", "O:P"],
);
const NOT_KEPT = new Set(["IFRAME", "VIDEO", "AUDIO", "OBJECT", "EMBED", "CANVAS", "MATH"]);
const ADDRESS = /^(https?:|mailto:|tel:)/i;
const ON_THE_WEB = /^(https?:)?\/\//i;
const IN_THE_TEXT = /^data:image\/(png|jpe?g|gif|webp|avif);base64,/i;

const escape = (text) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
const styleOf = (node) => (node.getAttribute("style") ?? "").toLowerCase().replace(/\s*:\s*/g, ":");
const tagOf = (node) => node.nodeName.toUpperCase();

/** Return the words below a node, as they would be read. */
function wordsOf(node) {
  if (node.nodeType === 3) return node.nodeValue;
  if (node.nodeType !== 1 || IGNORED.has(tagOf(node))) return "";
  if (tagOf(node) === "BR") return " ";
  const words = [...node.childNodes].map(wordsOf).join("");
  return BLOCKS.has(tagOf(node)) ? ` ${words} ` : words;
}

/** Return the rows of a table as lists of words, all of one length; cells that span several are followed by empty ones. */
function rowsOf(table) {
  const rows = [];
  const collect = (node) => {
    for (const child of node.childNodes) {
      if (child.nodeType !== 1) continue;
      if (tagOf(child) === "TR") {
        rows.push([]);
        for (const cell of child.childNodes) {
          if (!["TD", "TH"].includes(cell.nodeType === 1 ? tagOf(cell) : "")) continue;
          rows.at(-1).push(wordsOf(cell).replace(/\s+/g, " ").trim());
          const span = Math.min(Number(cell.getAttribute("colspan")) || 1, 100);
          for (let more = 1; more < span; more += 1) rows.at(-1).push("");
        }
      } else if (["THEAD", "TBODY", "TFOOT"].includes(tagOf(child))) {
        collect(child);
      }
    }
  };
  collect(table);
  const width = Math.max(0, ...rows.map((row) => row.length));
  return rows.map((row) => [...row, ...Array(width - row.length).fill("")]);
}

/** Return `{ alt }` if somebody has said what the picture shows; {} for the name of a file, and for what Word has guessed. */
function altOf(node) {
  const alt = (node.getAttribute("alt") ?? "").replace(/\s+/g, " ").trim();
  const isWritten = /\S \S/.test(alt) && !/\.(avif|bmp|gif|jpe?g|png|svg|tiff?|webp)$|generated/i.test(alt);
  return isWritten ? { alt } : {};
}

/** Divides a document into pieces, in their order. */
class Reader {
  constructor(files) {
    this.pieces = [];
    this.html = "";
    this.block = "";
    this.lists = [];
    this.lost = [];
    this.files = [...files];
    this.pictures = 0;
  }

  /** End the paragraph that is being read. An entry's `list` names the lists around it, the outermost first. */
  endBlock(tag = "p", list = "") {
    const inner = this.block.trim();
    this.block = "";
    if (!inner.replace(/<[^>]*>|&nbsp;|\s/g, "")) return;
    if (tag === "li") {
      this.beginEntry(list.split(" "));
      this.html += inner;
    } else {
      this.endLists(0);
      this.html += `<${tag}>${inner}</${tag}>`;
    }
  }

  /** Begin an entry in the open lists, or in one that is opened in the last entry. */
  beginEntry(path) {
    let shared = 0;
    while (shared < path.length && this.lists[shared] === path[shared]) shared += 1;
    this.endLists(shared);
    if (shared === path.length) this.html += "</li>";
    else {
      this.lists.push(path[shared]);
      this.html += `<${path[shared]}>`;
    }
    this.html += "<li>";
  }

  /** Close all lists but the outermost `left`. */
  endLists(left) {
    while (this.lists.length > left) this.html += `</li></${this.lists.pop()}>`;
  }

  endText() {
    this.endLists(0);
    if (this.html) this.pieces.push({ kind: "text", html: this.html });
    this.html = "";
  }

  add(piece, tag, list) {
    this.endBlock(tag, list);
    this.endText();
    this.pieces.push(piece);
  }

  children(node, tag, list, marks) {
    for (const child of node.childNodes) this.read(child, tag, list, marks);
  }

  read(node, tag = "p", list = "", marks = "") {
    if (node.nodeType === 3) {
      const text = escape(node.nodeValue.replace(/[\s\u00a0]+/g, " "));
      const open = [...marks].map((mark) => `<${mark}>`).join("");
      const close = [...marks].reverse().map((mark) => `</${mark}>`).join("");
      this.block += text.trim() ? `${open}${text}${close}` : text;
      return;
    }
    if (node.nodeType !== 1) return;
    const name = tagOf(node);
    const style = styleOf(node);
    // Word's own bullets and numbers, before each entry of its lists.
    if (IGNORED.has(name) || /mso-list:ignore|display:none|mso-hide:all/.test(style)) return;
    if (NOT_KEPT.has(name)) this.lost.push({ kind: name.toLowerCase(), number: 0 });
    else if (name === "BR") this.block += "<br>";
    else if (name === "TABLE") this.readTable(node, tag, list);
    else if (name === "IMG" || name === "V:IMAGEDATA") this.readPicture(node, tag, list);
    else if (name === "A") this.readLink(node, tag, list, marks);
    else if (HEADINGS[name]) this.readBlock(node, HEADINGS[name], "", "", tag, list);
    else if (name === "UL" || name === "OL") this.readList(node, name.toLowerCase(), tag, list);
    else if (name === "LI") this.readBlock(node, "li", list || "ul", marks, tag, list);
    else if (name === "BLOCKQUOTE") this.readBlock(node, "blockquote", "", marks, tag, list);
    else if (BLOCKS.has(name)) this.readParagraph(node, style, tag, list, marks);
    else this.children(node, tag, list, this.marksOf(name, style, marks));
  }

  readBlock(node, tag, list, marks, outerTag, outerList) {
    this.endBlock(outerTag, outerList);
    this.children(node, tag, list, marks);
    this.endBlock(tag, list);
  }

  readList(node, list, tag, outerList) {
    this.endBlock(tag, outerList);
    const path = `${outerList} ${list}`.trim();
    this.children(node, "li", path, "");
    this.endBlock("li", path);
  }

  readParagraph(node, style, tag, list, marks) {
    const kind = `${node.getAttribute("class") ?? ""} ${style}`;
    const entry = /mso-list:(?!ignore)|msolistparagraph/i.test(kind) && /mso-list:l/.test(style);
    const heading = /msotitle|msoheading/i.test(kind) ? "h2" : "";
    if (entry) {
      const numbered = /^[\s\u00a0]*(\d+|[a-z]{1,4})[.)]/i.test(node.textContent ?? "");
      const outer = this.lists.slice(0, (Number(/level(\d)/.exec(style)?.[1]) || 1) - 1);
      return this.readBlock(node, "li", [...outer, numbered ? "ol" : "ul"].join(" "), marks, tag, list);
    }
    const inner = heading || (/quote/i.test(node.getAttribute("class") ?? "") ? "blockquote" : tag);
    return this.readBlock(node, inner, list, marks, tag, list);
  }

  marksOf(name, style, marks) {
    const isPlain = /font-weight:(normal|400)/.test(style);
    const found = new Set(marks);
    if (((name === "B" || name === "STRONG") && !isPlain) || /font-weight:(bold|[6-9]00)/.test(style)) found.add("b");
    if (((name === "I" || name === "EM") && !/font-style:normal/.test(style)) || /font-style:italic/.test(style)) {
      found.add("i");
    }
    return [...found].join("");
  }

  readLink(node, tag, list, marks) {
    const href = (node.getAttribute("href") ?? "").trim();
    if (!ADDRESS.test(href)) return this.children(node, tag, list, marks);
    const before = this.block;
    this.block = "";
    this.children(node, tag, list, marks);
    this.block = this.block.trim() ? `${before}<a href="${escape(href)}">${this.block}</a>` : before;
    return undefined;
  }

  readTable(node, tag, list) {
    const rows = rowsOf(node);
    // A single cell is a frame, as mails and old pages have it.
    if (rows.length * (rows[0]?.length ?? 0) > 1) this.add({ kind: "table", rows }, tag, list);
    else this.children(node, tag, list, "");
    // A table's words are taken, not its pictures.
    const pictures = node.querySelectorAll?.("img").length ?? 0;
    if (rows.length * (rows[0]?.length ?? 0) > 1) {
      for (let one = 0; one < pictures; one += 1) this.losePicture();
    }
  }

  losePicture() {
    this.pictures += 1;
    this.files.shift();
    this.lost.push({ kind: "picture", number: this.pictures });
  }

  readPicture(node, tag, list) {
    const source = node.getAttribute("src") ?? "";
    const picture = { kind: "picture", ...altOf(node) };
    if (IN_THE_TEXT.test(source)) {
      this.pictures += 1;
      this.add({ ...picture, source, number: this.pictures }, tag, list);
    } else if (this.files.length) {
      this.pictures += 1;
      this.add({ ...picture, file: this.files.shift(), number: this.pictures }, tag, list);
    } else if (ON_THE_WEB.test(source)) {
      // Mails and pages count their readers with pictures of one pixel.
      if (["width", "height"].some((side) => ["0", "1"].includes(node.getAttribute(side)))) return;
      this.pictures += 1;
      this.add({ ...picture, address: source, number: this.pictures }, tag, list);
    } else if (source) {
      this.losePicture();
    }
  }
}

/** Return the PNG and JPEG pictures of a document in RTF. Word copies its pictures in no other form that a page may read. */
export function picturesOfRtf(rtf) {
  const found = [];
  for (const part of rtf.split(/\\pict(?![a-z])/).slice(1)) {
    const kind = /\\(png|jpeg)blip/.exec(part);
    const rest = part.slice(kind?.index ?? part.length);
    const start = rest.search(/89504e470d0a1a0a|ffd8ff/i);
    const digits = start < 0 ? "" : rest.slice(start, rest.indexOf("}", start)).replace(/\s/g, "");
    if (!digits) continue;
    const bytes = Uint8Array.from({ length: digits.length / 2 }, (_, at) => parseInt(digits.slice(2 * at, 2 * at + 2), 16));
    found.push(new File([bytes], `pasted.${kind[1]}`, { type: `image/${kind[1]}` }));
  }
  return found;
}

/** Whether a line ends within a word in which a slash is: "km/h", "and/or", an address. */
export const endsWithinSlashedWord = (line) => /\S\/\S*$/.test(line);

/** Return how many pictures a document doesn't hold itself. */
export const countPictures = (node) =>
  node.nodeType === 1 && tagOf(node) === "IMG"
    ? Number(!IN_THE_TEXT.test(node.getAttribute("src") ?? ""))
    : [...(node.childNodes ?? [])].reduce((count, child) => count + countPictures(child), 0);

/** Return `{pieces, lost}` of the body of a parsed document: `text` with clean HTML, `table` with rows, `picture`.

    `files` are the pictures that were copied beside the HTML, in their order. Some programs add one picture of the whole:
    if their number is another than that of the places, they are ignored. */
export function divide(body, files = []) {
  const reader = new Reader(files.length === countPictures(body) ? files : []);
  reader.read(body);
  reader.endBlock();
  reader.endText();
  return { pieces: reader.pieces, lost: reader.lost };
}
