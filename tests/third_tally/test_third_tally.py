"""The third tally, in JavaScript, gives the outcomes that were reckoned by hand."""

import json

import pytest

from tests.third_tally.hand_made import Box, Json, criterion, heads, line, quorum, roll, rule
from tests.third_tally.program import NODE, tally

MAJORITY = criterion()
OF_THOSE_CASTING = criterion(base="cast")
VIET_NAM = rule(MAJORITY, quorum=quorum(fraction="2/3"), tie={"side_of": "prime_minister"})
PRIME_MINISTER: Json = {"roles": ["prime_minister"]}
CHAIR: Json = {"roles": ["chair"]}

pytestmark = pytest.mark.skipif(not NODE.exists(), reason="Node is not installed in the virtual environment")


def assert_right(box: Box, outcome: str) -> None:
    """The box closes with what was reckoned by hand, and the program reckons the same."""
    answer = tally(box)
    closed = json.loads(box.texts[-1])
    expected = {"outcome": outcome, "figures": closed["figures"], "missing": closed["missing"], "root": box.root()}
    assert answer == expected


def people(first: int, last: int) -> list[str]:
    return [str(number) for number in range(first, last + 1)]


def test_more_than_half_of_the_27_is_14_in_viet_nam() -> None:
    passed = Box(roll(27, m1=PRIME_MINISTER), VIET_NAM).casts("yes", *people(1, 14)).casts("no", *people(15, 27))
    assert_right(passed.close("pass", heads(members=27, yes=14, no=13, present=27)), "pass")
    failed = Box(roll(27, m1=PRIME_MINISTER), VIET_NAM).casts("yes", *people(1, 10)).casts("no", *people(11, 20))
    failed.casts("abstain", *people(21, 27)).close("fail", heads(members=27, yes=10, no=10, abstain=7, present=27))
    assert_right(failed, "fail")


def test_seventeen_of_27_are_no_quorum_even_with_a_deputy_in_a_seat() -> None:
    lines = roll(27, m1=PRIME_MINISTER, m18={"substituted": True})
    box = Box(lines, VIET_NAM).casts("yes", *people(1, 16))
    figures = heads(members=27, yes=16, present_not_voting=1, absent=10, present=17)
    assert_right(box.close("no_quorum", figures, people(17, 27), present=["17", "18"]), "no_quorum")


@pytest.mark.parametrize(("side", "yes", "no", "outcome"), [("yes", 13, 13, "pass"), ("no", 13, 13, "fail")])
def test_a_tie_takes_the_side_of_the_prime_minister(side: str, yes: int, no: int, outcome: str) -> None:
    box = Box(roll(26, m1=PRIME_MINISTER), VIET_NAM).cast(1, side)
    others = people(2, 26)
    more_yes = yes - (side == "yes")
    box.casts("yes", *others[:more_yes]).casts("no", *others[more_yes:])
    assert_right(box.close(outcome, heads(members=26, yes=yes, no=no, present=26)), outcome)


def test_a_tie_hangs_where_the_prime_minister_said_nothing() -> None:
    box = Box(roll(26, m1=PRIME_MINISTER), VIET_NAM).casts("yes", *people(2, 14)).casts("no", *people(15, 26))
    assert_right(box.close("tie", heads(members=26, yes=13, no=12, absent=1, present=25), ["1"]), "tie")


def test_silence_in_the_opinion_form_is_consent_but_breaks_no_tie() -> None:
    written = rule(MAJORITY, form="written", silence="consent", tie={"side_of": "prime_minister"})
    box = Box(roll(27), written).casts("yes", *people(1, 9)).casts("no", *people(10, 15))
    figures = heads(members=27, yes=21, no=6, deemed_yes=12, present=27)
    assert_right(box.close("pass", figures, sorted(people(16, 27)), deadline_passed=True), "pass")
    box = Box(roll(4, m1=PRIME_MINISTER), written).cast(2, "yes").casts("no", 3, 4)
    figures = heads(members=4, yes=2, no=2, deemed_yes=1, present=4)
    assert_right(box.close("tie", figures, ["1"], deadline_passed=True), "tie")
    box = Box(roll(4), written).cast(2, "yes")
    assert_right(
        box.close("open", heads(members=4, yes=1, silent=3, present=1), ["1", "3", "4"], deadline_passed=False), "open"
    )


