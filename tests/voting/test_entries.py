"""Entries of a ballot box: canonical bytes, each naming the one before it."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecabinet.refusals import Refused
from tests.voting.made_entries import Box
from voting import entries
from voting.engine.rule import Choice
from voting.engine.rule_book import rule_named
from voting.engine.vote import Circumstances, RollMember
from voting.entries import (
    FIELDS,
    EntryKind,
    Paper,
    Place,
    Reason,
    Standing,
    challenge_of,
    check_chain,
    leaf_of,
    seen_of,
    standing,
    write,
)

ROLL = [RollMember(str(n), f"Minister {n}") for n in range(1, 6)]


def empty() -> Box:
    return Box("7", rule_named("plain/majority_of_all"), ROLL, papers=[Paper("12", 2, "ab" * 32)])


def filled() -> Box:
    box = empty()
    box.cast("1", "yes")
    box.cast("2", "other", "Ý kiến khác:\nđề nghị bổ sung")
    box.cast("1", "no")
    box.close()
    return box


def test_a_box_is_a_whole_chain_from_opening_to_close() -> None:
    assert check_chain(filled().bodies) is None
    assert check_chain(filled().bodies[:-1]) is None
    assert check_chain([]) is None


def test_a_leaf_is_the_hash_of_a_zero_byte_and_the_body() -> None:
    assert leaf_of(b"body") == hashlib.sha256(b"\x00body").hexdigest()


def test_the_first_entry_freezes_the_question_and_what_it_rests_on() -> None:
    opened = json.loads(filled().bodies[0])
    assert (opened["number"], opened["previous"], opened["options"]) == (0, None, ["yes", "no", "abstain", "other"])
    assert opened["rule"]["rule"]["criteria"][0]["fraction"] == "1/2"
    assert opened["roll"][0] == {
        "member": "1",
        "name": "Minister 1",
        "roles": [],
        "recused": False,
        "substituted": False,
        "weights": {},
        "proxy": None,
        "veto": False,
    }
    assert opened["papers"] == [{"document": "12", "version": 2, "sha256": "ab" * 32}]


def test_the_last_ballot_of_a_member_counts() -> None:
    found = standing(filled().bodies)
    assert {member: (each.choice, each.number, each.by) for member, each in found.items()} == {
        "1": ("no", 3, "1"),
        "2": ("other", 2, "2"),
    }
    assert found["1"].leaf == leaf_of(filled().bodies[3])


def test_after_a_recall_only_a_later_ballot_of_the_member_counts_with_what_stands_beside_it() -> None:
    box = empty()
    box.cast("1", "yes")
    box.cast("2", "no")
    box.paper("1", "no")
    box.recall("1")
    assert set(standing(box.bodies)) == {"2"}
    box.cast("1", "other", "Why", discuss=True, reserved="On record")
    ballot = standing(box.bodies)["1"]
    assert (ballot.number, ballot.choice, ballot.discuss, ballot.reserved) == (5, "other", True, "On record")


def test_a_ballot_on_paper_counts_like_one_that_was_cast_and_nobody_cast_it() -> None:
    box = filled_until_close()
    box.paper("1", "abstain")
    ballot = standing(box.bodies)["1"]
    assert (ballot.choice, ballot.by, ballot.kind) == ("abstain", None, EntryKind.PAPER)


def test_a_ballot_cast_by_a_proxy_is_the_members() -> None:
    box = empty()
    box.cast("3", "yes", by="1")
    assert {member: each.by for member, each in standing(box.bodies).items()} == {"3": "1"}


def test_a_withdrawn_ballot_does_not_count_and_the_one_before_it_does_again() -> None:
    box = filled_until_close()
    box.withdraw(3)
    assert standing(box.bodies)["1"].choice == "yes"
    box.withdraw(1)
    assert set(standing(box.bodies)) == {"2"}
    box.cast("1", "abstain")
    assert standing(box.bodies)["1"].choice == "abstain"


def filled_until_close() -> Box:
    box = filled()
    del box.bodies[-1]
    return box


@pytest.mark.parametrize("place", range(5))
def test_a_changed_entry_breaks_the_chain_at_it_or_right_after_it(place: int) -> None:
    bodies = filled().bodies
    bodies[place] = bodies[place].replace(b"08:00:00", b"08:00:01")
    expected = None if place == 4 else place + 1
    assert check_chain(bodies) == expected


@pytest.mark.parametrize("place", range(5))
def test_a_removed_entry_breaks_the_chain_where_it_stood(place: int) -> None:
    bodies = filled().bodies
    del bodies[place]
    assert check_chain(bodies) == (None if place == 4 else place)


@pytest.mark.parametrize(
    "body",
    [b"", b"no json", b"[]", b'{"type": "cast"}', b'{"a":1.5}', b"\xff", b'"\\ud800"', b"[" * 5000, b"9" * 5000],
)
def test_bytes_that_are_no_entry_break_the_chain(body: bytes) -> None:
    assert check_chain([*filled().bodies[:2], body]) == 2


ANYTHING: dict[EntryKind, Callable[[Box], None]] = {
    EntryKind.OPENED: lambda box: box.__post_init__(),
    EntryKind.CAST: lambda box: box.cast("3", "yes"),
    EntryKind.PAPER: lambda box: box.paper("3", "yes"),
    EntryKind.WITHDRAWN: lambda box: box.withdraw(1),
    EntryKind.EXTENDED: lambda box: box.extend(),
    EntryKind.CLOSED: lambda box: box.close(),
    EntryKind.CORRECTED: lambda box: box.correct(),
    EntryKind.ANNULLED: lambda box: box.annul(),
    EntryKind.RECALLED: lambda box: box.recall("3"),
    EntryKind.TAKEN_OUT: lambda box: box.take_out("3"),
}
WHILE_OPEN = {
    EntryKind.CAST,
    EntryKind.PAPER,
    EntryKind.WITHDRAWN,
    EntryKind.EXTENDED,
    EntryKind.CLOSED,
    EntryKind.ANNULLED,
    EntryKind.RECALLED,
    EntryKind.TAKEN_OUT,
}


@pytest.mark.parametrize("kind", EntryKind)
def test_each_kind_of_entry_stands_only_where_it_may(kind: EntryKind) -> None:
    stages: list[tuple[list[EntryKind], set[EntryKind]]] = [
        ([], WHILE_OPEN),
        ([EntryKind.CLOSED], {EntryKind.CORRECTED, EntryKind.ANNULLED}),
        ([EntryKind.CLOSED, EntryKind.CORRECTED], {EntryKind.CORRECTED, EntryKind.ANNULLED}),
        ([EntryKind.ANNULLED], set()),
        ([EntryKind.TAKEN_OUT], set()),
        ([EntryKind.CLOSED, EntryKind.ANNULLED], set()),
    ]
    for before, allowed in stages:
        box = filled_until_close()
        for each in (*before, kind):
            ANYTHING[each](box)
        assert check_chain(box.bodies) == (None if kind in allowed else len(box.bodies) - 1)


def test_nothing_but_the_opening_comes_first() -> None:
    box = filled()
    assert check_chain([box.bodies[1]]) == 0
    first = json.loads(box.bodies[1]) | {"number": 0, "previous": None}
    assert check_chain([canonical(first)]) == 0


def canonical(entry: object) -> bytes:
    return json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@pytest.mark.parametrize("change", [{"more": 1}, {"type": "unknown"}, {"type": None}])
def test_an_entry_of_an_unknown_kind_or_with_another_field_breaks_the_chain(change: dict[str, object]) -> None:
    box = filled()
    assert check_chain([box.bodies[0], canonical(json.loads(box.bodies[1]) | change)]) == 1


@pytest.mark.parametrize("kind", EntryKind)
def test_an_entry_with_other_fields_than_those_of_its_kind_is_not_written(kind: EntryKind) -> None:
    fields = dict.fromkeys(FIELDS[kind], "x")
    place = Place("7", 0, None, "2026-11-21T08:00:00.000Z")
    assert json.loads(write(kind, place, fields))["type"] == kind
    for wrong in ({**fields, "more": "x"}, dict.fromkeys(list(fields)[1:], "x")):
        with pytest.raises(ValueError, match="other fields"):
            write(kind, place, wrong)


def test_who_writes_an_entry_with_other_fields_is_told_which_are_missing_and_which_too_many() -> None:
    fields = dict.fromkeys(FIELDS[EntryKind.ANNULLED] - {"reason"}, "x") | {"more": "x"}
    with pytest.raises(ValueError, match=r"^annulled has other fields: \['more', 'reason'\]$"):
        write(EntryKind.ANNULLED, Place("7", 0, None, ""), fields)


def test_an_entry_is_written_with_its_place_and_its_fields_in_canonical_form() -> None:
    place = Place("7", 3, "ab", "2026-11-21T08:00:00.000Z")
    for kind in EntryKind:
        fields = dict.fromkeys(FIELDS[kind], "Đồng ý")
        where = {"type": kind.value, "question": "7", "number": 3, "previous": "ab", "at": place.at}
        assert write(kind, place, fields) == canonical({**where, **fields})


def test_names_that_other_people_chose_stand_in_the_order_of_the_standard() -> None:
    fields = dict.fromkeys(FIELDS[EntryKind.OPENED], "") | {"labels": {"\uffee": 1, "😀": 2, "a": 3}}
    assert '"labels":{"a":3,"😀":2,"\uffee":1}'.encode() in write(EntryKind.OPENED, Place("7", 0, None, ""), fields)


def test_the_choice_in_a_body_is_that_of_the_ballot_and_nothing_elsewhere() -> None:
    assert [entries.choice_in(body) for body in filled().bodies] == ["", "yes", "other", "no", ""]


def test_what_counts_besides_the_ballots_is_written_in_order() -> None:
    circumstances = Circumstances(
        present=("3", "1", "2"),
        attending=("9", "8"),
        classified={"2": Choice.NO},
        deadline_passed=True,
    )
    assert entries.circumstances_as_json(circumstances) == {
        "present": ["1", "2", "3"],
        "attending": ["8", "9"],
        "classified": {"2": "no"},
        "deadline_passed": True,
    }


def test_a_paper_is_written_as_the_opening_entry_names_it() -> None:
    assert Paper("12", 2, "ab").as_json() == {"document": "12", "version": 2, "sha256": "ab"}


def test_a_ballot_that_stands_is_told_whole() -> None:
    box = empty()
    box.cast("2", "other", "Vì sao?", by="3")
    box.paper("4", "yes")
    assert standing(box.bodies) == {
        "2": Standing("2", "3", "other", "Vì sao?", 1, leaf_of(box.bodies[1]), EntryKind.CAST),
        "4": Standing("4", None, "yes", "", 2, leaf_of(box.bodies[2]), EntryKind.PAPER),
    }


@pytest.mark.parametrize("value", [float("nan"), 1.5j, {1: 2}, "\ud800", 2**60])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(Refused) as caught:
        entries.canonical({"value": value})
    assert caught.value.reason is Reason.TEXT_NOT_STORABLE


def test_a_ballot_holds_no_number_that_is_none() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        entries.canonical_ballot({"number": float("nan")})
    with pytest.raises(Refused) as caught:
        entries.canonical_ballot({"text": "\ud800"})
    assert caught.value.reason is Reason.TEXT_NOT_STORABLE


def test_a_text_that_cannot_be_stored_is_refused_with_a_sentence() -> None:
    box = empty()
    with pytest.raises(Refused) as caught:
        box.cast("3", "other", "broken \ud800")
    assert caught.value.reason is Reason.TEXT_NOT_STORABLE
    with pytest.raises(Refused):
        seen_of(text="\udfff", options=[], labels={}, language="vi", papers=[])


def test_what_was_seen_depends_on_all_that_was_shown() -> None:
    shown: dict[str, Any] = {
        "text": "Adopt?",
        "options": ["yes"],
        "labels": {},
        "language": "vi",
        "papers": [Paper("1", 1, "aa")],
    }
    changes: list[dict[str, Any]] = [
        {"text": "Adopt it?"},
        {"options": ["no"]},
        {"labels": {"option:1": "The first"}},
        {"language": "en"},
        {"papers": [Paper("1", 2, "bb")]},
    ]
    hashes = {seen_of(**{**shown, **change}) for change in [{}, *changes]}
    assert len(hashes) == 6


def test_what_was_seen_and_what_a_passkey_signs_are_hashes_of_canonical_texts() -> None:
    seen = seen_of(
        text="Đồng ý?", options=["yes"], labels={"b": "2", "a": "1"}, language="vi", papers=[Paper("1", 1, "aa")]
    )
    written = '{"labels":{"a":"1","b":"2"},"language":"vi","options":["yes"],"papers":["aa"],"text":"Đồng ý?"}'
    assert seen == hashlib.sha256(written.encode()).hexdigest()
    challenge = challenge_of(
        cast_id="mark", choice="no", text="Why", discuss=True, reserved="So", member="3", question="7", seen="ab"
    )
    ballot = '{"cast_id":"mark","choice":"no","discuss":true,"member":"3","question":"7","reserved":"So","seen":"ab","text":"Why"}'
    assert challenge == hashlib.sha256(ballot.encode()).digest()


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
ASSERTION = st.fixed_dictionaries(dict.fromkeys(("credential", "public_key", "client", "signature"), TEXTS))


@given(text=TEXTS, step_up=TEXTS, number=st.integers(0, 2**31), assertion=st.none() | ASSERTION)
def test_a_ballot_is_written_quickly_and_in_the_very_same_form(
    text: str, step_up: str, number: int, assertion: dict[str, str] | None
) -> None:
    entry = {"text": text, "step_up": step_up, "number": number, "assertion": assertion, "by": "1", "at": ""}
    assert entries.canonical_ballot(entry) == entries.canonical(entry)


@given(TEXTS)
def test_an_entry_never_holds_a_raw_line_break(text: str) -> None:
    box = Box("7", rule_named("plain/majority_of_all"), ROLL)
    box.cast("1", "other", text)
    assert b"\n" not in box.bodies[-1]
    assert json.loads(box.bodies[-1])["text"] == text
