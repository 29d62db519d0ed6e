"""Laws of counting that hold for every rule and every vote."""

import json
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ecabinet.refusals import Refused
from tests.voting.made_votes import some_rule
from voting.engine.parsing import parse_rule, rule_as_json
from voting.engine.rule import ANSWERS, HEADS, Choice, Criterion, FewestOver, Leave, Rule, Silence, Tie, TieWhen, Veto
from voting.engine.vote import Counts, Tally, Vote
from voting.engine.vote_line import answer
from voting.rules import Outcome, Result, decide, steps_from_json

POPULATION = "population"
CHOICES = st.sampled_from(Choice)
WEIGHTS = st.integers(0, 900).map(lambda tenths: Fraction(tenths, 10))
NAMES = st.sampled_from(["m0", "m1", "m2", "m3", "nobody"])
few = settings(max_examples=25, deadline=None)
many = settings(max_examples=60, deadline=None)


@st.composite
def any_rule(draw: st.DrawFn) -> Rule:
    """Draw any rule: heads or a weight, waivers by either."""
    rule = draw(some_rule())
    second = draw(st.sampled_from(["", "a/b"])) if rule.veto is Veto.SUSPENSIVE else ""
    criteria = tuple(_in_some_measure(draw, criterion) for criterion in rule.criteria)
    return replace(rule, criteria=criteria, second_vote=second)


def _in_some_measure(draw: st.DrawFn, criterion: Criterion) -> Criterion:
    waiver = criterion.waiver
    if isinstance(waiver, FewestOver):
        waiver = replace(waiver, measure=draw(st.sampled_from([HEADS, POPULATION])))
    return replace(criterion, measure=draw(st.sampled_from([HEADS, HEADS, POPULATION])), waiver=waiver)


@st.composite
def some_vote(draw: st.DrawFn) -> Vote:
    """Draw a vote of up to nine members with weights, the first of whom is perhaps the chair; some may have a veto."""
    ballots = dict(enumerate(draw(st.lists(CHOICES, min_size=1, max_size=9))))
    members = tuple(f"m{n}" for n in ballots)
    return Vote(
        members=members,
        ballots={f"m{n}": choice for n, choice in ballots.items()},
        roles={"chair": draw(st.sampled_from([None, "m0"]))},
        substitutes=frozenset(draw(st.sets(st.sampled_from(members), max_size=2))),
        attending=frozenset(draw(st.sampled_from([(), ("state_secretary",)]))),
        classified=draw(
            st.dictionaries(st.sampled_from(members), st.sampled_from([Choice.YES, Choice.NO]), max_size=2)
        ),
        weights={member: {POPULATION: draw(WEIGHTS)} for member in members},
        veto_holders=frozenset(draw(st.sets(st.sampled_from(members), max_size=2))),
        deadline_passed=draw(st.booleans()),
    )


@st.composite
def asked(draw: st.DrawFn) -> tuple[Vote, Rule]:
    """Draw a vote and a rule under which it can be decided, perhaps with a member whom another represents."""
    vote, rule = draw(some_vote()), draw(any_rule())
    voters = [member for member in vote.members if vote.ballots[member] in ANSWERS]
    if rule.proxies_per_member and len(voters) > 1 and draw(st.booleans()):
        holder, represented = draw(st.permutations(voters))[:2]
        vote = replace(vote, proxies={represented: holder})
    return vote, rule


def essence(result: Result) -> tuple[Outcome, object]:
    return result.outcome, result.figures


@few
@given(any_rule())
def test_a_rule_survives_being_frozen(drawn: Rule) -> None:
    assert parse_rule(json.loads(json.dumps(rule_as_json(drawn)))) == drawn


@many
@given(asked(), st.randoms(use_true_random=False))
def test_order_never_matters(both: tuple[Vote, Rule], chance: random.Random) -> None:
    cast, rule = both
    members, ballots, weights = list(cast.members), list(cast.ballots.items()), list(cast.weights.items())
    for each in (members, ballots, weights):
        chance.shuffle(each)
    criteria = rule.criteria[::-1]
    shuffled = replace(cast, members=tuple(members), ballots=dict(ballots), weights=dict(weights))
    assert decide(shuffled, rule) == decide(cast, rule)
    assert decide(cast, replace(rule, criteria=criteria)).outcome is decide(cast, rule).outcome


@settings(max_examples=90, deadline=None)
@given(asked())
def test_one_more_yes_never_turns_pass_into_fail_under_the_default_tie(both: tuple[Vote, Rule]) -> None:
    cast, rule = both
    default = replace(rule, tie_when=TieWhen.YES_IS_HALF_OF_BASE)
    if decide(cast, default).outcome is not Outcome.PASS:
        return
    for member in [member for member, choice in cast.ballots.items() if choice in ANSWERS]:
        more = replace(cast, ballots={**cast.ballots, member: Choice.YES})
        assert decide(more, default).outcome is Outcome.PASS


