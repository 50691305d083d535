/** A line at the foot of a watching screen, beside the page's own content and untouched by its changes. */

const STYLE = `
  p { position: fixed; inset: auto 0 0; z-index: 2147483647; margin: 0; padding: 0.6em 1em;
      font: 0.875rem/1.4 system-ui, sans-serif; color: #fff; background: #1d1b18; border-top: 3px solid #c8321f; }
  p:empty { display: none; }
`;

/** Say what the reader of `draft` has to know: the notes of the draft, and the state of the connection. */
export function showStatus(draft) {
  // Inside the editor's panel the line above the frame says all this already.
  if (window.parent !== window) return;
  const line = makeLine();
  const { textLost } = document.getElementById("live-preview-viewer").dataset;
  const say = (sentence) => {
    if (line.textContent !== sentence) line.textContent = sentence;
  };
  draft.addEventListener("about", ({ detail }) => say((detail.notes ?? []).join(" ")));
  draft.addEventListener("connection", ({ detail }) => {
    say({ live: "", lost: textLost, ended: detail.reason }[detail.state]);
  });
}

function makeLine() {
  const host = document.createElement("live-preview-status");
  const root = host.attachShadow({ mode: "open" });
  const style = new CSSStyleSheet();
  style.replaceSync(STYLE);
  root.adoptedStyleSheets = [style];
  const line = document.createElement("p");
  line.setAttribute("role", "status");
  root.append(line);
  document.documentElement.append(host);
  return line;
}
