/** Elements of a page to what they are now, with what the reader has done to them left alone. */

import { Idiomorph } from "../vendor/idiomorph-0.8.0.esm.js";

const RULES = {
  ignoreActiveValue: true,
  callbacks: {
    // What the reader has opened, typed or started playing is theirs.
    beforeAttributeUpdated: (name, node) => !(name === "open" && node.nodeName === "DETAILS"),
    beforeNodeMorphed(node, now) {
      if (node instanceof Text && now instanceof Text) return writeText(node, now.data);
      return !isInUse(node);
    },
  },
};

/** Whether the reader plays it, or has typed or chosen something in it. */
function isInUse(node) {
  if (node instanceof HTMLMediaElement) return !node.paused;
  if (node instanceof HTMLSelectElement) {
    return node.selectedOptions[0] !== ([...node.options].find((one) => one.defaultSelected) ?? node.options[0]);
  }
  if (node instanceof HTMLInputElement) return node.value !== node.defaultValue || node.checked !== node.defaultChecked;
  return node instanceof HTMLTextAreaElement && node.value !== node.defaultValue;
}

/** Make the text of `node` be `text` by changing only what differs: a selection in the rest of it stays. */
function writeText(node, text) {
  const before = node.data;
  const shorter = Math.min(before.length, text.length);
  let start = 0;
  while (start < shorter && before[start] === text[start]) start++;
  let same = 0;
  while (same < shorter - start && before.at(-1 - same) === text.at(-1 - same)) same++;
  if (before !== text) node.replaceData(start, before.length - start - same, text.slice(start, text.length - same));
  return false;
}

/** Make the content of `element` be `html`. */
export function morphWhole(element, html) {
  Idiomorph.morph(element, html, { ...RULES, morphStyle: "innerHTML" });
}

/**
 * Make the content of `element` be `after`, where it was made from `before`.
 *
 * A key changes one paragraph of a text that may have hundreds. It is found by comparing the two texts as they were
 * written, and alone is touched; where more has changed than one node, the whole content is compared.
 */
export function morphContent(element, before, after) {
  const [old, now] = [parse(before), parse(after)];
  const live = element.childNodes;
  const at = onlyDifference(old, now);
  if (at === null || live.length !== old.length || live[at].nodeName !== now[at].nodeName) {
    return morphWhole(element, after);
  }
  if (live[at] instanceof Text) writeText(live[at], now[at].data);
  else Idiomorph.morph(live[at], now[at], { ...RULES, morphStyle: "outerHTML" });
}

/** @returns {number | null} where the one node stands in which two lists of nodes differ */
function onlyDifference(old, now) {
  if (old.length !== now.length) return null;
  const differing = old.flatMap((node, i) => (node.isEqualNode(now[i]) ? [] : [i]));
  return differing.length === 1 ? differing[0] : null;
}

function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return [...template.content.childNodes];
}
