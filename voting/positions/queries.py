"""What pages show of positions: the chair and the secretary names and words, members counts and their own, all once the item is called."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from agenda_docs import queries as papers
from agenda_docs import reading
from agenda_docs.queries import ShelfPaper
from ecabinet.access import Actor, Permission
from ecabinet.organisation import queries as organisation
from ecabinet.organisation.queries import Member
from ecabinet.refusals import NotFound
from meetings import queries as agendas
from meetings import service as meetings
from meetings.models import Meeting
from meetings.queries import Line
from meetings.rules import ItemState, MeetingState
from voting.positions import rules, standing
from voting.positions.models import StatedPosition
from voting.positions.rules import Counts, PositionKind

LATEST = 2**31 - 1  # a version later than every other: who comes for the first time sees the newest


@dataclass(frozen=True)
class Voice:
    """Where one member stands on one item; `kind` is None where they have said nothing that holds."""

    membership_id: int
    name: str
    kind: PositionKind | None
    text: str
    at: datetime | None
    older: PositionKind | None  # what they said on papers that were replaced since


@dataclass(frozen=True)
class OnItem:
    """Where the members stand on one item, as one reader may know it."""

    line: Line
    counts: Counts
    mine: Voice | None  # of the member, or of the member one reads for
    voices: Sequence[Voice]  # empty to those who see counts alone
    is_called: bool
    may_say: bool
    papers: Sequence[ShelfPaper]

    @property
    def was_read(self) -> bool:
        """Whether this reader has opened every paper."""
        return bool(self.papers) and all(paper.place is not None for paper in self.papers)

    @property
    def silent(self) -> list[str]:
        """Who has said nothing that holds."""
        return [voice.name for voice in self.voices if voice.kind is None]


@dataclass(frozen=True)
class Panel:
    """The part of an item's page that is about positions."""

    on: OnItem
    version: int
    history: Sequence[StatedPosition]  # what this reader said before, the newest first


@dataclass(frozen=True)
class Page:
    """A meeting's items with the positions of one reader, or of the whole body."""

    meeting: Meeting
    is_mine: bool  # whether the reader has a vote here; else they read for a member, or conduct
    items: Sequence[OnItem]
    barred: Sequence[Line]  # items that a conflict of interest closes to this reader

    @property
    def contested(self) -> list[OnItem]:
        """The items to which somebody objects or on which somebody wishes to speak."""
        return [item for item in self.items if item.counts.is_contested]

    @property
    def uncontested(self) -> list[OnItem]:
        """The others."""
        return [item for item in self.items if not item.counts.is_contested]

    @property
    def silent(self) -> list[tuple[str, int]]:
        """Who has said nothing yet on items that wait, and on how many."""
        return list(Counter(name for item in self.items if not item.is_called for name in item.silent).items())

    @property
    def unsaid(self) -> list[OnItem]:
        """The items on which this reader may still say where they stand, and has not."""
        return [item for item in self.items if item.may_say and (item.mine is None or item.mine.kind is None)]

    @property
    def rest(self) -> list[OnItem]:
        """Those of them whose papers the reader has opened, every one."""
        return [item for item in self.unsaid if item.was_read]


def panel(session: Session, actor: Actor, meeting: Meeting, line: Line, version: int) -> Panel | None:
    """Return the positions on an item; None where there are none to take, or this reader may not know of any."""
    if not _concerns(actor, meeting, line) or not reading.may_read(session, actor, line.matter_id or 0):
        return None
    on = _on_items(session, actor, meeting, [line])[0]
    return Panel(
        on=on,
        version=version,
        history=_history(session, line.item_id, actor.memberships.get(meeting.body_id)),
    )


def panel_of(session: Session, actor: Actor, item_id: int) -> Panel:
    """Return the positions on an item by its number; `NotFound` where the actor may not know of them."""
    item = meetings.item_for(session, actor, item_id, Permission.READ_QUESTION)
    meeting = session.get_one(Meeting, item.meeting_id)
    if not meeting.published_version:
        raise NotFound
    version = min(agendas.seen_version(session, actor, meeting.id) or LATEST, meeting.published_version)
    lines = agendas.agenda_of(session, actor, meeting, version)
    line = next((line for line in lines if line.item_id == item_id), None)
    found = panel(session, actor, meeting, line, version) if line is not None else None
    if found is None:
        raise NotFound
    return found


def my_page(session: Session, actor: Actor, meeting_id: int) -> Page:
    """Return the items of a meeting with the reader's own positions; for an office, those of the member it reads for."""
    return _page(session, actor, meetings.meeting_for(session, actor, meeting_id, Permission.READ_QUESTION))


def overview(session: Session, actor: Actor, meeting_id: int) -> Page:
    """Return the items of a meeting with where everybody stands, for those who conduct it."""
    return _page(session, actor, meetings.meeting_for(session, actor, meeting_id, Permission.READ_POSITIONS))