@few
@given(asked(), st.fractions(min_value="1/1000", max_value=1000))
def test_the_unit_in_which_a_weight_is_counted_changes_nothing(both: tuple[Vote, Rule], unit: Fraction) -> None:
    cast, rule = both
    scaled = {
        member: {name: amount * unit for name, amount in weights.items()} for member, weights in cast.weights.items()
    }
    assert decide(replace(cast, weights=scaled), rule).outcome is decide(cast, rule).outcome


@few
@given(asked())
def test_what_members_are_called_changes_nothing(both: tuple[Vote, Rule]) -> None:
    cast, rule = both
    called = {member: f"{'z' if n % 2 else 'a'}{n}" for n, member in enumerate(cast.members)}

    def renamed(named: Mapping[str, object]) -> dict[str, object]:
        return {called[member]: value for member, value in named.items()}

    other = Vote(
        members=tuple(called[member] for member in cast.members),
        ballots=renamed(cast.ballots),  # type: ignore[arg-type] # the same values under other names
        roles={role: called[member] if member else None for role, member in cast.roles.items()},
        substitutes=frozenset(called[member] for member in cast.substitutes),
        attending=cast.attending,
        classified=renamed(cast.classified),  # type: ignore[arg-type]
        deadline_passed=cast.deadline_passed,
        weights=renamed(cast.weights),  # type: ignore[arg-type]
        veto_holders=frozenset(called[member] for member in cast.veto_holders),
        proxies={called[member]: called[holder] for member, holder in cast.proxies.items()},
    )
    assert decide(other, rule) == decide(cast, rule)


@many
@given(some_vote(), any_rule(), st.data())
def test_a_recused_member_counts_as_nobody_where_the_rule_takes_them_out_of_everything(
    cast: Vote, rule: Rule, data: st.DataObject
) -> None:
    out = replace(rule, recused_leave=frozenset(Leave))
    without = data.draw(st.sampled_from(cast.members[1:] or cast.members))
    assume(without not in cast.roles.values() and len(cast.members) > 1)
    recused = decide(replace(cast, ballots={**cast.ballots, without: Choice.RECUSED}), out)
    gone = replace(
        cast,
        members=tuple(member for member in cast.members if member != without),
        ballots={member: choice for member, choice in cast.ballots.items() if member != without},
        substitutes=cast.substitutes - {without},
        veto_holders=cast.veto_holders - {without},
        classified={member: how for member, how in cast.classified.items() if member != without},
    )
    assert recused.outcome is decide(gone, out).outcome


@many
@given(some_vote(), any_rule(), st.data())
def test_a_recused_member_who_leaves_nothing_counts_in_a_meeting_like_one_who_is_there_and_does_not_vote(
    cast: Vote, rule: Rule, data: st.DataObject
) -> None:
    assume(not rule.is_written)
    stays = replace(rule, recused_leave=frozenset())
    member = data.draw(st.sampled_from(cast.members))
    outcomes = {
        decide(replace(cast, ballots={**cast.ballots, member: choice}), stays).outcome
        for choice in (Choice.RECUSED, Choice.PRESENT_NOT_VOTING)
    }
    assert len(outcomes) == 1


@few
@given(asked())
def test_silence_before_the_deadline_never_counts_as_agreement(both: tuple[Vote, Rule]) -> None:
    cast, rule = both
    running = decide(replace(cast, deadline_passed=False), replace(rule, silence=Silence.CONSENT))
    assert running.figures.deemed_yes == 0


@many
@given(some_vote(), any_rule())
def test_silence_that_consents_is_a_yes_to_every_condition_but_the_quorum_and_to_no_tie(cast: Vote, rule: Rule) -> None:
    plain = replace(rule, silence=Silence.CONSENT, quorum=None, must_approve=(), tie=Tie())
    assume(plain.is_written)
    over = replace(cast, deadline_passed=True)
    spoken = {member: Choice.YES if choice is Choice.SILENT else choice for member, choice in cast.ballots.items()}
    silent, explicit = decide(over, plain), decide(replace(over, ballots=spoken), plain)
    assert silent.outcome is explicit.outcome
    assert replace(silent.figures, deemed_yes=0) == explicit.figures
    away = {member: Choice.ABSENT if choice is Choice.SILENT else choice for member, choice in cast.ballots.items()}
    consents = replace(rule, silence=Silence.CONSENT)
    found = [decide(replace(over, ballots=each), consents).outcome for each in (cast.ballots, away)]
    assert (found[0] is Outcome.NO_QUORUM) is (found[1] is Outcome.NO_QUORUM)


@many
@given(some_vote(), some_rule())
def test_numbers_of_heads_decide_like_the_ballots_they_count(cast: Vote, rule: Rule) -> None:
    by_name = replace(cast, substitutes=frozenset(), classified={}, weights={})
    chair = cast.roles["chair"]
    in_numbers = replace(
        by_name,
        ballots={},
        roles={} if chair else {"chair": None},
        counts=Counts(
            heads=Counter(cast.ballots.values()),
            role_ballots={"chair": cast.ballots[chair]} if chair else {},
            vetoes=tuple(m for m in sorted(cast.veto_holders) if cast.ballots[m] is Choice.NO),
        ),
        size=len(cast.members),
        members=(),
        veto_holders=frozenset(),
    )
    assert essence(decide(in_numbers, rule)) == essence(decide(by_name, rule))


