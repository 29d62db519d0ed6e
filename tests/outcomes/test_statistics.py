"""Statistics of written opinions: what they count, and that they read what was stored."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm.attributes import flag_modified

from ecabinet.database import reading, transaction
from ecabinet.refusals import NotFound, Refused
from outcomes.statistics import queries, rules
from outcomes.statistics.queries import Statistics
from outcomes.statistics.rules import Criteria, MemberFigures, Month, Procedure, Reason
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.answered import answers, closed_late, played
from tests.voting.room import Room
from tests.world import World
from voting.models import Question

People = Callable[[str], Persona]
EVER = Criteria(date(2026, 1, 1), date(2030, 12, 31))
sqlite_alone = pytest.mark.any_database


@pytest.fixture
def room(government: World) -> Room:
    return rooms.furnish(government)


def statistics(who: Persona, criteria: Criteria = EVER) -> Statistics:
    with reading() as session:
        return queries.statistics(session, who.actor(), criteria)


def procedure(closed_on: date, outcome: str = "pass", **figures: Any) -> Procedure:
    given = {"answers": {"yes": 3, "no": 1}, "answered": 3, "late": 1, "silent": 2, **figures}
    return Procedure(1, closed_on, outcome, **given)


def test_the_figures_add_up_over_the_questions() -> None:
    found = rules.figures_of(
        [procedure(date(2026, 3, 5)), procedure(date(2026, 5, 6), "fail", answered=0, late=0, silent=6)],
        [MemberFigures(1, "A", answered=1, late=1, silent=0, recused=1)],
        [10.0, 2.0, 30.0, 4.0],
        EVER,
    )
    assert (found.procedures, found.asked, found.in_time, found.late, found.silent) == (2, 12, 3, 1, 8)
    assert found.outcomes == {"fail": 1, "pass": 1}
    assert found.answers == {"yes": 6, "no": 2, "abstain": 0, "other": 0}
    assert found.share_in_time == 0.25
    assert found.median_hours == 7.0
    assert found.members[0].asked == 2


def test_a_month_without_a_question_stands_between_those_with_one() -> None:
    days = [procedure(date(2026, 11, 30)), procedure(date(2027, 1, 2), "fail"), procedure(date(2027, 1, 9))]
    assert rules.months_of(days, EVER) == (
        Month(date(2026, 11, 1), 1, 1),
        Month(date(2026, 12, 1), 0, 0),
        Month(date(2027, 1, 1), 2, 1),
    )


def test_nothing_closed_gives_no_share_and_no_median() -> None:
    found = rules.figures_of([], [], [], EVER)
    assert (found.share_in_time, found.median_hours, found.months) == (None, None, ())


@pytest.mark.parametrize(
    ("begins", "ends", "reason"),
    [
        (date(2026, 2, 2), date(2026, 2, 1), Reason.ENDS_BEFORE),
        (date(1990, 1, 1), date(2026, 1, 1), Reason.TOO_LONG),
    ],
)
def test_a_period_that_makes_no_sense_is_refused(begins: date, ends: date, reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        rules.check_period(begins, ends)
    assert refused.value.reason is reason


def test_statistics_count_closed_questions_of_those_who_may_see_them(
    room: Room, secretary: Persona, persona: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = played(room, secretary, persona, monkeypatch)
    still_open = rooms.circulated(room, secretary.actor())
    answers(persona("health_minister"), still_open, "no")
    for who in (secretary, persona("prime_minister"), persona("auditor")):
        found = statistics(who)
        assert [line.procedure.question_id for line in found.lines] == [question_id]
        figures = found.figures
        # Of six, two were silent and are deemed to agree; the result as stored says so.
        assert figures.answers == {"yes": 4, "no": 1, "abstain": 0, "other": 1}
        assert (figures.asked, figures.in_time, figures.late, figures.silent) == (6, 4, 0, 2)
        assert figures.outcomes == {"pass": 1}
        assert [member.name for member in figures.members][:2] == ["Thủ tướng Chính phủ", "Phó Thủ tướng Chính phủ"]
        assert [(member.answered, member.silent) for member in figures.members][:3] == [(0, 1), (0, 1), (1, 0)]
    # An auditor without a grant sees the figures and not the title.
    assert statistics(persona("auditor")).lines[0].title == ""
    assert statistics(secretary).lines[0].title == "Đề án cấp nước sạch"


@sqlite_alone
def test_statistics_read_what_is_stored_and_count_nothing_anew(
    room: Room, secretary: Persona, persona: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = played(room, secretary, persona, monkeypatch)
    with transaction() as session:
        question = session.get_one(Question, question_id)
        assert question.result is not None
        question.result["figures"]["yes"] = 40
        flag_modified(question, "result")
    assert statistics(secretary).figures.answers["yes"] == 40


@sqlite_alone
def test_criteria_narrow_what_is_counted(
    room: Room, secretary: Persona, persona: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = played(room, secretary, persona, monkeypatch)
    closed = rooms.question(question_id).closed_at
    assert isinstance(closed, datetime)
    world, day = room.world, closed.date()
    wide = Criteria(day - timedelta(days=2), day + timedelta(days=2))
    assert statistics(secretary, replace(wide, unit_id=world.unit("BYT"))).figures.procedures == 1
    assert statistics(secretary, replace(wide, unit_id=world.unit("BTC"))).figures.procedures == 0
    assert statistics(secretary, replace(wide, rule="viet_nam/opinion_form")).figures.procedures == 1
    assert statistics(secretary, replace(wide, rule="germany/circulation")).figures.procedures == 0
    assert statistics(secretary, Criteria(day - timedelta(days=9), day - timedelta(days=3))).figures.procedures == 0
    with pytest.raises(NotFound):
        statistics(secretary, replace(wide, body_id=world.committee_id))
    with reading() as session:
        offered = queries.offered(session, secretary.actor(), "vi")
    assert [name for _ident, name in offered.units] == ["Bộ Y tế"]
    assert [name for name, _title in offered.rules] == ["viet_nam/opinion_form"]


@sqlite_alone
def test_who_is_barred_from_a_matter_does_not_find_it_in_the_figures(
    room: Room, secretary: Persona, persona: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    played(room, secretary, persona, monkeypatch)
    rooms.bar(room, "second_secretary")
    assert statistics(persona("second_secretary")).figures.procedures == 0
    assert statistics(secretary).figures.procedures == 1


@sqlite_alone
def test_a_vote_that_was_annulled_is_not_counted(
    room: Room, secretary: Persona, persona: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = rooms.circulated(room, secretary.actor())
    answers(persona("health_minister"), question_id, "yes")
    closed_late(question_id, monkeypatch)
    with transaction() as session:
        session.execute(update(Question).where(Question.id == question_id).values(state="annulled"))
    assert statistics(secretary).figures.procedures == 0
