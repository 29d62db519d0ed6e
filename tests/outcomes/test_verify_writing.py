"""The verifier on what members do in writing, and on a question that was taken out of its block."""

import json
from typing import Any

import pytest

from outcomes import verify
from tests.outcomes.made_boxes import (
    Box,
    Fault,
    bag_of,
    circumstances,
    faults_of,
    frozen,
    line,
    report_of,
    rewritten,
    roll,
    rule,
)


def written(**opened: Any) -> Box:
    return Box(counted_by=rule(form="written"), lines=roll(4, line("4", recused=True)), opened=opened)


def wrong(place: int, what: str) -> list[Fault]:
    return [("entry_wrong", {"box": "7", "number": place, "what": what})]


def ended(box: Box) -> Box:
    box.annul()
    return box


def recalled() -> Box:
    """1 and 2: ballots of member 1; 3: a ballot on paper of theirs; 4: their recall; 5: their new answer; 6: closed."""
    box = written()
    box.cast("1", "yes")
    box.cast("1", "other", text="Why", discuss=True, reserved="On record")
    box.paper("1", "no", text="Why", discuss=True)
    box.recall("1")
    box.cast("1", "no")
    box.close(circumstances(deadline_passed=True))
    return box


def test_after_a_recall_only_a_later_answer_counts() -> None:
    box = recalled()
    assert faults_of(box) == []
    figures = json.loads(box.entries[-1])["figures"]
    assert (figures["yes"], figures["no"], figures["other"], figures["silent"]) == (0, 1, 0, 2)
    alone = written()
    alone.cast("1", "yes")
    alone.recall("1")
    alone.close(circumstances(deadline_passed=True))
    assert faults_of(alone) == []
    closed = json.loads(alone.entries[-1])
    assert closed["missing"] == ["1", "2", "3"]
    assert closed["figures"]["yes"] == 0
    assert report_of(bag_of(alone)).ballots == 1


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("member", "4"),
        ("member", "9"),
        ("member", "2"),
        ("member", None),
        ("by", "2"),
        ("by", None),
        ("cast_id", "cast-1"),
        ("cast_id", ""),
        ("step_up", None),
    ],
)
def test_a_recall_that_cannot_be_right_is_named(what: str, value: object) -> None:
    box = rewritten(recalled(), lambda entries: entries[4].update({what: value}))
    assert faults_of(box) == wrong(4, "by" if value == "2" else what)


def test_by_a_proxy_is_recalled_too_unless_the_proxy_is_recused() -> None:
    for recused, found in ((False, []), (True, wrong(2, "by"))):
        lines = roll(2, line("1", proxy="2"), line("2", recused=recused))
        box = Box(counted_by=rule(form="written", proxies_per_member=1), lines=lines)
        box.cast("1", "yes")
        box.recall("1", by="2")
        assert faults_of(ended(box)) == found


def test_nothing_is_recalled_in_a_meeting_or_where_no_change_is_allowed_or_twice() -> None:
    never = frozen(rule(form="written"), change_of_ballot="never")
    for box in (Box(), written(rule=never)):
        box.cast("1", "yes")
        box.recall("1")
        assert faults_of(ended(box)) == wrong(2, "type")
    twice = written()
    twice.cast("1", "yes")
    twice.recall("1")
    twice.recall("1")
    assert faults_of(ended(twice)) == wrong(3, "member")


def test_a_ballot_that_was_recalled_cannot_be_withdrawn() -> None:
    box = written()
    box.cast("1", "yes")
    box.recall("1")
    box.withdraw(1)
    assert faults_of(ended(box)) == wrong(3, "entry")


def test_the_mark_of_a_recall_stands_in_the_box_once() -> None:
    box = written()
    box.cast("1", "yes")
    box.recall("1")
    box.cast("1", "no", cast_id="cast-2")
    assert faults_of(ended(box)) == wrong(3, "cast_id")


@pytest.mark.parametrize("choice", ["yes", "no", "abstain", "other"])
def test_a_discussion_is_asked_for_in_writing_and_not_by_who_agrees(choice: str) -> None:
    found = wrong(1, "discuss") if choice == "yes" else []
    box = written()
    box.cast("1", choice, discuss=True)
    assert faults_of(ended(box)) == found
    paper = written()
    paper.paper("1", choice, discuss=True)
    assert faults_of(ended(paper)) == found
    meeting = Box()
    meeting.cast("1", choice, discuss=True)
    assert faults_of(ended(meeting)) == wrong(1, "discuss")


def test_a_reserved_opinion_stands_with_any_answer_in_any_form() -> None:
    for box in (Box(), written()):
        box.cast("1", "yes", reserved="On record")
        assert faults_of(ended(box)) == []


def taken_out() -> Box:
    box = Box(lines=roll(3, line("3", recused=True)))
    box.cast("1", "yes")
    box.take_out("2")
    return box


def test_a_question_that_was_taken_out_is_over_and_whole() -> None:
    assert faults_of(taken_out()) == []
    box = taken_out()
    box.annul()
    assert faults_of(box) == wrong(3, "type")
    closed = Box()
    closed.close()
    closed.take_out("1")
    assert faults_of(closed) == wrong(2, "type")


@pytest.mark.parametrize(("what", "value"), [("by", "3"), ("by", "9"), ("by", None), ("reason", None)])
def test_who_takes_a_question_out_might_vote_and_says_why(what: str, value: object) -> None:
    assert faults_of(rewritten(taken_out(), lambda entries: entries[2].update({what: value}))) == wrong(2, what)


def test_nothing_is_taken_out_in_writing() -> None:
    box = written()
    box.take_out("1")
    assert faults_of(box) == wrong(1, "type")


def test_without_any_end_the_entry_that_is_missing_is_named() -> None:
    box = written()
    box.cast("1", "yes")
    box.recall("1")
    assert faults_of(box) == [("not_closed", {"box": "7", "number": 3})]
    sentence = verify.say("not_closed", "en", {"box": "7", "number": 3})
    assert "takes it out" in sentence
