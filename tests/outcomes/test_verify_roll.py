"""The verifier on what the entries say: the opening, the roll, who may cast what and by whom, rulings, extensions, the end."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from outcomes import verify
from tests.outcomes.made_boxes import (
    CHAIR,
    Box,
    Entry,
    Fault,
    circumstances,
    criterion,
    faults_of,
    frozen,
    line,
    quorum,
    rewritten,
    roll,
    rule,
)

LATER, STILL_LATER = "2026-11-22T08:00:00Z", "2026-11-22T09:00:00+00:00"
OTHER_PERSON = {"id": "92", "name": "Deputy"}


def a_box() -> Box:
    """A box with one entry of most types: 0 opened, 1 to 4 ballots, 5 withdrawn, 6 extended, 7 closed, 8 corrected, 9 annulled."""
    lines = roll(6, line("3", recused=True), line("4", proxy="5"), line("6", substituted=True))
    box = Box(counted_by=rule(proxies_per_member=1), lines=lines, opened={"deadline": LATER})
    box.cast("1", "yes")
    box.cast("1", "no")
    box.cast("4", "yes", by="5")
    box.paper("2", "other")
    box.withdraw(2)
    box.extend(STILL_LATER)
    so = circumstances(classified={"2": "yes"}, present=["2", "6"])
    box.close(so)
    box.correct({**so, "present": ["1", "2", "6"]})
    box.annul()
    return box


def wrong(place: int, what: str) -> list[Fault]:
    return [("entry_wrong", {"box": "7", "number": place, "what": what})]


def changed(box: Box, place: int, **fields: object) -> list[Fault]:
    """Change fields of one entry, mend chain, tree and signatures, and return what is still found."""
    return faults_of(rewritten(box, lambda entries: entries[place].update(fields)))


def test_a_box_with_every_type_of_entry_is_whole() -> None:
    assert faults_of(a_box()) == []


def test_everybody_s_other_opinion_may_be_read_and_one_may_be_left_as_it_is() -> None:
    box = Box()
    for member in ("1", "2", "3"):
        box.cast(member, "other")
    box.close(circumstances(classified={"1": "yes", "2": "no", "3": "other"}))
    assert faults_of(box) == []


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("at", None),
        ("text", 1),
        ("form", "written"),
        ("form", None),
        ("deadline", None),
        ("deadline", "tomorrow"),
        ("deadline", "2026-11-22T08:00:00"),
        ("key", None),
        ("key", "somebody"),
        ("grace", -1),
        ("grace", "0"),
        ("grace", True),
        ("present", "1"),
        ("present", [1]),
        ("papers", None),
        ("papers", ["a"]),
        ("papers", [{"document": "1"}]),
        ("papers", [{"document": 1, "version": 1, "sha256": ""}]),
        ("papers", [{"document": "1", "version": "1", "sha256": ""}]),
        ("rule", "majority"),
        ("rule", {}),
        ("rule", frozen(rule(), change_of_ballot="always")),
        ("rule", frozen(rule(), presence=["closing"])),
        ("rule", {**frozen(None), "rule": []}),
        ("options", "yes"),
        ("options", []),
        ("options", ["yes", "yes"]),
        ("options", ["yes", "no", "absent"]),
        ("options", ["yes", "option:1"]),
        ("labels", []),
        ("labels", {"option:1": "One"}),
        ("labels", {"yes": 1}),
    ],
)
def test_a_field_of_the_opening_that_cannot_be_right_is_named(what: str, value: object) -> None:
    assert changed(a_box(), 0, **{what: value})[-1:] == wrong(0, what)


def test_nobody_is_present_in_writing() -> None:
    box = Box(counted_by=rule(form="written"))
    box.annul()
    assert faults_of(box) == []
    assert changed(box, 0, present=["1"]) == wrong(0, "present")


@pytest.mark.parametrize(
    "lines",
    [
        "everyone",
        ["1"],
        [{"member": "1"}],
        [line("1"), line("1")],
        [{**line("1"), "roles": "chair"}],
        [{**line("1"), "roles": [1]}],
        [line("1", name=None)],
        [line("1", recused=0)],
        [line("1", veto="yes")],
        [line("1", weights=[])],
        [line("1", weights={"people": 1})],
        [line("1", weights={"people": "1e3"})],
        [line("1", weights={"people": "-1"})],
        [line("1", proxy=2), line("2")],
        [line("1", proxy=["2"]), line("2")],
        [line("1", proxy="9")],
        [line("1", proxy="1")],
        [line("1", proxy="2"), line("2", proxy="3"), line("3")],
        [line("1", proxy="3"), line("2", proxy="3"), line("3")],
    ],
)
def test_a_roll_that_cannot_be_right_is_named(lines: object) -> None:
    box = Box(counted_by=rule(proxies_per_member=1))
    box.annul()
    assert changed(box, 0, roll=lines) == wrong(0, "roll")


def test_everyone_on_the_roll_has_the_weights_that_the_rule_names() -> None:
    waiver = {"fewest_over": {"measure": "people", "fraction": "35/100"}, "plus": 0}
    for one in (criterion(measure="people"), criterion("all", waived_if_blockers_below=waiver)):
        box = Box(counted_by=rule(criteria=[one]), lines=[line("1", weights={"people": "3.50"}), line("2")])
        box.annul()
        assert faults_of(box) == wrong(0, "roll")
        assert changed(box, 0, roll=[line("1", weights={"people": "3.50"}), line("2", weights={"people": "0"})]) == []


@pytest.mark.parametrize(
    "named",
    [
        {"must_approve": ["chair"]},
        {"quorum": quorum(at_least=1, roles=["chair"])},
        {"quorum": quorum(at_least=1, except_roles=["chair"])},
        {"tie": {"side_of": "chair"}},
        {"tie": {"decides": "chair"}},
    ],
)
def test_a_role_that_the_rule_names_has_one_holder(named: Entry) -> None:
    box = Box(counted_by=rule(**named), lines=[line("1", "chair", "chair"), line("2", "chair")])
    box.annul()
    assert faults_of(box) == wrong(0, "roll")
    assert changed(box, 0, roll=[line("1", "chair", "chair"), line("2")]) == []
    assert changed(box, 0, rule=frozen(rule())) == []


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("member", "9"),
        ("member", "3"),
        ("member", ["1"]),
        ("by", "2"),
        ("by", "9"),
        ("cast_id", ""),
        ("cast_id", "cast-2"),
        ("cast_id", "cast-4"),
        ("choice", "perhaps"),
        ("choice", "absent"),
        ("text", None),
        ("discuss", True),
        ("discuss", None),
        ("reserved", None),
        ("language", None),
        ("language", "en"),
        ("seen", "0" * 64),
        ("step_up", None),
        ("assertion", "signed"),
    ],
)
def test_a_ballot_that_cannot_be_right_is_named(what: str, value: object) -> None:
    second = {"cast-2": 2, "cast-4": 4}.get(str(value), 1)  # the later of two with one id is the wrong one
    assert changed(a_box(), 1, **{what: value}) == wrong(second, "seen" if value == "en" else what)


def test_only_the_proxy_casts_for_another_and_nobody_recused_does() -> None:
    assert changed(a_box(), 3, by="1") == wrong(3, "by")
    assert {code for code, _ in changed(a_box(), 3, by="4")} == {"recount"}  # it may be so, and is then counted so
    box = Box(counted_by=rule(proxies_per_member=1), lines=roll(2, line("1", proxy="2"), line("2", recused=True)))
    box.cast("1", "yes", by="2")
    box.annul()
    assert faults_of(box) == wrong(1, "by")


def test_an_abstention_where_it_is_forbidden_is_named_on_paper_too() -> None:
    box = Box(counted_by=rule(abstention="forbidden"))
    box.cast("1", "yes")
    box.paper("2", "yes")
    box.annul()
    assert faults_of(box) == []
    assert changed(box, 1, choice="abstain") == wrong(1, "choice")
    assert changed(box, 2, choice="abstain") == wrong(2, "choice")


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("member", "3"),
        ("channel", "letter"),
        ("channel", 1),
        ("cast_id", "cast-1"),
        ("choice", "perhaps"),
        ("discuss", True),
        ("reserved", 1),
        ("evidence", None),
        ("entered_by", CHAIR),
        ("entered_by", "Secretary"),
        ("confirmed_by", {"id": "5"}),
        ("confirmed_by", {"id": 5, "name": "x"}),
    ],
)
def test_a_ballot_on_paper_that_cannot_be_right_is_named(what: str, value: object) -> None:
    found = changed(a_box(), 4, **{what: value})
    assert found == wrong(4, "confirmed_by" if value is CHAIR else what)


def test_a_ballot_by_telephone_is_one() -> None:
    assert changed(a_box(), 4, channel="telephone") == []


@pytest.mark.parametrize("number", [0, 5, 6, 9, -1, "1", True, None])
def test_a_ruling_is_on_a_ballot_that_stands(number: object) -> None:
    assert changed(a_box(), 5, entry=number) == wrong(5, "entry")


def test_a_ballot_is_withdrawn_once_and_by_somebody() -> None:
    box = Box()
    box.cast("1", "yes")
    box.withdraw(1)
    box.annul()
    assert faults_of(box) == []
    assert changed(box, 2, ruled_by="Chair") == wrong(2, "ruled_by")
    again = Box()
    again.cast("1", "yes")
    again.withdraw(1)
    again.withdraw(1)
    assert faults_of(again) == wrong(3, "entry")


def test_where_a_ballot_may_not_be_changed_a_second_stands_only_after_a_ruling_on_the_first() -> None:
    def never(*, ruling: bool) -> Box:
        box = Box(opened={"rule": frozen(rule(), change_of_ballot="never")})
        first = box.cast("1", "yes")
        if ruling:
            box.withdraw(first)
        box.paper("1", "no")
        box.annul()
        return box

    assert faults_of(never(ruling=False)) == wrong(2, "member")
    assert faults_of(never(ruling=True)) == []


@pytest.mark.parametrize("deadline", ["", "soon", LATER, "2026-11-22T15:00:00+07:00", "2026-11-22T10:00:00"])
def test_an_extension_makes_the_deadline_a_later_one(deadline: str) -> None:
    assert changed(a_box(), 6, deadline=deadline) == wrong(6, "deadline")


def test_a_deadline_is_held_against_the_last_extension_and_may_be_set_where_there_was_none() -> None:
    box = Box()
    box.extend(STILL_LATER)
    box.extend(LATER)
    assert faults_of(box) == wrong(2, "deadline")


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("entries", 6),
        ("entries", "7"),
        ("head", None),
        ("head", "0" * 64),
        ("root", "0" * 64),
        ("versions", None),
        ("versions", {"format": "2"}),
        ("versions", {"format": "1", "application": "1"}),
        ("versions", {"format": "2", "application": 1}),
        ("figures", []),
        ("steps", {}),
        ("outcome", None),
        ("circumstances", None),
        ("circumstances", {}),
        ("circumstances", circumstances(present="1")),
        ("circumstances", circumstances(attending=[1])),
        ("circumstances", circumstances(classified=[])),
        ("circumstances", circumstances(classified={"9": "yes"})),
        ("circumstances", circumstances(classified={"2": "abstain"})),
        ("circumstances", circumstances(classified={"2": ["yes"]})),
        ("circumstances", circumstances(deadline_passed=True)),
    ],
)
def test_a_closing_entry_that_cannot_be_right_is_named(what: str, value: object) -> None:
    box = a_box()
    change: Callable[[list[Entry]], object] = lambda entries: entries[7].update({what: value})  # noqa: E731
    again = rewritten(box, change)
    if what in ("entries", "head", "root"):  # these were mended too
        entries = [json.loads(entry) for entry in box.entries]
        change(entries)
        again.entries = chained_only(entries)
        again.notes = [box.signer.note("7", again.leaves[:size]) for size in range(1, 11)]
    assert faults_of(again) == wrong(7, what)


def chained_only(entries: list[Entry]) -> list[bytes]:
    """Mend the chain, and leave everything else as it was changed."""
    lines: list[bytes] = []
    for entry in entries:
        previous = hashlib.sha256(b"\x00" + lines[-1]).hexdigest() if lines else None
        lines.append(verify.canonical_form({**entry, "previous": previous}))
    return lines


def test_the_deadline_of_a_written_vote_has_passed_or_not() -> None:
    box = Box(counted_by=rule(form="written"))
    box.close(circumstances(deadline_passed=False))
    assert faults_of(box) == []
    assert changed(box, 1, circumstances=circumstances()) == wrong(1, "circumstances")


def test_presence_taken_at_the_opening_is_the_same_at_the_close_unless_it_is_corrected() -> None:
    box = Box(opened={"present": ["2", "1"], "rule": frozen(rule(), presence="opening")})
    box.close(circumstances(present=["1", "2"]))
    box.correct(circumstances(present=["3"]))
    assert faults_of(box) == []
    assert changed(box, 1, circumstances=circumstances(present=["1"])) == wrong(1, "circumstances")


@pytest.mark.parametrize(
    ("what", "value"), [("reason", None), ("confirmed_by", {"id": "91", "name": "x"}), ("figures", ""), ("steps", "")]
)
def test_a_correction_that_cannot_be_right_is_named(what: str, value: object) -> None:
    assert changed(a_box(), 8, **{what: value}) == wrong(8, what)


def test_an_annulment_needs_two() -> None:
    assert changed(a_box(), 9, confirmed_by={"id": "91", "name": "Another name"}) == wrong(9, "confirmed_by")
    assert changed(a_box(), 9, confirmed_by=OTHER_PERSON) == []


# Choosing among persons or options.


def choosing(**opened: Any) -> Box:
    options = {"options": ["option:1", "option:2", "abstain"], "labels": {"option:1": "An", "option:2": "Bình"}}
    return Box(counted_by=None, lines=roll(5, line("5", recused=True)), opened={**options, **opened})


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"options": ["option:1", "option:3"], "labels": {"option:1": "", "option:3": ""}}, "options"),
        ({"options": ["option:2", "option:1"]}, "options"),
        ({"options": ["option:1", "option:2", "yes"]}, "options"),
        ({"options": ["abstain"], "labels": {}}, "options"),
        ({"labels": {"option:1": "An"}}, "labels"),
        ({"labels": {"option:1": "An", "option:2": "Bình", "abstain": "?"}}, "labels"),
    ],
)
def test_options_are_numbered_and_each_has_its_words(fields: Entry, what: str) -> None:
    box = choosing()
    box.annul()
    assert faults_of(box) == []
    assert changed(box, 0, **fields) == wrong(0, what)


@pytest.mark.parametrize(("form", "passed"), [("meeting", None), ("written", True)])
def test_a_choice_among_options_is_counted(form: str, passed: object) -> None:
    box = choosing(form=form)
    box.cast("1", "option:2")
    box.cast("2", "option:1")
    box.cast("2", "option:2")
    box.cast("3", "abstain")
    box.close(circumstances(deadline_passed=passed))
    closed = json.loads(box.entries[-1])
    assert closed["outcome"] == "counted"
    assert closed["missing"] == ["4"]
    assert closed["figures"] == {
        "members": 5,
        "ballots": 3,
        "abstain": 1,
        "recused": 1,
        "options": {"option:1": 0, "option:2": 2},
    }
    assert faults_of(box) == []
    assert changed(box, 5, steps=["so"]) == wrong(5, "steps")
    for other in {None, True, False} - {passed}:
        assert changed(box, 5, circumstances=circumstances(deadline_passed=other)) == wrong(5, "circumstances")
    assert changed(box, 1, choice="yes") == wrong(1, "choice")
    ((code, values),) = changed(box, 5, outcome="pass")
    assert (code, values["counted"]) == ("recount", '"counted"')


def test_a_choice_among_options_has_no_limit_of_proxies_of_its_own() -> None:
    box = choosing(roll=roll(3, line("1", proxy="3"), line("2", proxy="3")))
    box.cast("1", "option:1", by="3")
    box.annul()
    assert faults_of(box) == []


def test_a_list_of_known_words_is_told_from_any_other() -> None:
    known = verify.some_of("a", "b")
    assert [known(value) for value in (["a"], ["b", "a"], [])] == [True, True, True]
    assert [known(value) for value in (["c"], ["a", "c"], "a", [1], None)] == [False] * 5
