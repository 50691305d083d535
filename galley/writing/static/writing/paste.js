/* Pasting into a rich text block of a stream, and dropping pictures on one. Headings, quotes, lists and links go into the text itself, by Draft.js, so
   that its own undo takes them back. With tables or pictures, the text is divided: they become blocks between the parts,
   and the message has an Undo for all.

   Reads what Wagtail doesn't document: `rootBlock` of a StreamField's element, `children`, `insert`, `deleteBlock` and
   `blockDef` of a stream, `draftailEditor` of a rich text's input. Where something is missing, Draftail pastes as always. */

import { countPictures, divide, endsWithinSlashedWord, picturesOfRtf } from "./pieces.js";
import { bar, fill, pictureFiles, say, sayUploading, stop, upload } from "./uploads.js";

const MOST_CHARACTERS = 15_000_000;
// Of the words without pictures: a book. Draft.js, or CodeMirror, would be busy for minutes with more.
const MOST_WORDS = 500_000;
const MOST_BLOCKS = 200;
const TABLE = "table";
const PICTURE = "figure";
const EMBED = "embed";

const own = new WeakSet();
// Addresses of videos and sound that can be embedded.
const embeddable = new RegExp(bar.dataset.embeddable);

/** Return the member of a stream, at any depth, whose block is the rich text of the element. */
function childAround(target) {
  const element = target.closest("[data-streamfield-child]");
  let root = element;
  while (root && !root.rootBlock) root = root.parentElement;
  const find = (block) => {
    for (const child of block.children ?? []) {
      if (child.element === element) return child;
      if (child.element.contains(element)) return find(child.block);
    }
    for (const part of Object.values(block.childBlocks ?? {})) {
      const found = find(part);
      if (found) return found;
    }
    return undefined;
  };
  return root && find(root.rootBlock);
}

const editorOf = (child) =>
  [...child.element.querySelectorAll("input")].find((input) => input.draftailEditor)?.draftailEditor;

/** Let Draft.js paste HTML where the editor's cursor is. */
function pasteInto(child, html) {
  const data = new DataTransfer();
  data.setData("text/html", html);
  data.setData("text/plain", new DOMParser().parseFromString(html, "text/html").body.textContent);
  const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  own.add(event);
  child.element.querySelector("[contenteditable=true]").dispatchEvent(event);
}

/** Return what is before the cursor and what is after it, as states of the editor; null in place of an empty rest. */
function divideAtCursor(state) {
  const content = state.getCurrentContent();
  const selection = state.getSelection();
  const blocks = content.getBlocksAsArray();
  const at = blocks.findIndex((block) => block.getKey() === selection.getEndKey());
  const from = blocks.findIndex((block) => block.getKey() === selection.getStartKey());
  const cut = (block, start, end) =>
    block.merge({ text: block.getText().slice(start, end), characterList: block.getCharacterList().slice(start, end) });
  const before = [...blocks.slice(0, from), cut(blocks[from], 0, selection.getStartOffset())];
  // Draft.js joins the first line that is pasted to the one of the cursor, and a heading there would be none.
  if (before.at(-1).getText()) {
    const key = Math.random().toString(36).slice(2, 10);
    before.push(cut(blocks[from], 0, 0).merge({ key, type: "unstyled", depth: 0 }));
  }
  const after = [cut(blocks[at], selection.getEndOffset()), ...blocks.slice(at + 1)];
  const make = (list) => state.constructor.createWithContent(content.constructor.createFromBlockArray(list), state.getDecorator());
  return { before: make(before), after: after.some((block) => block.getText()) ? make(after) : null };
}

const fileOf = async (source) => {
  const blob = await (await fetch(source)).blob();
  return new File([blob], `pasted.${blob.type.split("/")[1]}`, { type: blob.type });
};

const tableOf = ({ rows }) => ({ data: rows, table_header_choice: "row", first_row_is_table_header: true });

const uploadPiece = async ({ file, source, address }, form) =>
  upload(address ? { address } : { file: file ?? (await fileOf(source)) }, form);

