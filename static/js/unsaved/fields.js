/** The fields of an edit form as texts, and which words of one form another doesn't have. */

// What a form says about itself, not what somebody has written: it differs after each save.
const TECHNICAL =
  /^(csrfmiddlewaretoken|next|overwrite_revision_id|loaded_revision_.*)$|-(id|uuid|type|order|ORDER|deleted|DELETE|count|[A-Z_]+_FORMS)$/;

/**
 * @param {[string, string][]} entries  names and values of a form, in its order
 * @returns {Map<string, string>} the text of each field. Blocks of a stream are named by their id instead of their
 *   position. Deleted blocks and rows are left out.
 */
export function readTexts(entries) {
  const values = new Map(entries);
  const texts = new Map();
  for (const [name, value] of entries) {
    const prefixes = [...name.matchAll(/-/g)].map(({ index }) => name.slice(0, index));
    const isDeleted = prefixes.some((prefix) => values.get(`${prefix}-deleted`) || values.get(`${prefix}-DELETE`));
    if (TECHNICAL.test(name) || isDeleted) continue;
    const text = textOf(value);
    if (text.trim()) texts.set(stableName(name, prefixes, values), text);
  }
  return texts;
}

function stableName(name, prefixes, values) {
  for (const prefix of prefixes.reverse()) {
    const id = values.get(`${prefix}-id`);
    if (id) return `${id}${name.slice(prefix.length)}`;
  }
  return name;
}

/** @returns {string} the text of a value: of rich text, what its editor stores as JSON, the text alone */
function textOf(value) {
  if (!value.startsWith('{"')) return value;
  try {
    const { blocks } = JSON.parse(value);
    return blocks.map(({ text }) => text).join("\n");
  } catch {
    return value;
  }
}

const WORD = /[\p{L}\p{M}\p{N}]+/gu;

/**
 * @param {Map<string, string>} unsaved
 * @param {Map<string, string>} saved
 * @returns {Set<string>} the words that stand in `unsaved` more often than in `saved`, wherever they stand
 */
export function findMissingWords(unsaved, saved) {
  const counts = new Map();
  const count = (texts, step) => {
    for (const text of texts.values()) {
      for (const [word] of text.matchAll(WORD)) counts.set(word, (counts.get(word) ?? 0) + step);
    }
  };
  count(unsaved, 1);
  count(saved, -1);
  return new Set([...counts].filter(([, number]) => number > 0).map(([word]) => word));
}

/**
 * @param {[string, string][]} entries  names and values of a form
 * @param {[string, string][]} saved  those that the server has
 * @returns {string[]} the names of the inputs that mark a block as deleted, for blocks with words that were never saved
 */
export function findUnsavedDeletions(entries, saved) {
  const deletions = entries.filter(([name, value]) => value && name.endsWith("-deleted")).map(([name]) => name);
  return deletions.filter((name) => {
    const prefix = name.slice(0, -"deleted".length);
    // Blocks inside, too, were deleted with it, or before.
    const textsIn = (form) => readTexts(form.filter(([other]) => other.startsWith(prefix) && !other.endsWith("-deleted")));
    return findMissingWords(textsIn(entries), textsIn(saved)).size;
  });
}

/**
 * @param {[string, string][]} entries  names and values of a form
 * @param {string[]} deletions  what `findUnsavedDeletions` has found
 * @returns {Map<string, string>} the fields to change so that these blocks come back to their places. A deleted block
 *   and the one that follows it have the same order, which Wagtail's server can't sort.
 */
export function undoDeletions(entries, deletions) {
  const values = new Map(entries);
  const changes = new Map(deletions.map((name) => [name, ""]));
  for (const list of new Set(deletions.map((name) => name.replace(/-\d+-deleted$/, "")))) {
    const prefixes = Array.from({ length: Number(values.get(`${list}-count`)) }, (_, index) => `${list}-${index}`);
    prefixes
      .map((prefix) => ({ prefix, order: Number(values.get(`${prefix}-order`)), isBack: changes.has(`${prefix}-deleted`) }))
      .filter(({ prefix, isBack }) => isBack || !values.get(`${prefix}-deleted`))
      .sort((one, other) => one.order - other.order || other.isBack - one.isBack)
      .forEach(({ prefix }, place) => changes.set(`${prefix}-order`, String(place)));
  }
  return changes;
}

/** @returns {(string | {word: string})[]} `text` in pieces, those of `words` as objects */
export function markWords(text, words) {
  const pieces = [];
  let end = 0;
  for (const { 0: word, index } of text.matchAll(WORD)) {
    if (!words.has(word)) continue;
    pieces.push(text.slice(end, index), { word });
    end = index + word.length;
  }
  return [...pieces, text.slice(end)];
}
