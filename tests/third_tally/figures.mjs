// The figures under an outcome.
import { decimalText, placesOf, scaled, sum } from "./exact.mjs";
import { measuresOf } from "./opening.mjs";
import { isAnswer, leaves } from "./voters.mjs";

const BELONGS = {
  all: (rule, voter) => !leaves(rule, voter, "all"),
  entitled: (rule, voter) => !leaves(rule, voter, "entitled", "all"),
  present: (rule, voter) =>
    isAnswer(voter.choice) || (voter.explicit === "recused" && !leaves(rule, voter, "present")),
  cast: (_rule, voter) => voter.choice === "yes" || voter.choice === "no",
  answered: (_rule, voter) => isAnswer(voter.choice),
};

/** The members of a base. */
export function baseOf(rule, voters, base) {
  return voters.filter((voter) => BELONGS[base](rule, voter));
}

/** How to weigh voters in a measure: amounts are whole numbers of units, as many places for all of the roll. */
export function scaleOf(voters, measure) {
  if (measure === "heads") return { places: 0, weigh: () => 1n };
  const places = placesOf(voters.map((voter) => voter.line.weights[measure]));
  return { places, weigh: (voter) => scaled(voter.line.weights[measure], places) };
}

/** The voters with that choice. */
export function those(voters, choice) {
  return voters.filter((voter) => voter.choice === choice);
}

function inMeasure(voters, measure) {
  const { places, weigh } = scaleOf(voters, measure);
  const written = (some) => decimalText(sum(some.map(weigh)), places);
  return { yes: written(those(voters, "yes")), no: written(those(voters, "no")), total: written(voters) };
}

/** The figures of a vote under a rule. */
export function figuresOf(rule, voters) {
  const heads = (choice) => those(voters, choice).length;
  const weighed = measuresOf(rule).filter((measure) => measure !== "heads");
  return {
    members: voters.length,
    yes: heads("yes"),
    no: heads("no"),
    abstain: heads("abstain"),
    other: heads("other"),
    present_not_voting: heads("present_not_voting"),
    absent: heads("absent"),
    recused: heads("recused"),
    silent: heads("silent"),
    deemed_yes: voters.filter((voter) => voter.deemed).length,
    present: baseOf(rule, voters, "present").length,
    represented: voters.filter((voter) => voter.represented).length,
    measures: Object.fromEntries(weighed.map((measure) => [measure, inMeasure(voters, measure)])),
  };
}

/** The figures where members choose among options. */
export function figuresAmongOptions(opened, ballotOf) {
  const choices = opened.roll.map((line) => ballotOf(line.member)?.choice).filter((choice) => choice !== undefined);
  const heads = (wanted) => choices.filter((choice) => choice === wanted).length;
  return {
    members: opened.roll.length,
    ballots: choices.length,
    abstain: heads("abstain"),
    recused: opened.roll.filter((line) => line.recused).length,
    options: Object.fromEntries(Object.keys(opened.labels).map((option) => [option, heads(option)])),
  };
}
