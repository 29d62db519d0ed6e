"""Asking an agency for advice on a dossier, giving it, and what the clock makes of advice that did not come."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from agenda_docs import documents, keeping, reading
from agenda_docs.advice import rules
from agenda_docs.advice.models import Advice, AdviceRequest
from agenda_docs.advice.rules import AdviceKind, Reason, RequestState
from agenda_docs.models import Because, Matter
from ecabinet import audit, clock, jobs, news, notices
from ecabinet.access import SYSTEM, Actor, Permission, Role
from ecabinet.audit import Tag
from ecabinet.notices import Sentence
from ecabinet.organisation import calendar
from ecabinet.organisation import queries as organisation
from ecabinet.organisation import rules as organisation_rules
from ecabinet.organisation.models import Body, Unit
from ecabinet.refusals import NotFound, Refused

END_JOB = "agenda_docs.end_advice"
REMIND_JOB = "agenda_docs.remind_advice"


def ask(session: Session, actor: Actor, matter_id: int, unit_id: int, *, days: int, what: str = "") -> AdviceRequest:
    """Ask an agency for its advice within so many working days; from now on its people read the dossier."""
    matter = _locked_matter(session, actor, matter_id, Permission.ASK_ADVICE)
    rules.check_may_ask(
        is_keeper=keeping.is_keeper(actor, matter),
        state=matter.state,
        is_own_unit=unit_id == matter.unit_id,
        is_asked=_standing(session, matter_id, unit_id) is not None,
        days=days,
    )
    _check_unit(session, matter, unit_id)
    body = organisation.body(session, matter.body_id)
    deadline = calendar.deadline_for(session, body, clock.now(), days)
    request = AdviceRequest(
        matter_id=matter_id,
        unit_id=unit_id,
        what=what,
        state=RequestState.ASKED,
        days=days,
        calendar_version=deadline.calendar_version,
        due_at=deadline.at,
        asked_by_id=actor.person_id,
        asked_at=clock.now(),
    )
    session.add(request)
    session.flush()
    reading.grant(session, actor, matter_id, because=Because.ADVICE, because_id=request.id, unit_id=unit_id)
    audit.record(session, actor, Tag.ADVICE_ASKED, request, body_id=matter.body_id, matter_id=matter_id, days=days)
    _tell(session, matter, request, people_of(session, matter.body_id, unit_id), Sentence.ADVICE_ASKED, "asked")
    _plan(session, request, body)
    _announce(session, matter)
    return request


def give(session: Session, actor: Actor, request_id: int, kind: AdviceKind, text: str) -> Advice:
    """Give an agency's advice, or replace it before its deadline; every version is kept. Needs a fresh second factor."""
    request, matter = _request_for(session, actor, request_id, Permission.GIVE_ADVICE)
    actor.must_have_stepped_up(clock.now())
    rules.check_may_give(
        is_of_unit=request.unit_id in actor.units, state=request.state, now=clock.now(), due_at=request.due_at
    )
    rules.check_words(kind, text)
    last = session.scalar(select(func.max(Advice.number)).where(Advice.request_id == request.id))
    advice = Advice(
        request_id=request.id,
        number=(last or 0) + 1,
        kind=kind,
        text=text,
        papers=_papers(session, matter.id),
        person_id=actor.person_id,
        at=clock.now(),
    )
    request.state = RequestState.GIVEN
    session.add(advice)
    audit.record(
        session, actor, Tag.ADVICE_GIVEN, request, body_id=matter.body_id, kind=kind.value, number=advice.number
    )
    _tell(session, matter, request, _askers(session, matter, request), Sentence.ADVICE_GIVEN, f"given:{advice.number}")
    _announce(session, matter)
    return advice


def extend(session: Session, actor: Actor, request_id: int, *, days: int, reason: str) -> AdviceRequest:
    """Give an agency so many working days from now, also where its advice is considered not given already."""
    request, matter = _request_for(session, actor, request_id, Permission.ASK_ADVICE)
    is_keeper = keeping.is_keeper(actor, matter)
    rules.check_may_extend(is_keeper=is_keeper, state=request.state, matter=matter.state)
    rules.check_days(days)
    body = organisation.body(session, matter.body_id)
    deadline = calendar.deadline_for(session, body, clock.now(), days)
    rules.check_later(request.due_at, deadline.at)
    request.days, request.calendar_version, request.due_at = days, deadline.calendar_version, deadline.at
    request.state, request.extension_reason = RequestState.ASKED, reason
    until = deadline.at.isoformat()
    audit.record(session, actor, Tag.ADVICE_EXTENDED, request, body_id=matter.body_id, until=until, reason=reason)
    people = people_of(session, matter.body_id, request.unit_id)
    _tell(session, matter, request, people, Sentence.ADVICE_EXTENDED, f"extended:{until}")
    _plan(session, request, body)
    _announce(session, matter)
    return request


def take_back(session: Session, actor: Actor, request_id: int, reason: str) -> AdviceRequest:
    """Take a request back; the agency's people read the dossier no more because of it."""
    request, matter = _request_for(session, actor, request_id, Permission.ASK_ADVICE)
    rules.check_may_take_back(is_keeper=keeping.is_keeper(actor, matter), state=request.state)
    request.state, request.end_reason = RequestState.WITHDRAWN, reason
    reading.end_grants(session, actor, because=Because.ADVICE, because_id=request.id)
    audit.record(session, actor, Tag.ADVICE_TAKEN_BACK, request, body_id=matter.body_id, reason=reason)
    _announce(session, matter)
    return request


