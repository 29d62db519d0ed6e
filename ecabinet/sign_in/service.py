"""Signing in, confirming and unlocking. A password is checked between two transactions, never inside one: it takes long."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from ecabinet import audit, clock
from ecabinet.access import Actor
from ecabinet.audit import Tag
from ecabinet.organisation.models import Body, Person
from ecabinet.refusals import Refused
from ecabinet.sign_in import passwords, queries, sessions, tries
from ecabinet.sign_in.rules import Reason
from ecabinet.sign_in.tries import Origin


@dataclass(frozen=True)
class Candidate:
    """A try that was noted, and what to check it against; nobody where the account is unknown."""

    attempt_id: int
    person_id: int | None
    password_hash: str


def begin(session: Session, origin: Origin) -> Candidate:
    """Note a try to sign in; raise `Refused` where it comes too early."""
    attempt_id = tries.begin(session, origin)
    person = person_of_account(session, origin.account)
    if person is None:
        return Candidate(attempt_id, None, passwords.NOBODYS_HASH)
    return Candidate(attempt_id, person.id, person.password_hash or passwords.NOBODYS_HASH)


def person_of_account(session: Session, account: str) -> Person | None:
    """Return who signs in with this account, capitals or not; None where there is nobody or the person has left."""
    person = session.scalar(select(Person).where(func.lower(Person.account) == account.lower()))
    return person if person is not None and is_here(person) else None


def is_here(person: Person) -> bool:
    """Say whether a person has not left."""
    return person.left_on is None or person.left_on > clock.today()


def enter(
    session: Session, candidate: Candidate, *, password_is_right: bool, code: str, device: str, address: str
) -> str:
    """Sign in with password and code and return the new cookie's value; the code counts as step-up."""
    person = session.get(Person, candidate.person_id) if candidate.person_id is not None else None
    if person is None or not password_is_right:
        raise Refused(Reason.NOT_LET_IN)
    by = _use_code(session, person, code, otherwise=Reason.NOT_LET_IN)
    tries.succeeded(session, candidate.attempt_id)
    return start(session, person, by=by, device=device, address=address)


def start(session: Session, person: Person, *, by: str, device: str, address: str) -> str:
    """Begin the session of someone who has just shown who they are; it counts as step-up."""
    lease = timedelta(minutes=lease_minutes(session, person.id))
    return sessions.start(session, person, device=device, address=address, stepped_up=True, by=by, lease=lease)


def begin_within(session: Session, actor: Actor, address: str) -> Candidate:
    """Note a try to confirm, unlock or change a password within a session."""
    attempt_id = tries.begin(session, tries.origin_of_session(actor, address))
    person = session.get_one(Person, actor.person_id)
    return Candidate(attempt_id, person.id, person.password_hash or passwords.NOBODYS_HASH)


def step_up(session: Session, actor: Actor, candidate: Candidate, code: str) -> str:
    """Begin a new lease by a code, and return the cookie's new value."""
    by = _use_code(session, session.get_one(Person, actor.person_id), code, otherwise=Reason.CODE_WRONG)
    tries.succeeded(session, candidate.attempt_id)
    return lease(session, actor, by=by)


def unlock(session: Session, actor: Actor, candidate: Candidate, *, password_is_right: bool, code: str) -> str | None:
    """Unlock an idle screen by the password, or by a code, which counts as step-up too and gives the cookie a new value."""
    token = None
    if not password_is_right:
        by = _use_code(session, session.get_one(Person, actor.person_id), code, otherwise=Reason.NOT_UNLOCKED)
        token = lease(session, actor, by=by)
    tries.succeeded(session, candidate.attempt_id)
    if actor.session_id is not None:
        sessions.seen(session, actor.session_id)
    return token


def change_password(session: Session, actor: Actor, candidate: Candidate, *, old_is_right: bool, new_hash: str) -> None:
    """Replace the actor's password; every other device is signed out."""
    person = session.get_one(Person, actor.person_id)
    if not old_is_right or person.password_hash != candidate.password_hash:
        raise Refused(Reason.OLD_PASSWORD_WRONG)
    tries.succeeded(session, candidate.attempt_id)
    person.password_hash = new_hash
    sessions.revoke_all(session, person.id, but=actor.session_id)
    audit.record(session, actor, Tag.PASSWORD_CHANGED, person)


def speak(session: Session, actor: Actor, language: str) -> None:
    """Remember the language in which the actor reads."""
    session.execute(update(Person).where(Person.id == actor.person_id).values(language=language))


def lease_minutes(session: Session, person_id: int) -> int:
    """Return how long a step-up of this person counts: the shortest that a body of theirs asks for."""
    bodies = queries.bodies_of(session, person_id)
    shortest = session.scalar(select(func.min(Body.step_up_minutes)).where(Body.id.in_(bodies)))
    return shortest or int(sessions.STEP_UP_LEASE.total_seconds()) // 60


def lease(session: Session, actor: Actor, *, by: str) -> str:
    """Begin a new lease and return the cookie's new value."""
    if actor.person_id is not None:
        sessions.step_up(session, actor, by=by, minutes=lease_minutes(session, actor.person_id))
    return sessions.renew(session, actor)


def _use_code(session: Session, person: Person, code: str, *, otherwise: Reason) -> str:
    """Take a code, once, and return what was shown: the row says which half minute was used last, and one statement both asks and notes it."""
    step = passwords.step_shown(person.totp_secret, code, clock.now()) if person.totp_secret else None
    if step is None:
        raise Refused(otherwise)
    if not use_step(session, person.id, step):
        raise Refused(Reason.CODE_USED)
    return f"totp:{step}"


def use_step(session: Session, person_id: int, step: int) -> bool:
    """Note that a code of this half minute was used; False where one of it, or of a later one, was used before."""
    used = session.execute(
        update(Person)
        .where(Person.id == person_id, Person.totp_last_step < step)
        .values(totp_last_step=step)
        .returning(Person.id)
        .execution_options(synchronize_session=False)
    )
    return used.first() is not None
