"""Ties: when there is one, whose explicit yes or no settles it, and what hangs where nobody does."""

from typing import Any

import pytest

from tests.voting.made_lines import answered, ballots, outcome

HALF: dict[str, Any] = {"measure": "heads", "base": "all", "fraction": "1/2", "strict": True}
CAST = {**HALF, "base": "cast"}
CHAIR = {"chair": "a"}


def rule(*criteria: dict[str, Any], **entries: object) -> dict[str, Any]:
    return {"criteria": list(criteria or (HALF,)), **entries}


def decides(**entries: object) -> dict[str, Any]:
    return rule(CAST, tie={"decides": "chair"}, **entries)


@pytest.mark.parametrize("fraction", ["1/2", "2/4", "50/100"])
def test_a_tie_exists_only_where_more_than_half_is_needed(fraction: str) -> None:
    side = {"tie": {"side_of": "chair"}}
    split: dict[str, Any] = {"ballots": ballots(yes="ab", no="cd"), "roles": CHAIR}
    assert outcome(rule({**HALF, "fraction": fraction}, **side), "abcd", **split) == "pass"
    assert outcome(rule({**HALF, "fraction": "2/3"}, **side), "abc", **{**split, "ballots": ballots(yes="a")}) == "fail"
    assert outcome(rule({**HALF, "strict": False}, **side), "abcd", **{**split, "roles": {}}) == "pass"


def test_a_tie_is_settled_in_the_criterions_own_measure() -> None:
    population = {**HALF, "measure": "population"}
    roll = {"a": {"population": "3"}, "b": {"population": "2"}, "c": {"population": "1"}}
    side = rule(population, tie={"side_of": "chair"})
    assert outcome(side, roll, ballots=ballots(yes="a", no="bc"), roles=CHAIR) == "pass"
    assert outcome(side, roll, ballots=ballots(yes="bc", no="a"), roles=CHAIR) == "fail"
    assert outcome(side, roll, ballots=ballots(yes="ab", no="c"), roles=CHAIR) == "pass"


def test_a_tie_by_equal_weights_is_one_of_weights_and_not_of_heads() -> None:
    population = {**HALF, "measure": "population"}
    equal = rule(population, tie={"side_of": "chair"}, tie_when="yes_equals_no")
    roll = {"a": {"population": "2"}, "b": {"population": "1"}, "c": {"population": "1"}, "d": {"population": "5"}}
    assert outcome(equal, roll, ballots=ballots(yes="a", no="bc"), roles=CHAIR) == "pass"
    assert outcome(equal, roll, ballots=ballots(yes="a", no="b"), roles=CHAIR) == "fail"


def test_a_tally_has_no_tie() -> None:
    people = rule({**CAST, "measure": "people"}, tie={"side_of": "chair"})
    tallies = {"people": {"yes": "5", "no": "5", "total": "10"}}
    assert outcome(people, "a", ballots=ballots(yes="a"), roles=CHAIR, tallies=tallies) == "fail"


def test_a_waived_criterion_is_no_tie() -> None:
    waived = rule({**HALF, "waived_if_blockers_below": 3}, tie={"side_of": "chair"})
    assert outcome(waived, "abcd", ballots=ballots(yes="bc", no="ad"), roles=CHAIR) == "pass"


def test_the_tie_rule_settles_that_criterion_alone() -> None:
    two_thirds = {**HALF, "fraction": "2/3", "strict": False}
    both = rule(HALF, two_thirds, tie={"side_of": "chair"})
    assert outcome(both, "abcd", ballots=ballots(yes="ab", no="cd"), roles=CHAIR) == "fail"


def test_one_more_yes_may_turn_pass_into_fail_where_equal_numbers_are_a_tie_and_the_reasons_say_so() -> None:
    equal = rule(tie={"side_of": "chair"}, tie_when="yes_equals_no")
    ten = answered(equal, {"size": 27}, counts={"yes": 10, "no": 10, "abstain": 7}, role_ballots={"chair": "yes"})
    assert (ten["outcome"], "is a tie under this rule" in ten["why"]) == ("pass", True)
    eleven = outcome(equal, {"size": 27}, counts={"yes": 11, "no": 10, "abstain": 6}, role_ballots={"chair": "yes"})
    assert eleven == "fail"
    cast = rule(CAST, tie={"side_of": "chair"}, tie_when="yes_equals_no")
    said = answered(cast, {"size": 20}, counts={"yes": 10, "no": 10}, role_ballots={"chair": "yes"})
    assert "is a tie under this rule" not in said["why"]


