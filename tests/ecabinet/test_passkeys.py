"""Passkeys on both databases: what is accepted of them, what is not, and that nothing they answer counts twice."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import product
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ecabinet import clock
from ecabinet.access import Actor
from ecabinet.audit import AuditEntry, Tag
from ecabinet.database import reading, transaction
from ecabinet.notices import Notice
from ecabinet.organisation.models import Person
from ecabinet.refusals import NotFound, Refused, StepUpNeeded
from ecabinet.sign_in import challenges, passkeys, relying_party, rules, sessions, tries
from ecabinet.sign_in.models import Passkey, PasskeyChallenge, Purpose
from ecabinet.sign_in.passkeys import Options
from ecabinet.sign_in.rules import Reason
from ecabinet.sign_in.service import Candidate
from ecabinet.sign_in.tries import Origin
from tests.authenticator import PRESENT, VERIFIED, Authenticator, bytes_of, text_of
from tests.persona import Persona
from tests.world import World

# Who may do what, and what is refused, does not depend on the database; what it must hold or lock is tried on both.
pytestmark = pytest.mark.any_database

BALLOT = hashlib.sha256(b"a ballot").digest()


@pytest.fixture(autouse=True)
def _served() -> None:
    relying_party.serve(["http://localhost"])


def adds(actor: Actor, device: Authenticator, name: str = "tablet") -> int:
    with transaction() as session:
        asked, options = passkeys.ask_to_add(session, actor)
    with transaction() as session:
        challenge = challenges.take(session, Purpose.ADD, actor.session_id, asked.id)
    with transaction() as session:
        return passkeys.add(session, actor, challenge, name, device.made(options)).id


def asks(actor: Actor) -> tuple[int, Options]:
    with transaction() as session:
        asked, options = passkeys.ask_to_confirm(session, actor)
        return asked.id, options


def confirms(actor: Actor, asked: int, sent: dict[str, str]) -> str:
    with transaction() as session:
        attempt = tries.begin(session, Origin("x", "203.0.113.7"))
        challenge = challenges.take(session, Purpose.CONFIRM, actor.session_id, asked)
    with transaction() as session:
        return passkeys.confirm(session, actor, Candidate(attempt, actor.person_id, ""), challenge, sent)


def enters(device: Authenticator, **lies: str) -> str:
    with transaction() as session:
        asked, options = passkeys.ask_to_enter(session)
    sent = {**device.answer(options), **lies}
    with transaction() as session:
        attempt = tries.begin(session, Origin(passkeys.account_of(session, sent), "203.0.113.7"))
        challenge = challenges.take(session, Purpose.ENTER, None, asked.id)
    with transaction() as session:
        return passkeys.enter(session, attempt, challenge, sent, device="tablet", address="203.0.113.7")[1]


def refusal(of: Callable[[], object]) -> Reason:
    with pytest.raises(Refused) as refused:
        of()
    assert isinstance(refused.value.reason, Reason)
    return refused.value.reason


@pytest.fixture
def minister(health_minister: Persona) -> Actor:
    return health_minister.actor()


@pytest.fixture
def device(minister: Actor) -> Authenticator:
    """A passkey of the minister, just added."""
    made = Authenticator()
    adds(minister, made)
    return made


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA", "RS256"])
def test_each_kind_of_key_is_added_confirms_and_signs_a_ballot(minister: Actor, algorithm: str) -> None:
    made = Authenticator(algorithm)
    adds(minister, made)
    asked, options = asks(minister)
    assert [each["id"] for each in options["allowCredentials"]] == [made.id]
    assert confirms(minister, asked, made.answer(options))
    with transaction() as session:
        kept = passkeys.check_bound(session, minister, BALLOT, made.signed(BALLOT))
    assert set(kept) == {"credential", "public_key", "authenticator", "client", "signature"}
    der = made.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert kept["credential"] == made.id
    assert bytes_of(kept["public_key"]) == der


def test_the_browser_is_asked_for_a_key_that_is_found_by_itself_and_verifies_the_person(
    minister: Actor, device: Authenticator
) -> None:
    with transaction() as session:
        _asked, options = passkeys.ask_to_add(session, minister)
    assert options["authenticatorSelection"] == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "required",
    }
    assert options["rp"]["id"] == "localhost"
    assert [each["id"] for each in options["excludeCredentials"]] == [device.id]
    assert minister.name.encode() not in bytes_of(options["user"]["id"])


@pytest.mark.both_databases
def test_an_added_passkey_is_told_and_written_down_and_one_removed_too(minister: Actor, device: Authenticator) -> None:
    with reading() as session:
        mine = passkeys.of_person(session, minister.person_id)
    assert [(passkey.name, passkey.credential_id) for passkey in mine] == [("tablet", device.id)]
    with transaction() as session:
        passkeys.remove(session, minister, mine[0].id)
    with reading() as session:
        assert passkeys.held_by(session, minister.person_id).credentials == ()
        told = [notice.sentence for notice in session.query(Notice).filter_by(person_id=minister.person_id)]
        written = [entry.tag for entry in session.query(AuditEntry).filter_by(subject_kind="passkey")]
    assert told == ["PASSKEY_ADDED", "PASSKEY_REMOVED"]
    assert written == [Tag.PASSKEY_ADDED, Tag.PASSKEY_REMOVED]


def test_adding_and_removing_need_a_step_up(minister: Actor, device: Authenticator) -> None:
    stale = replace(minister, stepped_up_until=clock.now())
    with pytest.raises(StepUpNeeded):
        adds(stale, Authenticator())
    with pytest.raises(StepUpNeeded), transaction() as session:
        passkeys.add(session, stale, b"", "tablet", {})
    with pytest.raises(StepUpNeeded), transaction() as session:
        passkeys.remove(session, stale, passkeys.of_person(session, device_owner(device))[0].id)


def device_owner(device: Authenticator) -> int:
    with reading() as session:
        return session.query(Passkey).filter_by(credential_id=device.id).one().person_id


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "http://elsewhere.example"},
        {"party": "elsewhere.example"},
        {"flags": PRESENT},
        {"flags": VERIFIED},
    ],
)
def test_a_passkey_of_another_place_or_without_its_person_is_not_taken(
    minister: Actor, device: Authenticator, lie: dict[str, object]
) -> None:
    for name, value in lie.items():
        setattr(device, name, value)
    asked, options = asks(minister)
    assert refusal(lambda: confirms(minister, asked, device.answer(options))) is Reason.PASSKEY_NOT_ACCEPTED
    assert refusal(lambda: bound(minister, device.signed(BALLOT))) is Reason.PASSKEY_NOT_ACCEPTED
    stranger = Authenticator(**lie)  # type: ignore[arg-type] # what it lies about is given by name
    assert refusal(lambda: adds(minister, stranger)) is Reason.PASSKEY_NOT_ACCEPTED


def bound(actor: Actor, sent: dict[str, str], challenge: bytes = BALLOT) -> dict[str, str]:
    with transaction() as session:
        return passkeys.check_bound(session, actor, challenge, sent)


def test_a_signature_for_one_ballot_is_none_for_another(minister: Actor, device: Authenticator) -> None:
    other = hashlib.sha256(b"another ballot").digest()
    assert refusal(lambda: bound(minister, device.signed(other))) is Reason.PASSKEY_NOT_ACCEPTED
    changed = {**device.signed(BALLOT), "signature": device.signed(other)["signature"]}
    assert refusal(lambda: bound(minister, changed)) is Reason.PASSKEY_NOT_ACCEPTED


def test_nobody_signs_with_the_passkey_of_somebody_else(
    device: Authenticator, finance_minister: Persona, minister: Actor
) -> None:
    stranger = finance_minister.actor()
    assert refusal(lambda: bound(stranger, device.signed(BALLOT))) is Reason.PASSKEY_NOT_ACCEPTED
    adds(stranger, own := Authenticator())
    asked, options = asks(stranger)
    assert refusal(lambda: confirms(stranger, asked, device.answer(options))) is Reason.PASSKEY_NOT_ACCEPTED
    with pytest.raises(NotFound), transaction() as session:
        passkeys.remove(session, minister, passkeys.of_person(session, stranger.person_id)[0].id)
    assert bound(stranger, own.signed(BALLOT))


def test_the_same_answer_to_a_ballot_is_good_again_and_an_older_one_is_not(
    minister: Actor, device: Authenticator
) -> None:
    earlier = device.signed(hashlib.sha256(b"the one before").digest())
    sent = device.signed(BALLOT)
    assert bound(minister, sent) == bound(minister, sent)
    before = hashlib.sha256(b"the one before").digest()
    assert refusal(lambda: bound(minister, earlier, before)) is Reason.PASSKEY_COPIED


@pytest.mark.both_databases
def test_a_copied_passkey_is_found_by_its_count_and_one_that_does_not_count_is_not_suspected(
    minister: Actor, device: Authenticator
) -> None:
    bound(minister, device.signed(BALLOT))
    device.count -= 1
    other = hashlib.sha256(b"another ballot").digest()
    assert refusal(lambda: bound(minister, device.signed(other), other)) is Reason.PASSKEY_COPIED
    adds(minister, countless := Authenticator(counts=False))
    for challenge in (BALLOT, other):
        assert bound(minister, countless.signed(challenge), challenge)


@pytest.mark.both_databases
def test_a_challenge_is_good_once_for_one_session_and_five_minutes(
    minister: Actor, device: Authenticator, finance_minister: Persona
) -> None:
    asked, options = asks(minister)
    wrong = {**device.answer(options), "signature": text_of(b"nonsense")}
    assert refusal(lambda: confirms(minister, asked, wrong)) is Reason.PASSKEY_NOT_ACCEPTED
    assert refusal(lambda: confirms(minister, asked, device.answer(options))) is Reason.PASSKEY_TOO_LATE
    asked, options = asks(minister)
    with transaction() as session:
        assert challenges.take(session, Purpose.CONFIRM, finance_minister.actor().session_id, asked) is None
        assert challenges.take(session, Purpose.ADD, minister.session_id, asked) is None
    with time_machine.travel(clock.now() + rules.CHALLENGE_LASTS, tick=False):
        assert refusal(lambda: confirms(minister, asked, device.answer(options))) is Reason.PASSKEY_TOO_LATE
        newest, _options = asks(minister)
    with reading() as session:
        assert [row.id for row in session.query(PasskeyChallenge)] == [newest]


def test_a_step_up_by_passkey_begins_the_lease_and_says_what_showed_it(minister: Actor, device: Authenticator) -> None:
    asked, options = asks(minister)
    with time_machine.travel(clock.now() + timedelta(minutes=4), tick=False):
        token = confirms(minister, asked, device.answer(options))
        with reading() as session:
            signed = sessions.signed_in_by(session, token)
        assert signed is not None
        assert signed.actor.stepped_up_until == clock.now() + timedelta(minutes=15)
    assert signed.actor.stepped_up_by == f"passkey:{device.id}"


def test_a_passkey_signs_in_and_counts_as_step_up(government: World, device: Authenticator) -> None:
    with reading() as session:
        signed = sessions.signed_in_by(session, enters(device))
    assert signed is not None
    assert signed.actor.person_id == government.person("health_minister")
    assert signed.actor.stepped_up_by == f"passkey:{device.id}"
    signed.actor.must_have_stepped_up(clock.now())


def test_nobody_is_let_in_by_a_passkey_unknown_removed_or_of_somebody_who_left(
    minister: Actor, device: Authenticator
) -> None:
    assert refusal(lambda: enters(Authenticator(user=device.user))) is Reason.PASSKEY_NOT_ACCEPTED
    assert refusal(lambda: enters(device, user=text_of(b"person 1"))) is Reason.PASSKEY_NOT_ACCEPTED
    with transaction() as session:
        session.get_one(Person, minister.person_id).left_on = clock.today()
    assert refusal(lambda: enters(device)) is Reason.PASSKEY_NOT_ACCEPTED
    with transaction() as session:
        person = session.get_one(Person, minister.person_id)
        person.left_on = None
        passkeys.remove_all(session, person)
    assert refusal(lambda: enters(device)) is Reason.PASSKEY_NOT_ACCEPTED


@pytest.mark.both_databases
def test_the_same_passkey_is_not_added_twice_and_not_more_than_ten(
    minister: Actor, device: Authenticator, finance_minister: Persona
) -> None:
    assert refusal(lambda: adds(finance_minister.actor(), device)) is Reason.PASSKEY_KNOWN
    for _number in range(rules.MOST_PASSKEYS - 1):
        adds(minister, Authenticator("EdDSA"))
    assert refusal(lambda: adds(minister, Authenticator())) is Reason.PASSKEYS_ENOUGH


def test_ballots_are_signed_by_wish_which_ends_with_the_last_passkey(minister: Actor) -> None:
    assert refusal(lambda: wishes(minister)) is Reason.NO_PASSKEY
    assert refusal(lambda: asks(minister)) is Reason.NO_PASSKEY
    passkey = adds(minister, device := Authenticator())
    wishes(minister)
    with reading() as session:
        assert passkeys.held_by(session, minister.person_id) == passkeys.Held((device.id,), signs_ballots=True)
    with transaction() as session:
        passkeys.remove(session, minister, passkey)
    adds(minister, Authenticator())
    with reading() as session:
        assert not passkeys.held_by(session, minister.person_id).signs_ballots


def wishes(actor: Actor) -> None:
    with transaction() as session:
        passkeys.sign_ballots(session, actor, wanted=True)


@pytest.mark.both_databases
def test_nonsense_is_refused_and_breaks_nothing(minister: Actor, device: Authenticator) -> None:
    good = device.signed(BALLOT)
    wrong: tuple[Any, ...] = (None, 7, [], "", "ä", "a", "A+/=", "A" * 20_000, "AAAA")
    for part, nonsense in product(("credential", "authenticator", "client", "signature"), wrong):
        assert refusal(partial(bound, minister, {**good, part: nonsense})) is Reason.PASSKEY_NOT_ACCEPTED


def test_the_address_of_an_installation_says_whether_passkeys_are_possible() -> None:
    def found(*origins: str) -> tuple[str, tuple[str, ...], bool]:
        party = rules.relying_party(origins)
        return party.id, party.origins, party.is_possible

    assert found("https://cabinet.example") == ("cabinet.example", ("https://cabinet.example",), True)
    both = ("https://cabinet.example", "https://cabinet.example:8443", "https://other.example")
    assert found(*both) == ("cabinet.example", both[:2], True)
    assert found("https://Cabinet.Example:443") == ("cabinet.example", ("https://cabinet.example",), True)
    assert found("http://localhost:8000") == ("localhost", ("http://localhost:8000",), True)
    for impossible in (
        "http://cabinet.example",
        "https://192.0.2.7",
        "http://127.0.0.1:8000",
        "https://[::1]",
        "https://",
    ):
        assert not rules.relying_party((impossible,)).is_possible


def test_where_passkeys_are_impossible_none_is_asked_for(minister: Actor) -> None:
    relying_party.serve(["https://192.0.2.7"])
    assert not relying_party.are_possible()
    assert refusal(lambda: adds(minister, Authenticator())) is Reason.PASSKEYS_IMPOSSIBLE
