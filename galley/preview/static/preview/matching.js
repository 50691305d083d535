/**
 * Finding words that stand in the form on the page, and the other way round.
 *
 * What a template makes of a text changes marks, spaces and quotes, but keeps letters and figures in their order: so
 * texts are compared by these alone.
 */

const LETTER = /[\p{L}\p{N}]/u;

// What Markdown and HTML hold beside the words: where links lead, tags, names of footnotes, entities.
const BESIDE_THE_WORDS = /\]\([^)\n]*\)|<\/?[a-z][^>\n]*>|\[\^[^\]\n]*\]|&\w+;/gi;

/** How many letters on either side of a place are looked for, when the whole isn't found. */
const REACHES = [60, 30, 15, 8];
const LEAST = 4;

/** A text's letters and figures, and where in the text each of them stands. */
class Letters {
  constructor(text) {
    this.offsets = [];
    const letters = [];
    const words = text.replace(BESIDE_THE_WORDS, (beside) => " ".repeat(beside.length));
    for (let offset = 0; offset < words.length; ) {
      const char = String.fromCodePoint(words.codePointAt(offset));
      if (LETTER.test(char)) {
        for (const unit of char.toLowerCase()) {
          letters.push(unit);
          for (let i = 0; i < unit.length; i++) this.offsets.push(offset);
        }
      }
      offset += char.length;
    }
    this.text = letters.join("");
    this.end = text.length;
  }

  /** @returns {number} how many letters stand before `offset` of the text */
  before(offset) {
    let low = 0;
    let high = this.offsets.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.offsets[middle] < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** @returns {number} the offset in the text of the letter with that number, or just after the letter before it */
  offsetOf(number) {
    return number < this.offsets.length ? this.offsets[number] : this.offsetAfter(number);
  }

  /** @returns {number} the offset in the text just after the letter before the one with that number */
  offsetAfter(number) {
    return number ? this.offsets[Math.min(number, this.offsets.length) - 1] + 1 : 0;
  }
}

/**
 * Find a place of one text in others.
 *
 * @param {{text: string, at: number, start: number, end: number, part?: {start: number, end: number}}} place  an offset
 *   in a text, the bounds of the paragraph or caption that it stands in, and those of a part of that which may come
 *   from elsewhere than the rest; words beyond these only tell equal ones apart
 * @param {string[]} texts  where to look, in the order in which they stand
 * @param {number} least  how few letters are proof enough where they don't make up a text by themselves
 * @returns {{index: number, offset: number} | null} in which of `texts`, and where in it
 */
export function findPlace({ text, at, start, end, part }, texts, least = 1) {
  const here = new Letters(text);
  const there = texts.map((other) => new Letters(other));
  const place = here.before(at);
  const [first, last] = [here.before(start), here.before(end)];
  const find = (from, to, proof) => {
    const words = here.text.slice(from, to);
    const found = words ? occurrences(words, there, proof) : [];
    if (!found.length) return null;
    // Of several, the one that has as many before it.
    const { index, number } = found[Math.min(count(words, here.text.slice(0, from)), found.length - 1)];
    const letter = number + place - from;
    // After the last word of a paragraph, the next letter is the next paragraph's.
    return { index, offset: place === last ? there[index].offsetAfter(letter) : there[index].offsetOf(letter) };
  };
  const whole = find(first, last, least) ?? (part && find(here.before(part.start), here.before(part.end), Infinity));
  if (whole) return whole;
  for (const reach of REACHES) {
    const found = find(Math.max(first, place - reach), Math.min(last, place + reach), Math.max(least, LEAST));
    if (found) return found;
  }
  return null;
}

/** Where `words` are found: in texts that are nothing else if there are such, else in those that contain enough. */
function occurrences(words, texts, proof) {
  const found = [];
  texts.forEach(({ text }, index) => {
    for (let at = text.indexOf(words); at !== -1; at = text.indexOf(words, at + words.length)) {
      found.push({ index, number: at, isAll: text === words });
    }
  });
  const whole = found.filter(({ isAll }) => isAll);
  if (whole.length) return whole;
  return words.length >= proof ? found : [];
}

function count(words, text) {
  return text.split(words).length - 1;
}
