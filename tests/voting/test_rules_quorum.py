"""The quorum, and those who are there without being there: represented by proxy, or with a substitute in their seat."""

from fractions import Fraction
from typing import Any

import pytest

from tests.voting.made_lines import answered, ballots, error, outcome
from voting.engine.quorum import quorum_needed
from voting.engine.rule import Quorum


def quorum(leave: list[str] | None = None, **entries: object) -> dict[str, Any]:
    rule: dict[str, Any] = {"min_yes": 1, "proxies_per_member": 1, "quorum": entries}
    return rule if leave is None else {**rule, "recused_leave": leave}


def is_held(rule: object, roll: Any, **entries: object) -> bool:
    found = outcome(rule, roll, **entries)
    assert found in {"pass", "no_quorum"}
    return found == "pass"


@pytest.mark.parametrize("choice", ["yes", "no", "abstain", "other", "present_not_voting"])
def test_every_answer_makes_the_quorum_in_either_form(choice: str) -> None:
    given = {"a": "yes", "b": choice}
    assert is_held(quorum(at_least=2), "abc", ballots=given)
    written = {**quorum(at_least=2), "form": "written"}
    assert is_held(written, "abc", ballots=given, deadline_passed=True)


@pytest.mark.parametrize("choice", ["absent", "silent"])
def test_no_answer_makes_no_quorum_and_silence_never_does(choice: str) -> None:
    given = {"a": "yes", "b": choice}
    assert not is_held(quorum(at_least=2), "ab", ballots=given)
    consent = {**quorum(at_least=2), "form": "written", "silence": "consent"}
    assert not is_held(consent, "ab", ballots=given, deadline_passed=True)


def test_fraction_and_least_number_both_hold_where_both_are_given() -> None:
    both = quorum(fraction="1/2", at_least=3)
    assert not is_held(both, "abcd", ballots=ballots(yes="ab"))
    assert is_held(both, "abcd", ballots=ballots(yes="abc"))
    assert not is_held(both, "abcdefgh", ballots=ballots(yes="abc"))


def test_a_strict_quorum_is_more_than_the_fraction() -> None:
    assert is_held(quorum(fraction="1/2"), "abcd", ballots=ballots(yes="ab"))
    assert not is_held(quorum(fraction="1/2", strict=True), "abcd", ballots=ballots(yes="ab"))


def test_the_recused_are_in_all_and_not_in_the_entitled_unless_the_rule_keeps_them() -> None:
    given: dict[str, Any] = {"ballots": ballots(yes="ab", recused="c")}
    half: dict[str, Any] = {"fraction": "2/3", "strict": True}
    assert not is_held(quorum(**half), "abc", **given)
    assert is_held(quorum(**half, of="entitled"), "abc", **given)
    assert not is_held(quorum(["quorum"], **half, of="entitled"), "abc", **given)
    assert is_held(quorum(["all", "quorum"], **half), "abc", **given)
    assert is_held(quorum([], **half), "abc", **given)


def test_represented_members_make_the_quorum_only_where_the_rule_says_so() -> None:
    sent: dict[str, Any] = {"ballots": ballots(yes="ab"), "proxies": {"b": "a"}}
    assert not is_held(quorum(at_least=2), "abc", **sent)
    assert is_held(quorum(at_least=2, represented=True), "abc", **sent)
    said = answered(quorum(at_least=1), "abc", **sent)
    assert (said["figures"]["represented"], said["figures"]["yes"], said["figures"]["present"]) == (1, 2, 2)


def test_a_represented_holder_of_a_required_role_is_there_only_where_the_represented_are() -> None:
    sent: dict[str, Any] = {"ballots": ballots(yes="ab"), "proxies": {"b": "a"}, "roles": {"chair": "b"}}
    assert not is_held(quorum(at_least=1, roles=["chair"]), "abc", **sent)
    assert is_held(quorum(at_least=1, roles=["chair"], represented=True), "abc", **sent)


def test_a_member_both_represented_and_recused_is_recused() -> None:
    sent: dict[str, Any] = {"ballots": ballots(yes="a", recused="b"), "proxies": {"b": "a"}}
    assert not is_held(quorum(at_least=2, represented=True), "ab", **sent)
    assert is_held(quorum(["present"], at_least=2), "ab", **sent)
    assert answered(quorum(at_least=1), "ab", **sent)["figures"]["represented"] == 0


def test_a_substituted_member_counts_only_without_a_ballot_and_where_the_rule_says_so() -> None:
    seated: dict[str, Any] = {"substitutes": ["b"]}
    assert not is_held(quorum(at_least=2), "abc", ballots=ballots(yes="a"), **seated)
    assert is_held(quorum(at_least=2, substitutes=True), "abc", ballots=ballots(yes="a"), **seated)
    assert is_held(quorum(at_least=2, substitutes=True), "abc", ballots=ballots(yes="a", absent="b"), **seated)
    assert is_held(quorum(at_least=2, substitutes=True), "abc", ballots=ballots(yes="a", silent="b"), **seated)
    assert is_held(quorum(at_least=2), "abc", ballots=ballots(yes="ab"), **seated)
    assert not is_held(quorum(at_least=2, substitutes=True), "ab", ballots=ballots(yes="a", recused="b"), **seated)


def test_a_substituted_member_stays_absent_in_the_base_of_those_present() -> None:
    seated = answered(quorum(at_least=2, substitutes=True), "ab", ballots=ballots(yes="a"), substitutes=["b"])
    assert (seated["outcome"], seated["figures"]["present"], seated["figures"]["absent"]) == ("pass", 1, 1)


