// One ballot box, read entry by entry.
import { Ballots } from "./ballots.mjs";
import { canonical, readCanonical, readOrNull } from "./canonical.mjs";
import { checkCheckpoints, readCheckpoints, readSigner } from "./checkpoints.mjs";
import { count } from "./count.mjs";
import { checkFields } from "./fields.mjs";
import { figuresAmongOptions } from "./figures.mjs";
import { readOpening } from "./opening.mjs";
import { leafOf, rootsBySize } from "./tree.mjs";
import { Wrong, blaming, must } from "./wrong.mjs";

const AFTER_CLOSING = new Set(["corrected", "annulled"]);
const NOT_YET = { outcome: null, figures: null, missing: null };
const ANNULLED = { outcome: "annulled", figures: null, missing: null };
const TAKEN_OUT = { outcome: "taken_out", figures: null, missing: null };

/** A box in memory: what the entries so far make of it. */
class Box {
  #leaves;
  #roots;
  #opened = null;
  #ballots = null;
  #closed = false;
  result = NOT_YET;

  constructor(leaves, roots) {
    this.#leaves = leaves;
    this.#roots = roots;
  }

  /** Takes in the next entry; throws Wrong where it may not stand there. */
  take(entry) {
    this.#checkPlace(entry);
    this[entry.type](entry);
  }

  #checkPlace({ type, question }) {
    must(this.result !== ANNULLED, "it follows the entry that annulled the vote");
    must(this.result !== TAKEN_OUT, "it follows the entry that took the question out");
    must((type === "opened") === (this.#opened === null), "the opening entry comes first and once");
    must(type === "opened" || question === this.#opened.question, "it is of another question");
    must(!this.#closed || AFTER_CLOSING.has(type), `${type} may not follow the closing entry`);
    must(this.#closed || type !== "corrected", "nothing can be corrected that was not closed");
  }

  opened(entry) {
    this.#ballots = new Ballots(entry, readOpening(entry));
    this.#opened = entry;
  }

  cast(entry) {
    this.#ballots.cast(entry);
  }

  paper(entry) {
    this.#ballots.paper(entry);
  }

  withdrawn(entry) {
    this.#ballots.withdraw(entry);
  }

  recalled(entry) {
    this.#ballots.recall(entry);
  }

  /** The deadline is for display: whether it had passed stands in the circumstances. */
  extended() {}

  closed(entry) {
    const size = entry.number;
    must(entry.entries === size, "it counts the entries wrongly");
    must(entry.head === this.#leaves[size - 1].toString("hex"), "its head is not the entry before");
    must(entry.root === this.#roots[size].toString("hex"), "its root is not that of the tree");
    this.#checkPresence(entry.circumstances);
    this.#closed = true;
    this.#reckon(entry);
  }

  corrected(entry) {
    this.#reckon(entry);
  }

  annulled() {
    this.result = ANNULLED;
  }

  taken_out({ by }) {
    this.#ballots.checkEntitled(by);
    must(this.#opened.form === "meeting", "only in a meeting a question is taken out");
    this.result = TAKEN_OUT;
  }

  #checkPresence({ present }) {
    if (this.#opened.rule.presence !== "opening") return;
    const same = canonical([...present].sort()) === canonical([...this.#opened.present].sort());
    must(same, "those present are not those of the opening");
  }

  #checkCircumstances({ classified, deadline_passed }) {
    const members = new Set(this.#opened.roll.map((line) => line.member));
    for (const member of Object.keys(classified)) must(members.has(member), `member ${member} is not on the roll`);
    const { form, rule } = this.#opened;
    must((form === "written") === (deadline_passed !== null), "deadline_passed does not fit the form");
    const mayBeBefore = form === "meeting" || rule.rule !== null;
    must(mayBeBefore || deadline_passed, "choosing among options in writing was closed before its deadline");
  }

  #reckon(entry) {
    this.#checkCircumstances(entry.circumstances);
    const reckoned = { ...this.#counted(entry.circumstances), missing: this.#missing() };
    for (const [name, value] of Object.entries(reckoned)) {
      must(canonical(value) === canonical(entry[name]), `${name} is wrong: the count gives ${canonical(reckoned)}`);
    }
    this.result = reckoned;
  }

  #counted(circumstances) {
    const ballotOf = (member) => this.#ballots.of(member);
    const rule = this.#opened.rule.rule;
    if (rule) return count(rule, this.#opened.roll, ballotOf, circumstances);
    return { outcome: "counted", steps: [], figures: figuresAmongOptions(this.#opened, ballotOf) };
  }

  #missing() {
    const without = this.#opened.roll.filter((line) => !line.recused && this.#ballots.of(line.member) === null);
    return without.map((line) => line.member).sort();
  }
}

/** Whether what follows an entry confirms it: the next one's `previous`, or the `head` where it closes the box. */
function isConfirmed(texts, leaves, number) {
  const leaf = leaves[number].toString("hex");
  if (number + 1 < texts.length) return readOrNull(texts[number + 1])?.previous === leaf;
  const { type, head, previous } = readOrNull(texts[number]) ?? {};
  return type === "closed" && head === previous;
}

function checkChain(entry, number, texts, leaves) {
  const expected = number === 0 ? null : leaves[number - 1].toString("hex");
  if (entry.previous === expected) return;
  const before = number > 0 && isConfirmed(texts, leaves, number);
  throw new Wrong("the chain breaks here", before ? number - 1 : number);
}

function readEntries(texts, leaves, roots) {
  const box = new Box(leaves, roots);
  for (const [number, text] of texts.entries()) {
    blaming(number, () => {
      const entry = readCanonical(text);
      must(entry.number === number, `it has the number ${JSON.stringify(entry.number)}`);
      checkChain(entry, number, texts, leaves);
      checkFields(entry);
      box.take(entry);
    });
  }
  return box.result;
}

function faultOf(work) {
  try {
    work();
    return null;
  } catch (error) {
    if (error instanceof Wrong) return error;
    throw error;
  }
}

function earlier(one, other) {
  return (other.number ?? Infinity) < (one.number ?? Infinity) ? other : one;
}

function checkProof(opened, roots, { checkpoints = null, key = null }) {
  const signer = key && readSigner(key);
  must(!signer || signer.name === opened.key, "key.json is of another signer than the opening entry");
  if (checkpoints === null) return;
  checkCheckpoints(readCheckpoints(checkpoints), { name: opened.key, question: opened.question, roots, signer });
}

/**
 * Checks a box and counts it again; throws Wrong with the first entry that is wrong.
 * @param {string[]} texts the entries
 * @param {{checkpoints?: string | null, key?: object | null}} proof the text of checkpoints.txt and what is in key.json
 * @returns {{outcome: string | null, figures: object | null, missing: string[] | null, root: string}}
 */
export function tally(texts, proof = {}) {
  must(texts.length > 0, "the box is empty");
  const leaves = texts.map((text) => leafOf(Buffer.from(text)));
  const roots = rootsBySize(leaves);
  let result = NOT_YET;
  const faults = [
    faultOf(() => {
      result = readEntries(texts, leaves, roots);
    }),
    faultOf(() => checkProof(readOrNull(texts[0]) ?? {}, roots, proof)),
  ];
  const found = faults.filter((fault) => fault !== null);
  if (found.length > 0) throw found.reduce(earlier);
  const { outcome, figures, missing } = result;
  return { outcome, figures, missing, root: roots[texts.length].toString("hex") };
}