@few
@given(some_vote(), any_rule())
def test_where_nobody_answers_nothing_passes_that_asks_for_a_yes(cast: Vote, rule: Rule) -> None:
    criteria = tuple(replace(criterion, waiver=None) for criterion in rule.criteria)
    asks = replace(rule, criteria=criteria, silence=Silence.NOT_A_YES)
    assert decide(replace(cast, ballots={}), asks).outcome is not Outcome.PASS
    assert decide(Vote(deadline_passed=True), asks).outcome is not Outcome.PASS


@many
@given(asked())
def test_every_member_is_counted_once(both: tuple[Vote, Rule]) -> None:
    cast, rule = both
    figures = decide(cast, rule).figures
    answers = figures.yes + figures.no + figures.abstain + figures.other + figures.present_not_voting
    assert answers + figures.absent + figures.recused + figures.silent == figures.members == len(cast.members)
    for tally in figures.measures.values():
        assert tally.yes + tally.no <= tally.total


@few
@given(asked())
def test_reasons_survive_being_kept(both: tuple[Vote, Rule]) -> None:
    cast, rule = both
    steps = decide(cast, rule).steps
    kept = json.loads(json.dumps([step.as_json() for step in steps]))
    assert steps_from_json(kept) == steps


@st.composite
def any_vote(draw: st.DrawFn) -> Vote:
    """Draw a vote in which anything may be wrong."""
    vote = draw(some_vote())
    holders = st.sets(NAMES, max_size=2).map(frozenset)
    counts = st.builds(
        Counts,
        heads=st.dictionaries(CHOICES, st.integers(0, 4), max_size=4),
        present=st.none() | st.integers(0, 9),
        role_ballots=st.dictionaries(st.sampled_from(["chair", "clerk"]), CHOICES, max_size=2),
        vetoes=st.lists(NAMES, max_size=2).map(tuple),
    )
    tallies = st.builds(Tally, yes=WEIGHTS, no=WEIGHTS, total=WEIGHTS)
    changed: dict[str, st.SearchStrategy[object]] = {
        "members": st.lists(NAMES, max_size=4).map(tuple),
        "ballots": st.dictionaries(NAMES, CHOICES, max_size=4),
        "roles": st.dictionaries(st.sampled_from(["chair", "clerk"]), st.none() | NAMES, max_size=2),
        "substitutes": holders,
        "classified": st.dictionaries(NAMES, CHOICES, max_size=3),
        "weights": st.dictionaries(NAMES, st.dictionaries(st.just(POPULATION), WEIGHTS, max_size=1), max_size=4),
        "tallies": st.dictionaries(st.sampled_from([POPULATION, HEADS]), tallies, max_size=1),
        "veto_holders": holders,
        "proxies": st.dictionaries(NAMES, NAMES, max_size=3),
        "counts": counts,
        "size": st.none() | st.integers(0, 9),
        "deadline_passed": st.none() | st.booleans(),
    }
    wrong = draw(st.sets(st.sampled_from(sorted(changed)), max_size=4))
    return replace(vote, **{key: draw(changed[key]) for key in sorted(wrong)})  # type: ignore[arg-type] # each of its own kind


@settings(max_examples=90, deadline=None)
@given(any_vote(), any_rule(), st.booleans())
def test_every_vote_is_decided_or_refused(vote: Vote, rule: Rule, forbidden: bool) -> None:  # noqa: FBT001 - drawn
    under = replace(rule, abstention_allowed=not forbidden)
    said = _decided_or_refused(vote, under)
    assert said
    assert "%(" not in said


def _decided_or_refused(vote: Vote, rule: Rule) -> str:
    """Say what became of it; any exception but a refusal goes on its way."""
    try:
        return json.dumps(decide(vote, rule).as_json())
    except Refused as refused:
        return str(refused.reason.value) % refused.values


KEYS = ["vote_id", "rule", "electorate", "ballots", "counts", "tallies", "roles", "proxies", "classified", "attending"]
WORDS = st.sampled_from(
    ["yes", "no", "plain/majority_of_all", "viet_nam/opinion_form", "m0", "", "1", "1e9", "½", "\ud800"]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 9) | st.floats(allow_nan=True) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*KEYS, "m0", "size", "yes"]), inner),
    max_leaves=6,
)


@many
@given(st.dictionaries(st.sampled_from(KEYS), ANYTHING) | ANYTHING | st.binary(max_size=20))
def test_every_line_is_answered(line: object) -> None:
    written = line if isinstance(line, bytes) else json.dumps(line).encode()
    found = answer(written)
    assert ("outcome" in found) is not ("error" in found)
    assert json.dumps(found)
