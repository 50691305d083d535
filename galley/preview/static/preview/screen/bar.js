/** The bar at the foot of a screen: messages for the reader, and the settings that say how the draft is shown. */

import { bindControls } from "../settings.js";

/** Of several sentences, the one on the first of these topics is shown. */
const TOPICS = ["connection", "notes", "answer"];

/** Room at the end of the page for a bar of that height, which others that stand above it read. */
const spaceFor = (height) =>
  `@media screen { :root { --live-preview-bar: ${height}; padding-block-end: ${height} !important; scroll-padding-block-end: ${height}; } }`;

/**
 * The bar is in a shadow root beside the page's body, so neither changes of the draft nor its style sheets affect it.
 * In the editor's panel it isn't shown: the line above the frame does the same there.
 */
export class Bar {
  constructor(settings) {
    this.settings = settings;
    this.said = {};
    this.space = new CSSStyleSheet();
    this.space.replaceSync(spaceFor("2.75rem"));
    this.host = document.createElement("live-preview-bar");
    const root = this.host.attachShadow({ mode: "open" });
    root.append(document.getElementById("live-preview-bar").content.cloneNode(true));
    this.element = root.querySelector(".bar");
    // Its sentences take several lines where the screen is narrow.
    new ResizeObserver(() => {
      const height = this.element.offsetHeight;
      if (height) this.space.replaceSync(spaceFor(`${height}px`));
    }).observe(this.element);
    this.status = root.querySelector("[role=status]");
    this.texts = this.status.dataset;
    this.language = this.element.lang;
    bindControls(root, settings);
    this.showFolded();
    root.querySelector(".fold").addEventListener("click", () => {
      settings.set("folded", !settings.values.folded);
      this.showFolded();
    });
    this.more = root.querySelector(".more");
    this.more.addEventListener("click", () => this.showControls(this.more.ariaExpanded !== "true"));
    root.addEventListener("keydown", ({ key }) => key === "Escape" && this.showControls(false));
    document.addEventListener("pointerdown", ({ target }) => target === this.host || this.showControls(false));
  }

  /** Add the bar to the page, visible once its style sheet has loaded. The page ends above it. */
  show() {
    document.adoptedStyleSheets.push(this.space);
    this.host.hidden = true;
    this.host.shadowRoot.querySelector("link").addEventListener("load", () => (this.host.hidden = false));
    document.documentElement.append(this.host);
  }

  /** @returns {HTMLElement} the element in the bar for content of that name; the same one each time */
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

  /** Show `sentence` until there is another one on that topic, one of `TOPICS`. */
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
    const folded = Boolean(this.settings.values.folded);
    const button = this.element.querySelector(".fold");
    this.element.classList.toggle("folded", folded);
    this.space.disabled = folded;
    button.ariaExpanded = String(!folded);
    button.ariaLabel = button.title = folded ? button.dataset.textUnfold : button.dataset.textFold;
  }
}

/** Show the server's notes about the draft, and the state of the connection. */
export function showStatus(draft, bar) {
  draft.addEventListener("about", ({ detail }) => bar.say("notes", (detail.notes ?? []).join(" ")));
  let last = {};
  const showConnection = () => {
    const isOffline = !navigator.onLine && last.state !== "ended";
    bar.setState(isOffline ? "lost" : last.state);
    const { lost, offline, forbidden } = bar.texts;
    const words = { lost: last.reason ?? lost, ended: last.reason, forbidden };
    bar.say("connection", isOffline ? offline : words[last.state]);
  };
  draft.addEventListener("connection", ({ detail }) => {
    last = detail;
    showConnection();
  });
  for (const type of ["offline", "online"]) addEventListener(type, showConnection);
}

/** Show a guest what the link is for and until when it works, in the reader's own time zone. */
export function showLink(draft, bar) {
  const date = new Intl.DateTimeFormat(bar.language, { dateStyle: "long", timeStyle: "short" });
  draft.addEventListener("message", ({ detail }) => {
    if (detail.type !== "link") return;
    bar.slot("link").textContent = bar.texts.shared
      .replace("{title}", () => detail.title)
      .replace("{date}", () => date.format(new Date(detail.until)));
  });
}
