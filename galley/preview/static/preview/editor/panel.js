/**
 * The live preview inside Wagtail's preview panel.
 *
 * While the socket works, our frame stands where upstream's stands and upstream's is put to rest; without it, upstream's
 * panel works as it always did.
 */

/** `mounted` is told with the panel's line as `detail`, whenever the line has been put into the page. */
export class LivePanel extends EventTarget {
  constructor(template, tabPath, page) {
    super();
    this.template = template;
    this.tabPath = tabPath;
    this.page = page;
    this.isLive = false;
    this.notes = [];
    this.state = "connecting";

    document.addEventListener("w-preview:update", (event) => {
      // The checks panel reads upstream's frame: that one is only put to rest while the preview panel is what is seen.
      if (this.isLive && this.isVisible) event.preventDefault();
    });
    // Autosave replaces the side panels of a new page: what was put into them has to be put there again.
    new MutationObserver(() => this.show()).observe(document.body, { childList: true, subtree: true });
  }

  get container() {
    return document.querySelector('[data-side-panel="preview"]');
  }

  get isVisible() {
    return this.container !== null && !this.container.hidden;
  }

  /** Where the draft can be followed on another screen. */
  get address() {
    const { page, newest } = this.template.dataset;
    return this.page ? page.replace("/0/", `/${this.page}/`) : newest;
  }

  live() {
    if (this.state === "live") return;
    this.isLive = true;
    this.setState("live");
  }

  note(notes) {
    this.notes = notes;
    this.show();
  }

  lost() {
    this.setState("lost");
  }

  ended(reason) {
    this.isLive = false;
    this.setState("ended", reason);
    this.container?.querySelector('[data-controller~="w-preview"]')?.setAttribute("data-w-preview-stale-value", "true");
  }

  pageWasSaved(page) {
    this.page = page;
    this.show();
  }

  setState(state, words = this.template.content.querySelector("[role=status]").dataset[`text${capital(state)}`]) {
    this.state = state;
    this.words = words;
    this.show();
  }

  /** Make the panel show what is the case. Safe to call at any time, any number of times. */
  show() {
    const preview = this.container?.querySelector(".w-preview");
    if (!preview) return;
    const upstream = preview.querySelector("#w-preview-iframe");
    toggle(upstream, "live-preview-resting", this.isLive);
    this.showLine(preview);
    this.showFrame(preview);
  }

  showLine(preview) {
    let line = preview.querySelector("[data-live-preview]");
    if (!line) {
      line = this.template.content.firstElementChild.cloneNode(true);
      preview.querySelector(".w-preview__sizes").after(line);
      preview
        .querySelector('[data-w-preview-target="newTab"]')
        ?.addEventListener("click", (event) => this.openInNewTab(event), { capture: true });
      this.dispatchEvent(new CustomEvent("mounted", { detail: line }));
    }
    line.hidden = this.state === "connecting";
    line.dataset.state = this.state;
    setText(line.querySelector("[role=status]"), this.words ?? "");
    setText(line.querySelector(".live-preview__notes"), this.notes.join(" "));
    const link = line.querySelector("a");
    if (link.getAttribute("href") !== this.address) link.setAttribute("href", this.address);
    link.hidden = this.state === "ended";
  }

  showFrame(preview) {
    let frame = preview.querySelector(".live-preview-frame");
    if (!this.isLive) return frame?.remove();
    if (frame || !this.isVisible) return;
    frame = document.createElement("iframe");
    frame.className = "w-preview__iframe live-preview-frame";
    frame.title = preview.querySelector("#w-preview-iframe")?.title ?? "";
    frame.livePreview = { settings: this.settings };
    frame.src = this.tabPath;
    preview.querySelector(".w-preview__wrapper").append(frame);
  }

  openInNewTab(event) {
    if (!this.isLive) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    window.open(this.page ? this.address : this.tabPath, "live-preview");
  }
}

const capital = (word) => word[0].toUpperCase() + word.slice(1);

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function toggle(element, name, on) {
  if (element && element.classList.contains(name) !== on) element.classList.toggle(name, on);
}