def waiting(session: Session, actor: Actor, meeting_ids: Iterable[int]) -> dict[int, int]:
    """Return, for meetings in which the actor has a vote, on how many items they have said nothing yet; none where that is on none."""
    found = {}
    for meeting_id in meeting_ids:
        meeting = session.get_one(Meeting, meeting_id)
        if meeting.body_id in actor.memberships and actor.may(Permission.TAKE_POSITION, meeting.body_id):
            found[meeting_id] = len(_page(session, actor, meeting).unsaid)
    return {meeting_id: count for meeting_id, count in found.items() if count}


def _page(session: Session, actor: Actor, meeting: Meeting) -> Page:
    published = agendas.agenda_of(session, actor, meeting) if meeting.published_version else []
    lines = [line for line in published if _concerns(actor, meeting, line)]
    readable = reading.readable_among(session, actor, {line.matter_id for line in lines if line.matter_id is not None})
    mine = [line for line in lines if line.matter_id in readable]
    barred = reading.barred_from(session, {line.matter_id for line in lines if line.matter_id is not None})
    return Page(
        meeting=meeting,
        is_mine=meeting.body_id in actor.memberships and actor.may(Permission.TAKE_POSITION, meeting.body_id),
        items=_on_items(session, actor, meeting, mine),
        barred=[line for line in lines if actor.person_id in barred.get(line.matter_id or 0, set())],
    )


def _concerns(actor: Actor, meeting: Meeting, line: Line) -> bool:
    """Whether positions are taken on this item at all, and this reader hears of votes."""
    is_there = line.matter_id is not None and line.state is not ItemState.WITHDRAWN
    return is_there and actor.may(Permission.READ_QUESTION, meeting.body_id)


def _on_items(session: Session, actor: Actor, meeting: Meeting, lines: Sequence[Line]) -> list[OnItem]:
    """Everything about these items in a fixed number of questions to the database."""
    ids = [line.item_id for line in lines]
    members = organisation.memberships_in_force(session, meeting.body_id, meetings.day_of(meeting))
    barred = reading.barred_from(session, {line.matter_id for line in lines if line.matter_id is not None})
    said, now = standing.last_words(session, ids), standing.papers_of(session, meeting)
    called, objected = standing.called(session, meeting), standing.objected(session, ids)
    shelf = papers.papers_of_versions(session, actor, [version for line in lines for _document, version in line.papers])
    sees_all = actor.may(Permission.READ_POSITIONS, meeting.body_id)
    seat = _seat_of(actor, members)
    may_say = meeting.body_id in actor.memberships and actor.may(Permission.TAKE_POSITION, meeting.body_id)
    result = []
    for line in lines:
        voices = _voices(
            members, said.get(line.item_id, {}), barred.get(line.matter_id or 0, set()), now.get(line.item_id, ())
        )
        is_called = line.item_id in called
        result.append(
            OnItem(
                line=line,
                counts=rules.count((voice.kind for voice in voices), was_taken_out=line.item_id in objected),
                mine=next((voice for voice in voices if voice.membership_id == seat), None),
                voices=_shown(voices, words_of_conflicts=sees_all) if sees_all or is_called else (),
                is_called=is_called,
                may_say=may_say and not is_called and meeting.state is not MeetingState.CLOSED,
                papers=[shelf[version] for _document, version in line.papers if version in shelf],
            )
        )
    return result


def _voices(
    members: Sequence[Member], said: Mapping[int, StatedPosition], barred: Collection[int], now: standing.Papers
) -> list[Voice]:
    return [_voice(member, said.get(member.membership_id), member.person_id in barred, now) for member in members]


def _voice(member: Member, said: StatedPosition | None, is_barred: bool, now: standing.Papers) -> Voice:  # noqa: FBT001 - read once
    is_older = said is not None and tuple(said.papers) != now
    last = said.kind if said is not None else None
    kind = rules.counting(last, is_barred=is_barred, is_older=is_older)
    holds = said is not None and kind is last
    return Voice(
        membership_id=member.membership_id,
        name=member.name,
        kind=kind,
        text=said.text if said is not None and holds else "",
        at=said.at if said is not None and holds else None,
        older=last if is_older and last not in (PositionKind.WITHDRAWN, PositionKind.CONFLICT) else None,
    )


def _shown(voices: Sequence[Voice], *, words_of_conflicts: bool) -> Sequence[Voice]:
    """Why somebody has a conflict of interest is for those who conduct the meeting; that they have one is for all."""
    if words_of_conflicts:
        return voices
    return [
        Voice(voice.membership_id, voice.name, voice.kind, "", voice.at, voice.older)
        if voice.kind is PositionKind.CONFLICT
        else voice
        for voice in voices
    ]


def _seat_of(actor: Actor, members: Sequence[Member]) -> int | None:
    """The reader's own seat, else that of the member whose office they are."""
    seats = {member.membership_id for member in members}
    own = [seat for seat in actor.memberships.values() if seat in seats]
    served = sorted(seats & actor.offices)
    return next(iter([*own, *served]), None)


def _history(session: Session, item_id: int, seat: int | None) -> list[StatedPosition]:
    return list(
        session.scalars(
            select(StatedPosition)
            .where(StatedPosition.item_id == item_id, StatedPosition.membership_id == seat)
            .order_by(StatedPosition.id.desc())
        )
    )
