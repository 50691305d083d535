/** Who edits and watches the page: shown in the editor's panel, and on screens, where another draft can be chosen. */

const list = (names) => new Intl.ListFormat(document.documentElement.lang || "en").format(names);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const isOne = (number) => new Intl.PluralRules(document.documentElement.lang || "en").select(number) === "one";

/** Show in the panel's line who else edits the page, and who watches it. */
export function showPresenceInPanel(liveForm, panel) {
  let presence = null;
  const show = () => {
    const line = document.querySelector("[data-live-preview-presence]");
    if (!line) return;
    const words = presence ? panelText(presence, textsOf(line.dataset)) : "";
    if (line.textContent !== words) line.textContent = words;
  };
  liveForm.addEventListener("message", ({ detail }) => {
    if (detail.type !== "presence") return;
    presence = detail;
    show();
  });
  panel.addEventListener("mounted", show);
}

/** Show on a screen whose draft it shows and who else is there, with a button for each other draft of the page. */
export function showPresenceOnScreen(draft, bar) {
  const texts = textsOf(document.getElementById("live-preview-presence").dataset);
  const slot = bar.slot("presence");
  let before = null;
  let chosen = null;
  draft.addEventListener("message", ({ detail }) => {
    if (detail.type !== "presence") return;
    const moved = before?.session && before.session !== detail.session && detail.session !== chosen;
    const words = screenText(detail, texts, moved);
    const buttons = draftButtons(detail, texts, (session) => {
      chosen = session;
      draft.send({ type: "watch", session });
    });
    slot.replaceChildren(words, ...buttons.flatMap((button) => [" ", button]));
    before = detail;
  });
}

function panelText(presence, texts) {
  const others = presence.editors.filter(({ session }) => session !== presence.session);
  const names = others.map(({ name, you }) => (you ? texts.ownTab : name));
  const editing = names.length ? fill(texts.editing, { names: list([...new Set(names)]) }) : "";
  return [editing, watchersText(presence, texts, {})].filter(Boolean).join(" ");
}

function screenText(presence, texts, moved) {
  const shown = presence.editors.find(({ session }) => session === presence.session);
  const words = [];
  if (shown && (moved || presence.editors.length > 1)) words.push(editorText(moved ? "moved" : "shown", shown, texts));
  const isGuest = [...presence.editors, ...presence.viewers].some(({ name }) => !name);
  words.push(watchersText(presence, texts, { isScreen: true, isGuest }));
  return words.filter(Boolean).join(" ");
}

/** @returns {string} who watches: users by name, guests by number; empty if nobody else does */
function watchersText({ viewers, guests }, texts, { isScreen, isGuest }) {
  const others = isGuest ? [] : viewers.filter(({ you }) => !you).map(({ name }) => name);
  if (!isScreen && viewers.some(({ you }) => you)) others.push(texts.you);
  // A guest receives no names, so users count as guests do. The guest is one of them.
  const number = isGuest ? viewers.length + guests - 1 : guests;
  if (number) others.push(fill(isOne(number) ? texts.guest : texts.guests, { number }));
  return others.length ? fill(texts.watching, { names: list(others) }) : "";
}

function draftButtons(presence, texts, choose) {
  const others = presence.editors.filter(({ session }) => session !== presence.session);
  return others.map((editor) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = editorText("show", editor, texts);
    button.addEventListener("click", () => choose(editor.session));
    return button;
  });
}

/** @returns {string} the text of that kind about an editor: the reader, somebody with a name, or (for guests) without */
function editorText(kind, { name, you }, texts) {
  return you ? texts[`${kind}Own`] : name ? fill(texts[kind], { name }) : texts[`${kind}Guest`];
}

/** @returns {object} the texts of the `data-text-…` attributes, by name */
function textsOf(data) {
  const named = Object.entries(data).filter(([name]) => name.startsWith("text") && name !== "text");
  return Object.fromEntries(named.map(([name, text]) => [name[4].toLowerCase() + name.slice(5), text]));
}
