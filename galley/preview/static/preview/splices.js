/**
 * The difference between two texts as one splice, as `galley/preview/splices.py` has it: a range of the old text and
 * what replaces it. Offsets count UTF-16 units, as JavaScript's strings do.
 */

/** @returns {[number, number, string]} start, end and replacement: the splice that turns `before` into `after` */
export function findSplice(before, after) {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let same = 0;
  while (same < shorter - start && before.at(-1 - same) === after.at(-1 - same)) same++;
  return [start, before.length - same, after.slice(start, after.length - same)];
}

/** @returns {string} `text` with the range from `start` to `end` replaced */
export function applySplice(text, start, end, replacement) {
  return text.slice(0, start) + replacement + text.slice(end);
}
