/** On a screen that shows a draft: keeps the page as the draft is, by changing only what changed. */

import { Idiomorph } from "./vendor/idiomorph-0.8.0.esm.js";
import { connect } from "./socket.js";
import { ViewerStatus } from "./status.js";

const texts = document.getElementById("live-preview-viewer").dataset;
// Inside the editor's panel the line above the frame says all this already.
const status = window.parent === window ? new ViewerStatus() : { say() {} };

/** What the server believes this screen has: the markup between regions, and each region's text. */
let shown = { version: null, skeleton: [], regions: {} };

const MORPH = {
  morphStyle: "innerHTML",
  ignoreActiveValue: true,
  callbacks: {
    // What the reader has opened, typed or started playing is theirs.
    beforeAttributeUpdated: (name, node) => !(name === "open" && node.nodeName === "DETAILS"),
    beforeNodeMorphed: (node) => !(node instanceof HTMLMediaElement && !node.paused),
  },
};

const compose = ({ skeleton, regions }) => skeleton.map((part, i) => (i % 2 ? regions[part] : part)).join("");

function showWholePage(skeleton, regions) {
  shown.skeleton = skeleton;
  shown.regions = regions;
  const page = new DOMParser().parseFromString(compose(shown), "text/html");
  if (document.documentElement.dataset.previewWaiting !== undefined || !hasSameStyles(page)) return location.reload();
  document.title = page.title;
  document.documentElement.lang = page.documentElement.lang;
  document.body.className = page.body.className;
  Idiomorph.morph(document.body, page.body.innerHTML, MORPH);
}

function hasSameStyles(page) {
  const styles = (root) => [...root.querySelectorAll('head link[rel="stylesheet"]')].map((link) => link.href).join();
  return styles(page) === styles(document);
}

function applySplices(splices) {
  for (const [name, start, end, text] of splices) {
    const before = shown.regions[name];
    const after = before.slice(0, start) + text + before.slice(end);
    shown.regions[name] = after;
    const element = document.querySelector(`[data-region="${CSS.escape(name)}"]`);
    if (element) Idiomorph.morph(element, after, MORPH);
  }
}

function received(message) {
  if (message.type !== "snapshot" && message.base !== shown.version) return socket.send("again");
  shown.version = message.version;
  if (message.type === "snapshot") showWholePage(message.skeleton, message.regions);
  if (message.type === "structure") showWholePage(message.skeleton, keepNamed(message));
  if (message.type === "patch") applySplices(message.splices);
  status.say(message.notes.join(" "));
}

function keepNamed({ skeleton, regions }) {
  const all = { ...shown.regions, ...regions };
  return Object.fromEntries(skeleton.filter((_, i) => i % 2).map((name) => [name, all[name]]));
}

const socket = connect(location.pathname, {
  opened() {
    shown.version = null;
    status.say("");
  },
  received,
  lost: () => status.say(texts.textLost),
  ended: (reason) => status.say(reason),
});

// A click in a draft must not lead away from it, nor send a form.
document.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest("a[href]");
    if (!link || link.getAttribute("href").startsWith("#")) return;
    event.preventDefault();
    event.stopPropagation();
    window.open(link.href, "_blank", "noopener");
  },
  { capture: true },
);
document.addEventListener("submit", (event) => event.preventDefault(), { capture: true });
