// The ballots of a box: who may cast what, which of them count.
import { seenIn } from "./opening.mjs";
import { checkAssertion } from "./passkey.mjs";
import { must } from "./wrong.mjs";

/** The choices that may stand beside a request for a discussion. */
const DISCUSSED = new Set(["no", "abstain", "other"]);

/** The ballots of one box, taken in entry by entry. */
export class Ballots {
  #opened;
  #members;
  #byNumber = new Map();
  #byMember = new Map();
  #castIds = new Set();
  #seen = new Map();

  /**
   * @param {object} opened the opening entry
   * @param {Map<string, object>} members the lines of its roll
   */
  constructor(opened, members) {
    this.#opened = opened;
    this.#members = members;
  }

  /** Takes in a `cast` entry; throws Wrong where it may not stand. */
  cast(entry) {
    this.#take(entry, entry.by);
    this.#checkCaster(entry);
    must(entry.seen === this.#seenIn(entry.language), "the voter saw something else");
    if (entry.assertion !== null) checkAssertion(entry);
  }

  /** Takes in a `paper` entry; throws Wrong where it may not stand. */
  paper(entry) {
    this.#take(entry, entry.member);
  }

  /** Takes in a `withdrawn` entry; throws Wrong where there is no such ballot. */
  withdraw({ entry: number }) {
    const ballot = this.#byNumber.get(number);
    must(ballot, `entry ${number} is no ballot`);
    must(!ballot.out, `entry ${number} was withdrawn or recalled before`);
    ballot.out = true;
  }

  /** Takes in a `recalled` entry; throws Wrong where it may not stand. */
  recall(entry) {
    this.checkEntitled(entry.member);
    this.#checkCaster(entry);
    this.#takeMark(entry.cast_id);
    must(this.#opened.form === "written", "nothing is recalled in a meeting");
    must(this.#opened.rule.change_of_ballot === "until_close", "no ballot may be changed, so none may be recalled");
    must(this.of(entry.member) !== null, `member ${entry.member} has no ballot to recall`);
    for (const ballot of this.#byMember.get(entry.member)) ballot.out = true;
  }

  /** Throws Wrong unless the member is on the roll and not recused. */
  checkEntitled(member) {
    const line = this.#members.get(member);
    must(line, `member ${member} is not on the roll`);
    must(!line.recused, `member ${member} is recused`);
  }

  /** The ballot of a member that counts, or null. */
  of(member) {
    return (this.#byMember.get(member) ?? []).findLast((ballot) => !ballot.out) ?? null;
  }

  #take({ number, member, cast_id, choice, discuss }, by) {
    this.#checkVoter(member);
    this.#checkChoice(choice);
    must(!discuss || this.#opened.form === "written", "a discussion is asked for in writing only");
    must(!discuss || DISCUSSED.has(choice), `who says ${choice} asks for no discussion`);
    this.#takeMark(cast_id);
    const ballot = { choice, by, out: false };
    this.#byNumber.set(number, ballot);
    if (!this.#byMember.has(member)) this.#byMember.set(member, []);
    this.#byMember.get(member).push(ballot);
  }

  #checkVoter(member) {
    this.checkEntitled(member);
    const final = this.#opened.rule.change_of_ballot === "never";
    must(!final || this.of(member) === null, `member ${member} has a ballot already`);
  }

  #takeMark(cast_id) {
    must(cast_id !== "" && !this.#castIds.has(cast_id), "its cast_id is empty or stands in the box already");
    this.#castIds.add(cast_id);
  }

  #checkCaster({ member, by }) {
    if (by === member) return;
    must(this.#members.get(member).proxy === by, `member ${by} casts for no member ${member}`);
    must(!this.#members.get(by).recused, `member ${by} is recused and casts for nobody`);
  }

  #checkChoice(choice) {
    must(this.#opened.options.includes(choice), `${choice} was not offered`);
    const forbidden = choice === "abstain" && this.#opened.rule.rule?.abstention === "forbidden";
    must(!forbidden, "abstention is forbidden");
  }

  #seenIn(language) {
    if (!this.#seen.has(language)) this.#seen.set(language, seenIn(this.#opened, language));
    return this.#seen.get(language);
  }
}
