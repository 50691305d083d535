/** What the line in the panel shows of the server's messages: the draft's outline, and notes from readers. */

import { paragraphOf, ShownText } from "../text_positions.js";
import { hasComments, isKnownComment, loadComments, onAutosave, onCommentsShown, previewPanel } from "./wagtail.js";

/**
 * Show how long the draft is, its headings and what its author should check. Changes aren't announced to screen readers: they
 * would speak at every pause.
 *
 * @param {function(object)} openField  from `openFieldsOnClick`
 */
export function showOutline(liveForm, panel, openField) {
  let outline = null;
  let isOpen = false;
  const open = (entry) => openEntry(entry, openField);
  const show = () => {
    const details = previewPanel()?.querySelector(".live-preview__outline");
    if (!details || !outline) return;
    details.hidden = false;
    details.open = isOpen;
    details.querySelector("summary").textContent = outline.summary;
    replaceList(details.querySelector("[data-outline-findings]"), listOf(outline.findings, open));
    replaceList(details.querySelector("[data-outline-headings]"), nestedListOf(outline.headings, open));
  };
  liveForm.addEventListener("message", ({ detail }) => {
    if (detail.type !== "outline") return;
    outline = detail;
    show();
  });
  // Autosave replaces the panel of a new page. An outline that was open is opened again.
  panel.addEventListener("mounted", ({ detail: line }) => {
    const details = line.querySelector(".live-preview__outline");
    details.addEventListener("toggle", () => (isOpen = details.open));
    show();
  });
}

/** Replace the section's list, unless it is the same: the focus may be in it. */
function replaceList(section, list) {
  section.hidden = !list.children.length;
  const before = section.querySelector("ul");
  if (!before.isEqualNode(list)) before.replaceWith(list);
}

function listOf(entries, open) {
  const list = document.createElement("ul");
  list.append(...entries.map((entry) => itemOf(entry, open)));
  return list;
}

/** @returns {HTMLUListElement} the headings as nested lists, each below the nearest heading of a higher rank */
function nestedListOf(headings, open) {
  const top = document.createElement("ul");
  const above = [{ level: 0, list: top }];
  for (const heading of headings) {
    if (!heading.text) continue;
    while (above.at(-1).level >= heading.level) above.pop();
    const parent = above.at(-1);
    parent.list ??= parent.item.appendChild(document.createElement("ul"));
    const item = itemOf(heading, open);
    parent.list.append(item);
    above.push({ level: heading.level, item });
  }
  return top;
}

function itemOf(entry, open) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = entry.text;
  // Two lists are equal only if their entries lead to the same elements, too.
  button.dataset.place = `${entry.path} ${entry.selector} ${entry.index}`;
  button.addEventListener("click", () => open(entry));
  const item = document.createElement("li");
  item.append(button);
  return item;
}

/** Scroll the panel's draft to the entry, and put the cursor there in the form, as a click on it in the draft would. */
function openEntry({ path, selector, index }, openField) {
  const shown = previewPanel()?.querySelector(".live-preview-frame")?.contentDocument;
  const field = path && shown?.querySelector(`[data-contentpath="${CSS.escape(path)}"]`);
  const found = shown?.querySelectorAll(selector)[index];
  const element = found && (!field || field.contains(found)) ? found : field || found;
  element?.scrollIntoView({ block: "center", behavior: "instant" });
  if (path) openField({ trail: [path], words: field && wordsAt(element, field) });
}

/** Where the element stands in the words of `field`, as `findPosition` reads it; within all of them if it has no own. */
function wordsAt(element, field) {
  const shown = new ShownText(field);
  const bounds = shown.boundsOf(paragraphOf(element)) ?? { start: 0, end: shown.text.length };
  return { text: shown.text, ...bounds, at: shown.startOf(element) };
}

/** Add notes from readers to Wagtail's comments while the page is open, and tell the author. */
export function showNewNotes(liveForm, panel) {
  /** Notes that no save has returned yet, by the comment's id. */
  const unsaved = new Map();
  let words = "";

  const show = () => {
    const line = previewPanel()?.querySelector(".live-preview__new-note");
    if (line && line.textContent !== words) line.textContent = words;
  };
  panel.addEventListener("mounted", show);
  onCommentsShown(() => {
    words = "";
    show();
  });

  liveForm.addEventListener("message", ({ detail }) => {
    if (detail.type !== "comments") return;
    const isLive = hasComments();
    const added = isLive ? detail.comments.filter(({ pk }) => !isKnownComment(pk)) : detail.comments;
    if (!added.length) return;
    for (const comment of added) unsaved.set(comment.pk, { ...detail, comments: [comment] });
    if (isLive) loadComments({ ...detail, comments: added });
    const { textAdded, textReload } = panel.template.content.querySelector(".live-preview__new-note").dataset;
    words = (isLive ? textAdded : textReload).replace("{note}", () => added.at(-1).text.replaceAll(/\s+/g, " "));
    show();
  });

  // Wagtail shows only the comments that a save returns: those that were sent with it. Later ones are added again.
  onAutosave(({ comments }) => {
    if (!comments) return;
    for (const { pk } of comments.comments) unsaved.delete(pk);
    setTimeout(() => {
      for (const [pk, note] of unsaved) if (!isKnownComment(pk)) loadComments(note);
    });
  });
}