def test_an_objection_stops_a_silence_procedure_before_its_end() -> None:
    silence = rule(form="written", silence="objection_stops", objections=["no", "other"])
    box = Box(roll(3), silence).cast(2, "other")
    figures = heads(members=3, other=1, silent=2, present=1)
    assert_right(box.close("objected", figures, ["1", "3"], deadline_passed=False), "objected")


def europe(waiver: object, blockers: int) -> Box:
    """Ten states, three with 20.5 of the people and seven with 5.50; the heaviest block."""
    lines = [line(number, weights={"population": "20.5" if number <= 3 else "5.50"}) for number in range(1, 11)]
    population = criterion("65/100", measure="population", strict=False, waiver=waiver)
    box = Box(lines, rule(criterion("55/100", strict=False), population))
    return box.casts("no", *people(1, blockers)).casts("yes", *people(blockers + 1, 10))


@pytest.mark.parametrize(
    ("waiver", "blockers", "yes", "no", "outcome"),
    [
        (None, 2, "59", "41", "fail"),  # 59 of 100 is less than 65
        (4, 3, "38.5", "61.5", "pass"),  # three are too few to block
        (4, 4, "33", "67", "fail"),
        # The two heaviest have 41, more than 35: with one more, three can block and two cannot.
        ({"fewest_over": {"measure": "population", "fraction": "35/100"}, "plus": 1}, 2, "59", "41", "pass"),
        ({"fewest_over": {"measure": "population", "fraction": "35/100"}, "plus": 1}, 3, "38.5", "61.5", "fail"),
    ],
)
def test_states_and_people_are_counted_exactly(waiver: object, blockers: int, yes: str, no: str, outcome: str) -> None:
    figures = heads(members=10, yes=10 - blockers, no=blockers, present=10)
    figures["measures"] = {"population": {"yes": yes, "no": no, "total": "100"}}
    assert_right(europe(waiver, blockers).close(outcome, figures), outcome)


def test_a_veto_is_final_or_sends_to_a_second_vote() -> None:
    for kind, outcome in (("final", "fail"), ("suspensive", "suspended")):
        box = Box(roll(5, m5={"veto": True}), rule(min_yes=3, veto=kind)).casts("yes", 1, 2, 3, 4).cast(5, "no")
        assert_right(box.close(outcome, heads(members=5, yes=4, no=1, present=5)), outcome)


def test_a_proxy_counts_for_the_majority_and_not_for_the_quorum() -> None:
    lines = roll(4, m1={"proxy": "2"})
    for at_least, outcome in ((3, "pass"), (4, "no_quorum")):
        box = Box(lines, rule(MAJORITY, quorum=quorum(at_least=at_least))).cast(1, "yes", by="2").casts("yes", 3, 4)
        figures = heads(members=4, yes=3, present_not_voting=1, present=4, represented=1)
        assert_right(box.close(outcome, figures, ["2"]), outcome)


def test_who_decides_a_tie_stands_aside_until_there_is_one() -> None:
    decides = rule(OF_THOSE_CASTING, min_yes=3, tie={"decides": "chair"})
    box = Box(roll(5, m1=CHAIR), decides).casts("yes", 1, 2, 3).casts("no", 4, 5)
    assert_right(box.close("pass", heads(members=5, yes=2, no=2, present_not_voting=1, present=5)), "pass")
    box = Box(roll(4, m1=CHAIR), decides).casts("yes", 1, 2, 3).casts("no", 4)
    assert_right(box.close("fail", heads(members=4, yes=2, no=1, present_not_voting=1, present=4)), "fail")


