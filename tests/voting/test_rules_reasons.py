"""The reasons of a result as the box keeps them (docs/box-format.md): other programs read them by these names, so they stay."""

from fractions import Fraction
from typing import Any

import pytest

from tests.voting.made_votes import majority, rule, vote
from voting.engine.rule import Choice, Rule
from voting.engine.vote import Counts, Tally, Vote
from voting.rules import Reference, decide

SIX = ("a", "b", "c", "d", "e", "f")
CHAIR_YES = {"chair": "yes-1"}
AREA = {"area": Fraction("1.5")}
COUNTED = {"kind": "counted", "yes": 2, "members": 4}
HALF_OF_FOUR = {
    "kind": "criterion",
    "measure": "heads",
    "tallied": False,
    "base": "all",
    "amount": 4,
    "yes": 2,
    "fraction": "1/2",
    "strict": True,
    "needed": 3,
    "met": False,
}
TIE = {
    "kind": "tie",
    "kind_of_tie": "fails",
    "role": "",
    "side": "",
    "vacant": False,
    "measure": "heads",
    "yes": 2,
    "no": 2,
    "yes_equals_no": False,
}
QUORUM = {
    "kind": "quorum",
    "counted": 4,
    "needed": 3,
    "total": 5,
    "held": True,
    "written": False,
    "missing_roles": [],
    "missing_officers": [],
}


def kept(cast: Vote, under: Rule, reference: Reference | None = None) -> list[Any]:
    steps = decide(cast, under, reference).as_json()["steps"]
    assert isinstance(steps, list)
    return steps


def test_a_majority_that_is_met_and_its_figures() -> None:
    decided = decide(vote(yes=1), rule()).as_json()
    assert decided == {
        "outcome": "pass",
        "figures": {
            **dict.fromkeys(("members", "yes", "present"), 1),
            **dict.fromkeys(("no", "abstain", "other", "present_not_voting", "absent", "recused", "silent"), 0),
            **dict.fromkeys(("deemed_yes", "represented"), 0),
            "measures": {},
        },
        "steps": [
            {"kind": "counted", "yes": 1, "members": 1},
            {**HALF_OF_FOUR, "amount": 1, "yes": 1, "needed": 1, "met": True},
        ],
    }


def test_every_choice_has_its_own_figure() -> None:
    heads = {"yes": 1, "no": 2, "abstain": 3, "other": 4, "present_not_voting": 5, "absent": 6, "recused": 7}
    figures = decide(vote({}, passed=True, **heads, silent=8), rule(form="written")).as_json()["figures"]
    expected = {**heads, "silent": 8, "members": 36, "present": 15, "deemed_yes": 0, "represented": 0, "measures": {}}
    assert figures == expected


@pytest.mark.parametrize(
    ("holder", "under", "tie"),
    [
        (None, {}, {}),
        ("yes-1", {"tie": {"side_of": "chair"}}, {"kind_of_tie": "side_of", "role": "chair", "side": "yes"}),
        ("no-1", {"tie": {"side_of": "chair"}}, {"kind_of_tie": "side_of", "role": "chair", "side": "no"}),
        (None, {"tie": {"decides": "chair"}}, {"kind_of_tie": "decides", "role": "chair", "vacant": True}),
        ("yes-1", {"must_approve": ["chair"]}, {}),
        (
            "yes-1",
            {"tie": {"counts_double": "chair"}, "tie_when": "yes_equals_no"},
            {"kind_of_tie": "counts_double", "role": "chair", "side": "yes", "yes_equals_no": True},
        ),
        (
            "yes-1",
            {"tie": {"side_of": "chair"}, "tie_when": "yes_equals_no", "criteria": majority("cast")},
            {"kind_of_tie": "side_of", "role": "chair", "side": "yes"},
        ),
    ],
)
def test_a_tie_and_who_settled_it(holder: str | None, under: dict[str, object], tie: dict[str, object]) -> None:
    criterion = {**HALF_OF_FOUR, "base": "cast"} if "criteria" in under else HALF_OF_FOUR
    steps = kept(vote({"chair": holder}, yes=2, no=2), rule(**under))
    assert steps[:3] == [COUNTED, criterion, {**TIE, **tie}]


def test_a_tie_of_weights_says_them_as_texts() -> None:
    halves = Vote(("a", "b"), {"a": Choice.YES, "b": Choice.NO}, weights={"a": AREA, "b": AREA})
    weighed = {"measure": "area", "base": "all", "fraction": "1/2", "strict": True}
    assert kept(halves, rule(criteria=[weighed]))[1:] == [
        {**HALF_OF_FOUR, "measure": "area", "amount": "3", "yes": "1.5", "needed": "1.5"},
        {**TIE, "measure": "area", "yes": "1.5", "no": "1.5"},
    ]