def end(session: Session, request_id: int) -> None:
    """Mark advice that did not come by its deadline as considered not given; do nothing where it came or got more time."""
    request = _locked(session, request_id)
    if request is None or request.state is not RequestState.ASKED or clock.now() < request.due_at:
        return
    matter = session.get_one(Matter, request.matter_id)
    request.state = RequestState.NOT_GIVEN
    audit.record(session, SYSTEM, Tag.ADVICE_NOT_GIVEN, request, body_id=matter.body_id)
    people = _askers(session, matter, request) | people_of(session, matter.body_id, request.unit_id)
    _tell(session, matter, request, people, Sentence.ADVICE_NOT_GIVEN, f"not_given:{request.due_at.isoformat()}")
    _announce(session, matter)


def remind(session: Session, request_id: int) -> None:
    """Remind the agency's people, once for each deadline, as long as nothing was given."""
    request = session.get(AdviceRequest, request_id)
    if request is None or request.state is not RequestState.ASKED:
        return
    matter = session.get_one(Matter, request.matter_id)
    people = people_of(session, matter.body_id, request.unit_id)
    _tell(session, matter, request, people, Sentence.ADVICE_REMINDER, f"reminder:{request.due_at.isoformat()}")


def people_of(session: Session, body_id: int, unit_id: int) -> set[int]:
    """Return who may give advice before this body for this agency: its people whose role there advises."""
    today = clock.today(organisation.body(session, body_id).zone)
    here = {person.id for person in organisation.people_of_unit(session, unit_id, today)}
    members = {member.person_id for member in organisation.memberships_in_force(session, body_id, today)}
    return here & (members | organisation.people_with_role(session, body_id, Role.OFFICER))


def _request_for(
    session: Session, actor: Actor, request_id: int, permission: Permission
) -> tuple[AdviceRequest, Matter]:
    """Return a request with its dossier, both locked; `NotFound` where the actor may not read the dossier."""
    request = _locked(session, request_id)
    if request is None:
        raise NotFound
    return request, _locked_matter(session, actor, request.matter_id, permission)


def _locked(session: Session, request_id: int) -> AdviceRequest | None:
    return session.get(AdviceRequest, request_id, with_for_update=True, populate_existing=True)


def _locked_matter(session: Session, actor: Actor, matter_id: int, permission: Permission) -> Matter:
    keeping.lock(session, matter_id)
    return reading.matter_for(session, actor, matter_id, permission)


def _standing(session: Session, matter_id: int, unit_id: int) -> AdviceRequest | None:
    return session.scalar(
        select(AdviceRequest).where(
            AdviceRequest.matter_id == matter_id,
            AdviceRequest.unit_id == unit_id,
            AdviceRequest.state != RequestState.WITHDRAWN,
        )
    )


def _check_unit(session: Session, matter: Matter, unit_id: int) -> None:
    """Refuse an agency that is closed, or in which nobody could answer."""
    unit = session.get(Unit, unit_id)
    if unit is None or unit.closed_on is not None:
        raise Refused(organisation_rules.Reason.NO_SUCH_UNIT)
    if not people_of(session, matter.body_id, unit_id):
        raise Refused(Reason.NOBODY_THERE)


def _papers(session: Session, matter_id: int) -> list[dict[str, object]]:
    current = documents.current_papers(session, [matter_id]).get(matter_id, [])
    return [
        {"document": one.document_id, "number": one.number, "title": one.title, "sha256": one.served_sha256}
        for one in current
    ]


def _askers(session: Session, matter: Matter, request: AdviceRequest) -> set[int]:
    """Who waits for the advice: whoever asked, and the secretariat."""
    return {request.asked_by_id} | organisation.people_with_role(session, matter.body_id, Role.SECRETARY)


def _tell(
    session: Session, matter: Matter, request: AdviceRequest, people: set[int], sentence: Sentence, key: str
) -> None:
    """Tell those who may read the dossier; a bar keeps the title from whom it concerns."""
    zone = organisation.body(session, matter.body_id).zone
    for person_id in sorted(people - reading.barred_people(session, matter.id)):
        notices.tell(
            session,
            person_id,
            sentence,
            key=f"advice:{request.id}:{key}",
            address=f"/advice/{request.id}",
            title=matter.title,
            agency=session.get_one(Unit, request.unit_id).name,
            deadline=f"{clock.in_zone(request.due_at, zone):%H:%M %d/%m/%Y}",
        )


def _plan(session: Session, request: AdviceRequest, body: Body) -> None:
    """Plan what the clock does: a reminder one working day before, where there is still time for it, and the end."""
    working, _version = calendar.working_days(session, body.calendar_id)
    reminder: datetime = organisation_rules.working_days_before(request.due_at, 1, body.zone, working)
    if reminder > clock.now():
        jobs.ask_for(session, REMIND_JOB, due_at=reminder, key=f"advice:remind:{request.id}", request_id=request.id)
    jobs.ask_for(session, END_JOB, due_at=request.due_at, key=f"advice:end:{request.id}", request_id=request.id)


def _announce(session: Session, matter: Matter) -> None:
    news.announce(session, f"body:{matter.body_id}", "matter", matter=matter.id, state=matter.state.value)
