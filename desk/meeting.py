"""What the page of a meeting is made of: the agenda, the item one looks at, the question of the moment, who is there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from agenda_docs import conflicts
from agenda_docs import queries as papers
from agenda_docs import reading as access_to
from agenda_docs.queries import ShelfPaper
from ecabinet import clock, news
from ecabinet.access import Actor, Permission
from ecabinet.organisation import queries as organisation
from ecabinet.refusals import Refused
from meetings import attendance, presence
from meetings import service as meetings
from meetings.models import Meeting, Presence
from meetings.queries import Line
from meetings.rules import ItemState, MeetingState
from outcomes import moving
from outcomes import queries as outcomes
from outcomes.moving import Round
from outcomes.queries import DecisionLine
from voting import queries as questions
from voting import rule_shelf
from voting.blocks import queries as blocks
from voting.blocks import saving
from voting.blocks.queries import BlockPanel
from voting.blocks.saving import Saved
from voting.conduct import QuestionState
from voting.engine.quorum import quorum_needed
from voting.engine.rule import Rule
from voting.engine.rule_book import NamedRule
from voting.positions import queries as positions
from voting.queries import Panel, QuestionLine


@dataclass(frozen=True)
class Facts:
    """The meeting itself, and what this reader may do with it."""

    id: int
    title: str
    body: str
    starts: datetime
    zone: str
    place: str
    state: MeetingState
    current_item: int | None
    published: int
    shown: int
    live_number: int
    may_prepare: bool
    may_approve: bool
    may_conduct: bool
    may_close: bool
    may_pair: bool
    takes_positions: bool  # whether this reader says where they stand on its items
    may_see_block: bool
    saved: Saved | None  # the minutes that block votes saved so far

    @property
    def is_open(self) -> bool:
        """Whether it is still to come or runs now."""
        return self.state is not MeetingState.CLOSED

    @property
    def is_running(self) -> bool:
        """Whether it runs now."""
        return self.state is MeetingState.RUNNING


@dataclass(frozen=True)
class SoFar:
    """What became of the items so far, and what was asked about them: read once for all parts of a page."""

    decisions: Mapping[int, DecisionLine]
    questions: Mapping[int, Sequence[QuestionLine]]


@dataclass(frozen=True)
class AgendaLine:
    """One line of the agenda column."""

    line: Line
    decision: DecisionLine | None
    is_shown: bool
    is_current: bool
    question_state: QuestionState | None

    @property
    def is_settled(self) -> bool:
        """Whether the meeting has dealt with it."""
        return self.decision is not None or self.line.state in (ItemState.DONE, ItemState.DEFERRED, ItemState.WITHDRAWN)


@dataclass(frozen=True)
class ItemView:
    """The item one looks at."""

    line: Line
    papers: Sequence[ShelfPaper]
    decision: DecisionLine | None
    barred_because: str | None
    is_open: bool  # whether this reader may read its papers, if it has a dossier
    is_current: bool
    questions: Sequence[QuestionLine]
    rules: Sequence[NamedRule]  # what a question on it may go by; empty where this reader prepares none
    may_prepare_question: bool
    may_record: bool
    position: positions.Panel | None  # where the members stand on it
    rounds: Sequence[Round]  # what the members answered in writing before the matter came to a meeting


@dataclass(frozen=True)
class Room:
    """Who is there, and what that means for the quorum."""

    present: int
    members: int
    needed: int | None
    mine: Presence | None
    may_check_in: bool
    may_record: bool
    may_give_proxy: bool

    @property
    def is_quorate(self) -> bool:
        """Whether enough members are there."""
        return self.needed is None or self.present >= self.needed


def facts_of(session: Session, actor: Actor, meeting: Meeting, shown: int) -> Facts:
    """Return the facts of a meeting for this reader."""
    return Facts(
        id=meeting.id,
        title=meeting.title,
        body=organisation.body(session, meeting.body_id).name,
        starts=meeting.starts_local,
        zone=meeting.zone,
        place=meeting.place,
        state=meeting.state,
        current_item=meeting.current_item_id,
        published=meeting.published_version,
        shown=shown,
        live_number=news.last_number(session, meetings.stream_of(meeting.id)),
        may_prepare=actor.may(Permission.PREPARE_MEETING, meeting.body_id),
        may_approve=actor.may(Permission.APPROVE_AGENDA, meeting.body_id),
        may_conduct=actor.may(Permission.CONDUCT_MEETING, meeting.body_id),
        may_close=actor.may(Permission.CLOSE_MEETING, meeting.body_id),
        may_pair=actor.may(Permission.CONFIRM_HALL, meeting.body_id),
        takes_positions=bool(meeting.published_version) and actor.may(Permission.TAKE_POSITION, meeting.body_id),
        may_see_block=bool(meeting.published_version) and actor.may(Permission.READ_POSITIONS, meeting.body_id),
        saved=saving.together(session, blocks.blocks_of(session, actor, meeting)),
    )


def so_far(session: Session, actor: Actor, meeting: Meeting, lines: Sequence[Line]) -> SoFar:
    """Return what became of these items, as far as this reader may know it."""
    return SoFar(
        decisions=outcomes.decisions_of_items(session, actor, [line.item_id for line in lines]),
        questions=_visible_questions(session, actor, meeting, lines),
    )


def agenda_of(meeting: Meeting, lines: Sequence[Line], known: SoFar, item_id: int | None) -> list[AgendaLine]:
    """Return the agenda column with what became of each item."""
    return [
        AgendaLine(
            line=line,
            decision=known.decisions.get(line.item_id),
            is_shown=line.item_id == item_id,
            is_current=line.item_id == meeting.current_item_id,
            question_state=known.questions[line.item_id][-1].state if known.questions.get(line.item_id) else None,
        )
        for line in lines
    ]


def item_to_show(lines: Sequence[Line], meeting: Meeting, wanted: int | None) -> Line | None:
    """Return the item asked for, else the one being discussed, else the first."""
    by_id = {line.item_id: line for line in lines}
    return by_id.get(wanted or 0) or by_id.get(meeting.current_item_id or 0) or next(iter(lines), None)


def item_view(session: Session, actor: Actor, meeting: Meeting, line: Line, known: SoFar, shown: int) -> ItemView:
    """Return one item with its papers as this reader may see them."""
    bar = conflicts.standing_bar(session, actor.person_id, line.matter_id) if line.matter_id is not None else None
    is_open = line.matter_id is None or access_to.may_read(session, actor, line.matter_id)
    found = papers.papers_of_versions(session, actor, [version for _document, version in line.papers])
    asked = known.questions.get(line.item_id, [])
    decision = known.decisions.get(line.item_id)
    was_put = any(question.counts for question in asked)
    is_running = meeting.state is MeetingState.RUNNING
    may_prepare = (
        actor.may(Permission.PREPARE_QUESTION, meeting.body_id)
        and line.matter_id is not None
        and decision is None
        and _is_not_over(meeting)
    )
    return ItemView(
        line=line,
        papers=[found[version] for _document, version in line.papers if version in found],
        decision=decision,
        barred_because=bar.why if bar is not None else None,
        is_open=is_open,
        is_current=meeting.current_item_id == line.item_id,
        questions=asked,
        rules=rule_shelf.named_rules(session, clock.today()) if may_prepare else [],
        may_prepare_question=may_prepare,
        may_record=is_running
        and decision is None
        and not was_put
        and actor.may(Permission.RECORD_DECISION, meeting.body_id),
        position=positions.panel(session, actor, meeting, line, shown) if _is_not_over(meeting) else None,
        rounds=_rounds(session, actor, meeting, line) if is_open else [],
    )


def _rounds(session: Session, actor: Actor, meeting: Meeting, line: Line) -> Sequence[Round]:
    return moving.rounds_of(session, actor, meeting.body_id, line.matter_id) if line.matter_id is not None else []


def panel_of(session: Session, actor: Actor, meeting: Meeting, item: Line | None, known: SoFar) -> list[Panel]:
    """Return the question every tablet shows now; where there is none, those of the item one looks at."""
    if not actor.may(Permission.READ_QUESTION, meeting.body_id):
        return []
    live = questions.live_question(session, actor, meeting.id)
    if live is not None:
        return [questions.panel(session, actor, live)]
    if item is None:
        return []
    return [questions.panel(session, actor, question.id) for question in known.questions.get(item.item_id, [])]


def block_of(session: Session, actor: Actor, meeting: Meeting, panels: Sequence[Panel]) -> BlockPanel | None:
    """Return the block that every tablet shows now; none while a question is put on its own."""
    if any(panel.state in (QuestionState.ARMED, QuestionState.OPEN) and panel.block_id is None for panel in panels):
        return None
    return blocks.shown(session, actor, meeting)


def room_of(session: Session, actor: Actor, meeting: Meeting) -> Room:
    """Return who is there."""
    stays = presence.present_people(session, meeting.id)
    seats = attendance.seats_taken(session, meeting, stays)
    here = {stay.person_id: stay.presence for stay in stays}
    place = attendance.place_among(session, meeting, seats, actor.person_id or 0)
    rule = _rule(session, meeting)
    return Room(
        present=sum(seat.is_present for seat in seats),
        members=len(seats),
        needed=quorum_needed(rule.quorum, len(seats)) if rule.quorum is not None else None,
        mine=here.get(actor.person_id or 0),
        may_check_in=place is not None and _takes_people(meeting),
        may_record=actor.may(Permission.RECORD_ATTENDANCE, meeting.body_id),
        may_give_proxy=rule.proxies_per_member > 0 and actor.may(Permission.GIVE_PROXY, meeting.body_id),
    )


def _rule(session: Session, meeting: Meeting) -> Rule:
    """The body's rule for meetings: how many must be there, and whether one member may cast for another."""
    body = organisation.body(session, meeting.body_id)
    try:
        return rule_shelf.rule_named(session, body.meeting_rule, clock.today(body.zone)).rule
    except Refused:  # the settings name a rule that is not there: who prepares a question is told, the page still opens
        return Rule()


