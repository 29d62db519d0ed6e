// The criteria of a rule, each met, failed, or tied.
import { fraction, reaches, sum } from "./exact.mjs";
import { baseOf, scaleOf, those } from "./figures.mjs";

/** How many blockers are too few: fewer than this are enough for the criterion. */
function waiverOf({ waived_if_blockers_below: waiver }, voters, base) {
  if (waiver === null || typeof waiver === "number") return waiver ?? 0;
  return fewestOver(waiver.fewest_over, voters, base) + waiver.plus;
}

function fewestOver({ measure, fraction: share }, voters, base) {
  const { weigh } = scaleOf(voters, measure);
  const amounts = base.map(weigh).sort((one, other) => Number(other > one) - Number(other < one));
  const total = sum(amounts);
  let together = 0n;
  for (const [index, amount] of amounts.entries()) {
    together += amount;
    if (reaches(together, total, share, true)) return index + 1;
  }
  return amounts.length + 1;
}

function isHalf(text) {
  const { over, under } = fraction(text);
  return over * 2n === under;
}

function isTied(rule, criterion, { yes, no, amount }) {
  if (!isHalf(criterion.fraction) || !criterion.strict) return false;
  return rule.tie_when === "yes_equals_no" ? yes === no : yes * 2n === amount;
}

/**
 * What becomes of one criterion.
 * @returns {"met" | "failed" | "tied"}
 */
export function stateOf(rule, criterion, voters) {
  const base = baseOf(rule, voters, criterion.base);
  const { weigh } = scaleOf(voters, criterion.measure);
  const amountOf = (some) => sum(some.map(weigh));
  const amounts = { yes: amountOf(those(base, "yes")), no: amountOf(those(base, "no")), amount: amountOf(base) };
  if (amounts.amount === 0n) return "failed";
  if (reaches(amounts.yes, amounts.amount, criterion.fraction, criterion.strict)) return "met";
  const blockers = base.filter((voter) => voter.choice !== "yes").length;
  if (blockers < waiverOf(criterion, voters, base)) return "met";
  return isTied(rule, criterion, amounts) ? "tied" : "failed";
}
