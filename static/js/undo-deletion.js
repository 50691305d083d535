/* 'Block deleted · Undo': for ten seconds after a press of a bin in the page editor, what it deleted can be put back, by
   the button or by Ctrl+Z. Several deletions are undone one after the other, the last one first. */

import { deletionBy } from "./deletions.js";

const TIME = 10_000;
// What undoes its own changes, and dialogs over the page.
const HAS_OWN_UNDO =
  "textarea, [contenteditable], .handsontable, dialog, .modal, " +
  "input:not([type=button], [type=checkbox], [type=color], [type=file], [type=radio], [type=range], [type=submit])";

/** The message, in the element whose markup the server sends. */
class UndoMessage {
  constructor(bar) {
    this.bar = bar;
    this.deletions = [];
    this.text = bar.querySelector("[role=status]");
    this.undoButton = bar.querySelector("[data-undo]");
    this.closeButton = bar.querySelector("[data-close]");
    this.undoButton.addEventListener("click", () => this.undo());
    this.closeButton.addEventListener("click", () => this.close());
    bar.addEventListener("keydown", (event) => this.pressed(event));
    for (const type of ["pointerenter", "pointerleave", "focusin", "focusout"]) {
      bar.addEventListener(type, () => this.restartTime());
    }
  }

  /** Offer to undo a deletion. After a press of a key, the focus goes to the offer, else to what stands there now. */
  offer(deletion, byKey) {
    this.deletions.push(deletion);
    this.show();
    (byKey ? this.undoButton : deletion.neighbour)?.focus({ preventScroll: true });
  }

  undo() {
    const restored = this.deletions.pop().restore();
    this.show();
    restored?.focus();
  }

  close() {
    this.leave();
    this.finish();
  }

  finish() {
    for (const deletion of this.deletions.splice(0)) deletion.finish();
    this.show();
  }

  show() {
    const last = this.deletions.at(-1);
    const { textBlock, textRow, textMore } = this.bar.dataset;
    const text = last ? (last.kind === "row" ? textRow : textBlock).replace("{name}", last.name) : "";
    const before = this.deletions.length - 1;
    this.text.textContent = before > 0 ? textMore.replace("{deleted}", text).replace("{count}", before) : text;
    this.undoButton.hidden = this.closeButton.hidden = !last;
    this.restartTime();
  }

  /** The time runs only while nobody is about to press the button. */
  restartTime() {
    clearTimeout(this.timer);
    if (!this.deletions.length || this.bar.matches(":hover, :focus-within")) return;
    this.timer = setTimeout(() => this.finish(), TIME);
  }

  /** The bar is at the end of the page: from its ends, Tab leads back to where the block was. */
  pressed(event) {
    const { key, repeat, shiftKey, target } = event;
    const isLeaving = key === "Tab" && target === (shiftKey ? this.undoButton : this.closeButton);
    if (isLeaving) this.leave();
    if (key === "Escape") this.close();
    // The key that pressed the bin may still be down.
    if (isLeaving || (repeat && key === "Enter")) event.preventDefault();
  }

  leave() {
    this.deletions.at(-1).neighbour?.focus({ preventScroll: true });
  }
}

const bar = document.querySelector("[data-undo-deletion]");
const message = new UndoMessage(bar);
// Above the message of a paste, which may stand there too.
document.querySelector(".editor-messages").prepend(bar);

document.addEventListener(
  "click",
  ({ target, detail }) => {
    const { button, deletion } = deletionBy(target) ?? {};
    // Wagtail's listener is on the button, and stops the event.
    const offer = () => deletion.hasHappened && message.offer(deletion, detail === 0);
    button?.addEventListener("click", offer, { once: true });
  },
  { capture: true },
);

document.addEventListener("keydown", (event) => {
  const { altKey, ctrlKey, key, metaKey, shiftKey } = event;
  const isUndo = (ctrlKey || metaKey) && !shiftKey && !altKey && key.toLowerCase() === "z";
  if (!isUndo || !message.deletions.length || event.target.closest?.(HAS_OWN_UNDO)) return;
  event.preventDefault();
  message.undo();
});
