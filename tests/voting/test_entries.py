"""Entries of a ballot box: canonical bytes, each naming the one before it."""

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecabinet.refusals import Refused
from tests.voting.made_votes import AT, Box
from voting.engine.rule import Choice
from voting.engine.rule_book import rule_named
from voting.engine.vote import Circumstances, RollMember
from voting.entries import Paper, Reason, ballots_in, check_chain, leaf_of, seen_of

ROLL = [RollMember(str(n), f"Minister {n}") for n in range(1, 6)]


def filled() -> Box:
    box = Box("7", rule_named("plain/majority_of_all"), ROLL, papers=[Paper("12", 2, "ab" * 32)])
    box.cast("1", Choice.YES)
    box.cast("2", Choice.OTHER, "Ý kiến khác:\nđề nghị bổ sung")
    box.cast("1", Choice.NO)
    box.close(Circumstances(present=("1", "2", "3")))
    return box


def test_a_box_is_a_whole_chain_from_opening_to_close() -> None:
    assert check_chain(filled().bodies) is None
    assert check_chain(filled().bodies[:-1]) is None


def test_a_leaf_is_the_hash_of_a_zero_byte_and_the_body() -> None:
    assert leaf_of(b"body") == hashlib.sha256(b"\x00body").hexdigest()


def test_the_first_entry_freezes_the_question_and_what_it_rests_on() -> None:
    opened = json.loads(filled().bodies[0])
    assert (opened["number"], opened["previous"], opened["options"]) == (0, None, ["yes", "no", "abstain", "other"])
    assert opened["rule"]["rule"]["criteria"][0]["fraction"] == "1/2"
    assert opened["roll"][0]["name"] == "Minister 1"
    assert opened["papers"] == [{"document": "12", "version": 2, "sha256": "ab" * 32}]


def test_the_last_entry_holds_the_result_and_who_is_missing() -> None:
    closed = json.loads(filled().bodies[-1])
    assert (closed["outcome"], closed["figures"]["no"], closed["missing"]) == ("fail", 1, ["3", "4", "5"])
    assert (closed["entries"], closed["head"]) == (4, leaf_of(filled().bodies[3]))
    assert closed["at"] == AT


def test_the_last_ballot_of_a_member_counts() -> None:
    assert ballots_in(filled().bodies) == {"1": Choice.NO, "2": Choice.OTHER}


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


def test_nothing_follows_a_close_and_nothing_opens_twice() -> None:
    box = filled()
    box.cast("3", Choice.YES)
    assert check_chain(box.bodies) == 4
    first = json.loads(box.bodies[0])
    again = {**first, "number": 1, "previous": leaf_of(box.bodies[0])}
    body = json.dumps(again, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert check_chain([box.bodies[0], body]) == 1
    assert check_chain([box.bodies[1]]) == 0


def test_a_text_that_cannot_be_stored_is_refused_with_a_sentence() -> None:
    box = filled()
    with pytest.raises(Refused) as caught:
        box.cast("3", Choice.OTHER, "broken \ud800")
    assert caught.value.reason is Reason.TEXT_NOT_STORABLE
    with pytest.raises(Refused):
        seen_of(text="\udfff", options=[], language="vi", papers=[])


def test_what_was_seen_depends_on_all_that_was_shown() -> None:
    shown: dict[str, Any] = {"text": "Adopt?", "options": ["yes"], "language": "vi", "papers": [Paper("1", 1, "aa")]}
    changes: list[dict[str, Any]] = [
        {"text": "Adopt it?"},
        {"options": ["no"]},
        {"language": "en"},
        {"papers": [Paper("1", 2, "bb")]},
    ]
    hashes = {seen_of(**{**shown, **change}) for change in [{}, *changes]}
    assert len(hashes) == 5


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_an_entry_never_holds_a_raw_line_break(text: str) -> None:
    box = Box("7", rule_named("plain/majority_of_all"), ROLL)
    box.cast("1", Choice.OTHER, text)
    assert b"\n" not in box.bodies[-1]
    assert json.loads(box.bodies[-1])["text"] == text
