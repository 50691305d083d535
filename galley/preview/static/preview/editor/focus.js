/** Where the author's cursor stands, told to the screens that follow. */

import { blockAtCursor, wordsAtCursor } from "./cursor.js";
import { pathOf } from "./fields.js";

const PAUSE = 60;

/**
 * Tell the server which field is being edited, for screens everywhere, and the screens of this browser the words too.
 * It waits for a moment's rest: what is typed is followed by the patches themselves.
 */
export function tellFocus(editor) {
  const screens = new BroadcastChannel("live-preview");
  let path = "";
  let timer;

  const tell = () => {
    const active = document.activeElement;
    if (!editor.form.contains(active)) return;
    const now = pathOf(active);
    if (now && now !== path) {
      path = now;
      editor.send({ type: "focus", path });
    }
    if (!editor.about.tab) return;
    screens.postMessage({ type: "caret", tab: editor.about.tab, path, block: blockAtCursor(), words: wordsAtCursor() });
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(tell, PAUSE);
  };
  document.addEventListener("selectionchange", soon);
  editor.form.addEventListener("focusin", soon);
  // A connection that is new knows nothing of it.
  editor.addEventListener("about", ({ detail }) => {
    if (path && (detail.focus ?? "") === "") editor.send({ type: "focus", path });
  });
}
