"""The verifier on the chain of a box: every changed, removed, moved or misshapen entry is named, whatever was recomputed."""

import json
from collections.abc import Callable

import pytest

from outcomes import verify
from tests.outcomes.made_boxes import Box, Entry, Fault, bag_of, canonical, faults_of, leaf_of, report_of, sealed

ENTRIES = "data/boxes/7/entries.jsonl"
PLACE = verify.EVERY_ENTRY.split()


def a_box() -> Box:
    box = Box()
    box.cast("1", "yes", text="đề nghị làm rõ Điều 5 \u2028 \U0001f5f3", commit=False)
    box.cast("2", "no")
    box.cast("3", "yes", commit=False)
    box.cast("3", "no", commit=False)
    box.cast("3", "yes")
    box.close()
    return box


def forged(change: Callable[[list[bytes]], list[bytes]], box: Box | None = None) -> list[Fault]:
    """Change the lines of the box, recompute the manifests, and return what is still found."""
    files = bag_of(box or a_box())
    lines = files[ENTRIES].splitlines(keepends=True)
    return report_of(sealed({**files, ENTRIES: b"".join(change(lines))})).faults


def test_a_whole_chain_passes() -> None:
    assert forged(lambda lines: lines) == []


@pytest.mark.parametrize("place", range(6))
def test_a_changed_entry_is_named_though_the_manifests_were_recomputed(place: int) -> None:
    def turn(lines: list[bytes]) -> list[bytes]:
        lines[place] = lines[place].replace(b'"at":"2026', b'"at":"2025')
        return lines

    assert forged(turn) == [("entry_changed", {"box": "7", "number": place})]


def test_a_changed_last_entry_is_named_by_the_checkpoint_that_covers_it() -> None:
    found = forged(lambda lines: [*lines[:-1], lines[-1].replace(b'"at":"2026', b'"at":"2025')])
    assert found == [("entry_not_in_tree", {"box": "7", "number": 6, "size": 7})]


@pytest.mark.parametrize("place", range(6))
def test_a_changed_link_is_named_where_it_stands(place: int) -> None:
    def turn(lines: list[bytes]) -> list[bytes]:
        return [
            *lines[:place],
            canonical({**json.loads(lines[place]), "previous": "0" * 64}) + b"\n",
            *lines[place + 1 :],
        ]

    assert forged(turn) == [("entry_changed", {"box": "7", "number": place})]


def test_where_no_checkpoint_parts_them_the_closing_entry_says_which_of_the_last_two_was_changed() -> None:
    def with_one_commit() -> Box:
        box = a_box()
        box.notes = box.notes[-1:]
        return box

    def ballot(lines: list[bytes]) -> list[bytes]:
        return [*lines[:5], lines[5].replace(b"2026", b"2025"), lines[6]]

    def closing(lines: list[bytes]) -> list[bytes]:
        return [*lines[:6], canonical({**json.loads(lines[6]), "previous": "0" * 64}) + b"\n"]

    assert forged(ballot, with_one_commit()) == [("entry_changed", {"box": "7", "number": 5})]
    assert forged(closing, with_one_commit()) == [("entry_changed", {"box": "7", "number": 6})]


@pytest.mark.parametrize("place", range(7))
def test_a_removed_entry_is_named(place: int) -> None:
    code, values = forged(lambda lines: lines[:place] + lines[place + 1 :])[0]
    assert (code, values["number"]) == ("entry_missing" if place == 6 else "entry_place", place)


@pytest.mark.parametrize("place", range(7))
def test_an_entry_that_stands_twice_or_elsewhere_is_named(place: int) -> None:
    assert forged(lambda lines: lines[: place + 1] + lines[place:])[0] == (
        "entry_place",
        {"box": "7", "number": place + 1},
    )
    if place:
        assert forged(lambda lines: [lines[place], *lines[1:place], lines[0], *lines[place + 1 :]])[0] == (
            "entry_place",
            {"box": "7", "number": 0},
        )


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"type":"cast"}',
        b'{"type":["cast"]}',
        b'{"number":1.0}',
        b'{"number":NaN}',
        b'{"number":9007199254740992}',
        b'"\\ud800"',
        b"\xff\xfe",
        b"[" * 100_000,
        b"1" * 5000,
    ],
)
def test_a_line_that_is_no_entry_is_named(garbage: bytes) -> None:
    found = forged(lambda lines: [*lines[:2], garbage + b"\n", *lines[3:]])
    assert found == [("entry_unreadable", {"box": "7", "number": 2})]