def _visible_questions(
    session: Session, actor: Actor, meeting: Meeting, lines: Sequence[Line]
) -> Mapping[int, Sequence[QuestionLine]]:
    """The questions on these items that this reader may know of: those put, and drafts for those who prepare them."""
    if not actor.may(Permission.READ_QUESTION, meeting.body_id):
        return {}
    found = questions.questions_of_item(session, [line.item_id for line in lines])
    asked_about = {line.matter_id for line in lines if line.item_id in found and line.matter_id is not None}
    readable = access_to.readable_among(session, actor, asked_about)
    of_readable = {line.item_id for line in lines if line.matter_id in readable}
    drafts = actor.may(Permission.PREPARE_QUESTION, meeting.body_id) or actor.may(
        Permission.CONDUCT_QUESTION, meeting.body_id
    )
    return {
        item: [question for question in asked if drafts or question.is_put]
        for item, asked in found.items()
        if item in of_readable
    }


def _takes_people(meeting: Meeting) -> bool:
    """Whether people can check in: on the day of the meeting, or once it has started."""
    is_today = meetings.day_of(meeting) <= clock.today(meeting.zone)
    return meeting.state is MeetingState.RUNNING or (meeting.state is MeetingState.PLANNED and is_today)


def _is_not_over(meeting: Meeting) -> bool:
    return meeting.state is not MeetingState.CLOSED
