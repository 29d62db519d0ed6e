"""Laws of counting that hold for every rule and every vote."""

import json
import random
from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.voting.made_votes import some_rule
from voting.engine.parsing import parse_rule, rule_as_json
from voting.engine.rule import ANSWERS, Choice, Leave, Rule, Silence, TieWhen
from voting.engine.vote import Vote
from voting.rules import Outcome, decide, steps_from_json

CHOICES = st.sampled_from(Choice)


@st.composite
def some_vote(draw: st.DrawFn) -> Vote:
    """Draw a vote of up to nine members, the first of whom is the chair."""
    ballots = dict(enumerate(draw(st.lists(CHOICES, min_size=1, max_size=9))))
    members = tuple(f"m{n}" for n in ballots)
    return Vote(
        members=members,
        ballots={f"m{n}": choice for n, choice in ballots.items()},
        roles={"chair": draw(st.sampled_from([None, "m0"]))},
        substitutes=frozenset(draw(st.sets(st.sampled_from(members), max_size=2))),
        attending=frozenset(draw(st.sampled_from([(), ("state_secretary",)]))),
        deadline_passed=draw(st.booleans()),
    )


@given(some_rule())
def test_a_rule_survives_being_frozen(drawn: Rule) -> None:
    assert parse_rule(rule_as_json(drawn)) == drawn


@given(some_vote(), some_rule(), st.randoms())
def test_order_never_matters(cast: Vote, rule: Rule, chance: random.Random) -> None:
    members, ballots = list(cast.members), list(cast.ballots.items())
    chance.shuffle(members)
    chance.shuffle(ballots)
    assert decide(replace(cast, members=tuple(members), ballots=dict(ballots)), rule) == decide(cast, rule)


@settings(max_examples=400)
@given(some_vote(), some_rule())
def test_one_more_yes_never_turns_pass_into_fail_under_the_default_tie(cast: Vote, rule: Rule) -> None:
    default = replace(rule, tie_when=TieWhen.YES_IS_HALF_OF_BASE)
    if decide(cast, default).outcome is not Outcome.PASS:
        return
    for member in [member for member, choice in cast.ballots.items() if choice in ANSWERS]:
        more = replace(cast, ballots={**cast.ballots, member: Choice.YES})
        assert decide(more, default).outcome is Outcome.PASS


@given(some_vote(), some_rule(), st.data())
def test_a_recused_member_counts_as_nobody_where_the_rule_takes_them_out_of_everything(
    cast: Vote, rule: Rule, data: st.DataObject
) -> None:
    out = replace(rule, recused_leave=frozenset(Leave), early_close=False)
    without = data.draw(st.sampled_from(cast.members[1:] or cast.members))
    assume(without not in cast.roles.values() and len(cast.members) > 1)
    recused = decide(replace(cast, ballots={**cast.ballots, without: Choice.RECUSED}), out)
    gone = replace(
        cast,
        members=tuple(member for member in cast.members if member != without),
        ballots={member: choice for member, choice in cast.ballots.items() if member != without},
        substitutes=cast.substitutes - {without},
    )
    assert recused.outcome is decide(gone, out).outcome


@given(some_vote(), some_rule())
def test_silence_before_the_deadline_never_counts_as_agreement(cast: Vote, rule: Rule) -> None:
    running = decide(replace(cast, deadline_passed=False), replace(rule, silence=Silence.CONSENT))
    assert running.figures.deemed_yes == 0


@given(some_vote(), some_rule())
def test_every_member_is_counted_once(cast: Vote, rule: Rule) -> None:
    figures = decide(cast, rule).figures
    answers = figures.yes + figures.no + figures.abstain + figures.other + figures.present_not_voting
    assert answers + figures.absent + figures.recused + figures.silent == figures.members == len(cast.members)


@given(some_vote(), some_rule())
def test_reasons_survive_being_kept(cast: Vote, rule: Rule) -> None:
    steps = decide(cast, rule).steps
    kept = json.loads(json.dumps([step.as_json() for step in steps]))
    assert steps_from_json(kept) == steps