def test_a_share_that_has_no_decimal_text_and_a_waiver() -> None:
    weights = {"a": {"population": Fraction("65.2")}, "b": {"population": Fraction("34.8")}}
    cast = Vote(("a", "b"), {"a": Choice.YES, "b": Choice.NO}, weights=weights)
    weighed = {
        "measure": "population",
        "base": "all",
        "fraction": "2/3",
        "strict": False,
        "waived_if_blockers_below": 2,
    }
    assert kept(cast, rule(criteria=[weighed]))[1:] == [
        {
            **HALF_OF_FOUR,
            "measure": "population",
            "amount": "100",
            "yes": "65.2",
            "fraction": "2/3",
            "strict": False,
            "needed": "200/3",
        },
        {"kind": "waived", "blockers": 1, "below": 2},
    ]


def test_a_waiver_that_nobody_can_miss_is_one_above_all_heads() -> None:
    cast = Vote(("a", "b"), {"a": Choice.YES, "b": Choice.NO}, weights={"a": AREA, "b": AREA})
    for measure, plus in (("area", 0), ("heads", 0), ("area", 2), ("heads", 2)):
        over = {"fewest_over": {"measure": measure, "fraction": "1/1"}, "plus": plus}
        whole = {**majority("all", "2/3")[0], "waived_if_blockers_below": over}  # type: ignore[dict-item]
        assert kept(cast, rule(criteria=[whole]))[-1] == {"kind": "waived", "blockers": 1, "below": 3 + plus}


def test_the_recused_are_among_the_fewest_over_only_where_they_are_in_the_base() -> None:
    heads = {"fewest_over": {"measure": "heads", "fraction": "1/2"}, "plus": 0}
    for base, below in (("all", 3), ("entitled", 2)):
        whole = {**majority(base, "1/1", strict=False)[0], "waived_if_blockers_below": heads}  # type: ignore[dict-item]
        steps = kept(vote(yes=2, no=1, recused=1), rule(criteria=[whole]))
        assert [step["below"] for step in steps if step["kind"] == "waived"] == [below]


def test_what_was_counted_elsewhere() -> None:
    people = {"measure": "people", "base": "cast", "fraction": "1/2", "strict": True}
    cast = Vote(("a", "b"), {"a": Choice.YES}, tallies={"people": Tally(Fraction(10), Fraction(5), Fraction(20))})
    decided = decide(cast, rule(criteria=[people, {**people, "base": "all"}])).as_json()
    assert decided["figures"]["measures"] == {"people": {"yes": "10", "no": "5", "total": "20"}}  # type: ignore[index]
    said: dict[str, Any] = {**HALF_OF_FOUR, "measure": "people", "tallied": True, "yes": "10"}
    assert decided["steps"] == [
        {"kind": "counted", "yes": 1, "members": 2},
        {**said, "base": "cast", "amount": "15", "needed": "7.5", "met": True},
        {**said, "amount": "20", "needed": "10"},
        {"kind": "tallied", "measures": ["people"]},
    ]


def test_what_ends_a_written_procedure_before_it_is_counted() -> None:
    decree = Reference("Decree", "3")
    where = {"kind": "reference", "instrument": "Decree", "article": "3"}
    objected = vote(no=2, silent=1, yes=1, passed=False)
    assert kept(objected, rule(form="written", silence="objection_stops"), decree) == [
        {"kind": "objected", "count": 2},
        where,
    ]
    running = vote(yes=2, silent=1, recused=1, passed=False)
    assert kept(running, rule(form="written"), decree) == [{"kind": "open", "answered": 2, "expected": 3}, where]
    assert kept(running, rule(form="written")) == [{"kind": "open", "answered": 2, "expected": 3}]


def test_what_blocks() -> None:
    blocked = rule(no_blocks=True, absence_blocks=True, veto="final", quorum={"at_least": 1})
    cast = vote(yes=1, no=2, absent=2)
    vetoed = Vote(cast.members, cast.ballots, veto_holders=frozenset({"no-1", "no-2", "yes-1"}))
    assert kept(vetoed, blocked) == [
        {"kind": "counted", "yes": 1, "members": 5},
        {"kind": "no_blocks", "count": 2},
        {"kind": "absence_blocks", "count": 2},
        {"kind": "veto", "count": 2},
        {**QUORUM, "counted": 3, "needed": 1},
    ]


def test_a_suspensive_veto_names_the_rule_of_the_second_vote() -> None:
    cast = vote(yes=3, no=1)
    vetoed = Vote(cast.members, cast.ballots, veto_holders=frozenset({"no-1"}))
    for second in ("country/second_vote", ""):
        named = {"second_vote": second} if second else {}
        last = kept(vetoed, rule(veto="suspensive", **named))[-1]
        assert last == {"kind": "suspended", "count": 1, "second_vote": second}


