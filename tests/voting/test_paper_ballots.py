"""Ballots given on paper or by telephone: two officials read the same, or nothing is in the box."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from ecabinet import clock
from ecabinet.access import Actor
from ecabinet.audit import AuditEntry
from ecabinet.database import reading, transaction
from ecabinet.jobs import Job
from ecabinet.notices import Notice
from ecabinet.refusals import Forbidden, NotFound, Refused, StepUpNeeded
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.room import Room, bodies, casts, circulated, closed, figures_at_close, opened
from tests.world import World
from voting import conduct, queries
from voting.conduct import Procedure
from voting.models import PaperBallot, Question
from voting.rulings import paper_ballots
from voting.rulings.paper_ballots import Given, Read
from voting.rulings.rules import Channel, Reason

# Who may do what, and what is refused, does not depend on the database; what it must hold or lock is tried on both.
pytestmark = pytest.mark.any_database

People = Callable[[str], Persona]
PAPER = Given(Channel.PAPER, "Hồ sơ phiên họp, bì số 4")


@pytest.fixture
def room(government: World) -> Room:
    return rooms.furnish(government)


def read(room: Room, key: str, choice: str = "yes") -> Read:
    return Read(room.world.membership(key), choice)


def enters(official: Persona, question_id: int, what: Read, given: Given = PAPER) -> int:
    with transaction() as session:
        paper_ballots.enter(session, official.actor(), question_id, what, given)
    with reading() as session:
        return session.scalars(select(PaperBallot.id).order_by(PaperBallot.id.desc())).first() or 0


def confirms(official: Persona | Actor, question_id: int, paper_id: int, what: Read) -> int:
    actor = official if isinstance(official, Actor) else official.actor()
    with transaction() as session:
        return paper_ballots.confirm(session, actor, question_id, paper_id, what)


def refusal(call: Callable[..., object], *given: object) -> object:
    with pytest.raises(Refused) as refused:
        call(*given)
    return refused.value.reason


def voted(question_id: int, reader: Persona) -> int:
    with reading() as session:
        return queries.panel(session, reader.actor(), question_id).voted


def entry(question_id: int, number: int) -> dict[str, Any]:
    return dict(json.loads(bodies(question_id)[number]))


@pytest.mark.both_databases
def test_a_ballot_is_in_the_box_only_once_a_second_official_has_read_the_same(
    room: Room, secretary: Persona, chair: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    paper = enters(secretary, question_id, read(room, "health_minister"))
    assert len(bodies(question_id)) == 1
    assert voted(question_id, chair) == 0
    assert confirms(chair, question_id, paper, read(room, "health_minister")) == 1
    assert voted(question_id, chair) == 1
    kept = entry(question_id, 1)
    assert kept["type"] == "paper"
    assert kept["member"] == str(room.world.membership("health_minister"))
    assert (kept["choice"], kept["channel"], kept["evidence"]) == ("yes", "paper", PAPER.evidence)
    assert kept["entered_by"] == {"id": str(secretary.person_id), "name": secretary.actor().name}
    assert kept["confirmed_by"]["id"] == str(chair.person_id)
    assert conduct.CAST_ID.fullmatch(kept["cast_id"])


@pytest.mark.parametrize(("key", "choice"), [("finance_minister", "yes"), ("health_minister", "no")])
def test_what_the_second_official_reads_otherwise_is_refused_and_nothing_is_kept(
    room: Room, secretary: Persona, chair: Persona, key: str, choice: str
) -> None:
    question_id = opened(room, secretary.actor())
    paper = enters(secretary, question_id, read(room, "health_minister"))
    assert refusal(confirms, chair, question_id, paper, read(room, key, choice)) is Reason.NOT_THE_SAME
    assert len(bodies(question_id)) == 1
    confirms(chair, question_id, paper, read(room, "health_minister"))


@pytest.mark.both_databases
def test_nobody_confirms_what_they_entered_nor_twice(
    room: Room, secretary: Persona, chair: Persona, persona: People
) -> None:
    question_id = opened(room, secretary.actor())
    paper = enters(secretary, question_id, read(room, "health_minister"))
    what = read(room, "health_minister")
    assert refusal(confirms, secretary, question_id, paper, what) is Reason.ANOTHER_OFFICIAL
    confirms(chair, question_id, paper, what)
    assert refusal(confirms, persona("second_secretary"), question_id, paper, what) is Reason.NOT_WAITING
    assert len(bodies(question_id)) == 2


def test_only_officials_with_a_fresh_second_factor_enter_and_confirm(
    room: Room, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    what = read(room, "health_minister")
    with pytest.raises(Forbidden):
        enters(health_minister, question_id, what)
    paper = enters(secretary, question_id, what)
    with pytest.raises(Forbidden):
        confirms(health_minister, question_id, paper, what)
    stale = replace(chair.actor(), stepped_up_until=None)
    with pytest.raises(StepUpNeeded):
        confirms(stale, question_id, paper, what)
    with pytest.raises(StepUpNeeded), transaction() as session:
        paper_ballots.enter(session, stale, question_id, what, PAPER)
    with pytest.raises(StepUpNeeded), transaction() as session:
        paper_ballots.discard(session, stale, question_id, paper)


def test_the_member_is_told_the_number_and_finds_the_ballot_as_theirs(
    room: Room, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    confirms(
        chair, question_id, enters(secretary, question_id, read(room, "health_minister")), read(room, "health_minister")
    )
    with reading() as session:
        [notice] = session.scalars(select(Notice).where(Notice.person_id == health_minister.person_id))
        mine = queries.panel(session, health_minister.actor(), question_id).mine
    assert (notice.sentence, notice.values["number"]) == ("PAPER_BALLOT_ENTERED", "1")
    assert notice.address == f"/questions/{question_id}"
    assert mine is not None
    assert (mine.number, mine.choice) == (1, "yes")


@pytest.mark.both_databases
def test_the_last_ballot_counts_whether_it_came_on_paper_or_from_the_tablet(
    room: Room, secretary: Persona, chair: Persona, health_minister: Persona, persona: People
) -> None:
    question_id = opened(room, secretary.actor())
    casts(health_minister, question_id, "no")
    confirms(
        chair, question_id, enters(secretary, question_id, read(room, "health_minister")), read(room, "health_minister")
    )
    what = read(room, "finance_minister")
    confirms(chair, question_id, enters(secretary, question_id, what), what)
    casts(persona("finance_minister"), question_id, "abstain")
    assert voted(question_id, chair) == 2
    figures = figures_at_close(question_id, secretary.actor())
    assert (figures["yes"], figures["no"], figures["abstain"]) == (1, 0, 1)


def test_who_has_no_ballot_gets_none_on_paper(room: Room, secretary: Persona) -> None:
    rooms.bar(room, "justice_minister")
    question_id = opened(room, secretary.actor())
    assert refusal(enters, secretary, question_id, read(room, "justice_minister")) is Reason.MEMBER_RECUSED
    assert refusal(enters, secretary, question_id, Read(987_654, "yes")) is Reason.MEMBER_NOT_ON_ROLL


def test_an_answer_must_be_offered_and_another_opinion_has_words(
    room: Room, secretary: Persona, chair: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    assert refusal(enters, secretary, question_id, read(room, "health_minister", "maybe")) is conduct.Reason.NOT_OFFERED
    other = read(room, "health_minister", "other")
    assert refusal(enters, secretary, question_id, other) is conduct.Reason.OPINION_MISSING
    with_words = replace(other, text="Cần thêm số liệu")
    paper = enters(secretary, question_id, with_words, Given(Channel.TELEPHONE, "Ghi âm số 7"))
    assert refusal(confirms, chair, question_id, paper, other) is Reason.NOT_THE_SAME
    confirms(chair, question_id, paper, replace(other, text="cần thêm  số liệu."))
    assert entry(question_id, 1)["text"] == "Cần thêm số liệu"
    assert entry(question_id, 1)["channel"] == "telephone"
    plain = read(room, "finance_minister")
    paper = enters(secretary, question_id, replace(plain, text="Thừa"), Given(Channel.PAPER, "Bì số 5"))
    confirms(chair, question_id, paper, plain)
    assert entry(question_id, 2)["text"] == ""  # as from a tablet, words belong to another opinion only


def test_nothing_is_entered_or_confirmed_before_the_opening_or_after_the_close(
    room: Room, secretary: Persona, chair: Persona
) -> None:
    what = read(room, "health_minister")
    draft = rooms.prepared(room, secretary.actor())
    assert refusal(enters, secretary, draft, what) is Reason.ONLY_WHILE_OPEN
    question_id = opened(room, secretary.actor())
    paper = enters(secretary, question_id, what)
    closed(question_id, secretary.actor())
    assert refusal(confirms, chair, question_id, paper, what) is Reason.ONLY_WHILE_OPEN
    assert refusal(enters, secretary, question_id, what) is Reason.ONLY_WHILE_OPEN


def test_after_the_stated_end_nothing_is_confirmed_even_if_the_close_has_not_run(
    room: Room, secretary: Persona, chair: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    what = read(room, "health_minister")
    question_id = opened(room, secretary.actor(), closes_in=timedelta(minutes=1))
    paper = enters(secretary, question_id, what)
    later = clock.now() + timedelta(minutes=2)
    lasting = replace(chair.actor(), stepped_up_until=later + timedelta(minutes=1))
    monkeypatch.setattr(clock, "now", lambda: later)
    assert refusal(confirms, lasting, question_id, paper, what) is Reason.TIME_OVER


def test_where_the_rule_allows_no_change_a_second_ballot_is_refused_at_the_confirmation(
    room: Room, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    with transaction() as session:
        frozen = session.get_one(Question, question_id)
        frozen.rule = {**(frozen.rule or {}), "change_of_ballot": "never"}
    casts(health_minister, question_id, "yes")
    what = read(room, "health_minister", "no")
    paper = enters(secretary, question_id, what)  # not refused here: nobody learns who voted by trying
    assert refusal(confirms, chair, question_id, paper, what) is Reason.MEMBER_HAS_BALLOT
    other = read(room, "finance_minister", "no")
    confirms(chair, question_id, enters(secretary, question_id, other), other)


def test_an_entry_that_was_discarded_cannot_be_confirmed(room: Room, secretary: Persona, chair: Persona) -> None:
    question_id = opened(room, secretary.actor())
    what = read(room, "health_minister")
    paper = enters(secretary, question_id, what)
    with transaction() as session:
        paper_ballots.discard(session, chair.actor(), question_id, paper)
    assert refusal(confirms, chair, question_id, paper, what) is Reason.NOT_WAITING
    with pytest.raises(Refused, match="NOT_WAITING"), transaction() as session:
        paper_ballots.discard(session, chair.actor(), question_id, paper)


def test_a_ballot_that_waits_is_found_only_with_its_own_question(
    room: Room, secretary: Persona, chair: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    what = read(room, "health_minister")
    paper = enters(secretary, question_id, what)
    closed(question_id, secretary.actor())
    another = opened(room, secretary.actor())
    with pytest.raises(NotFound):
        confirms(chair, another, paper, what)


@pytest.mark.both_databases
def test_in_writing_the_last_missing_answer_may_come_by_telephone_and_closes_it(
    room: Room, secretary: Persona, chair: Persona, persona: People
) -> None:
    question_id = circulated(room, secretary.actor(), rule_name="plain/majority_of_all_written")
    for key in ("prime_minister", "deputy_prime_minister", "finance_minister", "justice_minister", "interior_minister"):
        casts(persona(key), question_id, "yes")
    what = read(room, "health_minister")
    confirms(chair, question_id, enters(secretary, question_id, what, Given(Channel.TELEPHONE, "Sổ trực")), what)
    with reading() as session:
        due = session.scalars(select(Job.due_at).where(Job.key == f"close:{question_id}")).one()
        [notice] = session.scalars(
            select(Notice).where(
                Notice.person_id == room.world.person("health_minister"), Notice.sentence == "PAPER_BALLOT_ENTERED"
            )
        )
    assert due <= clock.now()
    assert notice.address == f"/opinions/{question_id}"


def test_where_the_chair_asks_for_objections_one_may_come_on_paper(
    room: Room, secretary: Persona, chair: Persona
) -> None:
    question_id = opened(room, secretary.actor(), procedure=Procedure.NO_OBJECTION)
    what = read(room, "health_minister", "no")
    confirms(chair, question_id, enters(secretary, question_id, what), what)
    assert closed(question_id, secretary.actor()).outcome == "fail"


def test_the_log_says_who_entered_and_confirmed_but_not_whose_ballot_or_what(
    room: Room, secretary: Persona, chair: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    what = read(room, "health_minister")
    confirms(chair, question_id, enters(secretary, question_id, what), what)
    with reading() as session:
        rows = session.scalars(
            select(AuditEntry).where(AuditEntry.tag.like("paper_ballot%")).order_by(AuditEntry.id)
        ).all()
        told = [(row.tag, row.person_id, row.details) for row in rows]
    assert told == [
        ("paper_ballot_entered", secretary.person_id, {"channel": "paper"}),
        ("paper_ballot_confirmed", chair.person_id, {"channel": "paper", "number": 1}),
    ]
