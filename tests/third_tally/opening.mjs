// The opening entry: the roll, the options and the rule have to fit each other.
import { canonical, sha256 } from "./canonical.mjs";
import { must } from "./wrong.mjs";

/** The measures that the rule names for its criteria. */
export function measuresOf(rule) {
  return [...new Set(rule.criteria.map((criterion) => criterion.measure))];
}

function weightsNeeded(rule) {
  const ofWaivers = rule.criteria.map((criterion) => criterion.waived_if_blockers_below?.fewest_over?.measure);
  return new Set([...measuresOf(rule), ...ofWaivers].filter((measure) => measure && measure !== "heads"));
}

function checkWeights(roll, rule) {
  for (const measure of weightsNeeded(rule)) {
    const without = roll.find((line) => !Object.hasOwn(line.weights, measure));
    must(!without, `member ${without?.member} has no weight ${measure}`);
  }
}

/** The role on which a tie hangs, or null. */
export function tieRole(rule) {
  return rule.tie === "fails" ? null : Object.values(rule.tie)[0];
}

function rolesNamed(rule) {
  return [tieRole(rule), ...rule.must_approve, ...(rule.quorum?.roles ?? []), ...(rule.quorum?.except_roles ?? [])];
}

function checkRoles(roll, rule) {
  for (const role of rolesNamed(rule)) {
    must(roll.filter((line) => line.roles.includes(role)).length <= 1, `the role ${role} has two holders`);
  }
}

function checkProxies(members, limit) {
  const held = new Map();
  for (const { member, proxy } of [...members.values()].filter((line) => line.proxy !== null)) {
    must(members.has(proxy) && proxy !== member, `the proxy of member ${member} is nobody else on the roll`);
    must(members.get(proxy).proxy === null, `the proxy of member ${member} has a proxy`);
    held.set(proxy, (held.get(proxy) ?? 0) + 1);
    must(held.get(proxy) <= limit, `member ${proxy} stands for too many others`);
  }
}

function checkOptions({ options, labels, rule }) {
  const among = options.filter((option) => option.startsWith("option:"));
  const labelled = canonical(Object.keys(labels).sort());
  must(canonical([...among].sort()) === labelled, "the labels are not those of the options");
  if (rule.rule === null) must(among.length > 0 && plainOf(options).every((one) => one === "abstain"), "other options");
  else must(options.length > 0 && among.length === 0, "the options are not those of a rule that decides");
}

function plainOf(options) {
  return options.filter((option) => !option.startsWith("option:"));
}

/** Throws Wrong unless the opening entry fits in itself; answers the lines of the roll by member. */
export function readOpening(opened) {
  const members = new Map(opened.roll.map((line) => [line.member, line]));
  must(members.size === opened.roll.length, "a member stands on the roll twice");
  checkOptions(opened);
  const rule = opened.rule.rule;
  checkProxies(members, rule ? rule.proxies_per_member : Infinity);
  must(opened.form === "meeting" || opened.present.length === 0, "nobody is present in writing");
  if (rule) checkRule(opened, rule);
  return members;
}

function checkRule({ form, roll }, rule) {
  checkWeights(roll, rule);
  checkRoles(roll, rule);
  must(rule.second_vote === undefined || rule.veto === "suspensive", "a second vote without a suspensive veto");
  must(rule.form === form, "the form is not that of the rule");
}

/** The hash of what a voter saw in that language. */
export function seenIn(opened, language) {
  const { labels, options, text } = opened;
  const papers = opened.papers.map((paper) => paper.sha256);
  return sha256(canonical({ labels, language, options, papers, text })).toString("hex");
}
