/** The draft that a screen shows: kept as it is written by changing only what changed. */

import { morphContent, morphWhole } from "./morph.js";
import { connect } from "../socket.js";

/**
 * Events, each with its `detail`:
 * - `changed`: `{elements, isWritten}`, the regions whose content has changed, or the body after a change of structure;
 *   what a screen is sent to begin with, or to catch up, is not being written now
 * - `about`: what is said beside the page by topic, whole (`preview.frames.Frame.about`); `changed` names what is new
 * - `message`: any other message of the server's, as it came
 * - `connection`: `{state: "live" | "lost" | "ended", reason}`
 */
export class Draft extends EventTarget {
  /**
   * @param {string} path  of this screen's page and of its socket
   * @param {number} maxBytes  the server accepts no larger message
   */
  constructor(path, maxBytes) {
    super();
    Object.assign(this, { path, maxBytes });
    this.about = {};
    /** What the server believes this screen has: the markup between regions, and each region's text. */
    this.shown = { version: null, skeleton: [], regions: {} };
  }

  connect() {
    this.socket = connect(this.path, this.maxBytes, {
      opened: () => {
        this.shown.version = null;
        this.tell("connection", { state: "live" });
      },
      received: (message) => this.received(message),
      lost: () => this.tell("connection", { state: "lost" }),
      ended: (reason) => this.tell("connection", { state: "ended", reason }),
    });
  }

  /** Follow no longer; `connect` begins again. */
  rest() {
    this.socket.close();
  }

  /** @param {object} message  something to say to the server */
  send(message) {
    return this.socket.send(message);
  }

  tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  received(message) {
    if (!("version" in message)) return this.tell("message", message);
    if (message.type !== "snapshot" && message.base !== this.shown.version) return this.send({ type: "again" });
    this.shown.version = message.version;
    const elements = this.apply(message);
    if (elements.length) this.tell("changed", { elements, isWritten: message.type !== "snapshot" });
    this.take(message.type === "snapshot" ? { ...cleared(this.about), ...message.about } : message.about);
  }

  apply(message) {
    if (message.type === "patch") {
      const elements = this.applySplices(message.splices);
      return (message.between && this.applyBetween(message.between)) ?? elements;
    }
    const regions = message.type === "structure" ? this.keepNamed(message) : message.regions;
    return this.showWholePage(message.skeleton, regions);
  }

  take(about) {
    const changed = Object.keys(about).filter((topic) => about[topic] !== undefined);
    if (!changed.length) return;
    for (const topic of changed) about[topic] === null ? delete this.about[topic] : (this.about[topic] = about[topic]);
    this.tell("about", { ...this.about, changed });
  }

  applySplices(splices) {
    const elements = [];
    for (const [name, start, end, text] of splices) {
      const before = this.shown.regions[name];
      const after = spliced(before, start, end, text);
      this.shown.regions[name] = after;
      const element = document.querySelector(`[data-region="${CSS.escape(name)}"]`);
      if (!element) continue;
      morphContent(element, before, after);
      elements.push(element);
    }
    return elements;
  }

  /** Take changes of the markup between the regions. @returns what changed in the body, if anything */
  applyBetween(splices) {
    const skeleton = [...this.shown.skeleton];
    for (const [place, start, end, text] of splices) skeleton[place] = spliced(skeleton[place], start, end, text);
    const body = (parts) => parts.join("").split("</head>")[1];
    if (body(skeleton) !== body(this.shown.skeleton)) return this.showWholePage(skeleton, this.shown.regions);
    this.shown.skeleton = skeleton;
    document.title = new DOMParser().parseFromString(skeleton[0], "text/html").title;
    return undefined;
  }

  showWholePage(skeleton, regions) {
    Object.assign(this.shown, { skeleton, regions });
    const html = skeleton.map((part, i) => (i % 2 ? regions[part] : part)).join("");
    const page = new DOMParser().parseFromString(html, "text/html");
    if (document.documentElement.dataset.previewWaiting !== undefined || !hasSameStyles(page)) {
      location.reload();
      return [];
    }
    document.title = page.title;
    document.documentElement.lang = page.documentElement.lang;
    document.body.className = page.body.className;
    morphWhole(document.body, page.body.innerHTML);
    return [document.body];
  }

  keepNamed({ skeleton, regions }) {
    const all = { ...this.shown.regions, ...regions };
    return Object.fromEntries(skeleton.filter((_, i) => i % 2).map((name) => [name, all[name]]));
  }
}

const spliced = (before, start, end, text) => before.slice(0, start) + text + before.slice(end);

const cleared = (about) => Object.fromEntries(Object.keys(about).map((topic) => [topic, null]));

function hasSameStyles(page) {
  const styles = (root) => [...root.querySelectorAll('head link[rel="stylesheet"]')].map((link) => link.href).join();
  return styles(page) === styles(document);
}
