/** The live preview inside Wagtail's preview panel. */

import { bindControls, Settings } from "../settings.js";
import { markPreviewStale, onPreviewUpdate, previewPanel, previewPart } from "./wagtail.js";

/**
 * While the connection works, our frame replaces Wagtail's in the panel. Without it, Wagtail's panel works as always.
 *
 * Event `mounted`: the line over the frame, its `detail`, has been put into the page.
 */
export class LivePanel extends EventTarget {
  /**
   * @param {HTMLTemplateElement} template  the line over the frame, and the preview's addresses
   * @param {string} tabAddress  where this tab's draft is shown
   * @param {string | undefined} page  the page's id, if it has one yet
   */
  constructor(template, tabAddress, page) {
    super();
    Object.assign(this, { template, tabAddress, page });
    this.settings = new Settings("panel", { follow: true, colour: "device", print: false, hasClicked: false });
    this.isLive = false;
    this.isBlocked = false;
    this.notes = [];
    this.state = "connecting";

    onPreviewUpdate((event) => {
      // Wagtail's checks panel reads Wagtail's frame. It may rest only while the preview panel is shown instead.
      if (this.isLive && previewPanel()?.hidden === false) event.preventDefault();
    });
    // Opening the panel shows it, and autosave replaces its content for a new page: then both are added again.
    const panel = previewPanel();
    const changes = { childList: true, attributes: true, attributeFilter: ["hidden"] };
    if (panel) new MutationObserver(() => this.show()).observe(panel, changes);
  }

  /** Where another screen can follow the draft. */
  get address() {
    const { page, newest } = this.template.dataset;
    return this.page ? page.replace("/0/", `/${this.page}/`) : newest;
  }

  /** @param {{state: "live" | "lost" | "ended" | "forbidden", reason?: string}} connection */
  showConnection({ state, reason }) {
    if (state !== "lost") this.isLive = state === "live";
    this.setState(state === "live" && this.isBlocked ? "blocked" : state, reason);
    if (state === "ended") markPreviewStale();
  }

  /** @param {string[]} notes  the server's remarks about the draft */
  showNotes(notes) {
    this.notes = notes;
    this.show();
  }

  /** The new page has been saved for the first time. */
  setPage(page) {
    this.page = page;
    this.show();
  }

  setState(state, words = this.template.content.querySelector("[role=status]").dataset[`text${capital(state)}`]) {
    this.state = state;
    this.words = words;
    this.show();
  }

  /** Show the current state. Safe to call at any time. */
  show() {
    const panel = previewPanel();
    if (!panel || !previewPart(panel, "content")) return;
    this.showLine(panel);
    this.showFrame(panel);
  }

  showLine(panel) {
    const line = panel.querySelector("[data-live-preview]") ?? this.mountLine(panel);
    line.hidden = this.state === "connecting";
    line.dataset.state = this.state;
    setText(line.querySelector("[role=status]"), this.words ?? "");
    setText(line.querySelector(".live-preview__notes"), this.notes.join(" "));
    const link = line.querySelector("a");
    if (link.getAttribute("href") !== this.address) link.setAttribute("href", this.address);
    link.hidden = this.state === "ended";
  }

  mountLine(panel) {
    const line = this.template.content.firstElementChild.cloneNode(true);
    previewPart(panel, "sizes").after(line);
    previewPart(panel, "newTabLink")?.addEventListener("click", (event) => this.openInNewTab(event), { capture: true });
    bindControls(line, this.settings);
    // The hint that a click edits is for those who haven't done it yet.
    const showHint = () => line.toggleAttribute("data-has-clicked", this.settings.values.hasClicked);
    this.settings.addEventListener("change", showHint);
    showHint();
    this.dispatchEvent(new CustomEvent("mounted", { detail: line }));
    return line;
  }

  showFrame(panel) {
    const shown = panel.querySelector(".live-preview-frame");
    if (!this.isLive) return shown?.remove();
    if (shown || panel.hidden) return;
    const frame = document.createElement("iframe");
    frame.className = "w-preview__iframe live-preview-frame";
    frame.title = previewPart(panel, "frame")?.title ?? "";
    // `viewer.js` in the frame inherits these.
    frame.livePreview = { settings: this.settings };
    frame.src = this.tabAddress;
    // A proxy may forbid frames by a header of its own. The browser then shows an error page, which can't be read.
    frame.addEventListener("load", () => {
      const wasBlocked = this.isBlocked;
      this.isBlocked = !frame.contentDocument;
      if (this.isBlocked !== wasBlocked) this.setState(this.isBlocked ? "blocked" : "live");
    });
    previewPart(panel, "frames").append(frame);
  }

  openInNewTab(event) {
    if (!this.isLive) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    window.open(this.page ? this.address : this.tabAddress, "live-preview");
  }
}

const capital = (word) => word[0].toUpperCase() + word.slice(1);

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
