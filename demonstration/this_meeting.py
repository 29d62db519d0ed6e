"""The Government's meeting of today, published twice and ready to be started, and the one of next month, still a draft."""

from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from agenda_docs import conflicts
from demonstration import agendas, dossiers, history
from demonstration.agendas import REVIEW, Item, Planned
from demonstration.people import ABSENT, Name
from demonstration.stage import Stage
from ecabinet.database import transaction
from meetings import agenda, copying, delegation
from meetings.models import ItemKind, Meeting, MeetingKind
from voting import preparing

DEFERRED = "131/TTr-BCT"
IN_CONFLICT, CONFLICT = "finance", "72/TTr-NHNN"
CARRIED_OVER = Item(ItemKind.DISCUSSION, DEFERRED, minutes=20, guests=("guest",))
FIRST_VERSION = (
    Item(ItemKind.DECISION, "145/TTr-BTC", minutes=25),
    Item(ItemKind.DECISION, "159/TTr-BYT", minutes=25),
    Item(ItemKind.INFORMATION, "277/BC-BCT", minutes=10, under=DEFERRED),
    Item(ItemKind.DECISION, CONFLICT, minutes=20),
)
ADDED_LATER = (
    Item(ItemKind.REPORTED_DECISION, "57/ĐA-BVHTTDL", minutes=5),
    Item(ItemKind.INFORMATION, "216/BC-BCA", minutes=10),
)
LONGER = Item(ItemKind.DECISION, "159/TTr-BYT", minutes=40)
NEXT_MONTH = (
    REVIEW,
    Item(ItemKind.DISCUSSION, "205/BC-BTP"),
    Item(ItemKind.DECISION, "98/TTr-BNV", minutes=30),
)
QUESTIONS = ("145/TTr-BTC", CONFLICT)
REASON: Name = (
    "Người có quan hệ gia đình giữ chức vụ quản lý tại một tổ chức đăng ký thử nghiệm.",
    "A close relative holds an office in a firm that applied for the trial.",
)
ABROAD: Name = ("Đi công tác nước ngoài", "Travelling abroad")


def play(stage: Stage, starts_local: datetime, last: Planned) -> Planned:
    """Prepare today's meeting from the last one, publish it, change it and publish it again."""
    today = starts_local.date()
    dossiers.lodge(stage, dossiers.THIS_MEETING, history.moment(today - timedelta(days=9), 9))
    with history.at(history.moment(today - timedelta(days=4), 9)):
        planned = _copied(stage, starts_local, last)
        agendas.add(stage, planned, FIRST_VERSION)
        _change(stage, planned, CARRIED_OVER)
        _prepare_questions(stage, planned)
    with history.at(history.moment(today - timedelta(days=3), 10)):
        agendas.publish(stage, planned)
    with history.at(history.moment(today - timedelta(days=2), 15)):
        _declare_conflict(stage)
        _delegate(stage, today)
    with history.at(history.moment(today - timedelta(days=1), 15)):
        _revise(stage, planned)
        agendas.publish(stage, planned)
    return planned


def play_next(stage: Stage, today: date) -> Planned:
    """Leave next month's meeting as a draft, with what the last one did not adopt on it again."""
    dossiers.lodge(stage, dossiers.NEXT_MEETING, history.moment(today - timedelta(days=3), 9))
    day = history.weekday_from((today.replace(day=1) + timedelta(days=32)).replace(day=24))
    title = agendas.regular_title(stage, day)
    plan = agendas.plan_of(stage, MeetingKind.REGULAR, title, datetime.combine(day, time(8)))
    return agendas.create(stage, plan, NEXT_MONTH)


def _copied(stage: Stage, starts_local: datetime, last: Planned) -> Planned:
    """Copy the last meeting: what comes back every time, and what was deferred to this one."""
    title = agendas.regular_title(stage, starts_local.date())
    plan = agendas.plan_of(stage, MeetingKind.REGULAR, title, starts_local)
    secretary = stage.person("secretary")
    with transaction() as session:
        meeting = copying.copy(session, secretary, last.meeting_id, plan)
        session.flush()
        return Planned(meeting.id, _items_by_symbol(session, stage, meeting))


def _items_by_symbol(session: Session, stage: Stage, meeting: Meeting) -> dict[str, int]:
    symbols = {matter_id: symbol for symbol, matter_id in stage.matters.items()}
    items = agenda.items_of(session, meeting.id)
    return {symbols[item.matter_id] if item.matter_id is not None else "": item.id for item in items}


def _change(stage: Stage, planned: Planned, item: Item) -> None:
    secretary = stage.person("secretary")
    with transaction() as session:
        meeting = session.get_one(Meeting, planned.meeting_id)
        form = agendas.form_of(stage, item)
        agenda.change_item(session, secretary, planned.items[item.symbol], form, revision=meeting.revision)


def _prepare_questions(stage: Stage, planned: Planned) -> None:
    secretary = stage.person("secretary")
    with transaction() as session:
        for symbol in QUESTIONS:
            text = agendas.question_on(stage, symbol)
            preparing.prepare(session, secretary, item_id=planned.items[symbol], text=text)


def _declare_conflict(stage: Stage) -> None:
    member = stage.person(IN_CONFLICT)
    with transaction() as session:
        matter_id = stage.matters[CONFLICT]
        conflicts.declare_conflict(session, member, stage.cast.people[IN_CONFLICT], matter_id, stage.said(REASON))


def _delegate(stage: Stage, today: date) -> None:
    secretary = stage.person("secretary")
    with transaction() as session:
        delegation.record(
            session,
            secretary,
            stage.cast.memberships[ABSENT],
            stage.cast.people[f"deputy_{ABSENT}"],
            starts_on=today,
            ends_on=today + timedelta(days=2),
            reason=stage.said(ABROAD),
        )


def _revise(stage: Stage, planned: Planned) -> None:
    """What changes from the first version to the second: two items more, one moved, one with more time."""
    agendas.add(stage, planned, ADDED_LATER)
    _change(stage, planned, LONGER)
    secretary = stage.person("secretary")
    with transaction() as session:
        meeting = session.get_one(Meeting, planned.meeting_id)
        moved = planned.items[CONFLICT]
        agenda.move(session, secretary, moved, parent_id=None, position=3, revision=meeting.revision)