function describe(pieces, lost, failures) {
  const { textPasted, textAdded, textAlt, textPicture, textFailed, textOther } = bar.dataset;
  const count = (kind) => pieces.filter((piece) => piece.kind === kind).length;
  const others = [...new Set(lost.filter(({ kind }) => kind !== "picture").map(({ kind }) => `<${kind}>`))];
  const shown = pieces.filter(({ kind, number }) => kind === "picture" && !failures.some((one) => one.number === number));
  const pictures = shown.length;
  return [
    count("table") ? fill(textPasted, { tables: count("table"), pictures }) : "",
    pictures && !count("table") ? fill(textAdded, { count: pictures }) : "",
    shown.some(({ alt }) => !alt) ? textAlt : "",
    ...lost.filter(({ kind }) => kind === "picture").map(({ number }) => fill(textPicture, { number })),
    ...failures.map((values) => fill(textFailed, values)),
    others.length ? fill(textOther, { names: others.join(", ") }) : "",
  ].filter(Boolean).join(" ");
}

/** Insert all at once, the pictures empty; then upload them one by one, and take out those that can't be had. */
async function pasteBlocks(child, pieces, lost) {
  const { sequence: stream, type } = child;
  const form = child.element.closest("form");
  const editor = editorOf(child);
  const original = editor.getEditorState();
  const { before, after } = divideAtCursor(original);
  editor.onChange(before.constructor.moveSelectionToEnd(before));
  const inserted = [];
  const insert = (kind, value) => {
    const last = inserted.at(-1) ?? child;
    const empty = structuredClone(stream.blockDef.initialChildStates[kind]);
    stream.insert({ type: kind, value: value ?? empty, id: newBlockId() }, last.index + 1);
    inserted.push(stream.children[last.index + 1]);
    return inserted.at(-1);
  };
  const places = new Map();
  for (const piece of pieces) {
    if (piece.kind === "text") pasteInto(piece === pieces[0] ? child : insert(type), piece.html);
    else if (piece.kind === "table") insert(TABLE, tableOf(piece));
    else places.set(piece, insert(PICTURE));
  }
  if (after) insert(type, after);
  let isUndone = false;
  const isThere = (block) => !isUndone && stream.children.includes(block);
  const undo = () => {
    for (const one of inserted) if (isThere(one)) stream.deleteBlock(one.index);
    isUndone = true;
    editor.onChange(original);
    editor.focus();
  };
  const failures = [];
  for (const [piece, place] of places) {
    // Somebody may have taken it back, or deleted it, meanwhile.
    if (!isThere(place)) continue;
    sayUploading([...places.keys()].indexOf(piece) + 1, places.size, undo);
    try {
      const image = await uploadPiece(piece, form);
      if (isThere(place)) place.block.childBlocks.image.setState({ image, decorative: false, alt_text: piece.alt ?? "" });
    } catch (error) {
      failures.push({ number: piece.number, reason: error.message });
      if (isThere(place)) stream.deleteBlock(place.index);
    }
  }
  if (!isUndone) say(describe(pieces, lost, failures), undo);
}

const asPieces = (files) => files.map((file, index) => ({ kind: "picture", file, number: index + 1 }));

/** Return the block whose text is at the target, if its stream takes others beside it. */
function textAt(target) {
  const child = target.closest?.(".public-DraftEditor-content") && childAround(target);
  return child?.sequence?.insert && editorOf(child) ? child : null;
}

function takesBlocks(child) {
  const kinds = child.sequence.blockDef.childBlockDefsByName ?? {};
  return TABLE in kinds && PICTURE in kinds;
}

/** Offer a player in place of an address that is being pasted, if the stream takes one. */
function offerEmbed(target, address) {
  const child = textAt(target);
  const { sequence: stream } = child ?? {};
  if (!(EMBED in (stream?.blockDef.childBlockDefsByName ?? {}))) return;
  const words = () => editorOf(child)?.getEditorState().getCurrentContent().getPlainText();
  const original = editorOf(child).getEditorState();
  setTimeout(() => {
    const pasted = words();
    say(bar.dataset.textEmbed, () => {
      if (!stream.children.includes(child)) return;
      const empty = structuredClone(stream.blockDef.initialChildStates[EMBED]);
      stream.insert({ type: EMBED, value: { ...empty, embed_url: address }, id: newBlockId() }, child.index + 1);
      // What was written after the address stays, and the address with it.
      if (words() !== pasted) return;
      if (original.getCurrentContent().hasText()) editorOf(child).onChange(original);
      else stream.deleteBlock(child.index);
    }, bar.dataset.textEmbedButton);
  });
}

