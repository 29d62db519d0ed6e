"""The block vote: what belongs into it, one vote for all, each item by name in its own box, and an objection that takes one out at once."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Text, select
from sqlalchemy.orm import Session

from ecabinet import pulse
from ecabinet.access import Actor
from ecabinet.database import reading, transaction
from ecabinet.refusals import Forbidden, NotFound, Refused, StepUpNeeded
from meetings import sitting
from meetings.models import AgendaItem, ItemKind, Meeting, VersionItem
from meetings.rules import ItemState, MeetingState
from outcomes import blocks as outcomes
from outcomes import service as decisions
from outcomes.models import Decision, Declaration
from outcomes.rules import Reason as OutcomeReason
from tests.persona import Persona
from tests.voting import agendas
from tests.voting import room as rooms
from tests.voting.agendas import MINUTES, Agenda
from tests.voting.room import mark
from tests.world import MEMBERS, World
from voting import casting as ballots
from voting import conduct, opening, preparing
from voting import queries as questions
from voting import service as voting
from voting.ballots import Ballot
from voting.blocks import casting, leaving, queries, rules, saving, service
from voting.blocks.casting import Answer, BlockBallot
from voting.blocks.models import Block, BlockItem
from voting.blocks.queries import BlockPanel
from voting.blocks.rules import BlockState, Reason
from voting.conduct import QuestionState
from voting.models import Question, RollEntry
from voting.positions import service as positions
from voting.positions.rules import PositionKind

People = Callable[[str], Persona]
sqlite_alone = pytest.mark.any_database


@pytest.fixture
def agenda(government: World) -> Agenda:
    return agendas.lay(government, state=MeetingState.RUNNING)


def refused(reason: Reason | conduct.Reason | OutcomeReason) -> "pytest.RaisesExc[Refused]":
    return pytest.raises(Refused, match=f"^{reason.name}$")


def prepared(agenda: Agenda, official: Actor, *places: int) -> int:
    with transaction() as session:
        items = [agenda.items[place] for place in places or range(len(agenda.items))]
        return service.prepare(session, official, agenda.meeting_id, items).id


def armed(agenda: Agenda, official: Actor, *places: int) -> int:
    block_id = prepared(agenda, official, *places)
    with transaction() as session:
        service.arm(session, official, block_id)
    return block_id


def opened(agenda: Agenda, official: Actor, *places: int) -> int:
    block_id = armed(agenda, official, *places)
    with transaction() as session:
        service.open_block(session, official, block_id)
    return block_id


def closed(block_id: int, official: Actor) -> None:
    with transaction() as session:
        outcomes.close(session, official, block_id)


def declared(block_id: int, chair: Actor) -> list[Decision]:
    with transaction() as session:
        return outcomes.declare(session, chair, block_id, kind_shown="")


def objects(block_id: int, member: Actor, item_id: int, reason: str = "") -> None:
    with transaction() as session:
        service.object_to(session, member, block_id, item_id, reason)


def casts(member: Persona, block_id: int, choice: str = "yes", *, sent_as: str | None = None) -> list[Answer]:
    return casting.cast(member.actor(), block_id, BlockBallot(sent_as or mark(), choice))


def state_of(block_id: int) -> BlockState:
    with reading() as session:
        return session.get_one(Block, block_id).state


def question_on(agenda: Agenda, place: int) -> Question:
    with reading() as session:
        found = select(Question).where(Question.item_id == agenda.items[place]).order_by(Question.id.desc()).limit(1)
        return session.scalars(found).one()


def panel(who: Persona, block_id: int) -> BlockPanel:
    actor = who.actor()
    with reading() as session:
        return queries.panel(session, actor, block_id)


def names_in(question_id: int) -> dict[str, str]:
    """Who cast what, as the box itself says."""
    cast = [json.loads(body) for body in rooms.bodies(question_id)]
    with reading() as session:
        roll = session.scalars(select(RollEntry).where(RollEntry.question_id == question_id)).all()
    names = {str(line.membership_id): line.name for line in roll}
    return {names[entry["member"]]: entry["choice"] for entry in cast if entry["type"] == "cast"}


# From the first item to the decision, on both databases


def test_uncontested_items_are_adopted_in_one_vote_each_by_name_in_its_own_box(
    agenda: Agenda, secretary: Persona, chair: Persona, persona: People
) -> None:
    block_id = opened(agenda, secretary.actor())
    for key in MEMBERS:
        answers = casts(persona(key), block_id, "abstain" if key == "justice_minister" else "yes")
        assert [answer.receipt is not None for answer in answers] == [True] * 3
    closed(block_id, chair.actor())
    found = declared(block_id, chair.actor())
    assert [decision.title for decision in found] == ["Đề án số 1", "Đề án số 2", "Đề án số 3"]
    for place in range(3):
        question = question_on(agenda, place)
        assert (question.state, question.outcome, question.declared) == (QuestionState.CLOSED, "pass", "pass")
        by_name = names_in(question.id)
        assert len(by_name) == len(MEMBERS)
        assert by_name["Bộ trưởng Bộ Tư pháp"] == "abstain"
        with reading() as session:
            assert session.get_one(AgendaItem, agenda.items[place]).state is ItemState.DONE
            assert (
                session.scalars(select(Declaration.outcome).where(Declaration.question_id == question.id)).one()
                == "pass"
            )
    with refused(Reason.NOTHING_TO_DECLARE):
        declared(block_id, chair.actor())


def test_an_objection_while_open_takes_its_item_out_at_once_and_the_others_go_on(
    agenda: Agenda, secretary: Persona, chair: Persona, persona: People
) -> None:
    block_id = opened(agenda, secretary.actor())
    casts(persona("finance_minister"), block_id)
    objects(block_id, persona("health_minister").actor(), agenda.items[1], "Chưa có ý kiến của địa phương")
    taken = question_on(agenda, 1)
    assert taken.state is QuestionState.TAKEN_OUT
    last = json.loads(rooms.bodies(taken.id)[-1])
    assert (last["type"], last["by"], last["reason"]) == (
        "taken_out",
        str(agenda.world.membership("health_minister")),
        "Chưa có ý kiến của địa phương",
    )
    answers = casts(persona("interior_minister"), block_id)
    assert [answer.receipt is not None for answer in answers] == [True, False, True]
    assert answers[1].refusal is not None
    assert answers[1].refusal.reason is conduct.Reason.NOT_OPEN
    for key in ("prime_minister", "deputy_prime_minister", "health_minister"):
        casts(persona(key), block_id)
    closed(block_id, chair.actor())
    assert [decision.title for decision in declared(block_id, chair.actor())] == ["Đề án số 1", "Đề án số 3"]
    with reading() as session:
        assert session.get_one(AgendaItem, agenda.items[1]).state is ItemState.PLANNED
        assert session.scalar(select(Decision.id).where(Decision.item_id == agenda.items[1])) is None
    with pytest.raises(Refused):  # contested now: it is voted on its own
        prepared(agenda, secretary.actor(), 1)
    with transaction() as session:
        alone = preparing.prepare(session, secretary.actor(), item_id=agenda.items[1], text="Thông qua?").id
    rooms.put(alone, secretary.actor())
    assert rooms.state_of(alone) is QuestionState.OPEN


def test_a_ballot_sent_again_is_one_ballot_and_answered_as_before_even_after_an_item_left(
    agenda: Agenda, secretary: Persona, persona: People
) -> None:
    block_id = opened(agenda, secretary.actor())
    member, sent_as = persona("health_minister"), mark()
    first = casts(member, block_id, sent_as=sent_as)
    objects(block_id, persona("finance_minister").actor(), agenda.items[0])
    again = casts(member, block_id, sent_as=sent_as)
    assert [(each.receipt.number, each.receipt.code) for each in first if each.receipt] == [
        (each.receipt.number, each.receipt.code) for each in again if each.receipt
    ]
    assert [rooms.entry_people(question_on(agenda, place).id).count(member.person_id) for place in range(3)] == [1] * 3
    changed = casting.cast(member.actor(), block_id, BlockBallot(mark(), "abstain"))
    assert [each.receipt is not None for each in changed] == [False, True, True]
    with refused(conduct.Reason.SENT_BEFORE):
        casting.cast(member.actor(), block_id, BlockBallot(sent_as, "abstain"))


def test_everything_opens_in_one_transaction_or_nothing_does(
    agenda: Agenda, secretary: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    block_id = armed(agenda, secretary.actor())
    last = question_on(agenda, 2).id
    given = opening.freeze

    def fails_at_the_last(session: Session, question: Question, **when: Any) -> list[RollEntry]:
        if question.id == last:
            raise RuntimeError("the power went")
        return given(session, question, **when)

    monkeypatch.setattr(opening, "freeze", fails_at_the_last)
    with pytest.raises(RuntimeError), transaction() as session:
        service.open_block(session, secretary.actor(), block_id)
    assert state_of(block_id) is BlockState.ARMED
    assert [question_on(agenda, place).state for place in range(3)] == [QuestionState.ARMED] * 3
    assert [rooms.entries_of(question_on(agenda, place).id) for place in range(3)] == [0, 0, 0]


# What belongs into a block


@sqlite_alone
def test_only_waiting_uncontested_items_for_decision_are_put_into_a_block(
    agenda: Agenda, secretary: Persona, health_minister: Persona
) -> None:
    official = secretary.actor()
    with transaction() as session:
        positions.say(session, health_minister.actor(), agenda.items[0], PositionKind.OBJECT, "Không")
    with refused(Reason.NOT_UNCONTESTED):
        prepared(agenda, official, 0)
    with transaction() as session:
        sitting.call_item(session, official, agenda.items[1])
    with refused(Reason.NOT_WAITING):
        prepared(agenda, official, 1)
    with transaction() as session:
        preparing.prepare(session, official, item_id=agenda.items[2], text="Thông qua?")
    with refused(Reason.HAS_QUESTION):
        prepared(agenda, official, 2)
    with refused(Reason.NOTHING_CHOSEN), transaction() as session:
        service.prepare(session, official, agenda.meeting_id, [])
    with pytest.raises(NotFound), transaction() as session:
        service.prepare(session, official, agenda.meeting_id, [9999])
    with reading() as session:
        assert list(session.scalars(select(Block))) == []


@sqlite_alone
def test_an_item_for_information_is_not_put_into_a_block(agenda: Agenda, secretary: Persona) -> None:
    with transaction() as session:
        line = session.scalars(select(VersionItem).where(VersionItem.item_id == agenda.items[0])).one()
        line_id = line.id
    with transaction() as session:
        session.connection().exec_driver_sql("DROP TRIGGER agenda_version_item_refuses_update")
        session.get_one(VersionItem, line_id).kind = ItemKind.INFORMATION
    with refused(Reason.NOT_FOR_DECISION):
        prepared(agenda, secretary.actor(), 0)


@sqlite_alone
def test_the_offered_items_are_the_uncontested_ones(
    agenda: Agenda, chair: Persona, health_minister: Persona, finance_minister: Persona
) -> None:
    with transaction() as session:
        positions.say(session, health_minister.actor(), agenda.items[0], PositionKind.SPEAK)
        positions.say(session, finance_minister.actor(), agenda.items[1], PositionKind.COMMENT, "Sửa tên gọi")
    actor = chair.actor()
    with reading() as session:
        offered = service.candidates(session, actor, session.get_one(Meeting, agenda.meeting_id))
    assert [item.line.item_id for item in offered] == agenda.items[1:]


@sqlite_alone
def test_the_question_asks_for_the_adoption_by_the_body_s_rule_for_decisions(agenda: Agenda, chair: Persona) -> None:
    prepared(agenda, chair.actor(), 0)
    question = question_on(agenda, 0)
    assert (question.rule_name, question.state) == ("viet_nam/meeting", QuestionState.DRAFT)
    assert "Đề án số 1" in question.text


@sqlite_alone
def test_there_is_one_block_at_a_time(agenda: Agenda, secretary: Persona) -> None:
    block_id = prepared(agenda, secretary.actor(), 0)
    with refused(Reason.ANOTHER_BLOCK):
        prepared(agenda, secretary.actor(), 1)
    with transaction() as session:
        service.withdraw(session, secretary.actor(), block_id)
    assert question_on(agenda, 0).state is QuestionState.WITHDRAWN
    prepared(agenda, secretary.actor(), 0, 1)


# Showing and opening


@sqlite_alone
def test_a_block_is_shown_and_opened_in_a_running_meeting_with_a_fresh_second_factor(
    government: World, secretary: Persona
) -> None:
    planned = agendas.lay(government, 1)
    block_id = prepared(planned, secretary.actor())
    with refused(Reason.NOT_RUNNING), transaction() as session:
        service.arm(session, secretary.actor(), block_id)
    with transaction() as session:
        session.get_one(Meeting, planned.meeting_id).state = MeetingState.RUNNING
    with refused(Reason.NOT_ARMED), transaction() as session:
        service.open_block(session, secretary.actor(), block_id)
    with transaction() as session:
        service.arm(session, secretary.actor(), block_id)
    stale = Actor(**{**vars(secretary.actor()), "stepped_up_until": None})
    with pytest.raises(StepUpNeeded), transaction() as session:
        service.open_block(session, stale, block_id)


@sqlite_alone
def test_no_other_question_is_open_beside_a_block(agenda: Agenda, secretary: Persona) -> None:
    official = secretary.actor()
    with transaction() as session:
        alone = preparing.prepare(session, official, item_id=agenda.items[2], text="Thông qua?").id
    rooms.put(alone, official)
    block_id = armed(agenda, official, 0, 1)
    with refused(Reason.ANOTHER_OPEN), transaction() as session:
        service.open_block(session, official, block_id)
    rooms.closed(alone, official)
    with transaction() as session:
        service.open_block(session, official, block_id)
    with reading() as session:
        assert voting.another_open(session, agenda.meeting_id)


@sqlite_alone
def test_a_question_of_a_block_is_not_conducted_on_its_own(agenda: Agenda, secretary: Persona) -> None:
    official = secretary.actor()
    block_id = prepared(agenda, official)
    question_id = question_on(agenda, 0).id
    for verb in (voting.arm, voting.withdraw):
        with refused(conduct.Reason.IN_BLOCK), transaction() as session:
            verb(session, official, question_id)
    with transaction() as session:
        service.arm(session, official, block_id)
    with refused(conduct.Reason.IN_BLOCK), transaction() as session:
        voting.open_question(session, official, question_id)


@sqlite_alone
def test_an_official_barred_from_one_item_leaves_the_block_to_another(
    agenda: Agenda, secretary: Persona, chair: Persona
) -> None:
    block_id = armed(agenda, secretary.actor())
    with transaction() as session:
        positions.say(session, chair.actor(), agenda.items[1], PositionKind.CONFLICT, "Lợi ích liên quan")
    with refused(Reason.BARRED), transaction() as session:
        service.open_block(session, chair.actor(), block_id)
    with transaction() as session:
        service.open_block(session, secretary.actor(), block_id)


# Objections and positions


@sqlite_alone
def test_an_objection_before_the_opening_withdraws_the_question(
    agenda: Agenda, secretary: Persona, persona: People
) -> None:
    block_id = armed(agenda, secretary.actor())
    objects(block_id, persona("health_minister").actor(), agenda.items[0])
    assert question_on(agenda, 0).state is QuestionState.WITHDRAWN
    with refused(Reason.NOT_IN_BLOCK):
        objects(block_id, persona("finance_minister").actor(), agenda.items[0])
    with pytest.raises(NotFound):
        objects(block_id, persona("finance_minister").actor(), 9999)
    for place in (1, 2):
        objects(block_id, persona("health_minister").actor(), agenda.items[place])
    assert state_of(block_id) is BlockState.WITHDRAWN


@sqlite_alone
@pytest.mark.parametrize("kind", [PositionKind.OBJECT, PositionKind.SPEAK])
def test_a_position_that_contests_an_item_takes_it_out_of_a_block_that_waits(
    agenda: Agenda, secretary: Persona, health_minister: Persona, kind: PositionKind
) -> None:
    block_id = armed(agenda, secretary.actor())
    with transaction() as session:
        positions.say(session, health_minister.actor(), agenda.items[0], kind, "Xin nói rõ")
    assert question_on(agenda, 0).state is QuestionState.WITHDRAWN
    assert [line.item_id for line in panel(secretary, block_id).inside] == agenda.items[1:]


@sqlite_alone
def test_a_block_tells_neither_the_words_nor_the_name_of_a_position(
    agenda: Agenda, secretary: Persona, persona: People
) -> None:
    block_id = armed(agenda, secretary.actor())
    objector = persona("health_minister").actor()
    with transaction() as session:
        positions.say(session, objector, agenda.items[0], PositionKind.OBJECT, "Ờ" * 2000)
    for reader in (persona("finance_minister"), secretary):
        (line,) = panel(reader, block_id).outside
        assert (line.taken_out_by, line.objected, line.reason) == ("", False, "")
        page = reader.get(f"/blocks/{block_id}")
        assert "Left out: contested." in page.text
        assert "ỜỜ" not in page.text
    with reading() as session:
        kept = session.scalars(select(BlockItem).where(BlockItem.taken_out_at.is_not(None))).one()
        assert (kept.taken_out_by_id, kept.reason) == (None, "")


def test_a_reason_may_be_as_long_as_any_text(agenda: Agenda, secretary: Persona) -> None:
    block_id = armed(agenda, secretary.actor())
    with transaction() as session:
        row = session.scalars(select(BlockItem).where(BlockItem.block_id == block_id).limit(1)).one()
        row.reason = "Ờ" * 2000
    assert isinstance(BlockItem.__table__.c.reason.type, Text)


@sqlite_alone
def test_positions_end_when_the_block_opens(agenda: Agenda, secretary: Persona, health_minister: Persona) -> None:
    opened(agenda, secretary.actor())
    with pytest.raises(Refused, match=r"^ITEM_CALLED$"), transaction() as session:
        positions.say(session, health_minister.actor(), agenda.items[0], PositionKind.NO_OBJECTION)


@sqlite_alone
def test_only_a_member_with_a_ballot_on_the_item_objects(agenda: Agenda, secretary: Persona, persona: People) -> None:
    rooms.delegate(rooms.Room(agenda.world, 0, 0, 0, 0), "finance_minister")
    block_id = armed(agenda, secretary.actor())
    for key in ("secretary", "office_reader", "auditor"):
        with pytest.raises(Forbidden):
            objects(block_id, persona(key).actor(), agenda.items[0])
    for key in ("outsider", "guest", "officer", "deputy_health_minister"):
        with pytest.raises((NotFound, Forbidden)):
            objects(block_id, persona(key).actor(), agenda.items[0])
    barred = persona("justice_minister").actor()
    with transaction() as session:
        positions.say(session, barred, agenda.items[0], PositionKind.CONFLICT, "Lợi ích")
    with refused(Reason.RECUSED):
        objects(block_id, barred, agenda.items[0])
    with transaction() as session:
        service.open_block(session, secretary.actor(), block_id)
    with refused(Reason.RECUSED):
        objects(block_id, barred, agenda.items[0])
    assert len(panel(secretary, block_id).inside) == 3


@sqlite_alone
def test_with_its_last_item_an_open_block_is_over(agenda: Agenda, secretary: Persona, health_minister: Persona) -> None:
    block_id = opened(agenda, secretary.actor(), 0)
    objects(block_id, health_minister.actor(), agenda.items[0])
    assert state_of(block_id) is BlockState.CLOSED
    with refused(conduct.Reason.NOT_OPEN):
        casts(health_minister, block_id)
    with refused(Reason.OVER):
        objects(block_id, health_minister.actor(), agenda.items[0])


@sqlite_alone
def test_an_official_leaves_an_item_out_and_may_put_it_into_another_block(agenda: Agenda, chair: Persona) -> None:
    block_id = prepared(agenda, chair.actor())
    with transaction() as session:
        service.leave_out(session, chair.actor(), block_id, agenda.items[0])
    with transaction() as session:
        service.withdraw(session, chair.actor(), block_id)
    again = opened(agenda, chair.actor(), 0)
    with refused(Reason.NOT_WITHDRAWABLE), transaction() as session:
        service.leave_out(session, chair.actor(), again, agenda.items[0])


# The one ballot


@sqlite_alone
def test_a_recused_member_has_no_ballot_on_their_item_only(agenda: Agenda, secretary: Persona, persona: People) -> None:
    member = persona("health_minister")
    with transaction() as session:
        positions.say(session, member.actor(), agenda.items[0], PositionKind.CONFLICT, "Lợi ích liên quan")
    block_id = opened(agenda, secretary.actor())
    answers = casts(member, block_id)
    assert [answer.item_id for answer in answers] == agenda.items[1:]
    assert all(answer.receipt is not None for answer in answers)
    assert "Bộ trưởng Bộ Y tế" not in names_in(question_on(agenda, 0).id)
    shown = panel(member, block_id)
    assert [(line.is_readable, line.has_ballot, len(line.papers)) for line in shown.lines] == [
        (False, False, 0),
        (True, True, 1),
        (True, True, 1),
    ]


@sqlite_alone
def test_a_no_to_the_whole_is_not_offered(agenda: Agenda, secretary: Persona, health_minister: Persona) -> None:
    block_id = opened(agenda, secretary.actor())
    for choice in ("no", "other", "", "yes\0"):
        with refused(Reason.NOT_OFFERED):
            casts(health_minister, block_id, choice)
    for sent_as in ("", "short", "x" * 41, "with space"):
        with refused(Reason.NO_MARK):
            casting.cast(health_minister.actor(), block_id, BlockBallot(sent_as, "yes"))


@sqlite_alone
@pytest.mark.parametrize("choice", ["yes", "no", "abstain"])
def test_a_question_of_a_block_takes_no_ballot_of_its_own(
    agenda: Agenda, secretary: Persona, health_minister: Persona, choice: str
) -> None:
    block_id = opened(agenda, secretary.actor())
    question_id = question_on(agenda, 0).id
    with refused(conduct.Reason.VOTED_IN_BLOCK):
        rooms.casts(health_minister, question_id, choice)
    assert names_in(question_id) == {}
    assert all(answer.receipt for answer in casts(health_minister, block_id))
    assert list(names_in(question_id).values()) == ["yes"]


@sqlite_alone
def test_nobody_votes_before_the_opening_after_the_close_or_without_a_seat(
    agenda: Agenda, secretary: Persona, health_minister: Persona, persona: People
) -> None:
    block_id = armed(agenda, secretary.actor())
    with refused(Reason.NOT_OPEN):
        casts(health_minister, block_id)
    with transaction() as session:
        service.open_block(session, secretary.actor(), block_id)
    with pytest.raises(Forbidden):
        casts(persona("secretary"), block_id)
    with pytest.raises(NotFound):
        casts(persona("outsider"), block_id)
    stale = Actor(**{**vars(health_minister.actor()), "stepped_up_until": datetime(2020, 1, 1, tzinfo=UTC)})
    with pytest.raises(StepUpNeeded):
        casting.cast(stale, block_id, BlockBallot(mark(), "yes"))
    closed(block_id, secretary.actor())
    with refused(conduct.Reason.NOT_OPEN):
        casts(health_minister, block_id)


@sqlite_alone
def test_what_was_seen_must_be_what_was_opened_on_every_item(
    agenda: Agenda, secretary: Persona, health_minister: Persona
) -> None:
    block_id = armed(agenda, secretary.actor())
    seen = {str(line.question_id): line.seen for line in panel(health_minister, block_id).lines}
    changed = question_on(agenda, 0).id
    with transaction() as session:
        preparing.amend(session, secretary.actor(), changed, "Một câu khác?")
    with transaction() as session:
        service.open_block(session, secretary.actor(), block_id)
    answers = casting.cast(health_minister.actor(), block_id, BlockBallot(mark(), "yes", seen=seen))
    assert [answer.refusal.reason if answer.refusal else None for answer in answers] == [
        conduct.Reason.SEEN_OTHER,
        None,
        None,
    ]


@sqlite_alone
def test_a_proxy_casts_for_the_member_on_every_item(agenda: Agenda, secretary: Persona, persona: People) -> None:
    block_id = opened(agenda, secretary.actor(), 0, 1)
    room = rooms.Room(agenda.world, 0, 0, 0, 0)
    for place in (0, 1):
        rooms.give_proxy(room, question_on(agenda, place).id, "finance_minister", "health_minister")
    holder, absent = persona("health_minister"), str(agenda.world.membership("finance_minister"))
    assert [one.name for one in panel(holder, block_id).represents] == ["Bộ trưởng Bộ Tài chính"]
    sent = BlockBallot(mark(), "yes", member=absent)
    assert all(answer.receipt for answer in casting.cast(holder.actor(), block_id, sent))
    assert names_in(question_on(agenda, 1).id) == {"Bộ trưởng Bộ Tài chính": "yes"}
    with refused(conduct.Reason.NO_PROXY):
        casting.cast(persona("interior_minister").actor(), block_id, BlockBallot(mark(), "yes", member=absent))


@sqlite_alone
def test_the_room_hears_one_count_for_the_whole_block(
    agenda: Agenda, secretary: Persona, persona: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    block_id = opened(agenda, secretary.actor())
    heard: list[tuple[str | None, object, object]] = []
    monkeypatch.setattr(
        pulse, "beat", lambda _stream, topic, _kind, **state: heard.append((topic, state["question"], state["voted"]))
    )
    casts(persona("health_minister"), block_id)
    casts(persona("finance_minister"), block_id)
    assert heard == [("votes", f"block-{block_id}", 1), ("votes", f"block-{block_id}", 2)]
    shown = panel(secretary, block_id)
    assert (shown.voted, shown.of) == (2, len(MEMBERS))
    assert all(line.result is None for line in shown.lines)


# The close and what it saved


@sqlite_alone
def test_what_did_not_pass_is_not_declared_with_the_rest(
    agenda: Agenda, secretary: Persona, chair: Persona, persona: People
) -> None:
    block_id = opened(agenda, secretary.actor())
    for key in MEMBERS:
        casts(persona(key), block_id, "yes")
    for key in MEMBERS[:5]:
        ballot = Ballot(mark(), "abstain", in_block=True)
        ballots.cast(persona(key).actor(), question_on(agenda, 1).id, ballot)
    closed(block_id, chair.actor())
    assert [line.item_id for line in panel(chair, block_id).undecided] == [agenda.items[1]]
    assert [decision.item_id for decision in declared(block_id, chair.actor())] == [agenda.items[0], agenda.items[2]]
    assert question_on(agenda, 1).declared is None


@sqlite_alone
def test_only_the_chair_declares_and_only_a_closed_block(agenda: Agenda, secretary: Persona, chair: Persona) -> None:
    block_id = opened(agenda, secretary.actor())
    with refused(Reason.NOT_CLOSED):
        declared(block_id, chair.actor())
    closed(block_id, secretary.actor())
    with refused(Reason.OVER):
        closed(block_id, secretary.actor())
    with pytest.raises(Forbidden):
        declared(block_id, secretary.actor())


@sqlite_alone
def test_the_minutes_saved_are_those_planned_less_those_the_block_took(
    agenda: Agenda, secretary: Persona, chair: Persona, persona: People
) -> None:
    block_id = opened(agenda, secretary.actor())
    for key in MEMBERS:
        casts(persona(key), block_id)
    objects(block_id, persona("health_minister").actor(), agenda.items[0])
    with transaction() as session:
        block = session.get_one(Block, block_id)
        assert block.opened_at is not None
        block.opened_at -= timedelta(minutes=3, seconds=10)
    closed(block_id, chair.actor())
    with reading() as session:
        assert saving.saved_by(session, session.get_one(Block, block_id)) is None
    declared(block_id, chair.actor())
    with reading() as session:
        saved = saving.saved_by(session, session.get_one(Block, block_id))
        together = saving.together(session, list(session.scalars(select(Block))))
    assert saved is not None
    assert (saved.items, saved.planned, saved.took, saved.minutes) == (2, 2 * MINUTES, 4, 2 * MINUTES - 4)
    assert together == saved


@pytest.mark.parametrize(("seconds", "minutes"), [(1, 1), (60, 1), (61, 2), (600, 10)])
def test_a_begun_minute_counts(seconds: int, minutes: int) -> None:
    at = datetime(2026, 11, 21, 9, tzinfo=UTC)
    assert rules.minutes_taken(at, at + timedelta(seconds=seconds)) == minutes


@sqlite_alone
def test_the_meeting_is_not_closed_over_an_open_or_undeclared_block(
    agenda: Agenda, secretary: Persona, chair: Persona, persona: People
) -> None:
    block_id = opened(agenda, secretary.actor())
    with refused(OutcomeReason.QUESTION_OPEN), transaction() as session:
        decisions.close_meeting(session, chair.actor(), agenda.meeting_id)
    for key in MEMBERS:
        casts(persona(key), block_id)
    closed(block_id, chair.actor())
    with refused(OutcomeReason.NOT_DECLARED), transaction() as session:
        decisions.close_meeting(session, chair.actor(), agenda.meeting_id)
    declared(block_id, chair.actor())
    with transaction() as session:
        decisions.close_meeting(session, chair.actor(), agenda.meeting_id)


# What is shown


@sqlite_alone
def test_the_block_is_on_every_tablet_once_shown_and_its_questions_never_alone(
    agenda: Agenda, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    block_id = prepared(agenda, secretary.actor())
    assert on_tablet(health_minister, agenda) is None
    with pytest.raises(NotFound):
        panel(health_minister, block_id)
    assert panel(chair, block_id).state is BlockState.PREPARED
    with transaction() as session:
        service.arm(session, secretary.actor(), block_id)
    shown = on_tablet(health_minister, agenda)
    assert shown is not None
    assert (shown.id, shown.may_vote, len(shown.inside)) == (block_id, True, 3)
    actor = health_minister.actor()
    with reading() as session:
        assert questions.live_question(session, actor, agenda.meeting_id) is None


def on_tablet(who: Persona, agenda: Agenda) -> BlockPanel | None:
    actor = who.actor()
    with reading() as session:
        return queries.shown(session, actor, session.get_one(Meeting, agenda.meeting_id))


@sqlite_alone
def test_one_s_own_ballots_are_shown_again_with_number_and_code(
    agenda: Agenda, secretary: Persona, health_minister: Persona, finance_minister: Persona
) -> None:
    block_id = opened(agenda, secretary.actor())
    codes = [answer.receipt.code for answer in casts(health_minister, block_id) if answer.receipt]
    assert [line.mine.code for line in panel(health_minister, block_id).lines if line.mine] == codes
    assert [line.mine for line in panel(finance_minister, block_id).lines] == [None] * 3


@sqlite_alone
def test_an_item_taken_out_says_who_and_why(agenda: Agenda, secretary: Persona, health_minister: Persona) -> None:
    block_id = opened(agenda, secretary.actor())
    objects(block_id, health_minister.actor(), agenda.items[2], "Cần thảo luận thêm")
    (line,) = panel(secretary, block_id).outside
    assert (line.taken_out_by, line.objected, line.reason) == ("Bộ trưởng Bộ Y tế", True, "Cần thảo luận thêm")
    with reading() as session:
        assert leaving.live_block(session, agenda.meeting_id) is not None
        assert session.scalars(select(BlockItem).where(BlockItem.taken_out_at.is_not(None))).one().reason
