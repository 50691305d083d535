/** On a screen: the reader selects words and leaves a note about them. */

import { trailOf } from "../text_positions.js";

const NAME = "live-preview-name";

const STYLE = `
  :host { all: initial; font: 1rem/1.45 system-ui, sans-serif; color-scheme: light; color: #1d1b18; }
  button, input, textarea { font: inherit; color: inherit; }
  button { padding: 0.5em 1em; border: 1px solid #1d1b18; border-radius: 4px; background: #fff; cursor: pointer; }
  button:focus-visible, input:focus-visible, textarea:focus-visible { outline: 3px solid #2563c9; outline-offset: 2px; }
  .leave-note { position: fixed; z-index: 2147483646; color: #fff; background: #1d1b18; box-shadow: 0 2px 8px #0006; }
  dialog { box-sizing: border-box; width: min(30rem, calc(100vw - 2rem)); padding: 1.25rem; border: 0;
           border-radius: 8px; color: #1d1b18; background: #fff; box-shadow: 0 8px 40px #0008; }
  dialog::backdrop { background: #1d1b1866; }
  form { display: grid; gap: 1rem; }
  h2 { margin: 0; font-size: 1.125rem; }
  blockquote { margin: 0; padding-inline-start: 0.75rem; border-inline-start: 3px solid #c8321f; max-height: 6em;
               overflow: auto; overflow-wrap: anywhere; }
  label { display: grid; gap: 0.25rem; font-weight: 600; }
  input, textarea { box-sizing: border-box; width: 100%; padding: 0.5em; border: 1px solid #6b675f; border-radius: 4px;
                    background: #fff; font-weight: 400; }
  .actions { display: flex; justify-content: flex-end; gap: 0.75rem; }
  [value="send"] { color: #fff; background: #1d1b18; }
  .error { margin: 0; color: #a3210f; }
  .error:empty, .done:empty, [hidden] { display: none; }
  .done { position: fixed; inset: auto 1rem calc(var(--live-preview-bar, 2.75rem) + 0.75rem); z-index: 2147483646; width: fit-content; margin: 0 auto;
          padding: 0.6em 1em; border-radius: 4px; color: #fff; background: #1d1b18; }
`;

/** Let the reader of `draft` leave a note about the words that they select. */
export function takeNotes(draft) {
  // In the editor's panel, the author has Wagtail's own comments.
  const template = document.getElementById("live-preview-notes");
  const isBesideForm = window.frameElement && !window.frameElement.livePreview?.bar;
  if (isBesideForm || !template) return;
  const root = addRoot(template);
  const button = root.querySelector(".leave-note");
  const dialog = root.querySelector("dialog");
  const noteDialog = new NoteDialog(draft, dialog, root.querySelector(".done"), Number(template.dataset.maxQuote));

  const showButton = () => {
    const range = selectedRange();
    button.hidden = dialog.open || !range;
    if (button.hidden) return draft.removeEventListener("changed", showButton);
    moveBelow(button, range);
    // The words may stand elsewhere then.
    draft.addEventListener("changed", showButton);
  };
  const open = () => {
    const range = selectedRange();
    if (range && !dialog.open) noteDialog.open(range);
    showButton();
  };
  document.addEventListener("selectionchange", showButton);
  addEventListener("scroll", showButton, { passive: true });
  addEventListener("resize", showButton);
  // Pressing the button would end the selection before the click.
  button.addEventListener("pointerdown", (event) => event.preventDefault());
  button.addEventListener("click", open);
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || !event.altKey || event.code !== "KeyM") return;
    event.preventDefault();
    open();
  });
}

/** The dialog with the form. The text stays in it until the server has stored the note. */
class NoteDialog {
  constructor(draft, dialog, done, maxQuote) {
    Object.assign(this, { draft, dialog, done, maxQuote });
    this.form = dialog.querySelector("form");
    this.error = dialog.querySelector(".error");
    this.name = this.form.elements.name ?? null;
    if (this.name) this.name.value = storedName();
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.form.requestSubmit();
    });
    dialog.querySelector('[value="cancel"]').addEventListener("click", () => dialog.close());
    draft.addEventListener("message", ({ detail }) => detail.type === "note" && this.answered(detail));
    draft.addEventListener("connection", ({ detail }) => detail.state !== "live" && this.isWaiting && this.stop());
  }

  open(range) {
    const path = contentPath(range.commonAncestorContainer) || contentPath(range.startContainer);
    this.note = { path, quote: shortened(range.toString(), this.maxQuote) };
    this.dialog.querySelector("blockquote").textContent = this.note.quote;
    this.done.textContent = this.error.textContent = "";
    this.wait(false);
    this.dialog.showModal();
    (this.name && !this.name.value ? this.name : this.form.elements.text).focus();
  }

  send() {
    if (this.name) storeName(this.name.value);
    const note = { ...this.note, text: this.form.elements.text.value, name: this.name?.value ?? "" };
    this.error.textContent = "";
    this.wait(true);
    if (!this.draft.send({ type: "note", ...note })) this.stop();
  }

  answered({ kept, reason }) {
    this.wait(false);
    this.error.textContent = reason;
    if (!kept) return;
    this.form.elements.text.value = "";
    this.dialog.close();
    this.done.textContent = this.done.dataset.textKept;
    setTimeout(() => (this.done.textContent = ""), 6000);
  }

  /** The connection is lost, so no answer will come. */
  stop() {
    this.wait(false);
    this.error.textContent = this.done.dataset.textLost;
  }

  wait(isWaiting) {
    this.isWaiting = isWaiting;
    this.dialog.querySelector('[value="send"]').disabled = isWaiting;
  }
}

function addRoot(template) {
  const host = document.createElement("live-preview-notes");
  const root = host.attachShadow({ mode: "open" });
  const style = new CSSStyleSheet();
  style.replaceSync(STYLE);
  root.adoptedStyleSheets = [style];
  root.append(template.content.cloneNode(true));
  document.documentElement.append(host);
  return root;
}

/** @returns {Range | null} the selected words of the page; null in its menus and forms */
function selectedRange() {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed || !selection.toString().trim()) return null;
  const range = selection.getRangeAt(0);
  const element = elementOf(range.commonAncestorContainer);
  return document.body.contains(element) && !element.closest("nav, form") ? range : null;
}

const elementOf = (node) => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement);

/** @returns {string} the content path of the field in which `node` stands, as Wagtail's comments have it */
const contentPath = (node) => trailOf(elementOf(node)).join(".");

/** @returns {string} `text` without its line breaks, and with at most `length` characters */
export function shortened(text, length) {
  const line = text.trim().replace(/\s+/g, " ");
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}

/** Move `button` below the selection's end; on a touch screen to the foot, away from the system's menu and handles. */
function moveBelow(button, range) {
  const { bottom, right } = range.getBoundingClientRect();
  const isTouch = matchMedia("(pointer: coarse)").matches;
  // Above the bar at the foot.
  const lowest = innerHeight - 120;
  const top = isTouch ? lowest : Math.min(Math.max(bottom + 8, 8), lowest);
  const left = isTouch ? (innerWidth - button.offsetWidth) / 2 : Math.min(right, innerWidth - button.offsetWidth - 8);
  button.style.translate = `${Math.max(left, 8)}px ${top}px`;
  button.style.inset = "0 auto auto 0";
}

// A guest's browser may refuse to store anything.
function storedName() {
  try {
    return localStorage.getItem(NAME) ?? "";
  } catch {
    return "";
  }
}

function storeName(name) {
  try {
    localStorage.setItem(NAME, name);
  } catch {
    // The form asks for the name again next time.
  }
}
