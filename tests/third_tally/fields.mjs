// The fields of every type of entry.
import {
  anything, decimal, distinct, either, exactly, flag, fractionText, hash, list, nullOr, object, oneOf, record, text,
  whole,
} from "./shapes.mjs";
import { must } from "./wrong.mjs";

const CHOICES = ["yes", "no", "abstain", "other"];
const OUTCOMES = ["pass", "fail", "no_quorum", "tie", "open", "objected", "suspended", "counted"];
const official = exactly({ id: text, name: text });
const twoOfficials = { entered_by: official, confirmed_by: official };

const criterion = exactly({
  measure: text,
  base: oneOf("all", "entitled", "present", "cast", "answered"),
  fraction: fractionText,
  strict: flag,
  waived_if_blockers_below: nullOr(
    either(whole, exactly({ fewest_over: exactly({ measure: text, fraction: fractionText }), plus: whole })),
  ),
});

const quorumOfSome = exactly(
  {
    of: oneOf("all", "entitled"),
    strict: flag,
    roles: list(text),
    except_roles: list(text),
    attending: list(text),
    substitutes: flag,
    represented: flag,
  },
  { fraction: fractionText, at_least: whole },
);
const quorum = (value) =>
  quorumOfSome(value) ?? ("fraction" in value || "at_least" in value ? null : ": without fraction and at_least");

const tie = either(
  oneOf("fails"),
  either(exactly({ side_of: text }), either(exactly({ counts_double: text }), exactly({ decides: text }))),
);

const rule = exactly(
  {
    form: oneOf("meeting", "written"),
    criteria: list(criterion),
    min_yes: whole,
    no_blocks: flag,
    absence_blocks: flag,
    must_approve: list(text),
    veto: oneOf("none", "final", "suspensive"),
    quorum: nullOr(quorum),
    tie,
    tie_when: oneOf("yes_is_half_of_base", "yes_equals_no"),
    double_counts_for_min_yes: flag,
    abstention: oneOf("allowed", "forbidden"),
    silence: oneOf("not_a_yes", "consent", "absent", "objection_stops"),
    objections: list(text),
    early_close: flag,
    proxies_per_member: whole,
    recused_leave: distinct(oneOf("present", "entitled", "quorum", "all")),
  },
  { second_vote: text },
);

const frozenRule = exactly({
  name: text,
  titles: anything,
  instrument: anything,
  article: anything,
  source: anything,
  effective: anything,
  established: anything,
  least_working_days: nullOr(whole),
  most_working_days: nullOr(whole),
  change_of_ballot: oneOf("until_close", "never"),
  presence: oneOf("closing", "opening"),
  rule: nullOr(rule),
});

const rollLine = exactly({
  member: text,
  name: text,
  roles: distinct(text),
  recused: flag,
  substituted: flag,
  weights: record(decimal),
  proxy: nullOr(text),
  veto: flag,
});

const circumstances = exactly({
  present: distinct(text),
  attending: distinct(text),
  classified: record(oneOf("yes", "no", "other")),
  deadline_passed: nullOr(flag),
});

const reckoning = {
  outcome: oneOf(...OUTCOMES),
  figures: object,
  steps: list(object),
  circumstances,
  missing: list(text),
};

const OPTION = /^option:[1-9][0-9]*$/;
const option = (value) => text(value) ?? (CHOICES.includes(value) || OPTION.test(value) ? null : ": not a choice");

const assertion = exactly({ credential: text, public_key: text, authenticator: text, client: text, signature: text });

const FIELDS = new Map(Object.entries({
  opened: {
    text,
    form: oneOf("meeting", "written"),
    rule: frozenRule,
    roll: list(rollLine),
    papers: list(exactly({ document: text, version: whole, sha256: hash })),
    options: distinct(option),
    labels: record(anything),
    present: distinct(text),
    deadline: text,
    grace: whole,
    key: text,
  },
  cast: {
    member: text,
    by: text,
    cast_id: text,
    choice: option,
    text,
    discuss: flag,
    reserved: text,
    language: text,
    seen: hash,
    step_up: text,
    assertion: nullOr(assertion),
  },
  paper: {
    member: text,
    channel: oneOf("paper", "telephone"),
    cast_id: text,
    choice: option,
    text,
    discuss: flag,
    reserved: text,
    evidence: text,
    ...twoOfficials,
  },
  recalled: { member: text, by: text, cast_id: text, step_up: text },
  withdrawn: { entry: whole, reason: text, ruled_by: official },
  extended: { deadline: text, reason: text, extended_by: official },
  closed: {
    ...reckoning,
    entries: whole,
    head: hash,
    root: hash,
    versions: exactly({ format: oneOf("2"), application: text }),
  },
  corrected: { ...reckoning, reason: text, ...twoOfficials },
  annulled: { reason: text, ...twoOfficials },
  taken_out: { by: text, reason: text },
}));

const SHAPES = new Map(
  [...FIELDS].map(([type, fields]) => [
    type,
    exactly({ type: oneOf(type), question: text, number: whole, previous: nullOr(hash), at: text, ...fields }),
  ]),
);

/** Throws Wrong unless the entry has exactly the fields of its type, each of its kind. */
export function checkFields(entry) {
  const shape = SHAPES.get(entry.type);
  must(shape, `there is no type of entry ${JSON.stringify(entry.type)}`);
  const fault = shape(entry);
  must(fault === null, `${entry.type}${fault}`);
  if (entry.entered_by) must(entry.entered_by.id !== entry.confirmed_by.id, "one official entered and confirmed it");
}
