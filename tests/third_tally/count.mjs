// What a rule makes of the ballots: the order of the steps is that of the format's page.
import { stateOf } from "./criteria.mjs";
import { figuresOf, those } from "./figures.mjs";
import { tieRole } from "./opening.mjs";
import { hasQuorum } from "./quorum.mjs";
import { decidesOnly, explicitOf, isAnswer, votersOf, withConsent, withDeciderAside } from "./voters.mjs";

function isObjectedTo(rule, voters) {
  const counts = rule.form === "written" && rule.silence === "objection_stops";
  return counts && voters.some((voter) => rule.objections.includes(voter.explicit));
}

function isOpen(rule, voters, circumstances) {
  if (rule.form !== "written" || circumstances.deadline_passed) return false;
  return !rule.early_close || !voters.every(({ explicit }) => isAnswer(explicit) || explicit === "recused");
}

function afterSilence(rule, voters) {
  return rule.form === "written" && rule.silence === "consent" ? withConsent(voters) : voters;
}

function silenceBlocks(rule) {
  return rule.form === "written" && (rule.silence === "not_a_yes" || rule.silence === "absent");
}

/** Somebody who is absent has no ballot, so nobody represents them either. */
function isBlocked(rule, voters) {
  if (rule.no_blocks && those(voters, "no").length > 0) return true;
  if (!rule.absence_blocks) return false;
  return those(voters, "absent").length > 0 || (silenceBlocks(rule) && those(voters, "silent").length > 0);
}

/** A veto is a no as it was given, also of a role whose vote is set aside in the figures. */
function isVetoed(voters) {
  return voters.some((voter) => voter.line.veto && voter.explicit === "no");
}

function tieVote(rule, voters) {
  const role = tieRole(rule);
  if (role === null) return "no";
  const explicit = explicitOf(voters, role);
  return explicit === "yes" || explicit === "no" ? explicit : "hangs";
}

/** The second vote of a role that has two, or the only one of a role that decides, towards the least number of yes. */
function extraYes(rule, tied, vote) {
  if (!tied || vote === "no") return 0;
  const doubles = rule.tie.counts_double !== undefined && rule.double_counts_for_min_yes;
  return doubles || decidesOnly(rule) ? 1 : 0;
}

function hasItsYes(rule, voters, extra) {
  const approved = rule.must_approve.every((role) => explicitOf(voters, role) === "yes");
  return approved && those(voters, "yes").length + extra >= rule.min_yes;
}

function byCriteria(rule, voters) {
  const states = rule.criteria.map((criterion) => stateOf(rule, criterion, voters));
  const tied = states.includes("tied");
  const vote = tieVote(rule, voters);
  if (!hasItsYes(rule, voters, extraYes(rule, tied, vote)) || states.includes("failed")) return "fail";
  if (tied && vote !== "yes") return vote === "hangs" ? "tie" : "fail";
  return rule.veto === "suspensive" && isVetoed(voters) ? "suspended" : "pass";
}

function afterDeadline(rule, voters, circumstances) {
  if (!hasQuorum(rule, voters, circumstances)) return "no_quorum";
  if (isBlocked(rule, voters) || (rule.veto === "final" && isVetoed(voters))) return "fail";
  return byCriteria(rule, voters);
}

/**
 * The outcome and the figures of a vote.
 * @param {object} rule the rule in the opening entry
 * @param {object[]} roll the lines of the roll
 * @param {(member: string) => object | null} ballotOf the ballot of a member that counts
 * @param {object} circumstances of the closing entry or a correction
 */
export function count(rule, roll, ballotOf, circumstances) {
  const given = withDeciderAside(rule, votersOf(rule, roll, ballotOf, circumstances));
  if (isObjectedTo(rule, given)) return { outcome: "objected", figures: figuresOf(rule, given) };
  if (isOpen(rule, given, circumstances)) return { outcome: "open", figures: figuresOf(rule, given) };
  const voters = withDeciderAside(rule, afterSilence(rule, given));
  return { outcome: afterDeadline(rule, voters, circumstances), figures: figuresOf(rule, voters) };
}
