"""One's own ballots, looked up: every one of them with what became of it, and nothing of anybody else."""

from collections.abc import Callable

import pytest
from sqlalchemy import update

from ecabinet import clock
from ecabinet.database import reading, transaction
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.room import Room, casts, mark, opened
from tests.world import World
from voting import box, casting, my_ballots
from voting.ballots import Ballot
from voting.conduct import QuestionState
from voting.entries import EntryKind
from voting.models import Question
from voting.my_ballots import Channel, MyQuestion, State

People = Callable[[str], Persona]
WITH_PROXIES = "eu_council/simple"
OFFICIAL = {"id": "1", "name": "Thư ký"}


@pytest.fixture
def room(government: World) -> Room:
    return rooms.furnish(government)


def questions_of(person: Persona) -> tuple[MyQuestion, ...]:
    with reading() as session:
        return my_ballots.of_person(session, person.actor()).questions


def ballots_of(person: Persona) -> list[tuple[int, State, int | None]]:
    return [(each.number, each.state, each.replaced_by) for each in questions_of(person)[0].ballots]


def enter(question_id: int, kind: EntryKind, person: Persona, **fields: object) -> int:
    """Put an entry into the box, as a verb of another module would."""
    with transaction() as session:
        locked = box.lock(session, question_id)
        assert locked is not None
        number = locked.enter(
            kind, fields, clock.now(), cast_id=str(fields.get("cast_id") or "") or None, person_id=person.person_id
        )
        box.keep(session, locked)
        return number


