/** The draft as another device would show it: in light or dark colours, or on paper. */

const COLOURS = /\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)/g;
const TYPES = /\b(print|screen)\b/g;

const PAPER = ":root { padding: min(20mm, 6vw) !important; background: #fff !important; }";

/** Let the draft be shown as the settings `colour` and `print` ask for. */
export function showMedia(draft, bar, settings) {
  const emulation = new Emulation();
  const show = () => emulation.show(settings.get("colour"), settings.get("print"));
  settings.addEventListener("change", show);
  addEventListener("load", show);
  // A new structure may have brought styles of its own.
  draft.addEventListener("changed", ({ detail }) => detail.elements.includes(document.body) && show());
  show();
}

/** Media queries can't be answered otherwise by a script, but they can be rewritten so that they ask for what is so. */
class Emulation {
  constructor() {
    /** What the author of each rule wrote. */
    this.written = new Map();
    this.style = new CSSStyleSheet();
    document.adoptedStyleSheets.push(this.style);
  }

  show(colour, print) {
    // Paper is light.
    const scheme = print ? "light" : colour === "device" ? null : colour;
    this.style.replaceSync(`${scheme ? `:root { color-scheme: ${scheme} !important; }` : ""} ${print ? PAPER : ""}`);
    if (!scheme && !this.written.size) return;
    for (const sheet of document.styleSheets) {
      for (const media of mediaOf(sheet)) {
        if (!this.written.has(media)) this.written.set(media, media.mediaText);
        const query = asked(this.written.get(media), scheme, print);
        if (media.mediaText !== query) media.mediaText = query;
      }
    }
  }
}

/** @returns {string} `query`, asking for what is so exactly if it would hold on the other device */
function asked(query, scheme, print) {
  const typed = print ? query.replace(TYPES, (type) => (type === "print" ? "screen" : "print")) : query;
  return scheme ? typed.replace(COLOURS, (_, wanted) => (wanted === scheme ? "(min-width: 0)" : "(max-width: 0)")) : typed;
}

function* mediaOf(sheet) {
  if (sheet.media) yield sheet.media;
  let rules;
  try {
    rules = sheet.cssRules;
  } catch {
    return; // a sheet of another site doesn't tell its rules
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
