"""Passkeys: added and removed by their person, asked to sign in, to confirm, and to sign one ballot."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ecabinet import audit, clock, notices
from ecabinet.access import Actor
from ecabinet.audit import Tag
from ecabinet.notices import Sentence
from ecabinet.organisation.models import Person
from ecabinet.refusals import NotFound, Refused
from ecabinet.sign_in import challenges, relying_party, rules, service, sessions, tries
from ecabinet.sign_in.models import Passkey, PasskeyChallenge, Purpose
from ecabinet.sign_in.relying_party import Answer
from ecabinet.sign_in.rules import Reason
from ecabinet.sign_in.service import Candidate

logger = logging.getLogger(__name__)

Sent = Mapping[str, object]
Options = dict[str, Any]


@dataclass(frozen=True)
class Held:
    """What a page with a ballot knows of its reader's passkeys."""

    credentials: tuple[str, ...] = ()
    signs_ballots: bool = False


def held_by(session: Session, person_id: int | None) -> Held:
    """Return the passkeys of a person, and whether each ballot shall be signed with one."""
    found = session.execute(
        select(Passkey.credential_id, Person.signs_ballots)
        .join(Person, Person.id == Passkey.person_id)
        .where(Passkey.person_id == person_id)
        .order_by(Passkey.id)
    ).all()
    return Held(tuple(row.credential_id for row in found), any(row.signs_ballots for row in found))


def of_person(session: Session, person_id: int | None) -> list[Passkey]:
    """Return the passkeys of a person, the oldest first."""
    return list(session.scalars(select(Passkey).where(Passkey.person_id == person_id).order_by(Passkey.id)))


def ask_to_add(session: Session, actor: Actor) -> tuple[PasskeyChallenge, Options]:
    """Begin a new passkey of the actor."""
    actor.must_have_stepped_up(clock.now())
    known = held_by(session, actor.person_id).credentials
    rules.check_may_add_passkey(len(known))
    asked = challenges.make(session, Purpose.ADD, actor.session_id)
    person = session.get_one(Person, actor.person_id)
    return asked, relying_party.creation_options(asked.challenge, person, known)


def add(session: Session, actor: Actor, challenge: bytes | None, name: str, sent: Sent) -> Passkey:
    """Keep a new passkey of the actor, who is told of it."""
    actor.must_have_stepped_up(clock.now())
    person = session.get_one(Person, actor.person_id, with_for_update=True)
    rules.check_may_add_passkey(len(of_person(session, person.id)))
    new = relying_party.check_new(challenges.in_time(challenge), sent)
    if _by_credential(session, new.credential) is not None:
        raise Refused(Reason.PASSKEY_KNOWN)
    passkey = Passkey(
        person_id=person.id,
        credential_id=new.credential,
        public_key=new.public_key,
        sign_count=new.sign_count,
        name=name,
        created_at=clock.now(),
    )
    session.add(passkey)
    audit.record(session, actor, Tag.PASSKEY_ADDED, passkey)
    _tell(session, passkey, Sentence.PASSKEY_ADDED, "added")
    return passkey


def remove(session: Session, actor: Actor, passkey_id: int) -> None:
    """Remove a passkey of the actor; with the last one goes the wish to sign ballots."""
    actor.must_have_stepped_up(clock.now())
    passkey = session.get(Passkey, passkey_id, with_for_update=True)
    if passkey is None or passkey.person_id != actor.person_id:
        raise NotFound
    audit.record(session, actor, Tag.PASSKEY_REMOVED, passkey)
    _tell(session, passkey, Sentence.PASSKEY_REMOVED, "removed")
    session.delete(passkey)
    session.flush()
    if not of_person(session, passkey.person_id):
        session.get_one(Person, passkey.person_id).signs_ballots = False


def remove_all(session: Session, person: Person) -> None:
    """Remove every passkey of a person whose factors are replaced."""
    session.execute(delete(Passkey).where(Passkey.person_id == person.id))
    person.signs_ballots = False


def sign_ballots(session: Session, actor: Actor, *, wanted: bool) -> None:
    """Remember whether the actor wants each ballot of theirs signed with a passkey."""
    if wanted and not held_by(session, actor.person_id).credentials:
        raise Refused(Reason.NO_PASSKEY)
    session.execute(update(Person).where(Person.id == actor.person_id).values(signs_ballots=wanted))