def test_each_ballot_of_mine_says_whether_it_counts_and_what_replaced_it(
    room: Room, secretary: Persona, health_minister: Persona, chair: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    first = casts(health_minister, question_id, "no")
    casts(chair, question_id, "yes")
    second = casts(health_minister, question_id, "yes")
    assert ballots_of(health_minister) == [(1, State.REPLACED, 3), (3, State.COUNTS, None)]
    (question,) = questions_of(health_minister)
    assert [each.code for each in question.ballots] == [first.code, second.code]
    assert (question.closing, question.missed) == (None, False)
    rooms.closed(question_id, chair.actor())
    assert questions_of(health_minister)[0].closing == 4


def test_nobody_else_s_ballot_is_among_mine_open_or_closed(
    room: Room, secretary: Persona, health_minister: Persona, finance_minister: Persona, chair: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    casts(health_minister, question_id, "no")
    assert questions_of(finance_minister)[0].ballots == ()
    assert questions_of(secretary) == ()
    rooms.closed(question_id, chair.actor())
    assert questions_of(finance_minister)[0].ballots == ()
    assert questions_of(secretary) == ()


def test_who_cast_nothing_is_shown_that_once_it_is_closed_and_the_recused_are_not(
    room: Room, secretary: Persona, health_minister: Persona, finance_minister: Persona, chair: Persona
) -> None:
    rooms.bar(room, "finance_minister")
    question_id = opened(room, secretary.actor())
    assert not questions_of(health_minister)[0].missed
    rooms.closed(question_id, chair.actor())
    missed, recused = questions_of(health_minister)[0], questions_of(finance_minister)[0]
    assert (missed.missed, missed.recused, missed.closing) == (True, False, 1)
    assert (recused.missed, recused.recused) == (False, True)


def test_a_ballot_that_officials_entered_and_one_that_was_withdrawn_are_mine_too(
    room: Room, secretary: Persona, health_minister: Persona, chair: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    paper = enter(
        question_id,
        EntryKind.PAPER,
        health_minister,
        member=str(room.world.membership("health_minister")),
        channel="telephone",
        cast_id=mark(),
        choice="no",
        text="",
        discuss=False,
        reserved="",
        evidence="Sổ ghi cuộc gọi",
        entered_by=OFFICIAL,
        confirmed_by={**OFFICIAL, "id": "2"},
    )
    enter(question_id, EntryKind.WITHDRAWN, health_minister, entry=paper, reason="Nhập nhầm", ruled_by=OFFICIAL)
    assert ballots_of(health_minister) == [(paper, State.WITHDRAWN, None)]
    assert questions_of(health_minister)[0].ballots[0].channel is Channel.TELEPHONE
    rooms.closed(question_id, chair.actor())
    assert questions_of(health_minister)[0].missed


def test_a_ballot_cast_by_proxy_is_seen_by_both_and_by_nobody_else(
    room: Room, secretary: Persona, health_minister: Persona, finance_minister: Persona, justice_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    rooms.give_proxy(room, question_id, "finance_minister", "health_minister")
    member = str(room.world.membership("finance_minister"))
    casting.cast(health_minister.actor(), question_id, Ballot(mark(), "yes", member=member))
    (by_me,) = questions_of(health_minister)[0].ballots
    (for_me,) = questions_of(finance_minister)[0].ballots
    assert (by_me.cast_for, by_me.cast_by) == ("Bộ trưởng Bộ Tài chính", None)
    assert (for_me.cast_for, for_me.cast_by) == (None, "Bộ trưởng Bộ Y tế")
    assert questions_of(justice_minister)[0].ballots == ()


def test_a_proxy_learns_only_after_the_close_that_the_member_voted_too(
    room: Room, secretary: Persona, health_minister: Persona, finance_minister: Persona, chair: Persona
) -> None:
    question_id = opened(room, secretary.actor(), rule_name=WITH_PROXIES)
    rooms.give_proxy(room, question_id, "finance_minister", "health_minister")
    member = str(room.world.membership("finance_minister"))
    casting.cast(health_minister.actor(), question_id, Ballot(mark(), "yes", member=member))
    casts(finance_minister, question_id, "no")
    assert ballots_of(health_minister) == [(1, State.COUNTS, None)]
    rooms.closed(question_id, chair.actor())
    assert ballots_of(health_minister) == [(1, State.REPLACED, 2)]


def test_an_annulled_vote_says_so_at_each_ballot(room: Room, secretary: Persona, health_minister: Persona) -> None:
    question_id = opened(room, secretary.actor())
    casts(health_minister, question_id, "yes")
    with transaction() as session:
        session.execute(
            update(Question)
            .where(Question.id == question_id)
            .values(state=QuestionState.ANNULLED, closed_at=clock.now())
        )
    assert ballots_of(health_minister) == [(1, State.ANNULLED, None)]


def test_who_voted_is_not_said_to_have_missed_a_vote_that_was_annulled_after_its_close(
    room: Room, secretary: Persona, health_minister: Persona, finance_minister: Persona, chair: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    casts(health_minister, question_id, "yes")
    rooms.closed(question_id, chair.actor())
    with transaction() as session:
        session.execute(update(Question).where(Question.id == question_id).values(state=QuestionState.ANNULLED))
    assert not questions_of(health_minister)[0].missed
    assert questions_of(finance_minister)[0].missed


def test_a_conflict_recorded_later_takes_the_words_away_but_not_the_ballot(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    casts(health_minister, question_id, "yes")
    rooms.bar(room, "health_minister")
    (question,) = questions_of(health_minister)
    assert (question.text, question.title, question.is_readable) == (None, None, False)
    assert ballots_of(health_minister) == [(1, State.COUNTS, None)]


def test_the_pages_hold_every_question_once_the_newest_first(
    room: Room, secretary: Persona, health_minister: Persona, chair: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(my_ballots, "QUESTIONS_ON_A_PAGE", 2)
    made = []
    for _each in range(3):
        made.append(opened(room, secretary.actor()))
        rooms.closed(made[-1], chair.actor())
    with reading() as session:
        pages = [my_ballots.of_person(session, health_minister.actor(), page) for page in (1, 2, 99)]
    assert [[each.id for each in page.questions] for page in pages] == [made[:0:-1], made[:1], made[:1]]
    assert [(page.page, page.pages) for page in pages] == [(1, 2), (2, 2), (2, 2)]