def test_the_chairs_double_vote_enlarges_no_base_and_adds_one_to_the_least_yes() -> None:
    double = rule(CAST, tie={"counts_double": "chair"}, min_yes=3)
    split: dict[str, Any] = {"ballots": ballots(yes="ab", no="cd"), "roles": CHAIR}
    said = answered(double, "abcd", **split)
    assert (said["outcome"], said["figures"]["yes"], said["figures"]["present"]) == ("pass", 2, 4)
    assert outcome({**double, "double_counts_for_min_yes": False}, "abcd", **split) == "fail"
    assert outcome({**double, "min_yes": 4}, "abcd", **split) == "fail"


def test_a_double_vote_adds_nothing_without_a_tie() -> None:
    double = rule(CAST, tie={"counts_double": "chair"}, min_yes=3)
    assert outcome(double, "abcd", ballots=ballots(yes="ab", no="c"), roles=CHAIR) == "fail"


def test_a_classified_opinion_is_an_explicit_side_and_a_ballot_by_proxy_too() -> None:
    side = rule(tie={"side_of": "chair"}, proxies_per_member=1)
    read = {"ballots": ballots(other="a", yes="b", no="cd"), "classified": {"a": "yes"}, "roles": CHAIR}
    assert outcome(side, "abcd", **read) == "pass"
    sent = {"ballots": ballots(yes="ab", no="cd"), "proxies": {"a": "b"}, "roles": CHAIR}
    assert outcome(side, "abcd", **sent) == "pass"


def test_without_an_explicit_side_it_is_a_tie_only_where_a_yes_would_have_passed() -> None:
    side = rule(tie={"side_of": "chair"})
    hanging: dict[str, Any] = {"ballots": ballots(yes="bc", no="d", abstain="a"), "roles": CHAIR}
    assert outcome(side, "abcd", **hanging) == "tie"
    assert outcome({**side, "min_yes": 3}, "abcd", **hanging) == "fail"
    assert outcome({**side, "must_approve": ["chair"]}, "abcd", **hanging) == "fail"
    assert outcome({**side, "veto": "suspensive"}, "abcd", veto_holders=["d"], **hanging) == "tie"
    assert outcome(rule(tie="fails"), "abcd", **hanging) == "fail"


def test_whether_a_yes_would_have_passed_supposes_the_double_vote_too() -> None:
    double = rule(CAST, tie={"counts_double": "chair"}, min_yes=2)
    hanging: dict[str, Any] = {"ballots": ballots(yes="b", no="c", abstain="a"), "roles": CHAIR}
    assert outcome(double, "abc", **hanging) == "tie"
    assert outcome({**double, "double_counts_for_min_yes": False}, "abc", **hanging) == "fail"


def test_silence_takes_no_side() -> None:
    consent = rule(form="written", silence="consent", tie={"side_of": "chair"})
    assert outcome(consent, "abcd", ballots=ballots(yes="b", no="cd"), roles=CHAIR, deadline_passed=True) == "tie"


@pytest.mark.parametrize(("choice", "expected"), [("yes", "pass"), ("no", "fail"), ("abstain", "tie")])
def test_a_role_that_decides_votes_only_on_a_tie(choice: str, expected: str) -> None:
    given = {**ballots(yes="bc", no="de"), "a": choice}
    assert outcome(decides(), "abcde", ballots=given, roles=CHAIR) == expected


def test_its_yes_or_no_stands_among_those_present_and_not_voting() -> None:
    said = answered(decides(), "abcd", ballots=ballots(yes="ab", no="cd"), roles=CHAIR)
    assert said["outcome"] == "fail"
    figures = said["figures"]
    assert (figures["yes"], figures["no"], figures["present_not_voting"], figures["present"]) == (1, 2, 1, 4)


def test_it_is_set_aside_in_bases_and_measures_too() -> None:
    present = rule({**HALF, "base": "present"}, tie={"decides": "chair"})
    assert outcome(present, "abc", ballots=ballots(yes="ab", no="c"), roles=CHAIR) == "fail"
    roll = {"a": {"w": "5"}, "b": {"w": "1"}, "c": {"w": "2"}}
    weighed = rule({**CAST, "measure": "w"}, tie={"decides": "chair"})
    said = answered(weighed, roll, ballots=ballots(yes="ab", no="c"), roles=CHAIR)
    assert (said["outcome"], said["figures"]["measures"]["w"]) == ("fail", {"yes": "1", "no": "2", "total": "8"})


