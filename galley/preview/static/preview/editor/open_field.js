/** Opens the field of the form that belongs to what was clicked on a screen of this browser, or chosen in the outline. */

import { findPosition } from "../text_positions.js";
import { putCursor, reveal } from "./cursor.js";
import { fieldsIn, imageNamesIn, labelOf, partAt, richBlocks, richInput, textOf } from "./wagtail.js";

/** How many letters must agree in a search of the whole form: fewer may come from the site's header or footer. */
const ENOUGH_LETTERS = 16;

/**
 * Answer the screens that show this tab's draft; `screen/click_to_edit.js` is the other side.
 *
 * @returns {function(object)} opens the field for a click, as that file describes it
 */
export function openFieldsOnClick(liveForm, panel) {
  const screens = new BroadcastChannel("live-preview-clicks");
  const say = (type, more) => liveForm.about.tab && screens.postMessage({ type, tab: liveForm.about.tab, ...more });
  const open = (click) => {
    say("opened", { field: openField(liveForm.form, click) });
    panel.settings.set("hasClicked", true);
  };
  screens.addEventListener("message", ({ data }) => {
    if (!liveForm.about.tab || data.tab !== liveForm.about.tab) return;
    if (data.type === "hello") say("here");
    if (data.type === "click") open(data);
  });
  liveForm.addEventListener("about", () => say("here"));
  return open;
}

/** @returns {string | null} the label of the field that was opened; null if the form has none for what was clicked */
function openField(form, click) {
  const part = partAt(form, click.trail);
  const found = findField(part, click, part === form);
  if (found) putCursor(found.field, found.offset);
  else if (part === form) return null;
  else reveal(part);
  return labelOf(found?.field ?? fieldsIn(part)[0] ?? part);
}

/** @returns {{field: Element, offset: number | null} | null} */
function findField(part, { block, image, words }, isWholeForm) {
  const fields = fieldsIn(part);
  const withImage = image && fieldWithImage(fields, image);
  if (withImage) return { field: withImage, offset: null };
  const rich = block && fields.filter((field) => hasBlock(field, block));
  const candidates = rich?.length ? rich : fields;
  const found = words && findPosition(words, candidates.map(textOf), isWholeForm ? ENOUGH_LETTERS : undefined);
  if (found) return { field: candidates[found.index], offset: found.offset };
  return candidates.length === 1 ? { field: candidates[0], offset: null } : null;
}

function fieldWithImage(fields, { name, index }) {
  const same = fields.filter((field) => imageNamesIn(field).includes(name));
  return same[Math.min(index, same.length - 1)];
}

function hasBlock(field, key) {
  const input = richInput(field);
  return input && richBlocks(input).some((paragraph) => paragraph.key === key);
}