def test_a_double_vote_of_the_chair_adds_one_to_the_yes_that_are_needed() -> None:
    swiss = rule(OF_THOSE_CASTING, min_yes=3, tie={"counts_double": "chair"}, quorum=quorum(at_least=4))
    box = Box(roll(7, m1=CHAIR), swiss).casts("yes", 1, 2).casts("no", 3, 4).casts("abstain", 5, 6, 7)
    assert_right(box.close("pass", heads(members=7, yes=2, no=2, abstain=3, present=7)), "pass")
    box = Box(roll(7, m1=CHAIR), swiss).casts("yes", 1, 2).casts("no", 3).casts("abstain", 4, 5, 6, 7)
    assert_right(box.close("fail", heads(members=7, yes=2, no=1, abstain=4, present=7)), "fail")


def test_the_recused_are_taken_out_of_what_the_rule_says() -> None:
    entitled = rule(criterion(base="entitled"))
    box = Box(roll(4, m4={"recused": True}), entitled).casts("yes", 1, 2)
    assert_right(box.close("pass", heads(members=4, yes=2, absent=1, recused=1, present=2), ["3"]), "pass")
    box = Box(roll(4, m4={"recused": True}), entitled | {"recused_leave": ["present"]}).casts("yes", 1, 2)
    assert_right(box.close("fail", heads(members=4, yes=2, absent=1, recused=1, present=2), ["3"]), "fail")


def test_unanimity_is_stopped_by_one_who_is_absent_and_not_by_an_abstention() -> None:
    unanimity = rule(no_blocks=True, absence_blocks=True)
    box = Box(roll(3), unanimity).casts("yes", 1, 2).cast(3, "abstain")
    assert_right(box.close("pass", heads(members=3, yes=2, abstain=1, present=3)), "pass")
    box = Box(roll(3), unanimity).casts("yes", 1, 2)
    assert_right(box.close("fail", heads(members=3, yes=2, absent=1, present=2), ["3"]), "fail")


def test_among_options_each_is_counted() -> None:
    offered = {"options": ["option:1", "option:2", "abstain"], "labels": {"option:1": "North", "option:2": "South"}}
    box = Box(roll(6, m6={"recused": True}), None, **offered).casts("option:1", 1, 2).cast(3, "option:2")
    box.cast(4, "abstain").cast(2, "option:2")
    figures: Json = {"members": 6, "ballots": 4, "abstain": 1, "recused": 1, "options": {"option:1": 1, "option:2": 2}}
    assert_right(box.close("counted", figures, ["5"]), "counted")


def test_the_last_ballot_that_was_not_withdrawn_counts() -> None:
    box = Box(roll(3), rule(OF_THOSE_CASTING)).cast(1, "no").cast(1, "yes").cast(2, "yes").paper(2, "no").withdraw(4)
    box.cast(3, "no").withdraw(5 + 1)
    assert_right(box.close("pass", heads(members=3, yes=2, absent=1, present=2), ["3"]), "pass")


def test_another_opinion_is_read_as_it_was_classified() -> None:
    box = Box(roll(3), rule(MAJORITY)).cast(1, "yes").cast(2, "other").cast(3, "other")
    figures = heads(members=3, yes=2, other=1, present=3)
    assert_right(box.close("pass", figures, classified={"2": "yes", "3": "other"}), "pass")


def test_the_last_correction_stands() -> None:
    half_there = rule(OF_THOSE_CASTING, quorum=quorum(at_least=3))
    box = Box(roll(4), half_there).casts("yes", 1, 2)
    without = ["3", "4"]
    box.close("pass", heads(members=4, yes=2, present_not_voting=1, absent=1, present=3), without, present=["3"])
    box.correct("no_quorum", heads(members=4, yes=2, absent=2, present=2), without)
    assert_right(box, "no_quorum")
    box.correct("pass", heads(members=4, yes=2, present_not_voting=1, absent=1, present=3), without, present=["4"])
    assert_right(box, "pass")


def test_an_annulled_vote_has_no_outcome_of_its_own() -> None:
    box = Box(roll(2), rule(MAJORITY)).cast(1, "yes").annul()
    assert tally(box) == {"outcome": "annulled", "figures": None, "missing": None, "root": box.root()}
    assert tally(box.cast(2, "yes"))["number"] == 3
