"""A lost phone: two officials, in person, and a code on paper that works once, within the hour."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from ecabinet import audit, clock, notices
from ecabinet.access import SYSTEM, Actor
from ecabinet.audit import Tag
from ecabinet.notices import Sentence
from ecabinet.organisation.models import Person
from ecabinet.refusals import NotFound, Refused
from ecabinet.sign_in import passkeys, passwords, queries, rules, service, sessions, tries
from ecabinet.sign_in.models import PhoneReset, ResetState
from ecabinet.sign_in.rules import Reason
from ecabinet.sign_in.service import Candidate
from ecabinet.sign_in.tries import Origin


@dataclass(frozen=True)
class Replacement:
    """A try with a reset code; where the password is lost too, the one typed becomes the new one."""

    candidate: Candidate
    password_is_new: bool


def request(session: Session, actor: Actor, person_id: int, *, password_too: bool) -> PhoneReset:
    """Ask for the reset of a person's phone; the colleagues who may confirm it are told."""
    actor.must_have_stepped_up(clock.now())
    person = _person_for(session, actor, person_id)
    waits = queries.waiting_reset_of(session, person_id) is not None
    rules.check_may_request_reset(official_id=actor.person_id, person_id=person_id, waits_already=waits)
    reset = PhoneReset(
        person_id=person_id,
        requested_by_id=actor.person_id,
        requested_at=clock.now(),
        password_too=password_too or person.password_hash is None,
        state=ResetState.REQUESTED,
    )
    session.add(reset)
    audit.record(session, actor, Tag.PHONE_RESET_REQUESTED, reset, person=person_id, password_too=reset.password_too)
    for official in queries.officials_beside(session, person_id, but=(actor.person_id, person_id)):
        notices.tell(
            session,
            official,
            Sentence.PHONE_TO_CONFIRM,
            key=f"reset:{reset.id}",
            address="/sign-in/resets",
            title=person.name,
        )
    return reset


def confirm(session: Session, actor: Actor, reset_id: int) -> str:
    """Confirm a reset as the second official and return the code to print; it is stored only as a hash."""
    actor.must_have_stepped_up(clock.now())
    reset = _reset_for(session, actor, reset_id)
    rules.check_may_confirm_reset(
        official_id=actor.person_id,
        requested_by_id=reset.requested_by_id,
        person_id=reset.person_id,
        requested_at=reset.requested_at,
        now=clock.now(),
    )
    if reset.state is not ResetState.REQUESTED:
        raise Refused(Reason.RESET_IS_OVER)
    code = passwords.new_paper_code()
    reset.confirmed_by_id, reset.confirmed_at = actor.person_id, clock.now()
    reset.code_hash, reset.state = passwords.hash_of_paper_code(code), ResetState.CONFIRMED
    audit.record(session, actor, Tag.PHONE_RESET_CONFIRMED, reset, person=reset.person_id)
    return code


def give_first_code(session: Session, person_id: int) -> str:
    """Return a code for someone without a phone while there are no two officials yet: whoever sets the installation up gives it."""
    code = passwords.new_paper_code()
    reset = PhoneReset(
        person_id=person_id,
        requested_by_id=person_id,
        requested_at=clock.now(),
        confirmed_at=clock.now(),
        password_too=True,
        code_hash=passwords.hash_of_paper_code(code),
        state=ResetState.CONFIRMED,
    )
    session.add(reset)
    audit.record(session, SYSTEM, Tag.PHONE_RESET_CONFIRMED, reset, person=person_id, password_too=True)
    return code


def begin(session: Session, origin: Origin) -> Replacement:
    """Note a try with a reset code; it counts like a try to sign in."""
    candidate = service.begin(session, origin)
    reset = queries.confirmed_reset_of(session, candidate.person_id) if candidate.person_id is not None else None
    return Replacement(candidate, password_is_new=reset is not None and reset.password_too)


def open_with(
    session: Session, replacement: Replacement, *, code: str, password_is_right: bool, new_hash: str | None
) -> int:
    """Accept a reset code, make a new secret for the authenticator, and return the reset's id; nothing is replaced yet."""
    candidate = replacement.candidate
    reset = queries.confirmed_reset_of(session, candidate.person_id) if candidate.person_id is not None else None
    is_right = new_hash is not None if replacement.password_is_new else password_is_right
    if reset is None or reset.code_hash != passwords.hash_of_paper_code(code) or not is_right:
        raise Refused(Reason.RESET_CODE_WRONG)
    tries.succeeded(session, candidate.attempt_id)
    reset.new_secret = passwords.new_secret()
    reset.code_hash = None  # it works once
    if reset.password_too and new_hash is not None:
        person = session.get_one(Person, reset.person_id)
        person.password_hash = new_hash
        audit.record(session, _as(person), Tag.PASSWORD_CHANGED, person)
    return reset.id


def replace(session: Session, reset_id: int, code: str) -> None:
    """Replace the phone once the new one showed its first code; every device of the person is signed out, and no passkey is left: what held it may be lost too."""
    reset = queries.opened_reset(session, reset_id)
    if reset is None or reset.new_secret is None:
        raise Refused(Reason.RESET_IS_OVER)
    step = passwords.step_shown(reset.new_secret, code, clock.now())
    if step is None:
        raise Refused(Reason.CODE_WRONG)
    person = session.get_one(Person, reset.person_id)
    person.totp_secret, person.totp_last_step = reset.new_secret, step
    reset.new_secret, reset.state = None, ResetState.USED
    sessions.revoke_all(session, person.id)
    passkeys.remove_all(session, person)
    audit.record(session, _as(person), Tag.PHONE_REPLACED, reset, person=person.id)
    notices.tell(
        session,
        person.id,
        Sentence.PHONE_REPLACED,
        key=f"replaced:{reset.id}",
        address="/sign-in/devices",
        title=person.name,
    )


def _person_for(session: Session, actor: Actor, person_id: int) -> Person:
    """Return a person whose phone the actor may reset: of a body of theirs, or of none."""
    person = session.get(Person, person_id)
    if person is None or not queries.may_reset(session, actor, person_id):
        raise NotFound
    return person


def _reset_for(session: Session, actor: Actor, reset_id: int) -> PhoneReset:
    reset = session.get(PhoneReset, reset_id, with_for_update=True)
    if reset is None or not queries.may_reset(session, actor, reset.person_id):
        raise NotFound
    return reset


def _as(person: Person) -> Actor:
    """The person themselves, who has no session in this moment."""
    return Actor(person_id=person.id, name=person.name, language=person.language)