/* Draftail opens its menu behind each slash, and Enter then takes an entry in place of the words. Close it behind a slash
   that is pasted, or that is within a word: "km/h", "and/or", an address. */

let isPasted = false;

function closeMenu() {
  const menu = document.activeElement.closest("[data-draftail-editor]")?.querySelector("[role=combobox]");
  if (!menu || !(isPasted || endsWithinSlashedWord(readBeforeCursor()))) return;
  document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
  // It hears keys only once it is shown.
  requestAnimationFrame(closeMenu);
}

/** Return the text of the line up to the cursor. */
function readBeforeCursor() {
  const { focusNode, focusOffset } = document.getSelection();
  const line = (focusNode?.nodeType === 3 ? focusNode.parentElement : focusNode)?.closest("[data-block]");
  if (!line) return "";
  const range = document.createRange();
  range.setStart(line, 0);
  range.setEnd(focusNode, focusOffset);
  return range.toString();
}

const menuWatcher = new MutationObserver(closeMenu);
document.addEventListener("focusin", ({ target }) => {
  menuWatcher.disconnect();
  const editor = target.closest("[data-draftail-editor]");
  if (editor) menuWatcher.observe(editor, { childList: true, subtree: true });
});
document.addEventListener("keydown", ({ isTrusted }) => { if (isTrusted) isPasted = false; }, { capture: true });

function pasted(event) {
  const { target, clipboardData } = event;
  const html = clipboardData?.getData("text/html") ?? "";
  const files = pictureFiles(clipboardData);
  const words = (clipboardData?.getData("text/plain") ?? "").trim();
  const isText = !own.has(event) && target.closest?.(".public-DraftEditor-content, .CodeMirror");
  if (isText && (html.length > MOST_CHARACTERS || words.length > MOST_WORDS)) {
    stop(event);
    say(bar.dataset.textLarge);
    return;
  }
  isPasted = true;
  if (!own.has(event) && embeddable.test(words)) offerEmbed(target, words);
  // What was copied within Draftail has its own way.
  if (own.has(event) || /data-editor|data-draftail/.test(html.slice(0, 2000)) || !(html || files.length)) return;
  const child = textAt(target);
  if (!child) return;
  // A parsed document has no window: its scripts don't run, its pictures aren't loaded.
  const { body } = new DOMParser().parseFromString(html, "text/html");
  const ofRtf = /<img[^>]*\ssrc=["']?file:/i.test(html) ? picturesOfRtf(clipboardData.getData("text/rtf")) : [];
  const { pieces, lost } = html
    ? divide(body, ofRtf.length === countPictures(body) ? ofRtf : files)
    : { pieces: asPieces(files), lost: [] };
  if (!pieces.length && !lost.length) return;
  stop(event);
  const length = pieces.reduce((sum, { html: text = "" }) => sum + text.length, 0);
  if (pieces.length > MOST_BLOCKS || length > 2 * MOST_WORDS) {
    say(bar.dataset.textLarge);
  } else if (takesBlocks(child) && pieces.some(({ kind }) => kind !== "text")) {
    void pasteBlocks(child, pieces, lost);
  } else {
    for (const { kind, html: text, rows } of pieces) {
      if (kind === "text") pasteInto(child, text);
      if (kind === "table") pasteInto(child, asText(rows));
      if (kind === "picture") lost.push({ kind: "img", number: 0 });
    }
    if (lost.length) say(describe([], lost, []));
  }
}

function asText(rows) {
  const body = document.createElement("div");
  for (const row of rows) body.append(Object.assign(document.createElement("p"), { textContent: row.join(" · ") }));
  return body.innerHTML;
}

/** Put pictures that are dropped on a text below it. */
function dropped(event) {
  const files = pictureFiles(event.dataTransfer).slice(0, MOST_BLOCKS);
  const child = files.length ? textAt(event.target) : null;
  if (!child || !takesBlocks(child)) return;
  stop(event);
  const editor = editorOf(child);
  const state = editor.getEditorState();
  editor.onChange(state.constructor.moveSelectionToEnd(state));
  void pasteBlocks(child, asPieces(files), []);
}

document.addEventListener("paste", pasted, { capture: true });
document.addEventListener("drop", dropped, { capture: true });
