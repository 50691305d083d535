/**
 * Changes a part of the page into its next state, and leaves in place what the reader holds: the selection, the focus,
 * opened details, what was typed, what plays.
 *
 * What is the same stays the same node. The paragraph with the selection or the focus isn't moved: others move around it.
 */

import { findSplice } from "../splices.js";
import { findStaying, pairNodes } from "./pairing.js";

/**
 * Change the content of `element` into that of `now`.
 *
 * @param {Element} element  on the page
 * @param {Element | DocumentFragment} now
 * @param {DocumentFragment | null} before  the server's last state of it: what is equal there isn't touched on the page
 */
export function morphContent(element, now, before = null) {
  const held = whatIsHeld();
  morphChildren(element, now, before);
  giveBack(held);
}

function morphChildren(parent, now, before = null) {
  const target = contentOf(parent);
  const shown = [...target.childNodes];
  const wanted = [...contentOf(now).childNodes];
  const old = before && haveSameNames(before.childNodes, shown) ? [...before.childNodes] : shown;
  const partners = pairNodes(old, wanted);
  const staying = findStaying(partners, heldIndex(target, shown));
  const paired = new Set(partners);
  for (const [i, node] of shown.entries()) if (!paired.has(i) && !isOpenDialog(node)) node.remove();
  let next = null;
  for (let j = wanted.length - 1; j >= 0; j--) {
    const partner = partners[j];
    const node = partner === -1 ? document.importNode(wanted[j], true) : shown[partner];
    if (!staying.has(j)) put(node, target, next);
    if (partner !== -1 && !old[partner].isEqualNode(wanted[j])) morph(node, wanted[j]);
    next = node;
  }
}

function morph(node, now) {
  if (!(node instanceof Element)) return writeText(node, now.data);
  if (isInUse(node)) return;
  morphAttributes(node, now);
  morphChildren(node, now);
}

function morphAttributes(element, now) {
  // The reader opens and closes details.
  const isLeft = (name) => name === "open" && element.localName === "details";
  for (const { name } of [...element.attributes]) {
    if (!now.hasAttribute(name) && !isLeft(name)) element.removeAttribute(name);
  }
  for (const attribute of now.attributes) {
    const { name, value } = attribute;
    // `setAttribute` would lose the namespace, which attributes in an SVG may have.
    if (element.getAttribute(name) !== value && !isLeft(name)) element.setAttributeNode(attribute.cloneNode());
  }
}

/** Change only the characters of `node` that differ from `text`: a selection in the others stays. */
function writeText(node, text) {
  const [start, end, replacement] = findSplice(node.data, text);
  if (node.data !== text) node.replaceData(start, end - start, replacement);
}

/** Whether the reader plays the media, or is in the control or has typed or chosen something there. */
function isInUse(node) {
  if (node instanceof HTMLMediaElement) return !node.paused;
  if (!node.matches("input, select, textarea")) return false;
  if (node === document.activeElement) return true;
  if (node instanceof HTMLSelectElement) {
    return node.selectedOptions[0] !== ([...node.options].find((one) => one.defaultSelected) ?? node.options[0]);
  }
  return node.value !== node.defaultValue || (node.checked ?? false) !== (node.defaultChecked ?? false);
}

/** Whether the reader has opened the dialog: a picture is shown enlarged in one that isn't in the page's own markup. */
const isOpenDialog = (node) => node instanceof HTMLDialogElement && node.open;

function put(node, parent, next) {
  // A frame that is moved this way isn't loaded again, and the focus stays in it.
  if (parent.moveBefore && node.parentNode === parent) parent.moveBefore(node, next);
  else parent.insertBefore(node, next);
}

function whatIsHeld() {
  const { anchorNode, anchorOffset, focusNode, focusOffset } = getSelection();
  return { active: document.activeElement, anchorNode, anchorOffset, focusNode, focusOffset };
}

/** Where nodes that the reader holds had to be moved: focus and select them again. */
function giveBack({ active, anchorNode, anchorOffset, focusNode, focusOffset }) {
  if (active?.isConnected && active !== document.activeElement) active.focus({ preventScroll: true });
  const selection = getSelection();
  const isLost = selection.anchorNode !== anchorNode || selection.focusNode !== focusNode;
  if (!isLost || !anchorNode?.isConnected || !focusNode?.isConnected) return;
  const within = (node, offset) => Math.min(offset, node.data?.length ?? node.childNodes.length);
  selection.setBaseAndExtent(anchorNode, within(anchorNode, anchorOffset), focusNode, within(focusNode, focusOffset));
}

/** @returns {number} the index of the one among `nodes`, the children of `parent`, that has the selection or the focus */
function heldIndex(parent, nodes) {
  const { anchorNode, isCollapsed } = getSelection();
  let near = isCollapsed ? document.activeElement : anchorNode;
  while (near && near.parentNode !== parent) near = near.parentNode;
  return near ? nodes.indexOf(near) : -1;
}

const contentOf = (node) => (node instanceof HTMLTemplateElement ? node.content : node);

function haveSameNames(some, others) {
  return some.length === others.length && [...some].every((node, i) => node.nodeName === others[i].nodeName);
}