@pytest.mark.parametrize(
    "written",
    [
        lambda entry: json.dumps(entry).encode(),
        lambda entry: json.dumps(entry, ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode(),
        lambda entry: json.dumps(dict(reversed(entry.items())), ensure_ascii=False, separators=(",", ":")).encode(),
        lambda entry: canonical(entry).replace(b'"at"', b'"at":"","at"'),
        lambda entry: canonical({**entry, "more": ""}),
        lambda entry: canonical({name: value for name, value in entry.items() if name != "at"}),
    ],
)
def test_an_entry_in_another_form_or_with_other_fields_is_named(written: Callable[[Entry], bytes]) -> None:
    found = forged(lambda lines: [*lines[:1], written(json.loads(lines[1])) + b"\n", *lines[2:]])
    assert found == [("entry_unreadable", {"box": "7", "number": 1})]


@pytest.mark.parametrize("number", [b"NaN", b"-Infinity", b"1.5", b"1e2", b"9007199254740992", b"-9007199254740992"])
def test_an_entry_with_a_number_that_has_no_canonical_form_is_named(number: bytes) -> None:
    def within(line: bytes) -> bytes:
        return canonical({**json.loads(line), "assertion": {"credential": "here"}}).replace(b'"here"', number) + b"\n"

    found = forged(lambda lines: [lines[0], within(lines[1]), *lines[2:]])
    assert found == [("entry_unreadable", {"box": "7", "number": 1})]


@pytest.mark.parametrize("number", [2**53 - 1, 1 - 2**53])
def test_a_number_that_every_reader_holds_exactly_is_read(number: int) -> None:
    entry = {**json.loads(a_box().entries[1]), "step_up": number}
    assert verify.entry_of(canonical(entry) + b"\n") == entry


@pytest.mark.parametrize("number", [True, "1", -1, None])
def test_a_number_that_is_none_is_named(number: object) -> None:
    found = forged(lambda lines: [lines[0], canonical({**json.loads(lines[1]), "number": number}) + b"\n", *lines[2:]])
    assert found == [("entry_place", {"box": "7", "number": 1})]


def test_an_empty_box_and_one_cut_short_are_found() -> None:
    assert forged(lambda _: []) == [("entry_place", {"box": "7", "number": 0})]
    assert forged(lambda lines: [*lines[:2], lines[2][:-1]]) == [("entry_unreadable", {"box": "7", "number": 2})]


def test_names_are_in_the_order_of_their_utf_16_code_units() -> None:
    assert verify.canonical_form({"\ufb33": 1, "\U0001f600": {"b": [2], "a": "\n"}}) == (
        '{"\U0001f600":{"a":"\\n","b":[2]},"\ufb33":1}'.encode()
    )


def test_a_box_that_was_never_closed_nor_annulled_is_not_whole_and_an_annulled_one_is() -> None:
    box = Box()
    box.cast("1", "yes")
    assert faults_of(box) == [("not_closed", {"box": "7", "number": 2})]
    box.annul()
    assert faults_of(box) == []


@pytest.mark.parametrize(
    ("kinds", "wrong"),
    [
        (["opened"], 2),
        (["corrected"], 2),
        (["closed", "closed"], 3),
        (["closed", "cast"], 3),
        (["closed", "paper"], 3),
        (["closed", "withdrawn"], 3),
        (["closed", "extended"], 3),
        (["annulled", "closed"], 3),
        (["annulled", "annulled"], 3),
        (["closed", "annulled", "corrected"], 4),
    ],
)
def test_an_entry_where_its_type_may_not_stand_is_named(kinds: list[str], wrong: int) -> None:
    box = Box()
    box.cast("1", "yes")
    made = order_with_results(box, kinds)
    assert faults_of(made) == [("entry_wrong", {"box": "7", "number": wrong, "what": "type"})]


def order_with_results(box: Box, kinds: list[str]) -> Box:
    """Append entries of these types, whatever the order."""
    so: Entry = {"present": [], "attending": [], "classified": {}, "deadline_passed": None}
    result = box.result(so)
    officials = {"entered_by": {"id": "1", "name": "One"}, "confirmed_by": {"id": "2", "name": "Two"}}
    opening = {name: value for name, value in json.loads(box.entries[0]).items() if name not in PLACE}
    for kind in kinds:
        leaves = box.leaves
        place = {"entries": len(leaves), "head": leaves[-1].hex(), "root": verify.roots_of(leaves)[-1].hex()}
        fields: dict[str, Entry] = {
            "opened": opening,
            "cast": box.ballot("1", "no"),
            "paper": {**box.ballot("2", "no"), "channel": "paper", "evidence": "", **officials},
            "withdrawn": {"entry": 1, "reason": "", "ruled_by": officials["entered_by"]},
            "extended": {"deadline": "", "reason": "", "extended_by": officials["entered_by"]},
            "closed": {**result, **place, "versions": {"format": "2", "application": "1"}},
            "corrected": {**result, "reason": "", **officials},
            "annulled": {"reason": "", **officials},
        }
        wanted = verify.FIELDS[kind].split()
        box.enter(kind, {name: value for name, value in fields[kind].items() if name in wanted})
    return box


def test_the_first_entry_has_to_be_the_opening() -> None:
    box = Box()
    ballot = {**json.loads(box.body("cast", box.ballot("1", "yes"))), "number": 0, "previous": None}
    box.entries = [canonical(ballot)]
    box.notes = [box.signer.note("7", [leaf_of(box.entries[0])])]
    ((_, other), (code, values)) = faults_of(box)
    assert (code, values) == ("entry_wrong", {"box": "7", "number": 0, "what": "type"})
    assert other == {"box": "7", "size": 1}


def test_an_entry_of_another_question_is_named() -> None:
    box = Box()
    box.question = "8"
    box.cast("1", "yes")
    box.question = "7"
    assert ("entry_wrong", {"box": "7", "number": 1, "what": "question"}) in faults_of(box)
