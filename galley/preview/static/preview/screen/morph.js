/**
 * Changes a part of the page into its next state, and leaves in place what the reader holds: the selection, the focus,
 * opened details, what was typed, what plays.
 *
 * What is the same stays the same node. The paragraph with the selection or the focus isn't moved: others move around it.
 */

import { findSplice } from "../splices.js";
import { findWords, paragraphOf, ShownText } from "../text_positions.js";
import { findStaying, pairNodes } from "./pairing.js";

/** Nodes on the page that came from the server. A script of the page has added the others. */
const fromServer = new WeakSet();

/**
 * Change the content of `element` into that of `now`.
 *
 * @param {Element} element  on the page
 * @param {Element | DocumentFragment} now
 * @param {Node} before  the server's last state of it: what is equal there isn't touched on the page, and what a script
 *   of the page has added stays
 */
export function morphContent(element, now, before = element) {
  const held = new Held(element);
  morphChildren(element, now, before);
  if (before === element) noteNodes(element);
  held.giveBack();
}

function morphChildren(parent, now, before) {
  const target = contentOf(parent);
  const wanted = [...contentOf(now).childNodes];
  const [shown, old] = nodesOfServer([...target.childNodes], [...contentOf(before).childNodes]);
  const partners = pairNodes(old, wanted);
  const staying = findStaying(partners, heldIndex(target, shown));
  const paired = new Set(partners);
  for (const [i, node] of shown.entries()) if (!paired.has(i) && !isOpenDialog(node)) node.remove();
  let next = null;
  for (let j = wanted.length - 1; j >= 0; j--) {
    const partner = partners[j];
    const node = partner === -1 ? noteNodes(document.importNode(wanted[j], true)) : shown[partner];
    if (!staying.has(j)) put(node, target, next);
    if (partner !== -1 && !old[partner].isEqualNode(wanted[j])) morph(node, wanted[j], old[partner]);
    next = node;
  }
}

function noteNodes(root) {
  const nodes = document.createTreeWalker(root);
  do fromServer.add(nodes.currentNode);
  while (nodes.nextNode());
  return root;
}

/** @returns {[Node[], Node[]]} the nodes on the page that came from the server, and the server's last state of each */
function nodesOfServer(all, old) {
  const shown = all.filter((node) => fromServer.has(node));
  const areKnown = shown.length === old.length && shown.every(({ nodeName }, i) => nodeName === old[i].nodeName);
  // A script of the page may have replaced some: then the page itself is taken for the server's last state.
  return areKnown ? [shown, old] : [all, all];
}

function morph(node, now, before) {
  if (!(node instanceof Element)) return writeText(node, now.data);
  if (isInUse(node)) return;
  morphAttributes(node, now, before);
  morphChildren(node, now, before);
}

function morphAttributes(element, now, before) {
  // The reader opens and closes details.
  const isLeft = (name) => name === "open" && element.localName === "details";
  for (const { name } of [...before.attributes]) {
    if (!now.hasAttribute(name) && !isLeft(name)) element.removeAttribute(name);
  }
  for (const attribute of now.attributes) {
    const { name, value } = attribute;
    if (before.getAttribute(name) === value || element.getAttribute(name) === value || isLeft(name)) continue;
    // `setAttribute` would lose the namespace, which attributes in an SVG may have.
    element.setAttributeNode(attribute.cloneNode());
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

/** What the reader holds in `element` before it is changed: the focus, and the selected words. */
class Held {
  constructor(element) {
    this.element = element;
    this.focused = document.activeElement;
    const hasFocus = this.focused !== document.body && element.contains(this.focused);
    this.rank = hasFocus ? this.equalToFocused().indexOf(this.focused) : -1;
    const { anchorNode, anchorOffset, focusNode, focusOffset } = getSelection();
    this.ends = { anchorNode, anchorOffset, focusNode, focusOffset };
    const range = selectedRange();
    if (!range?.intersectsNode(element)) return;
    this.isBackward = anchorNode !== range.startContainer || anchorOffset !== range.startOffset;
    this.words = String(range);
    this.root = element.contains(range.commonAncestorContainer) ? element : document.body;
    this.shown = new ShownText(this.root);
    this.bounds = this.shown.boundsOfRange(range);
    this.paragraph = this.shown.boundsOf(paragraphOf(elementOf(range.commonAncestorContainer)));
  }

  equalToFocused() {
    return [...this.element.querySelectorAll(this.focused.localName)].filter((one) => one.isEqualNode(this.focused));
  }

  /** Focus and select again what had to be moved, or was made again elsewhere: in another element, or in one more. */
  giveBack() {
    if (this.rank !== -1 && !this.focused.isConnected) {
      const equal = this.equalToFocused();
      this.focused = equal[Math.min(this.rank, equal.length - 1)];
    }
    if (this.focused?.isConnected && this.focused !== document.activeElement) this.focused.focus({ preventScroll: true });
    const { anchorNode, anchorOffset, focusNode, focusOffset } = this.ends;
    const selection = getSelection();
    const isLost = selection.anchorNode !== anchorNode || selection.focusNode !== focusNode;
    if (isLost && anchorNode?.isConnected && focusNode?.isConnected) {
      select({ node: anchorNode, at: anchorOffset }, { node: focusNode, at: focusOffset });
    }
    if (this.bounds && String(selectedRange() ?? "") !== this.words) this.selectWords();
  }

  selectWords() {
    const shown = new ShownText(this.root);
    const found = findWords(this.shown.text, this.bounds, this.paragraph, shown.text);
    if (!found) return;
    const last = shown.nodeAt(found.end - 1);
    const ends = [shown.nodeAt(found.start), { ...last, at: last.at + 1 }];
    select(...(this.isBackward ? ends.reverse() : ends));
  }
}

function selectedRange() {
  const selection = getSelection();
  return selection.rangeCount && !selection.isCollapsed ? selection.getRangeAt(0) : null;
}

function select(anchor, focus) {
  const within = ({ node, at }) => [node, Math.min(at, node.data?.length ?? node.childNodes.length)];
  getSelection().setBaseAndExtent(...within(anchor), ...within(focus));
}

/** @returns {number} the index of the one among `nodes`, the children of `parent`, that has the selection or the focus */
function heldIndex(parent, nodes) {
  const { anchorNode, isCollapsed } = getSelection();
  let near = isCollapsed ? document.activeElement : anchorNode;
  while (near && near.parentNode !== parent) near = near.parentNode;
  return near ? nodes.indexOf(near) : -1;
}

const elementOf = (node) => (node instanceof Element ? node : node.parentElement);
const contentOf = (node) => (node instanceof HTMLTemplateElement ? node.content : node);