def ask_to_confirm(session: Session, actor: Actor) -> tuple[PasskeyChallenge, Options]:
    """Begin a step-up by one of the actor's passkeys."""
    credentials = held_by(session, actor.person_id).credentials
    if not credentials:
        raise Refused(Reason.NO_PASSKEY)
    asked = challenges.make(session, Purpose.CONFIRM, actor.session_id)
    return asked, relying_party.request_options(asked.challenge, credentials)


def confirm(session: Session, actor: Actor, candidate: Candidate, challenge: bytes | None, sent: Sent) -> str:
    """Begin a new lease by a passkey, unlock the screen with it, and return the cookie's new value."""
    answer = relying_party.read(sent)
    passkey = _of_actor(session, actor, answer)
    _check(passkey, challenges.in_time(challenge), answer)
    tries.succeeded(session, candidate.attempt_id)
    if actor.session_id is not None:
        sessions.seen(session, actor.session_id)
    return service.lease(session, actor, by=_as_proof(passkey))


def ask_to_enter(session: Session) -> tuple[PasskeyChallenge, Options]:
    """Begin signing in by a passkey; the device itself offers those it holds."""
    asked = challenges.make(session, Purpose.ENTER, None)
    return asked, relying_party.request_options(asked.challenge, ())


def account_of(session: Session, sent: Sent) -> str:
    """Return whose passkey this claims to be, for the count of tries; nobody's where it is not known here."""
    try:
        credential = relying_party.text_of(relying_party.bytes_of(sent.get("credential")))
    except Refused:
        return ""
    passkey = _by_credential(session, credential)
    return session.get_one(Person, passkey.person_id).account.lower() if passkey is not None else ""


def enter(
    session: Session, attempt_id: int, challenge: bytes | None, sent: Sent, *, device: str, address: str
) -> tuple[Person, str]:
    """Sign in by a passkey, which stands for password and code; return who it is and the new cookie's value."""
    answer = relying_party.read(sent)
    passkey = _by_credential(session, answer.credential)
    person = session.get(Person, passkey.person_id) if passkey is not None else None
    if passkey is None or person is None or not service.is_here(person):
        raise Refused(Reason.PASSKEY_NOT_ACCEPTED)
    if relying_party.bytes_of(sent.get("user")) != relying_party.user_handle(person.id):
        raise Refused(Reason.PASSKEY_NOT_ACCEPTED)
    _check(passkey, challenges.in_time(challenge), answer)
    tries.succeeded(session, attempt_id)
    return person, service.start(session, person, by=_as_proof(passkey), device=device, address=address)


def check_bound(session: Session, actor: Actor, challenge: bytes, assertion: Sent) -> dict[str, str]:
    """Check what a passkey of the actor signed for one ballot, whose challenge this is; return it as the box keeps it.

    The same answer sent again is good again: it says nothing but this ballot.
    """
    answer = relying_party.read(assertion)
    passkey = _of_actor(session, actor, answer)
    _check(passkey, challenge, answer)
    kept = {
        "credential": relying_party.bytes_of(passkey.credential_id),
        "public_key": relying_party.subject_public_key_info(passkey.public_key),
        "authenticator": answer.authenticator,
        "client": answer.client,
        "signature": answer.signature,
    }
    return {name: relying_party.text_of(value) for name, value in kept.items()}


def _by_credential(session: Session, credential: str) -> Passkey | None:
    return session.scalar(select(Passkey).where(Passkey.credential_id == credential).with_for_update())


def _of_actor(session: Session, actor: Actor, answer: Answer) -> Passkey:
    passkey = _by_credential(session, answer.credential)
    if passkey is None or passkey.person_id != actor.person_id:
        raise Refused(Reason.PASSKEY_NOT_ACCEPTED)
    return passkey


def _check(passkey: Passkey, challenge: bytes, answer: Answer) -> None:
    """Check an answer of this passkey and note that it was used."""
    shown = relying_party.check_answer(challenge, answer, passkey.public_key)
    if rules.counts_backwards(kept=passkey.sign_count, shown=shown) and answer.mark != passkey.last_signed:
        logger.warning("passkey %s counts backwards: it may have been copied", passkey.id)
        raise Refused(Reason.PASSKEY_COPIED)
    passkey.sign_count, passkey.last_signed, passkey.used_at = shown, answer.mark, clock.now()


def _as_proof(passkey: Passkey) -> str:
    return f"passkey:{passkey.credential_id}"


def _tell(session: Session, passkey: Passkey, sentence: Sentence, deed: str) -> None:
    session.flush()
    notices.tell(
        session,
        passkey.person_id,
        sentence,
        key=f"passkey:{deed}:{passkey.id}",
        address="/sign-in/account",
        title=passkey.name,
    )
