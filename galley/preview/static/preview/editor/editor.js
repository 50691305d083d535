/** On the edit page: sends the form as it is typed, and shows the live preview in Wagtail's own panel. */

import { showArrivingNotes } from "./arrivals.js";
import { tellFocus } from "./focus.js";
import { difference, readAgain, readForm, watchForm } from "./form.js";
import { showOutline } from "./outline.js";
import { LivePanel } from "./panel.js";
import { openPicked } from "./picks.js";
import { tellPresence } from "../presence.js";
import { saveRichTextAtOnce } from "./rich_text.js";
import { addSharing } from "./share.js";
import { connect } from "../socket.js";
import { addToolbar } from "./toolbar.js";

const EDIT = /\/pages\/(?<page>\d+)\/edit\/$/;
const CREATE = /\/pages\/add\/(?<app>\w+)\/(?<model>\w+)\/(?<parent>\d+)\/$/;

function newTabName() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * The edit form, sent as it is typed: one message is under way at a time; what is typed meanwhile goes with the next,
 * in its newest state.
 *
 * Events, each with its `detail`:
 * - `about`: what the server says beside the page by topic, whole (`preview.frames.Frame.about`)
 * - `message`: any other message of the server's, as it came
 */
class LiveEditor extends EventTarget {
  constructor(form, socketPath, maxBytes, panel) {
    super();
    this.form = form;
    this.panel = panel;
    this.about = {};
    this.sequence = 0;
    this.underWay = false;
    this.isWaiting = false;
    this.changed = new Set();
    this.sent = null;
    this.socket = connect(socketPath, maxBytes, {
      opened: () => this.sendWhole(),
      received: (message) => this.received(message),
      lost: () => this.stopped(() => panel.lost()),
      ended: (reason) => this.stopped(() => panel.ended(reason)),
    });
    watchForm(form, (control) => this.noteChange(control));
    saveRichTextAtOnce(form);
  }

  sendWhole() {
    this.changed = new Set();
    this.sent = readForm(this.form);
    const fields = Object.fromEntries(this.sent);
    this.underWay = this.socket.send({ type: "form", sequence: ++this.sequence, fields });
  }

  /** @param {Element | null} control  what has changed in the form; null if anything may have */
  noteChange(control) {
    if (control === null) this.changed = null;
    else this.changed?.add(control);
    // An editor of text goes on to lay out its own lines, which takes longer than all that happens here.
    if (control instanceof HTMLTextAreaElement) return this.sendChange();
    if (this.isWaiting) return;
    this.isWaiting = true;
    // A script that changes several fields is done by then, and a key has waited for nothing.
    queueMicrotask(() => {
      this.isWaiting = false;
      this.sendChange();
    });
  }

  sendChange() {
    if (this.underWay || this.sent === null) return;
    const fields = readAgain(this.form, this.sent, this.changed);
    this.changed = new Set();
    const change = difference(this.sent, fields);
    if (!change) return;
    this.underWay = this.socket.send({ type: "change", sequence: ++this.sequence, ...change });
    this.sent = fields;
  }

  received(message) {
    if (message.type === "again") return this.sendWhole();
    if (message.type !== "rendered") return this.tell("message", message);
    this.panel.live();
    this.take(message.about);
    if (message.sequence < this.sequence) return;
    this.underWay = false;
    this.sendChange();
  }

  take(about) {
    if (!Object.keys(about).length) return;
    Object.assign(this.about, about);
    this.tell("about", this.about);
  }

  tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** @param {object} message  something to say to the server beside the form */
  send(message) {
    return this.socket.send(message);
  }

  stopped(tell) {
    this.sent = null;
    this.underWay = false;
    this.about = {};
    tell();
  }
}

function start() {
  const form = document.querySelector("form[data-edit-form]");
  const template = document.querySelector("template#live-preview");
  const address = new URL(form?.action ?? "", location.href).pathname;
  const edit = EDIT.exec(address)?.groups;
  const create = CREATE.exec(address)?.groups;
  if (!form || !template || !(edit || create)) return;

  const tabPath = template.dataset.tab.replace("/0/", `/${newTabName()}/`);
  const panel = new LivePanel(template, tabPath, edit?.page);
  const where = edit ? `edit/${edit.page}/` : `create/${create.app}/${create.model}/${create.parent}/`;
  const editor = new LiveEditor(form, tabPath + where, Number(template.dataset.maxMessageBytes), panel);
  editor.addEventListener("about", ({ detail }) => panel.note(detail.notes ?? []));
  const parts = [addSharing, tellPresence, addToolbar, openPicked, tellFocus, showOutline, showArrivingNotes];
  for (const addTo of parts) addTo(editor);
  panel.show();

  if (create) {
    // Autosave gives the page its row; the draft goes on under that id.
    document.addEventListener(
      "w-autosave:success",
      () => {
        const page = EDIT.exec(new URL(form.action, location.href).pathname)?.groups.page;
        if (!page) return;
        editor.send({ type: "saved", page: Number(page) });
        panel.pageWasSaved(page);
      },
      { once: true },
    );
  }
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
