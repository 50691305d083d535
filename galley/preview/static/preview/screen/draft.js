/** The draft that a screen shows: each message changes only the parts of the page that it is about. */

import { connect } from "../socket.js";
import { applySplice } from "../splices.js";
import { morphContent } from "./morph.js";

/**
 * Events, each with its `detail`:
 * - `changed`: `{elements, isWritten}`, the regions whose content has changed, or the body after a change of structure.
 *   The first page, and the page after a gap, aren't being written: `isWritten` is false.
 * - `replaced`: the whole body has changed; comes before `changed`
 * - `about`: what the server says beside the page by topic, whole (`Frame.about` on the server), with the topics that
 *   are new as `changed`
 * - `message`: any other message of the server, as it came
 * - `connection`: `{state: "live" | "lost" | "ended" | "forbidden", reason}`
 */
export class Draft extends EventTarget {
  /** @param {string} path  of this screen's page and of its socket */
  constructor(path) {
    super();
    this.path = path;
    this.about = {};
    /** What the server believes this screen shows: the markup between the regions, and each region's HTML. */
    this.shown = { version: null, skeleton: [], regions: {} };
    /** The region that was changed last, parsed: its next change need not parse it again. */
    this.parsed = { html: null, content: null };
  }

  connect() {
    this.socket = connect(this.path, {
      opened: () => {
        this.shown.version = null;
        this.tell("connection", { state: "live" });
      },
      received: (message) => this.received(message),
      lost: (reason) => this.tell("connection", { state: "lost", reason }),
      ended: (reason) => this.tell("connection", { state: "ended", reason }),
      forbidden: () => this.tell("connection", { state: "forbidden" }),
    });
  }

  /** Stop following the draft; `connect` starts again. */
  disconnect() {
    this.socket.close();
  }

  /** Send a message to the server. @returns {boolean} whether it was sent */
  send(message) {
    return this.socket.send(message);
  }

  tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  received(message) {
    if (!("version" in message)) return this.tell("message", message);
    if (message.type !== "snapshot" && message.base !== this.shown.version) return this.send({ type: "again" });
    // If something goes wrong here, the next message doesn't fit, and the whole page is asked for.
    this.shown.version = null;
    const elements = this.apply(message);
    this.shown.version = message.version;
    if (elements.length) this.tell("changed", { elements, isWritten: message.type !== "snapshot" });
    this.setAbout(message.type === "snapshot" ? { ...cleared(this.about), ...message.about } : message.about);
  }

  apply(message) {
    if (message.type === "patch") {
      const elements = this.applySplices(message.splices);
      return (message.between && this.applyBetween(message.between)) ?? elements;
    }
    const isKnown = message.type === "structure";
    const regions = { ...(isKnown && this.shown.regions), ...message.regions };
    return this.showWholePage(message.skeleton, regionsOf(message.skeleton, regions), isKnown);
  }

  setAbout(about) {
    const changed = Object.keys(about).filter((topic) => about[topic] !== undefined);
    if (!changed.length) return;
    for (const topic of changed) about[topic] === null ? delete this.about[topic] : (this.about[topic] = about[topic]);
    this.tell("about", { ...this.about, changed });
  }

  applySplices(splices) {
    const elements = [];
    for (const [name, ...splice] of splices) {
      const before = this.shown.regions[name];
      const after = applySplice(before, ...splice);
      this.shown.regions[name] = after;
      const element = document.querySelector(`[data-region="${CSS.escape(name)}"]`);
      if (!element) continue;
      const content = parse(after);
      morphContent(element, content, this.parsed.html === before ? this.parsed.content : parse(before));
      this.parsed = { html: after, content };
      elements.push(element);
    }
    return elements;
  }

  /** Apply changes of the markup between the regions. @returns the changed elements; nothing if the body is the same */
  applyBetween(splices) {
    const skeleton = [...this.shown.skeleton];
    for (const [index, ...splice] of splices) skeleton[index] = applySplice(skeleton[index], ...splice);
    const body = (parts) => parts.join("").split("</head>")[1];
    if (body(skeleton) !== body(this.shown.skeleton)) return this.showWholePage(skeleton, this.shown.regions, true);
    this.shown.skeleton = skeleton;
    document.title = new DOMParser().parseFromString(skeleton[0], "text/html").title;
    return undefined;
  }

  /** @param {boolean} isKnown  whether the screen shows the server's last state: after a gap, all is compared */
  showWholePage(skeleton, regions, isKnown) {
    const before = isKnown ? pageOf(this.shown) : null;
    Object.assign(this.shown, { skeleton, regions });
    const page = pageOf(this.shown);
    if (document.documentElement.dataset.previewWaiting !== undefined || !hasSameStyles(page)) {
      location.reload();
      return [];
    }
    document.title = page.title;
    document.documentElement.lang = page.documentElement.lang;
    if (page.body.className !== before?.body.className) document.body.className = page.body.className;
    morphContent(document.body, page.body, before?.body);
    this.tell("replaced");
    return [document.body];
  }
}

const cleared = (about) => Object.fromEntries(Object.keys(about).map((topic) => [topic, null]));

/** @returns {object} those of `regions` that `skeleton` names: every second part of it is a name */
function regionsOf(skeleton, regions) {
  return Object.fromEntries(skeleton.filter((_, i) => i % 2).map((name) => [name, regions[name]]));
}

/** @returns {string} the whole page */
export function htmlOf(skeleton, regions) {
  return skeleton.map((part, i) => (i % 2 ? regions[part] : part)).join("");
}

const pageOf = ({ skeleton, regions }) => new DOMParser().parseFromString(htmlOf(skeleton, regions), "text/html");

function hasSameStyles(page) {
  const styles = (root) => [...root.querySelectorAll('head link[rel="stylesheet"]')].map((link) => link.href).join();
  return styles(page) === styles(document);
}

function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}
