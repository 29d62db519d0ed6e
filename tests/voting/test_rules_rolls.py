"""Live votes: the roll frozen at opening, the ballots and who cast them, and who was there make the vote that is decided."""

from dataclasses import replace
from fractions import Fraction

import pytest

from ecabinet.refusals import Refused
from tests.voting.made_votes import majority, rule, vote
from voting.engine.parsing import parse_rule
from voting.engine.refusals import Reason
from voting.engine.rule import Choice, Rule
from voting.engine.rule_book import rule_named
from voting.engine.vote import Circumstances, LiveBallot, RollMember, Vote, check_roll, vote_of
from voting.rules import Outcome, decide

MEETING = rule_named("viet_nam/meeting").rule
OPINION_FORM = rule_named("viet_nam/opinion_form").rule
PROXIES = rule(proxies_per_member=1)
WEIGHED = parse_rule({"criteria": [{**dict(majority("cast")[0]), "measure": "population"}]})  # type: ignore[call-overload] # a table


def roll(*names: str, **lines: RollMember) -> list[RollMember]:
    return [lines.get(name, RollMember(name, f"Minister {name}")) for name in names]


def refusal(made: Rule, *lines: RollMember) -> Refused:
    with pytest.raises(Refused) as caught:
        check_roll(made, lines)
    return caught.value


def test_a_line_of_the_roll_is_frozen_with_everything_that_counts() -> None:
    line = RollMember("1", "Minister", ("chair",), weights={"population": "1.5"}, proxy="2", veto=True)
    assert line.as_json() == {
        "member": "1",
        "name": "Minister",
        "roles": ["chair"],
        "recused": False,
        "substituted": False,
        "weights": {"population": "1.5"},
        "proxy": "2",
        "veto": True,
    }


def test_the_roll_makes_the_vote() -> None:
    lines = [
        RollMember("1", "Prime Minister", roles=("prime_minister",), veto=True),
        RollMember("2", "Minister of Health", recused=True),
        RollMember("3", "Minister of Finance", substituted=True),
        RollMember("4", "Minister of Justice", weights={"population": "2.5"}),
        RollMember("5", "Minister of Transport"),
    ]
    so = Circumstances(("3", "4", "somebody else"), ("clerk",), {"5": Choice.NO})
    made = vote_of(MEETING, lines, {"1": LiveBallot(Choice.YES)}, so)
    assert made.ballots == {"1": Choice.YES, "2": Choice.RECUSED, "4": Choice.PRESENT_NOT_VOTING}
    assert made.roles == {"prime_minister": "1"}
    assert made.substitutes == {"3"}
    assert made.veto_holders == {"1"}
    assert made.attending == {"clerk"}
    assert made.classified == {"5": Choice.NO}
    assert made.weights["4"]["population"] * 2 == 5


def test_checking_in_is_no_answer_to_an_opinion_form() -> None:
    made = vote_of(OPINION_FORM, roll("1", "2"), {}, Circumstances(present=("1",), deadline_passed=True))
    assert decide(made, OPINION_FORM).figures.deemed_yes == 2


def test_a_member_is_represented_only_where_the_holder_cast_the_ballot_that_counts() -> None:
    lines = roll("1", "2", **{"1": RollMember("1", "Minister", proxy="2")})
    by_holder = vote_of(
        PROXIES, lines, {"1": LiveBallot(Choice.YES, "2"), "2": LiveBallot(Choice.YES, "2")}, Circumstances()
    )
    assert by_holder.proxies == {"1": "2"}
    assert decide(by_holder, PROXIES).figures.represented == 1
    for own in (LiveBallot(Choice.YES), LiveBallot(Choice.YES, "1")):
        assert vote_of(PROXIES, lines, {"1": own}, Circumstances()).proxies == {}


@pytest.mark.parametrize("form", ["meeting", "written"])
def test_a_holder_who_cast_only_for_another_is_present_and_not_voting(form: str) -> None:
    made = rule(proxies_per_member=1, form=form)
    lines = roll("1", "2", **{"1": RollMember("1", "Minister", proxy="2")})
    cast = vote_of(made, lines, {"1": LiveBallot(Choice.YES, "2")}, Circumstances(deadline_passed=True))
    assert cast.ballots == {"1": Choice.YES, "2": Choice.PRESENT_NOT_VOTING}
    assert decide(cast, made).outcome is Outcome.FAIL


def test_a_recused_member_has_no_ballot_by_proxy_either() -> None:
    lines = roll("1", "2", **{"1": RollMember("1", "Minister", proxy="2", recused=True)})
    made = vote_of(PROXIES, lines, {"1": LiveBallot(Choice.YES, "2")}, Circumstances())
    assert (made.ballots, made.proxies) == ({"1": Choice.RECUSED}, {})


