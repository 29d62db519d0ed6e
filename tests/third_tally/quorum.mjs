// Whether enough take part.
import { reaches } from "./exact.mjs";
import { holds, isAnswer, leaves } from "./voters.mjs";

function isCounted(rule, voter) {
  if (voter.explicit === "recused") return !leaves(rule, voter, "quorum");
  if (isAnswer(voter.explicit)) return !voter.represented || rule.quorum.represented;
  return rule.quorum.substitutes && voter.line.substituted;
}

function isInTotal(rule, voter) {
  return !leaves(rule, voter, ...(rule.quorum.of === "all" ? ["all"] : ["all", "entitled"]));
}

function officersAreThere({ roles, attending }, counted, circumstances) {
  const held = roles.every((role) => counted.some((voter) => holds(voter, role)));
  return held && attending.every((officer) => circumstances.attending.includes(officer));
}

function enough({ fraction, at_least, strict }, counted, total) {
  const share = fraction === undefined || reaches(BigInt(counted), BigInt(total), fraction, strict);
  return share && (at_least === undefined || counted >= at_least);
}

/** Whether the quorum of the rule is there. Silence never helps, so only what was given explicitly is read. */
export function hasQuorum(rule, voters, circumstances) {
  if (rule.quorum === null) return true;
  const counted = voters.filter((voter) => isCounted(rule, voter));
  const excepted = (voter) => rule.quorum.except_roles.some((role) => holds(voter, role));
  const heads = (some) => some.filter((voter) => !excepted(voter)).length;
  const total = voters.filter((voter) => isInTotal(rule, voter));
  return officersAreThere(rule.quorum, counted, circumstances) && enough(rule.quorum, heads(counted), heads(total));
}
