/** The draft as another device would show it: at another width, in light or dark colours, or on paper. */

/** In CSS pixels. The sheet is A4. */
const WIDTHS = { phone: 390, tablet: 820 };
const SHEET = 794;

const FRAME_STYLE = `
  :host { position: fixed; inset: 0; z-index: 2147483646; display: grid; justify-content: center;
          background: #2b2823; padding-block-end: var(--live-preview-bar, 2.75rem); box-sizing: border-box; }
  iframe { width: var(--width); height: 100%; border: 0; background: #fff; box-shadow: 0 0 2rem #0008; }
  @media print { :host { position: absolute; padding: 0; } iframe { box-shadow: none; } }
`;
const PAPER_STYLE = ":root { padding: min(20mm, 6vw) !important; background: #fff !important; }";

const COLOURS = /\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)/g;
const TYPES = /\b(print|screen)\b/g;

/** Show the draft at the width that the settings `width` and `print` ask for, where the screen is wider. */
export function showWidth(draft, bar, settings) {
  const frame = new NarrowFrame(draft, bar, settings);
  const show = () => frame.show(settings.values.print ? SHEET : WIDTHS[settings.values.width]);
  const fit = () => {
    for (const control of bar.element.querySelectorAll("[name=width]")) control.disabled = WIDTHS[control.value] > innerWidth;
    bar.element.querySelector(".widths").hidden = WIDTHS.phone > innerWidth;
    show();
  };
  settings.addEventListener("change", show);
  addEventListener("resize", fit);
  fit();
}

/** A frame with this page in it, so that media queries are evaluated at its width. */
class NarrowFrame {
  constructor(draft, bar, settings) {
    this.draft = draft;
    this.inherited = { bar, settings };
    this.host = document.createElement("live-preview-frame");
    const style = new CSSStyleSheet();
    style.replaceSync(FRAME_STYLE);
    this.root = this.host.attachShadow({ mode: "open" });
    this.root.adoptedStyleSheets = [style];
  }

  show(width) {
    if (!width || width > innerWidth) this.close();
    else this.open(width);
  }

  open(width) {
    this.host.style.setProperty("--width", `${width}px`);
    if (this.host.isConnected) return;
    // One screen counts as one viewer: while the frame follows the draft, the page behind it doesn't.
    this.draft.disconnect();
    document.body.inert = true;
    const frame = document.createElement("iframe");
    frame.title = document.title;
    frame.livePreview = this.inherited;
    frame.src = location.href;
    this.root.replaceChildren(frame);
    document.documentElement.append(this.host);
  }

  close() {
    if (!this.host.isConnected) return;
    this.host.remove();
    document.body.inert = false;
    this.draft.connect();
  }
}

/** Show the draft in the colours and medium that the settings `colour` and `print` ask for. */
export function showMedia(draft, bar, settings) {
  const emulation = new MediaEmulation();
  const show = () => emulation.show(settings.values);
  settings.addEventListener("change", show);
  addEventListener("load", show);
  // A new body may contain style elements.
  draft.addEventListener("replaced", show);
  show();
}

/** A script can't change what media queries see, but it can rewrite the queries. */
class MediaEmulation {
  constructor() {
    /** Each media list's original query. */
    this.originals = new Map();
    this.style = new CSSStyleSheet();
    document.adoptedStyleSheets.push(this.style);
  }

  show({ colour, print }) {
    // Paper is light.
    const scheme = print ? "light" : colour === "device" ? null : colour;
    const rootStyle = scheme ? `:root { color-scheme: ${scheme} !important; }` : "";
    this.style.replaceSync(`${rootStyle} ${print ? PAPER_STYLE : ""}`);
    if (!scheme && !this.originals.size) return;
    for (const sheet of document.styleSheets) {
      for (const media of mediaOf(sheet)) {
        if (!this.originals.has(media)) this.originals.set(media, media.mediaText);
        const query = emulatedQuery(this.originals.get(media), scheme, print);
        if (media.mediaText !== query) media.mediaText = query;
      }
    }
  }
}

/** @returns {string} a query that matches here exactly if `query` matches on a device with that scheme, or on paper */
export function emulatedQuery(query, scheme, print) {
  const typed = print ? query.replace(TYPES, (type) => (type === "print" ? "screen" : "print")) : query;
  return scheme ? typed.replace(COLOURS, (_, wanted) => (wanted === scheme ? "(min-width: 0)" : "(max-width: 0)")) : typed;
}

function* mediaOf(sheet) {
  if (sheet.media) yield sheet.media;
  let rules;
  try {
    rules = sheet.cssRules;
  } catch {
    return; // A style sheet of another site doesn't give its rules.
  }
  yield* mediaOfRules(rules);
}

function* mediaOfRules(rules) {
  for (const rule of rules) {
    if (rule.styleSheet) yield* mediaOf(rule.styleSheet);
    else if (rule.media) yield rule.media;
    if (rule.cssRules) yield* mediaOfRules(rule.cssRules);
  }
}
