/** The bar at the foot of a screen: what its reader has to know, and how they want to see the draft. */

import { bindControls } from "../settings.js";

/** Of several things to be said at once, the first of these is. */
const TOPICS = ["connection", "notes", "answer"];

const ROOM = "@media screen { :root { padding-block-end: 2.75rem !important; scroll-padding-block-end: 2.75rem; } }";

/**
 * Stands in a shadow root beside the page's body: changes of the draft never touch it, nor does the draft's style.
 * Inside the editor's panel the line above the frame does its work, and the bar isn't shown.
 */
export class Bar {
  constructor(settings) {
    this.settings = settings;
    this.said = {};
    this.room = new CSSStyleSheet();
    this.room.replaceSync(ROOM);
    this.host = document.createElement("live-preview-bar");
    const root = this.host.attachShadow({ mode: "open" });
    root.append(document.getElementById("live-preview-bar").content.cloneNode(true));
    this.element = root.querySelector(".bar");
    this.status = root.querySelector("[role=status]");
    this.texts = this.status.dataset;
    this.language = this.element.lang;
    bindControls(root, settings);
    this.showFolded();
    root.querySelector(".fold").addEventListener("click", () => {
      settings.set("folded", !settings.get("folded"));
      this.showFolded();
    });
    this.more = root.querySelector(".more");
    this.more.addEventListener("click", () => this.showControls(this.more.ariaExpanded !== "true"));
    root.addEventListener("keydown", ({ key }) => key === "Escape" && this.showControls(false));
    document.addEventListener("pointerdown", ({ target }) => target === this.host || this.showControls(false));
  }

  /** Put the bar into the page, as soon as its style is there; the page ends above it. */
  show() {
    document.adoptedStyleSheets.push(this.room);
    this.host.hidden = true;
    this.host.shadowRoot.querySelector("link").addEventListener("load", () => (this.host.hidden = false));
    document.documentElement.append(this.host);
  }

  /** @returns {HTMLElement} the place in the bar for something of that name; the same one each time */
  slot(name) {
    const slots = this.element.querySelector(".slots");
    let slot = slots.querySelector(`[data-slot="${name}"]`);
    if (!slot) {
      slot = document.createElement("span");
      slot.dataset.slot = name;
      slots.append(slot);
    }
    return slot;
  }

  /** Say `sentence` to the reader, until something else is said on that topic (one of `TOPICS`). */
  say(topic, sentence) {
    this.said[topic] = sentence;
    const words = TOPICS.map((name) => this.said[name]).find(Boolean);
    this.element.classList.toggle("has-words", Boolean(words));
    const text = words ?? this.texts[this.element.dataset.state] ?? "";
    if (this.status.textContent !== text) this.status.textContent = text;
  }

  setState(state = "connecting") {
    this.element.dataset.state = state;
  }

  showControls(shown) {
    if ((this.more.ariaExpanded === "true") === shown) return;
    this.more.ariaExpanded = String(shown);
    if (!shown && this.element.querySelector(".controls").contains(this.host.shadowRoot.activeElement)) this.more.focus();
  }

  showFolded() {
    const folded = Boolean(this.settings.get("folded"));
    const button = this.element.querySelector(".fold");
    this.element.classList.toggle("folded", folded);
    this.room.disabled = folded;
    button.ariaExpanded = String(!folded);
    button.ariaLabel = button.title = folded ? button.dataset.textUnfold : button.dataset.textFold;
  }
}

/** Say the notes of the draft, and the state of the connection. */
export function showStatus(draft, bar) {
  draft.addEventListener("about", ({ detail }) => bar.say("notes", (detail.notes ?? []).join(" ")));
  let last = {};
  const showConnection = () => {
    const isOffline = !navigator.onLine && last.state !== "ended";
    bar.setState(isOffline ? "lost" : last.state);
    bar.say("connection", isOffline ? bar.texts.offline : { lost: bar.texts.lost, ended: last.reason }[last.state]);
  };
  draft.addEventListener("connection", ({ detail }) => {
    last = detail;
    showConnection();
  });
  for (const type of ["offline", "online"]) addEventListener(type, showConnection);
}
