/** On a watching screen: select words, leave a note about them. */

const NAME = "live-preview-name";

const STYLE = `
  :host { all: initial; font: 1rem/1.45 system-ui, sans-serif; color-scheme: light; color: #1d1b18; }
  button, input, textarea { font: inherit; color: inherit; }
  button { padding: 0.5em 1em; border: 1px solid #1d1b18; border-radius: 4px; background: #fff; cursor: pointer; }
  button:focus-visible, input:focus-visible, textarea:focus-visible { outline: 3px solid #2563c9; outline-offset: 2px; }
  .offer { position: fixed; z-index: 2147483646; color: #fff; background: #1d1b18; box-shadow: 0 2px 8px #0006; }
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
  .told { margin: 0; color: #a3210f; }
  .told:empty, .done:empty, [hidden] { display: none; }
  .done { position: fixed; inset: auto 1rem 3.5rem; z-index: 2147483646; width: fit-content; margin: 0 auto;
          padding: 0.6em 1em; border-radius: 4px; color: #fff; background: #1d1b18; }
`;

/** Let the reader of `draft` say something about the words that they select. */
export function takeNotes(draft) {
  // The author, beside the form, has Wagtail's own comments.
  const template = document.getElementById("live-preview-notes");
  const isBesideForm = window.frameElement && !window.frameElement.livePreview?.bar;
  if (isBesideForm || !template) return;
  const root = addRoot(template);
  const offer = root.querySelector(".offer");
  const dialog = root.querySelector("dialog");
  const desk = new Desk(draft, dialog, root.querySelector(".done"), Number(template.dataset.maxQuote));

  const follow = () => {
    const range = selectedRange();
    offer.hidden = dialog.open || !range;
    if (!offer.hidden) place(offer, range);
  };
  const open = () => {
    const range = selectedRange();
    if (range && !dialog.open) desk.open(range);
    follow();
  };
  document.addEventListener("selectionchange", follow);
  addEventListener("scroll", follow, { passive: true });
  addEventListener("resize", follow);
  // A press would take the selection away before the click comes.
  offer.addEventListener("pointerdown", (event) => event.preventDefault());
  offer.addEventListener("click", open);
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || !event.altKey || event.code !== "KeyM") return;
    event.preventDefault();
    open();
  });
}

/** The form in front of the page. What is written in it stays until the server has it. */
class Desk {
  constructor(draft, dialog, done, maxQuote) {
    Object.assign(this, { draft, dialog, done, maxQuote });
    this.form = dialog.querySelector("form");
    this.told = dialog.querySelector(".told");
    this.name = this.form.elements.name ?? null;
    if (this.name) this.name.value = remembered();
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
    this.note = { path: contentPath(range.commonAncestorContainer) || contentPath(range.startContainer), quote: quoted(range, this.maxQuote) };
    this.dialog.querySelector("blockquote").textContent = this.note.quote;
    this.done.textContent = this.told.textContent = "";
    this.wait(false);
    this.dialog.showModal();
    (this.name && !this.name.value ? this.name : this.form.elements.text).focus();
  }

  send() {
    if (this.name) remember(this.name.value);
    const note = { ...this.note, text: this.form.elements.text.value, name: this.name?.value ?? "" };
    this.told.textContent = "";
    this.wait(true);
    if (!this.draft.send({ type: "note", ...note })) this.stop();
  }

  answered({ kept, reason }) {
    this.wait(false);
    this.told.textContent = reason;
    if (!kept) return;
    this.form.elements.text.value = "";
    this.dialog.close();
    this.done.textContent = this.done.dataset.textKept;
    setTimeout(() => (this.done.textContent = ""), 6000);
  }

  /** The connection is broken: nothing will answer. */
  stop() {
    this.wait(false);
    this.told.textContent = this.done.dataset.textLost;
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

/** @returns {Range | null} the words of the page that are selected; none in its menus and forms */
function selectedRange() {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed || !selection.toString().trim()) return null;
  const range = selection.getRangeAt(0);
  const element = elementOf(range.commonAncestorContainer);
  return document.body.contains(element) && !element.closest("nav, form") ? range : null;
}

const elementOf = (node) => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement);

/** @returns {string} the names of the fields around `node`, outermost first, as Wagtail writes them */
function contentPath(node) {
  const names = [];
  let field = elementOf(node).closest("[data-contentpath]");
  for (; field; field = field.parentElement.closest("[data-contentpath]")) names.unshift(field.dataset.contentpath);
  return names.join(".");
}

function quoted(range, most) {
  const text = range.toString().trim().replace(/\s+/g, " ");
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** Under the selection's end; on a touch screen at the foot, away from the system's own menu and handles. */
function place(offer, range) {
  const { bottom, right } = range.getBoundingClientRect();
  const isTouch = matchMedia("(pointer: coarse)").matches;
  const top = isTouch ? innerHeight - 120 : Math.min(Math.max(bottom + 8, 8), innerHeight - 56);
  const left = isTouch ? (innerWidth - offer.offsetWidth) / 2 : Math.min(right, innerWidth - offer.offsetWidth - 8);
  offer.style.translate = `${Math.max(left, 8)}px ${top}px`;
  offer.style.inset = "0 auto auto 0";
}

// A guest's browser may keep nothing.
function remembered() {
  try {
    return localStorage.getItem(NAME) ?? "";
  } catch {
    return "";
  }
}

function remember(name) {
  try {
    localStorage.setItem(NAME, name);
  } catch {
    // Then the name is asked again next time.
  }
}
