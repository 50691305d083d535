/** Who else is at the page: said in the editor's panel, and on screens, where another draft can be chosen. */

const list = (names) => new Intl.ListFormat(document.documentElement.lang || "en").format(names);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const isOne = (number) => new Intl.PluralRules(document.documentElement.lang || "en").select(number) === "one";

/** @returns {string} those who watch: users by name, guests by number; empty if nobody does */
function watching({ viewers, guests }, texts, { me, isGuest }) {
  const others = isGuest ? [] : viewers.filter(({ you }) => !you).map(({ name }) => name);
  if (!me && viewers.some(({ you }) => you)) others.push(texts.you);
  // Guests aren't told who is who: to them everybody counts alike, and they themselves don't.
  const number = isGuest ? viewers.length + guests - 1 : guests;
  if (number) others.push(fill(isOne(number) ? texts.guest : texts.guests, { number }));
  return others.length ? fill(texts.watching, { names: list(others) }) : "";
}

/** Say in the panel's line who else edits the page, and who watches. */
export function tellPresence(editor) {
  let people = null;
  const show = () => {
    const line = document.querySelector("[data-live-preview-presence]");
    if (!line) return;
    const words = people ? wordsForEditor(people, line.dataset) : "";
    if (line.textContent !== words) line.textContent = words;
  };
  editor.addEventListener("message", ({ detail }) => {
    if (detail.type !== "presence") return;
    people = detail;
    show();
  });
  editor.panel.addEventListener("mounted", show);
}

function wordsForEditor(people, data) {
  const texts = textsOf(data);
  const others = people.editors.filter(({ session }) => session !== people.session);
  const names = others.map(({ name, you }) => (you ? texts.ownTab : name));
  const editing = names.length ? fill(texts.editing, { names: list([...new Set(names)]) }) : "";
  return [editing, watching(people, texts, {})].filter(Boolean).join(" ");
}

/** Say on a screen whose draft it shows and who else is there, and let its reader see another draft of the page. */
export function showPresence(draft, bar) {
  const texts = textsOf(document.getElementById("live-preview-presence").dataset);
  const place = bar.slot("presence");
  let before = null;
  let wanted = null;
  draft.addEventListener("message", ({ detail }) => {
    if (detail.type !== "presence") return;
    const moved = before?.session && before.session !== detail.session && detail.session !== wanted;
    const words = wordsForScreen(detail, texts, moved);
    const offers = offersOf(detail, texts, (session) => {
      wanted = session;
      draft.send({ type: "watch", session });
    });
    place.replaceChildren(words, ...offers.flatMap((button) => [" ", button]));
    before = detail;
  });
}

function wordsForScreen(people, texts, moved) {
  const shown = people.editors.find(({ session }) => session === people.session);
  const words = [];
  if (shown && (moved || people.editors.length > 1)) words.push(named(moved ? "moved" : "shown", shown, texts));
  const isGuest = [...people.editors, ...people.viewers].some(({ name }) => !name);
  words.push(watching(people, texts, { me: true, isGuest }));
  return words.filter(Boolean).join(" ");
}

function offersOf(people, texts, choose) {
  const others = people.editors.filter(({ session }) => session !== people.session);
  return others.map((editor) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = named("show", editor, texts);
    button.addEventListener("click", () => choose(editor.session));
    return button;
  });
}

/** @returns {string} the text of that kind about an editor: oneself, somebody with a name, or (for guests) without */
function named(kind, { name, you }, texts) {
  return you ? texts[`${kind}Own`] : name ? fill(texts[kind], { name }) : texts[`${kind}Guest`];
}

/** @returns {object} the texts of `data-text-…` attributes, by name */
function textsOf(data) {
  const named = Object.entries(data).filter(([name]) => name.startsWith("text") && name !== "text");
  return Object.fromEntries(named.map(([name, text]) => [name[4].toLowerCase() + name.slice(5), text]));
}