def test_excepted_roles_leave_both_sides_and_the_least_number_too() -> None:
    chair: dict[str, Any] = {"roles": {"chair": "a"}}
    assert not is_held(quorum(at_least=2, except_roles=["chair"]), "abc", ballots=ballots(yes="ab"), **chair)
    assert is_held(quorum(fraction="1/2", except_roles=["chair"]), "abc", ballots=ballots(yes="b"), **chair)
    assert not is_held(quorum(fraction="2/3", except_roles=["chair"]), "abc", ballots=ballots(yes="ab"), **chair)


def test_a_member_with_two_excepted_roles_leaves_once() -> None:
    two = quorum(at_least=2, except_roles=["chair", "clerk"])
    assert is_held(two, "abc", ballots=ballots(yes="abc"), roles={"chair": "a", "clerk": "a"})


def test_a_required_role_is_looked_for_before_the_excepted_leave() -> None:
    both = quorum(fraction="1/2", roles=["chair"], except_roles=["chair"])
    assert is_held(both, "abc", ballots=ballots(yes="ab"), roles={"chair": "a"})
    assert not is_held(both, "abc", ballots=ballots(yes="bc"), roles={"chair": "a"})


def test_a_vacant_required_role_and_a_missing_officer_make_no_quorum() -> None:
    assert not is_held(quorum(at_least=1, roles=["chair"]), "ab", ballots=ballots(yes="ab"))
    assert not is_held(quorum(at_least=1, roles=["chair"]), "ab", ballots=ballots(yes="ab"), roles={"chair": None})
    assert not is_held(quorum(at_least=1, attending=["clerk"]), "ab", ballots=ballots(yes="ab"))
    assert is_held(quorum(at_least=1, attending=["clerk"]), "ab", ballots=ballots(yes="ab"), attending=["clerk"])


def test_a_recused_holder_of_a_required_role_is_there_only_where_the_recused_stay() -> None:
    given: dict[str, Any] = {"ballots": ballots(yes="b", recused="a"), "roles": {"chair": "a"}}
    assert not is_held(quorum(at_least=1, roles=["chair"]), "ab", **given)
    assert is_held(quorum([], at_least=1, roles=["chair"]), "ab", **given)


PROXY = {"min_yes": 1, "proxies_per_member": 1}


@pytest.mark.parametrize(
    ("rule", "entries", "named"),
    [
        ({"min_yes": 1}, {"ballots": ballots(yes="ab"), "proxies": {"b": "a"}}, "“a”"),
        (PROXY, {"ballots": ballots(yes="abc"), "proxies": {"b": "a", "c": "a"}}, "“a”"),
        (PROXY, {"ballots": ballots(yes="ab"), "proxies": {"b": "b"}}, "“b”"),
        (PROXY, {"ballots": ballots(yes="abc"), "proxies": {"c": "b", "b": "a"}}, "“b”"),
        (PROXY, {"ballots": ballots(yes="a"), "proxies": {"b": "a"}}, "“b”"),
        (PROXY, {"ballots": ballots(yes="b"), "proxies": {"b": "a"}}, "“a”"),
        (PROXY, {"ballots": ballots(yes="b", absent="a"), "proxies": {"b": "a"}}, "“a”"),
        (PROXY, {"ballots": ballots(yes="b", silent="a"), "proxies": {"b": "a"}}, "“a”"),
        (PROXY, {"ballots": ballots(yes="b", recused="a"), "proxies": {"b": "a"}}, "“a”"),
        (PROXY, {"ballots": ballots(yes="ab"), "proxies": {"z": "a"}}, "“z”"),
        (PROXY, {"ballots": ballots(yes="ab"), "proxies": {"b": "z"}}, "“z”"),
    ],
    ids=[
        "where none are allowed",
        "over the limit",
        "to oneself",
        "from one who is represented",
        "without a ballot for the member",
        "without a ballot of the holder",
        "of an absent holder",
        "of a silent holder",
        "of a recused holder",
        "of nobody on the roll",
        "to nobody on the roll",
    ],
)
def test_a_proxy_that_does_not_hold_is_an_error_that_names_it(rule: object, entries: Any, named: str) -> None:
    assert named in error(rule, "abc", **entries)


@pytest.mark.parametrize("choice", ["yes", "no", "abstain", "other", "present_not_voting"])
def test_a_holder_with_any_answer_of_their_own_may_cast_for_another(choice: str) -> None:
    assert outcome(PROXY, "ab", ballots={"a": choice, "b": "yes"}, proxies={"b": "a"}) == "pass"


def test_as_many_may_be_represented_by_one_as_the_rule_allows() -> None:
    two = {"min_yes": 3, "proxies_per_member": 2}
    assert outcome(two, "abc", ballots=ballots(yes="abc"), proxies={"b": "a", "c": "a"}) == "pass"


def test_excepted_roles_of_several_members_leave_each_for_itself() -> None:
    rule = quorum(fraction="1/1", of="entitled", except_roles=["chair", "mayor"])
    both = {"chair": "a", "mayor": "b"}
    assert is_held(rule, "abcd", ballots=ballots(yes="cd"), roles=both)
    assert is_held(rule, "abcd", ballots=ballots(yes="bcd", recused="a"), roles=both)
    assert not is_held(rule, "abcd", ballots=ballots(yes="abc"), roles=both)


def test_a_quorum_of_nobody_needs_nobody() -> None:
    assert quorum_needed(Quorum(at_least=0), 5) == 0
    assert quorum_needed(Quorum(fraction=Fraction(1, 2)), 0) == 0
    assert quorum_needed(Quorum(fraction=Fraction(1, 2), at_least=2), 8) == 4
