// What is said of a box that is not in order.

/** A box is wrong; `number` is the first entry that is, or null where no entry is to blame. */
export class Wrong extends Error {
  /**
   * @param {string} sentence what is wrong
   * @param {number | null} number the entry that is wrong
   */
  constructor(sentence, number = null) {
    super(sentence);
    this.number = number;
  }
}

/** Does the work; whatever it finds wrong without naming an entry is put down to this one. */
export function blaming(number, work) {
  try {
    return work();
  } catch (error) {
    if (error instanceof Wrong && error.number === null) error.number = number;
    throw error;
  }
}

/** Throws Wrong with the sentence unless the condition holds. */
export function must(condition, sentence) {
  if (!condition) throw new Wrong(sentence);
}
