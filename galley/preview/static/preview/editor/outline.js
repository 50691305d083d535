/** In the panel's line: how long the draft is, its headings, and what its author should look at. */

import { paragraphOf, ShownText } from "../places.js";

/** Show the outline of what is written in `editor`. Nothing is announced: it would speak at every pause. */
export function showOutline(editor) {
  const screens = new BroadcastChannel("live-preview");
  const open = (place) => lead(place, editor, screens);
  let outline = null;
  let isOpen = false;
  const show = () => {
    const details = editor.panel.container?.querySelector(".live-preview__outline");
    if (!details || !outline) return;
    details.hidden = false;
    details.open = isOpen;
    details.querySelector("summary").textContent = outline.summary;
    fill(details.querySelector("[data-outline-findings]"), listOf(outline.findings, open));
    fill(details.querySelector("[data-outline-headings]"), nested(outline.headings, open));
  };
  editor.addEventListener("message", ({ detail }) => {
    if (detail.type !== "outline") return;
    outline = detail;
    show();
  });
  // Autosave replaces the panel of a new page: what was open stays open.
  editor.panel.addEventListener("mounted", ({ detail: line }) => {
    const details = line.querySelector(".live-preview__outline");
    details.addEventListener("toggle", () => (isOpen = details.open));
    show();
  });
}

/** Exchange the section's list, unless it says and means the same already: the reader may stand in it. */
function fill(section, list) {
  section.hidden = !list.children.length;
  const before = section.querySelector("ul");
  if (!before.isEqualNode(list)) before.replaceWith(list);
}

function listOf(places, open) {
  const list = document.createElement("ul");
  list.append(...places.map((place) => item(place, open)));
  return list;
}

/** @returns {HTMLUListElement} the headings as lists within lists, each below the nearest one of a lower level */
function nested(headings, open) {
  const top = document.createElement("ul");
  const above = [{ level: 0, list: top }];
  for (const heading of headings) {
    if (!heading.text) continue;
    while (above.at(-1).level >= heading.level) above.pop();
    const parent = above.at(-1);
    parent.list ??= parent.item.appendChild(document.createElement("ul"));
    const entry = item(heading, open);
    parent.list.append(entry);
    above.push({ level: heading.level, item: entry });
  }
  return top;
}

function item(place, open) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = place.text;
  button.dataset.place = `${place.path} ${place.selector} ${place.index}`;
  button.addEventListener("click", () => open(place));
  const entry = document.createElement("li");
  entry.append(button);
  return entry;
}

/** Bring the place into view in the panel, and put the cursor there in the form, as a click on it in the preview would. */
function lead({ path, selector, index }, editor, screens) {
  const shown = editor.panel.container?.querySelector(".live-preview-frame")?.contentDocument;
  const field = path && shown?.querySelector(`[data-contentpath="${CSS.escape(path)}"]`);
  const found = shown?.querySelectorAll(selector)[index];
  const element = found && (!field || field.contains(found)) ? found : field || found;
  element?.scrollIntoView({ block: "center", behavior: "instant" });
  if (path) screens.postMessage({ type: "pick", tab: editor.about.tab, trail: [path], words: field && wordsAt(element, field) });
}

/** Where in the words of `field` the element stands, as `findPlace` reads it; among all of them if it has none itself. */
function wordsAt(element, field) {
  const shown = new ShownText(field);
  const bounds = shown.boundsOf(paragraphOf(element)) ?? { start: 0, end: shown.text.length };
  return { text: shown.text, ...bounds, at: shown.startOf(element) };
}