def test_it_is_set_aside_among_blockers_and_where_one_no_blocks() -> None:
    waived = rule({**HALF, "fraction": "1/1", "waived_if_blockers_below": 1}, tie={"decides": "chair"})
    assert outcome(waived, "ab", ballots=ballots(yes="ab"), roles=CHAIR) == "fail"
    blocks = decides(no_blocks=True)
    assert outcome(blocks, "ab", ballots=ballots(yes="b", no="a"), roles=CHAIR) == "pass"


def test_as_a_veto_or_an_objection_it_counts() -> None:
    veto = decides(veto="final")
    given: dict[str, Any] = {"ballots": ballots(yes="b", no="a"), "roles": CHAIR}
    assert outcome(veto, "ab", **given) == "pass"
    assert outcome(veto, "ab", veto_holders=["a"], **given) == "fail"
    stops = {"form": "written", "silence": "objection_stops", "tie": {"decides": "chair"}}
    assert outcome(stops, "ab", deadline_passed=False, **given) == "objected"


def test_silence_that_consents_is_set_aside_as_its_yes_would_be() -> None:
    consent = rule(form="written", silence="consent", tie={"decides": "chair"})
    said = answered(consent, "abc", ballots=ballots(yes="b", no="c"), roles=CHAIR, deadline_passed=True)
    explicit = answered(consent, "abc", ballots=ballots(yes="ab", no="c"), roles=CHAIR, deadline_passed=True)
    assert said["outcome"] == explicit["outcome"] == "fail"
    assert (said["figures"]["deemed_yes"], said["figures"]["present_not_voting"]) == (0, 1)


def test_it_may_be_off_the_roll_and_still_stand_in_the_ballots() -> None:
    split: dict[str, Any] = {"ballots": {**ballots(yes="b", no="c"), "z": "yes"}, "roles": {"chair": "z"}}
    said = answered(decides(), "bc", **split)
    assert (said["outcome"], said["figures"]["members"], said["figures"]["present_not_voting"]) == ("pass", 2, 0)
    assert outcome(decides(), "bc", ballots=ballots(yes="b", no="c"), roles={"chair": "z"}) == "tie"
    assert outcome(rule(CAST, tie={"side_of": "chair"}), "bc", **split) == "error"
    assert outcome(decides(must_approve=["chair"]), "bc", **split) == "error"
    assert outcome(decides(), "bc", **{**split, "roles": {"chair": "z", "clerk": "z"}}) == "error"


def test_its_yes_adds_one_to_the_least_yes_only_where_it_settles_a_tie() -> None:
    split: dict[str, Any] = {"ballots": {**ballots(yes="b", no="c"), "z": "yes"}, "roles": {"chair": "z"}}
    assert outcome(decides(min_yes=2), "bc", **split) == "pass"
    assert outcome(decides(min_yes=3), "bc", **split) == "fail"
    no_tie = {**split, "ballots": {"b": "yes", "z": "yes"}}
    assert outcome(decides(min_yes=2), "bc", **no_tie) == "fail"


def test_whether_its_yes_would_have_passed_adds_that_yes_to_the_least_number() -> None:
    hanging: dict[str, Any] = {"ballots": ballots(yes="b", no="c"), "roles": {"chair": "z"}}
    assert outcome(decides(min_yes=2), "bc", **hanging) == "tie"
    assert outcome(decides(min_yes=3), "bc", **hanging) == "fail"


def test_a_role_that_the_rule_names_elsewhere_too_votes_like_any_other() -> None:
    named = decides(quorum={"at_least": 1, "roles": ["chair"]})
    said = answered(named, "abcd", ballots=ballots(yes="ab", no="cd"), roles=CHAIR)
    assert (said["outcome"], said["figures"]["yes"]) == ("pass", 2)
    assert outcome({**named, "min_yes": 3}, "abcd", ballots=ballots(yes="ab", no="cd"), roles=CHAIR) == "fail"


def test_a_vacant_role_settles_no_tie() -> None:
    assert outcome(decides(), "bc", ballots=ballots(yes="b", no="c"), roles={"chair": None}) == "tie"
    assert outcome(rule(tie={"side_of": "chair"}), "bc", ballots=ballots(yes="b", no="c")) == "tie"
