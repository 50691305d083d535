/** A click on a screen of this browser leads to the field that it met. */

import { putCursor, reveal } from "./cursor.js";
import { fieldsIn, labelOf, partAt, picturesIn, richBlocks, richInput, textOf } from "./fields.js";
import { findPlace } from "../matching.js";

/** In a whole form, fewer letters than these prove nothing: words of the site's frame would lead astray. */
const PROOF = 16;

/** Answer the screens that show this tab's draft: `pick.js` is the other side. */
export function openPicked(editor) {
  const screens = new BroadcastChannel("live-preview");
  const say = (type, more) => editor.about.tab && screens.postMessage({ type, tab: editor.about.tab, ...more });
  screens.addEventListener("message", ({ data }) => {
    if (!editor.about.tab || data.tab !== editor.about.tab) return;
    if (data.type === "hello") say("here");
    if (data.type !== "pick") return;
    say("opened", { field: open(editor.form, data) });
    editor.panel.settings.set("hasPicked", true);
  });
  editor.addEventListener("about", () => say("here"));
}

/** @returns {string | null} what the field that was opened is called; null if the form has none for what was clicked */
function open(form, pick) {
  const part = partAt(form, pick.trail);
  const found = findField(part, pick, part === form);
  if (found) putCursor(found.field, found.offset);
  else if (part === form) return null;
  else reveal(part);
  return labelOf(found?.field ?? fieldsIn(part)[0] ?? part);
}

/** @returns {{field: Element, offset: number | null} | null} */
function findField(part, { block, picture, words }, isWholeForm) {
  const fields = fieldsIn(part);
  const pictured = picture && withPicture(fields, picture);
  if (pictured) return { field: pictured, offset: null };
  const rich = block && fields.filter((field) => hasBlock(field, block));
  const candidates = rich?.length ? rich : fields;
  const found = words && findPlace(words, candidates.map(textOf), isWholeForm ? PROOF : undefined);
  if (found) return { field: candidates[found.index], offset: found.offset };
  return candidates.length === 1 ? { field: candidates[0], offset: null } : null;
}

function withPicture(fields, { file, nth }) {
  const same = fields.filter((field) => picturesIn(field).includes(file));
  return same[Math.min(nth, same.length - 1)];
}

function hasBlock(field, key) {
  const input = richInput(field);
  return input && richBlocks(input).some((paragraph) => paragraph.key === key);
}