def test_a_ballot_of_nobody_on_the_roll_is_refused() -> None:
    for ballots, so in (
        ({"9": LiveBallot(Choice.YES)}, Circumstances()),
        ({}, Circumstances(classified={"9": Choice.YES})),
    ):
        with pytest.raises(Refused) as caught:
            vote_of(MEETING, roll("1"), ballots, so)
        assert caught.value.reason is Reason.NOT_ON_ROLL


def test_a_roll_with_a_member_twice_or_two_prime_ministers_is_refused() -> None:
    two = [RollMember(each, "Minister", roles=("prime_minister",)) for each in "12"]
    twice = refusal(MEETING, *roll("1", "2", "2"))
    assert (twice.reason, twice.values) == (Reason.TWICE_ON_ROLL, {"name": "Minister 2"})
    role = refusal(MEETING, *two)
    assert (role.reason, role.values) == (Reason.ROLE_HELD_TWICE, {"role": "prime_minister"})
    assert refusal(rule(must_approve=["prime_minister"]), *two).reason is Reason.ROLE_HELD_TWICE
    check_roll(rule(), two)


def test_a_member_without_a_weight_that_the_rule_counts_is_named_before_the_vote_is_opened() -> None:
    has = RollMember("1", "Minister of Health", weights={"population": "12.5"})
    check_roll(WEIGHED, [has])
    refused = refusal(WEIGHED, has, RollMember("2", "Minister of Justice"))
    assert (refused.reason, refused.values) == (
        Reason.WEIGHT_MISSING,
        {"name": "Minister of Justice", "measure": "population"},
    )
    waiver = {"fewest_over": {"measure": "population", "fraction": "35/100"}, "plus": 1}
    waived = parse_rule({"criteria": [{**dict(majority("all")[0]), "waived_if_blockers_below": waiver}]})  # type: ignore[call-overload] # a table
    assert refusal(waived, RollMember("2", "Minister")).reason is Reason.WEIGHT_MISSING
    check_roll(rule(), [RollMember("2", "Minister")])


def test_a_weight_that_is_no_decimal_is_refused() -> None:
    refused = refusal(rule(), RollMember("1", "Minister", weights={"population": "much"}))
    assert (refused.reason, refused.values) == (Reason.NOT_A_WEIGHT, {"name": "Minister", "measure": "population"})


@pytest.mark.parametrize(
    ("proxies", "reason", "values"),
    [
        ({"1": "1"}, Reason.PROXY_TO_ONESELF, {"name": "Minister 1"}),
        ({"1": "9"}, Reason.NOT_ON_ROLL, {"name": "9"}),
        ({"1": "3", "2": "3"}, Reason.PROXIES_TOO_MANY, {"name": "Minister 3", "most": 1}),
        ({"1": "2", "2": "3"}, Reason.PROXY_HOLDER_REPRESENTED, {"name": "Minister 2"}),
    ],
)
def test_proxies_that_would_not_hold_are_refused_before_the_vote_is_opened(
    proxies: dict[str, str], reason: Reason, values: dict[str, object]
) -> None:
    lines = [replace(line, proxy=proxies.get(line.member)) for line in roll("1", "2", "3")]
    refused = refusal(PROXIES, *lines)
    assert (refused.reason, refused.values) == (reason, values)


def test_a_recused_member_cannot_hold_a_proxy_and_nobody_where_the_rule_knows_none() -> None:
    given = RollMember("1", "Minister", proxy="2")
    holder = RollMember("2", "Minister of Justice")
    check_roll(PROXIES, [given, holder])
    recused = refusal(PROXIES, given, replace(holder, recused=True))
    assert (recused.reason, recused.values["name"]) == (Reason.PROXY_HOLDER_RECUSED, "Minister of Justice")
    assert refusal(rule(), given, holder).reason is Reason.PROXIES_TOO_MANY


def test_a_vote_made_by_hand_is_held_against_the_same_rules() -> None:
    for wrong, reason in (
        (Vote(("b", "a", "a")), Reason.TWICE_ON_ROLL),
        (Vote(("a",), classified={"a": Choice.ABSENT}), Reason.NOT_A_CLASS),
        (vote(abstain=1), Reason.ABSTENTION_FORBIDDEN),
    ):
        with pytest.raises(Refused) as caught:
            decide(wrong, rule(abstention="forbidden"))
        assert caught.value.reason is reason


def test_who_is_outside_the_base_may_have_no_weights_at_all() -> None:
    decided = decide(Vote(("1", "2"), {"1": Choice.YES}, weights={"1": {"population": Fraction(3)}}), WEIGHED)
    assert (decided.outcome, decided.figures.measures["population"].total) == (Outcome.PASS, Fraction(3))


def test_who_stands_on_a_roll_twice_is_named() -> None:
    with pytest.raises(Refused) as caught:
        decide(Vote(("a", "b", "c", "b")), rule())
    assert caught.value.values == {"name": "b"}


def test_a_rule_that_names_no_role_needs_none() -> None:
    assert rule().roles() == frozenset()
    assert rule(tie={"side_of": "chair"}, must_approve=["mayor"]).roles() == {"chair", "mayor"}
