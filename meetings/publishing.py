"""From a draft to a published version: the secretary proposes, the chair approves or returns, the secretary publishes."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from agenda_docs import audience, documents, reading
from agenda_docs.models import Because, Grant, Matter
from agenda_docs.rules import MatterState
from ecabinet import audit, clock, news, notices
from ecabinet.access import Actor, Permission, Role
from ecabinet.audit import Tag
from ecabinet.notices import Sentence
from ecabinet.organisation import queries as organisation
from meetings import agenda, delegation, outline, rules, service
from meetings.models import AgendaItem, AgendaVersion, ItemGuest, Meeting, VersionItem
from meetings.rules import AgendaState


def propose(session: Session, actor: Actor, meeting_id: int) -> Meeting:
    """Ask the chair to approve the agenda as it stands."""
    meeting = service.lock(session, service.meeting_for(session, actor, meeting_id, Permission.PREPARE_MEETING))
    items = agenda.items_of(session, meeting.id)
    rules.check_may_propose(state=meeting.state, agenda_state=meeting.agenda_state, items=len(items))
    meeting.agenda_state, meeting.agenda_remark = AgendaState.PROPOSED, ""
    audit.record(session, actor, Tag.AGENDA_PROPOSED, meeting, revision=meeting.revision)
    service.announce_draft(session, meeting)
    _tell_office(session, meeting, Role.CHAIR, Sentence.AGENDA_PROPOSED, page="approval")
    return meeting


def approve(session: Session, actor: Actor, meeting_id: int, *, revision: int) -> Meeting:
    """Approve the agenda that the chair has on screen; the secretary may then publish it."""
    meeting = _answering(session, actor, meeting_id, revision)
    meeting.agenda_state, meeting.approved_by_id = AgendaState.APPROVED, actor.person_id
    audit.record(session, actor, Tag.AGENDA_APPROVED, meeting, revision=meeting.revision)
    service.announce_draft(session, meeting)
    _tell_office(session, meeting, Role.SECRETARY, Sentence.AGENDA_APPROVED, page="agenda")
    return meeting


def send_back(session: Session, actor: Actor, meeting_id: int, *, revision: int, remark: str) -> Meeting:
    """Return the agenda to the secretary with a remark."""
    meeting = _answering(session, actor, meeting_id, revision)
    rules.check_remark(remark)
    meeting.agenda_state, meeting.agenda_remark = AgendaState.RETURNED, remark
    audit.record(session, actor, Tag.AGENDA_RETURNED, meeting, revision=meeting.revision)
    service.announce_draft(session, meeting)
    _tell_office(session, meeting, Role.SECRETARY, Sentence.AGENDA_RETURNED, page="agenda")
    return meeting


def publish(session: Session, actor: Actor, meeting_id: int) -> AgendaVersion:
    """Publish what the chair approved as the next version: its readers get their grants, everyone concerned is told."""
    actor.must_have_stepped_up(clock.now())
    meeting = service.lock(session, service.meeting_for(session, actor, meeting_id, Permission.PREPARE_MEETING))
    items = agenda.items_of(session, meeting.id)
    matters = _matters(session, items)
    unaccepted = [matter.title for matter in matters.values() if matter.state is not MatterState.ACCEPTED]
    rules.check_may_publish(state=meeting.state, agenda_state=meeting.agenda_state, unaccepted=unaccepted)
    for matter_id in matters:
        documents.check_confirmed(session, matter_id)
    before = service.published_matters(session, meeting)
    version = _write_version(session, actor, meeting, items)
    _give_papers(session, actor, meeting, items)
    _take_papers(session, actor, before, items)
    audit.record(session, actor, Tag.AGENDA_PUBLISHED, meeting, version=version.number, revision=meeting.revision)
    _announce(session, meeting, items)
    return version


def _answering(session: Session, actor: Actor, meeting_id: int, revision: int) -> Meeting:
    meeting = service.lock(session, service.meeting_for(session, actor, meeting_id, Permission.APPROVE_AGENDA))
    rules.check_may_answer(
        state=meeting.state, agenda_state=meeting.agenda_state, revision=meeting.revision, seen=revision
    )
    return meeting


def _matters(session: Session, items: Iterable[AgendaItem]) -> dict[int, Matter]:
    wanted = {item.matter_id for item in items if item.matter_id is not None}
    return {matter.id: matter for matter in session.scalars(select(Matter).where(Matter.id.in_(wanted)))}


def _write_version(session: Session, actor: Actor, meeting: Meeting, items: list[AgendaItem]) -> AgendaVersion:
    meeting.published_version += 1
    meeting.agenda_state = AgendaState.PUBLISHED
    version = AgendaVersion(
        meeting_id=meeting.id,
        number=meeting.published_version,
        published_at=clock.now(),
        published_by_id=actor.person_id,
        approved_by_id=meeting.approved_by_id,
    )
    session.add(version)
    session.flush()
    labels = outline.labels(agenda.nodes_of(items))
    papers = documents.current_papers(session, {item.matter_id for item in items if item.matter_id is not None})
    session.add_all(_version_item(version, item, place, labels, papers) for place, item in enumerate(items, start=1))
    session.flush()
    return version


def _version_item(
    version: AgendaVersion,
    item: AgendaItem,
    place: int,
    labels: Mapping[int, str],
    papers: Mapping[int, list[documents.Paper]],
) -> VersionItem:
    return VersionItem(
        version_id=version.id,
        item_id=item.id,
        matter_id=item.matter_id,
        place=place,
        label=labels[item.id],
        depth=0 if item.parent_id is None else 1,
        kind=item.kind,
        title=item.title,
        presenter=item.presenter,
        minutes=item.minutes,
        papers=[
            {"document": paper.document_id, "version": paper.version_id}
            for paper in papers.get(item.matter_id or 0, ())
        ],
    )


def _give_papers(session: Session, actor: Actor, meeting: Meeting, items: Iterable[AgendaItem]) -> None:
    """Let every member read the papers of every item, and each guest those of their own."""
    members = organisation.memberships_in_force(session, meeting.body_id, service.day_of(meeting))
    seats = [member.membership_id for member in members]
    guests = _guests(session, [item.id for item in items])
    for item in items:
        if item.matter_id is None:
            continue
        reading.grant_to_members(session, actor, item.matter_id, seats, because=Because.ITEM, because_id=item.id)
        for person in sorted(guests.get(item.id, ())):
            reading.grant(session, actor, item.matter_id, because=Because.GUEST, because_id=item.id, person_id=person)


def _take_papers(session: Session, actor: Actor, before: Mapping[int, int | None], items: Iterable[AgendaItem]) -> None:
    """End what was given for items that left the agenda or are about another matter now, and to guests who are no longer invited."""
    now = {item.id: item.matter_id for item in items}
    for item_id, matter_id in before.items():
        if matter_id is not None and now.get(item_id) != matter_id:
            for because in (Because.ITEM, Because.GUEST):
                reading.end_grants(session, actor, because=because, because_id=item_id, matter_id=matter_id)
    guests = _guests(session, list(now))
    standing = session.execute(
        select(Grant.because_id, Grant.person_id).where(
            Grant.because == Because.GUEST, Grant.because_id.in_(list(now)), Grant.ends_at.is_(None)
        )
    ).all()
    for item_id, person_id in standing:
        if person_id not in guests.get(item_id, set()):
            reading.end_grants(session, actor, because=Because.GUEST, because_id=item_id, person_id=person_id)


def _guests(session: Session, item_ids: list[int]) -> dict[int, set[int]]:
    guests: dict[int, set[int]] = {}
    rows = session.execute(select(ItemGuest.item_id, ItemGuest.person_id).where(ItemGuest.item_id.in_(item_ids)))
    for item_id, person_id in rows:
        guests.setdefault(item_id, set()).add(person_id)
    return guests


def _announce(session: Session, meeting: Meeting, items: Iterable[AgendaItem]) -> None:
    members = organisation.memberships_in_force(session, meeting.body_id, service.day_of(meeting))
    seats = {member.membership_id for member in members}
    deputies = delegation.deputies_on(session, meeting.body_id, service.day_of(meeting))
    people = {member.person_id for member in members}
    people |= {deputy for membership, deputy in deputies.items() if membership in seats}
    people |= {person for guests in _guests(session, [item.id for item in items]).values() for person in guests}
    _tell(session, meeting, people, Sentence.AGENDA_PUBLISHED)
    # Open pages listen item by item: they have to ask again which items there are now.
    audience.announce_access(
        session, people | organisation.people_with_role(session, meeting.body_id, Role.OFFICE_READER)
    )
    news.announce(session, service.stream_of(meeting.id), "agenda", version=meeting.published_version)
    service.announce_draft(session, meeting)


def _tell_office(session: Session, meeting: Meeting, role: Role, sentence: Sentence, page: str) -> None:
    """Tell those who chair the body, or serve it as its secretariat."""
    _tell(session, meeting, organisation.people_with_role(session, meeting.body_id, role), sentence, page)


def _tell(session: Session, meeting: Meeting, people: Iterable[int], sentence: Sentence, page: str = "") -> None:
    key = f"{sentence.name.lower()}:{meeting.id}:{clock.now().timestamp():.0f}"
    address = f"/meetings/{meeting.id}/{page}".rstrip("/")
    for person_id in sorted(people):
        notices.tell(session, person_id, sentence, key=key, address=address, title=meeting.title)
