/** The edit form, sent to the server as it is typed. */

import { connect } from "../socket.js";
import { findSplice } from "../splices.js";
import { CODE_EDITOR, saveRichTextAtOnce, watchCodeEditors, watchJQueryWidgets } from "./wagtail.js";

const NOT_SENT = new Set(["csrfmiddlewaretoken", "next"]);
// A browser submits fields of these types with their value, whatever it is.
const WITH_VALUE = new Set(["text", "textarea", "hidden", "url", "email", "number", "date", "time", "search", "tel"]);
// A change in a longer text is sent as the characters that changed.
const SPLICED_LENGTH = 60;
const CONTROLS = "input, textarea, select";
const CONTROLS_AND_EDITORS = `${CONTROLS}, ${CODE_EDITOR}`;

/** Milliseconds between two comparisons of the whole form. */
const COMPARE_INTERVAL = 500;

/**
 * Sends the form: whole on connecting, then what changes. One message is under way at a time; what is typed meanwhile
 * goes with the next message, in its newest state.
 *
 * Events, each with its `detail`:
 * - `about`: what the server says beside the page by topic, whole (`Frame.about` on the server)
 * - `message`: any other message of the server, as it came
 * - `connection`: `{state: "live" | "lost" | "ended" | "forbidden", reason}`, when the state has changed
 */
export class LiveForm extends EventTarget {
  /**
   * @param {HTMLFormElement} form
   * @param {string} path  of the socket
   * @param {number} maxBytes  the server accepts no larger message
   */
  constructor(form, path, maxBytes) {
    super();
    this.form = form;
    this.about = {};
    this.state = "connecting";
    this.sequence = 0;
    this.underWay = false;
    this.isWaiting = false;
    this.changed = new Set();
    this.sent = null;
    const listener = {
      opened: () => this.sendWhole(),
      received: (message) => this.received(message),
      lost: (reason) => this.stopped("lost", reason),
      ended: (reason) => this.stopped("ended", reason),
      forbidden: () => this.stopped("forbidden"),
    };
    this.socket = connect(path, listener, maxBytes);
    watchForm(form, (control) => this.noteChange(control));
    saveRichTextAtOnce(form);
    // Scripts may set a value without any sign. Wagtail's `w-unsaved` compares the form as often, for three times the
    // cost: this takes 0.4 ms for 1,000 fields.
    setInterval(() => this.underWay || document.hidden || this.noteChange(null), COMPARE_INTERVAL);
  }

  /** Send a message beside the form. @returns {boolean} whether it was sent */
  send(message) {
    return this.socket.send(message);
  }

  sendWhole() {
    this.changed = new Set();
    this.sent = readForm(this.form);
    const fields = Object.fromEntries(this.sent);
    this.underWay = this.socket.send({ type: "form", sequence: ++this.sequence, fields });
  }

  /** @param {Element | null} control  the control that has changed; null if any may have */
  noteChange(control) {
    if (control === null) this.changed = null;
    else this.changed?.add(control);
    // A text editor goes on to lay out its lines, which takes longer than sending.
    if (control instanceof HTMLTextAreaElement) return this.sendChange();
    if (this.isWaiting) return;
    this.isWaiting = true;
    // A script may change several fields: wait until it has ended.
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
    if (this.state !== "live") this.setState("live");
    if (Object.keys(message.about).length) this.tell("about", Object.assign(this.about, message.about));
    if (message.sequence < this.sequence) return;
    this.underWay = false;
    this.sendChange();
  }

  stopped(state, reason) {
    this.sent = null;
    this.underWay = false;
    this.about = {};
    this.setState(state, reason);
  }

  setState(state, reason) {
    this.state = state;
    this.tell("connection", { state, reason });
  }

  tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** @returns {Map<string, string[]>} the form's fields as a browser would submit them, without files and secrets */
export function readForm(form) {
  const fields = new Map();
  for (const [name, value] of new FormData(form)) {
    if (NOT_SENT.has(name) || typeof value !== "string") continue;
    fields.has(name) ? fields.get(name).push(value) : fields.set(name, [value]);
  }
  return fields;
}

/**
 * @param {Map<string, string[]>} before  the form as it was read
 * @param {Set<Element> | null} controls  the controls that changed since; null if any may have
 * @returns {Map<string, string[]>} the form as it is
 */
export function readAgain(form, before, controls) {
  const areKnown = controls !== null && [...controls].every((control) => isPlain(control, before));
  if (!areKnown) return readForm(form);
  const fields = new Map(before);
  for (const { name, value } of controls) if (!NOT_SENT.has(name)) fields.set(name, [value]);
  return fields;
}

/** Whether the control alone makes up the field of its name. */
function isPlain(control, before) {
  return WITH_VALUE.has(control.type) && !control.disabled && before.get(control.name)?.length === 1;
}

/** @returns {object | null} the changes from one state of the form to the next, as the server reads them */
export function difference(before, after) {
  const changed = {};
  const splices = [];
  for (const [name, values] of after) {
    const old = before.get(name);
    if (isSame(old, values)) continue;
    if (old?.length === 1 && values.length === 1 && values[0].length > SPLICED_LENGTH) {
      splices.push([name, ...findSplice(old[0], values[0]), values[0].length]);
    } else {
      changed[name] = values;
    }
  }
  const removed = [...before.keys()].filter((name) => !after.has(name));
  const message = {
    ...(Object.keys(changed).length && { changed }),
    ...(removed.length && { removed }),
    ...(splices.length && { splices }),
  };
  return Object.keys(message).length ? message : null;
}

const isSame = (a, b) => a === b || (a !== undefined && a.length === b.length && a.every((value, i) => value === b[i]));

/**
 * Call `changed` as soon as the form has changed.
 *
 * Input events alone don't show that: editors, choosers, and the buttons that move or delete a block set values from a
 * script, and blocks come and go as elements. A hidden input's value is its attribute, which can be observed.
 *
 * @param {function(Element | null)} changed  receives the control; null for any
 */
function watchForm(form, changed) {
  // A text editor takes keys in a control without a name, which isn't submitted.
  form.addEventListener("input", ({ target }) => target.form === form && target.name && changed(target));
  form.addEventListener("change", ({ target }) => changed(target.form === form ? target : null));
  watchJQueryWidgets(form, changed);
  watchCodeEditors(form, changed);
  new MutationObserver((records) => {
    const values = records.filter(({ attributeName }) => attributeName === "value");
    for (const { target } of values) if (target.form === form) changed(target);
    if (!records.some(touchesControls)) return;
    changed(null);
    watchCodeEditors(form, changed);
  }).observe(form, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ["value", "checked", "disabled", "name"],
  });
}

/** Whether controls came, went or changed otherwise than in value. A text editor replaces its lines with each key. */
function touchesControls({ attributeName, target, addedNodes, removedNodes }) {
  if (attributeName) return attributeName !== "value" && target.matches(CONTROLS);
  return [...addedNodes, ...removedNodes].some(
    (node) => node instanceof Element && (node.matches(CONTROLS_AND_EDITORS) || node.querySelector(CONTROLS_AND_EDITORS)),
  );
}