def test_the_least_number_of_yes_and_who_must_approve() -> None:
    asks = rule(must_approve=["chair", "mayor"], min_yes=4)
    assert kept(vote({"chair": "no-1"}, yes=3, no=1), asks)[2:] == [
        {"kind": "min_yes", "yes": 3, "needed": 4, "added": 0, "met": False},
        {"kind": "must_approve", "roles": ["chair", "mayor"], "missing": ["chair", "mayor"], "met": False},
    ]
    asks = rule(must_approve=["chair"], min_yes=3)
    assert kept(vote({"chair": "yes-1"}, yes=3, no=1), asks)[2:] == [
        {"kind": "min_yes", "yes": 3, "needed": 3, "added": 0, "met": True},
        {"kind": "must_approve", "roles": ["chair"], "missing": [], "met": True},
    ]


def test_what_settling_a_tie_adds_to_the_least_number_of_yes() -> None:
    double = {"tie": {"counts_double": "chair"}, "min_yes": 3}
    added = {"kind": "min_yes", "yes": 3, "needed": 3, "added": 1, "met": True}
    none = {"kind": "min_yes", "yes": 2, "needed": 3, "added": 0, "met": False}
    assert kept(vote(CHAIR_YES, yes=2, no=2), rule(**double))[-1] == added
    assert kept(vote({"chair": "no-1"}, yes=2, no=2), rule(**double))[-1] == none
    assert kept(vote(CHAIR_YES, yes=2, no=2), rule(**double, double_counts_for_min_yes=False))[-1] == none
    assert kept(vote(CHAIR_YES, yes=2, no=2), rule(tie={"side_of": "chair"}, min_yes=3))[-1] == none


def test_the_yes_of_who_only_decides_is_set_aside() -> None:
    steps = kept(vote(CHAIR_YES, yes=3, no=2), rule(tie={"decides": "chair"}, criteria=majority("cast"), min_yes=3))
    assert steps == [
        {**COUNTED, "members": 5},
        {**HALF_OF_FOUR, "base": "cast"},
        {**TIE, "kind_of_tie": "decides", "role": "chair", "side": "yes"},
        {"kind": "min_yes", "yes": 3, "needed": 3, "added": 1, "met": True},
        {"kind": "set_aside", "role": "chair"},
    ]


def test_silence_and_recusals() -> None:
    cast = vote(yes=2, recused=1, silent=2, absent=1, passed=True)
    left: list[tuple[dict[str, object], list[str]]] = [
        ({}, ["present", "entitled", "quorum"]),
        ({"recused_leave": []}, []),
        ({"recused_leave": ["all"]}, ["entitled", "all"]),
    ]
    for said, leaves in left:
        assert kept(cast, rule(form="written", silence="consent", **said))[2:] == [
            {"kind": "silence", "count": 2, "means": "consent"},
            {"kind": "recused", "count": 1, "left": leaves},
        ]


def test_proxies_substitutes_and_opinions_that_were_read() -> None:
    ballots = {"a": Choice.YES, "b": Choice.YES, **dict.fromkeys("cde", Choice.OTHER)}
    cast = Vote(
        SIX,
        ballots,
        proxies={"b": "a"},
        substitutes=frozenset("af"),
        classified={"c": Choice.YES, "d": Choice.NO, "e": Choice.OTHER},
    )
    end = [
        {"kind": "substituted", "count": 1},
        {"kind": "classified", "yes": 1, "no": 1, "neither": 1},
    ]
    for quorum, counted, in_quorum in (
        ({"quorum": {"at_least": 2}}, [{**QUORUM, "needed": 2, "total": 6}], False),
        ({"quorum": {"at_least": 2, "represented": True}}, [{**QUORUM, "counted": 5, "needed": 2, "total": 6}], True),
        ({}, [], True),
    ):
        steps = kept(cast, rule(proxies_per_member=1, criteria=majority("cast"), **quorum))
        assert steps[2:] == [*counted, {"kind": "represented", "count": 1, "in_quorum": in_quorum}, *end]


def test_opinions_that_nobody_read_are_not_said_to_have_been() -> None:
    steps = kept(Vote(("a", "b"), {"a": Choice.OTHER}, classified={"b": Choice.YES}), rule())
    assert [step["kind"] for step in steps] == ["counted", "criterion"]


def test_a_number_of_those_present_that_was_handed_in() -> None:
    given = Vote(SIX, counts=Counts({Choice.YES: 3, Choice.NO: 1}, present=5))
    assert kept(given, rule())[-1] == {"kind": "given_present", "count": 5}
    nobody = Vote(SIX, counts=Counts({}, present=0))
    assert kept(nobody, rule())[-1] == {"kind": "given_present", "count": 0}


def test_a_quorum_that_is_not_held_says_who_is_missing() -> None:
    needs = {"fraction": "1/2", "roles": ["chair"], "attending": ["state_secretary"]}
    steps = kept(vote({"chair": "absent-1"}, yes=4, absent=1, passed=True), rule(form="written", quorum=needs))
    missing = {"missing_roles": ["chair"], "missing_officers": ["state_secretary"]}
    assert steps == [{**QUORUM, "held": False, "written": True, **missing}]
