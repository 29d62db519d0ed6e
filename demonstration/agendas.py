"""Meetings of the demonstration from the first plan to the published agenda."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from babel.dates import format_date

from demonstration.dossiers import SUBJECT
from demonstration.people import Name, head_of
from demonstration.stage import Stage
from ecabinet.database import transaction
from meetings import agenda, publishing, service
from meetings.agenda import ItemForm
from meetings.models import ItemKind, Meeting, MeetingKind
from meetings.service import Plan

ROOM: Name = ("Phòng họp số 1, Trụ sở Chính phủ", "Meeting room 1, Government building")
HOURS_AND_A_HALF = 210
SIMPLE_QUESTION: Name = ("Thông qua “%s”?", "Is “%s” adopted?")


@dataclass(frozen=True)
class Item:
    """An item to be planned: about a dossier, or with a title of its own."""

    kind: ItemKind
    symbol: str = ""
    title: Name = ("", "")
    minutes: int = 15
    guests: tuple[str, ...] = ()
    under: str = ""  # the symbol of the item whose sub-item it is


REVIEW = Item(
    ItemKind.DISCUSSION,
    title=("Kiểm điểm công tác chỉ đạo, điều hành", "Review of the work since the last meeting"),
    minutes=20,
)


@dataclass(frozen=True)
class Planned:
    """A meeting with its items by the symbol of their dossier; the item without one is under its own empty symbol."""

    meeting_id: int
    items: dict[str, int]


def regular_title(stage: Stage, day: date) -> str:
    """Return what the regular meeting of a month is called."""
    pattern = "'tháng' M 'năm' y" if stage.cast.language == "vi" else "MMMM y"
    month = format_date(day, pattern, locale=stage.cast.language)
    return stage.said(("Phiên họp Chính phủ thường kỳ %s", "Regular meeting of the Government, %s")) % month


def plan_of(stage: Stage, kind: MeetingKind, title: str, starts_local: datetime, *, of_committee: bool = False) -> Plan:
    """Say when and where a meeting is, and that the Prime Minister presides."""
    seats = stage.cast.committee_seats if of_committee else stage.cast.memberships
    return Plan(kind, title, starts_local, HOURS_AND_A_HALF, stage.said(ROOM), seats["chair"])


def create(stage: Stage, plan: Plan, items: Iterable[Item], *, of_committee: bool = False) -> Planned:
    """Let the secretary plan a meeting with these items."""
    secretary = stage.person("secretary")
    body_id = stage.cast.committee if of_committee else stage.cast.government
    with transaction() as session:
        meeting = service.create(session, secretary, body_id, plan)
        session.flush()
        planned = Planned(meeting.id, {})
    add(stage, planned, items)
    return planned


def add(stage: Stage, planned: Planned, items: Iterable[Item]) -> None:
    """Let the secretary add items, each at the end or under another."""
    secretary = stage.person("secretary")
    with transaction() as session:
        meeting = session.get_one(Meeting, planned.meeting_id)
        for item in items:
            added = agenda.add_item(
                session,
                secretary,
                meeting.id,
                form_of(stage, item),
                revision=meeting.revision,
                parent_id=planned.items[item.under] if item.under else None,
            )
            planned.items[item.symbol] = added.id


def form_of(stage: Stage, item: Item) -> ItemForm:
    """Fill in the form of an item: it takes the title of its dossier, and the head of the agency presents it."""
    presenter = head_of(SUBJECT[item.symbol].unit) if item.symbol else ("", "")
    return ItemForm(
        kind=item.kind,
        title=stage.said(item.title),
        presenter=stage.said(presenter),
        minutes=item.minutes,
        matter_id=stage.matters[item.symbol] if item.symbol else None,
        guests=frozenset(stage.cast.people[account] for account in item.guests),
    )


def publish(stage: Stage, planned: Planned) -> None:
    """Take an agenda through the chair: proposed, approved, published."""
    secretary, chair = stage.person("secretary"), stage.person("chair")
    with transaction() as session:
        meeting = publishing.propose(session, secretary, planned.meeting_id)
        publishing.approve(session, chair, meeting.id, revision=meeting.revision)
        publishing.publish(session, secretary, meeting.id)


def question_on(stage: Stage, symbol: str) -> str:
    """Word the question whether a dossier is adopted."""
    subject = SUBJECT[symbol]
    return stage.said(SIMPLE_QUESTION) % stage.said((subject.title_vi, subject.title_en))
