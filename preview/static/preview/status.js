/** A line at the foot of a watching screen, beside the page's own content and untouched by its changes. */

const STYLE = `
  p { position: fixed; inset: auto 0 0; z-index: 2147483647; margin: 0; padding: 0.6em 1em;
      font: 0.875rem/1.4 system-ui, sans-serif; color: #fff; background: #1d1b18; border-top: 3px solid #c8321f; }
  p:empty { display: none; }
`;

export class ViewerStatus {
  constructor() {
    const host = document.createElement("live-preview-status");
    const root = host.attachShadow({ mode: "open" });
    const style = new CSSStyleSheet();
    style.replaceSync(STYLE);
    root.adoptedStyleSheets = [style];
    this.line = document.createElement("p");
    this.line.setAttribute("role", "status");
    root.append(this.line);
    document.documentElement.append(host);
  }

  /** Show a sentence; an empty one hides the line. */
  say(sentence) {
    if (this.line.textContent !== sentence) this.line.textContent = sentence;
  }
}
