// Every member of the roll with the choice that the count reads for them.
import { tieRole } from "./opening.mjs";

const ANSWERS = new Set(["yes", "no", "abstain", "other", "present_not_voting"]);

/**
 * One member in the count: `explicit` is their choice as it was given, `choice` the one that figures and bases read.
 * @typedef {{line: object, represented: boolean, explicit: string, choice: string, deemed: boolean}} Voter
 */

/** Whether a choice is an answer. */
export function isAnswer(choice) {
  return ANSWERS.has(choice);
}

/** Whether a member is recused and the rule takes the recused out of that. */
export function leaves(rule, voter, ...places) {
  return voter.explicit === "recused" && places.some((place) => rule.recused_leave.includes(place));
}

function withoutBallot(line, written, { present, holders }) {
  if (holders.has(line.member)) return "present_not_voting";
  if (written) return "silent";
  return present.has(line.member) && !line.substituted ? "present_not_voting" : "absent";
}

function choiceOf(line, ballot, written, circumstances) {
  if (line.recused) return "recused";
  if (!ballot) return withoutBallot(line, written, circumstances);
  const read = circumstances.classified.get(line.member);
  return ballot.choice === "other" && read ? read : ballot.choice;
}

/**
 * The voters of a box before silence means anything.
 * @param {object} rule
 * @param {object[]} roll its lines
 * @param {(member: string) => object | null} ballotOf the ballot of a member that counts
 * @param {object} circumstances of the closing entry or a correction
 * @returns {Voter[]}
 */
export function votersOf(rule, roll, ballotOf, circumstances) {
  const ballots = new Map(roll.map((line) => [line.member, ballotOf(line.member)]));
  const representing = roll.filter((line) => ballots.get(line.member) && ballots.get(line.member).by !== line.member);
  const known = {
    present: new Set(circumstances.present),
    classified: new Map(Object.entries(circumstances.classified)),
    holders: new Set(representing.map((line) => line.proxy)),
  };
  const represented = new Set(representing);
  return roll.map((line) => {
    const ballot = ballots.get(line.member);
    const choice = choiceOf(line, ballot, rule.form === "written", known);
    return { line, represented: represented.has(line), explicit: choice, choice, deemed: false };
  });
}

/** Silence means consent: every silent voter is a yes from here on. */
export function withConsent(voters) {
  return voters.map((voter) => (voter.choice === "silent" ? { ...voter, choice: "yes", deemed: true } : voter));
}

/** Whether the role of the tie decides and does nothing else, so that its vote is set aside until there is a tie. */
export function decidesOnly(rule) {
  if (rule.tie === "fails" || rule.tie.decides === undefined) return false;
  const elsewhere = [...rule.must_approve, ...(rule.quorum?.roles ?? []), ...(rule.quorum?.except_roles ?? [])];
  return !elsewhere.includes(rule.tie.decides);
}

/** The voters with the yes or no of a role that only decides set aside. */
export function withDeciderAside(rule, voters) {
  if (!decidesOnly(rule)) return voters;
  return voters.map((voter) => {
    const aside = holds(voter, tieRole(rule)) && (voter.choice === "yes" || voter.choice === "no");
    return aside ? { ...voter, choice: "present_not_voting", deemed: false } : voter;
  });
}

/** Whether a voter holds a role. */
export function holds(voter, role) {
  return voter.line.roles.includes(role);
}

/** The choice that the holder of a role gave; null where the role is vacant. */
export function explicitOf(voters, role) {
  return voters.find((voter) => holds(voter, role))?.explicit ?? null;
}
