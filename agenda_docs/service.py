"""The life of a matter's submission: lodged, sent in, accepted or sent back, withdrawn."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from agenda_docs import documents, keeping, reading, rules, search
from agenda_docs.models import Because, Matter, MatterStep
from agenda_docs.rules import MatterState, Verb
from ecabinet import audit, clock, news, notices
from ecabinet.access import Actor, Permission, Role
from ecabinet.audit import Tag
from ecabinet.organisation import queries as organisation
from ecabinet.organisation.models import Body, Unit
from ecabinet.refusals import NotFound, Refused


def lodge(session: Session, actor: Actor, *, body_id: int, unit_id: int, title: str, abstract: str = "") -> Matter:
    """Begin a dossier of an agency before a body, as a draft that only the agency reads (and the secretariat, where it begins it)."""
    actor.must(Permission.LODGE_MATTER, body_id)
    is_secretary = actor.has_role(Role.SECRETARY, body_id)
    if session.get(Unit, unit_id) is None or session.get(Body, body_id) is None:
        raise NotFound
    if not is_secretary and unit_id not in actor.units:
        raise Refused(rules.Reason.NOT_YOUR_UNIT)
    matter = Matter(
        body_id=body_id,
        unit_id=unit_id,
        title=title,
        abstract=abstract,
        state=MatterState.DRAFT,
        created_by_id=actor.person_id,
        created_at=clock.now(),
    )
    session.add(matter)
    session.flush()
    _step(session, actor, matter, MatterState.DRAFT)
    reading.grant(session, actor, matter.id, because=Because.LODGING, because_id=matter.id, unit_id=unit_id)
    if is_secretary:
        _let_secretariat_read(session, actor, matter)
    search.index_matter(session, matter)
    audit.record(session, actor, Tag.MATTER_CHANGED, matter, state=matter.state.value)
    return matter


def change(session: Session, actor: Actor, matter_id: int, *, title: str, abstract: str) -> Matter:
    """Change the dossier's title and abstract while it is with its lodger, or as the secretariat."""
    keeping.lock(session, matter_id)
    matter = keeping.editable_matter(session, actor, matter_id, Permission.LODGE_MATTER)
    matter.title, matter.abstract = title, abstract
    search.index_matter(session, matter)
    audit.record(session, actor, Tag.MATTER_CHANGED, matter)
    return matter


def send_in(session: Session, actor: Actor, matter_id: int) -> Matter:
    """Give the dossier to the secretariat: for the first time, or again after it was sent back."""
    keeping.lock(session, matter_id)
    matter = keeping.editable_matter(session, actor, matter_id, Permission.LODGE_MATTER)
    following = rules.after(Verb.SEND_IN, matter.state)
    documents.check_confirmed(session, matter.id)
    _move(session, actor, matter, following)
    _let_secretariat_read(session, actor, matter)
    audit.record(session, actor, Tag.MATTER_LODGED, matter, state=matter.state.value)
    for person_id in sorted(
        organisation.people_with_role(session, matter.body_id, Role.SECRETARY) - {actor.person_id or 0}
    ):
        _tell(session, person_id, notices.Sentence.MATTER_LODGED, matter)
    return matter


def accept(session: Session, actor: Actor, matter_id: int) -> Matter:
    """Accept a dossier, so that it can be put on an agenda."""
    keeping.lock(session, matter_id)
    matter = reading.matter_for(session, actor, matter_id, Permission.ACCEPT_MATTER)
    following = rules.after(Verb.ACCEPT, matter.state)
    documents.check_confirmed(session, matter.id)
    _move(session, actor, matter, following)
    audit.record(session, actor, Tag.MATTER_ACCEPTED, matter)
    _tell(session, matter.created_by_id, notices.Sentence.MATTER_ACCEPTED, matter)
    return matter


def send_back(session: Session, actor: Actor, matter_id: int, reason: str) -> Matter:
    """Send a dossier back to its agency with a reason."""
    keeping.lock(session, matter_id)
    matter = reading.matter_for(session, actor, matter_id, Permission.ACCEPT_MATTER)
    _move(session, actor, matter, rules.after(Verb.SEND_BACK, matter.state), remark=reason)
    audit.record(session, actor, Tag.MATTER_SENT_BACK, matter)
    _tell(session, matter.created_by_id, notices.Sentence.MATTER_SENT_BACK, matter)
    return matter


def withdraw(session: Session, actor: Actor, matter_id: int, reason: str = "") -> Matter:
    """Withdraw a dossier that was not accepted yet; its papers stay, for those who could read them."""
    keeping.lock(session, matter_id)
    matter = reading.matter_for(session, actor, matter_id, Permission.LODGE_MATTER)
    if not keeping.is_keeper(actor, matter):
        raise Refused(rules.Reason.ONLY_KEEPERS)
    following = rules.after(Verb.WITHDRAW, matter.state)
    if documents.is_held(session, matter.id):
        raise Refused(rules.Reason.MATTER_HELD)
    _move(session, actor, matter, following, remark=reason)
    audit.record(session, actor, Tag.MATTER_WITHDRAWN, matter)
    return matter


def _move(session: Session, actor: Actor, matter: Matter, state: MatterState, *, remark: str = "") -> None:
    matter.state = state
    _step(session, actor, matter, matter.state, remark)
    news.announce(session, f"body:{matter.body_id}", "matter", matter=matter.id, state=matter.state.value)


def _step(session: Session, actor: Actor, matter: Matter, state: MatterState, remark: str = "") -> None:
    session.add(MatterStep(matter_id=matter.id, state=state, remark=remark, person_id=actor.person_id, at=clock.now()))


def _let_secretariat_read(session: Session, actor: Actor, matter: Matter) -> None:
    office = session.get_one(Body, matter.body_id).unit_id
    reading.grant(session, actor, matter.id, because=Because.SECRETARIAT, because_id=matter.id, unit_id=office)


def _tell(session: Session, person_id: int, sentence: notices.Sentence, matter: Matter) -> None:
    """Once for each step: a dossier lodged again after it was sent back is told again."""
    steps = len(session.scalars(select(MatterStep.id).where(MatterStep.matter_id == matter.id)).all())
    notices.tell(
        session,
        person_id,
        sentence,
        key=f"matter:{matter.id}:{steps}:{sentence.name}",
        address=f"/matters/{matter.id}",
        title=matter.title,
    )
