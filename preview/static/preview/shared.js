/** On a guest's screen: whose draft this is, and until when the link shows it. */

const STYLE = `
  p { position: fixed; inset: auto 0 0; z-index: 2147483646; margin: 0; padding: 0.6em 1em;
      font: 0.875rem/1.4 system-ui, sans-serif; color: #fff; background: #1d1b18; border-top: 3px solid #c8321f; }
  p:empty { display: none; }
`;

/** Say what the server tells about the link, with the date as the reader's own clock has it. */
export function showLink(draft) {
  const { textShared, language } = document.getElementById("live-preview-viewer").dataset;
  const date = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short" });
  let line;
  draft.addEventListener("message", ({ detail }) => {
    if (detail.type !== "link") return;
    line ??= makeLine();
    line.textContent = textShared
      .replace("{title}", () => detail.title)
      .replace("{date}", () => date.format(new Date(detail.until)));
  });
}

function makeLine() {
  const host = document.createElement("live-preview-link");
  const root = host.attachShadow({ mode: "open" });
  const style = new CSSStyleSheet();
  style.replaceSync(STYLE);
  root.adoptedStyleSheets = [style];
  const line = document.createElement("p");
  root.append(line);
  document.documentElement.append(host);
  return line;
}
