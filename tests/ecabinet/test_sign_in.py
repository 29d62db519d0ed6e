"""The verbs of signing in, on both databases: codes used once, tries slowed down, sessions that end."""

from datetime import UTC, datetime, timedelta
from threading import Thread

import pyotp
import pytest
import time_machine

from ecabinet import clock
from ecabinet.access import Actor
from ecabinet.audit import AuditEntry, Tag
from ecabinet.database import reading, transaction
from ecabinet.organisation.models import Body, Person
from ecabinet.refusals import NotFound, Refused, StepUpNeeded
from ecabinet.sign_in import passwords, resets, service, sessions, tries
from ecabinet.sign_in.models import DeviceSession, Passkey, PhoneReset, SignInAttempt
from ecabinet.sign_in.rules import Reason
from ecabinet.sign_in.tries import Origin
from tests.persona import Persona
from tests.world import World

# Who may do what, and what is refused, does not depend on the database; what it must hold or lock is tried on both.
pytestmark = pytest.mark.any_database

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
STRANGER = Origin("health_minister", "203.0.113.7")
AT_HOME = Origin("health_minister", "203.0.113.7", tries.mark_of("her tablet"))
EIGHT = datetime(2026, 11, 23, 1, 0, 10, tzinfo=UTC)


def give_phone(person_id: int) -> None:
    with transaction() as session:
        person = session.get_one(Person, person_id)
        person.totp_secret, person.password_hash = SECRET, passwords.NOBODYS_HASH


def code(*, later: int = 0) -> str:
    """Return the code an authenticator shows, some half minutes later."""
    return pyotp.TOTP(SECRET).at(clock.now() + timedelta(seconds=30 * later))


def signs_in(origin: Origin, shown: str, *, password_is_right: bool = True) -> str:
    with transaction() as session:
        candidate = service.begin(session, origin)
    with transaction() as session:
        return service.enter(
            session, candidate, password_is_right=password_is_right, code=shown, device="tablet", address=origin.address
        )


def steps_up(actor: Actor, shown: str) -> str:
    with transaction() as session:
        candidate = service.begin_within(session, actor, "203.0.113.7")
    with transaction() as session:
        return service.step_up(session, actor, candidate, shown)


def fails(origin: Origin, times: int) -> None:
    for _time in range(times):
        with pytest.raises(Refused) as refusal:
            signs_in(origin, "000000", password_is_right=False)
        assert refusal.value.reason is Reason.NOT_LET_IN


def must_wait(origin: Origin) -> int:
    with pytest.raises(Refused) as refusal:
        signs_in(origin, "000000", password_is_right=False)
    assert refusal.value.reason is Reason.TOO_FAST
    return int(str(refusal.value.values["seconds"]))


def test_password_and_code_let_in_and_count_as_step_up(government: World) -> None:
    give_phone(government.person("health_minister"))
    token = signs_in(AT_HOME, code())
    with reading() as session:
        signed = sessions.signed_in_by(session, token)
    assert signed is not None
    assert signed.actor.person_id == government.person("health_minister")
    signed.actor.must_have_stepped_up(clock.now())
    assert signed.actor.memberships[government.body_id] == government.membership("health_minister")


def test_what_showed_who_it_is_stays_with_the_session_and_a_check_in_says_less(government: World) -> None:
    give_phone(government.person("health_minister"))
    with time_machine.travel(EIGHT, tick=False):
        token = signs_in(AT_HOME, code())
        checks_in(token)
        assert proof_of(token) == f"totp:{int(EIGHT.timestamp()) // 30}"
    with time_machine.travel(EIGHT + timedelta(minutes=15), tick=False):
        checks_in(token)
        assert proof_of(token) == "check-in"


def checks_in(token: str) -> None:
    with transaction() as session:
        signed = sessions.signed_in_by(session, token)
        assert signed is not None
        sessions.step_up(session, signed.actor, by=sessions.CHECK_IN)


def proof_of(token: str) -> str:
    with reading() as session:
        signed = sessions.signed_in_by(session, token)
    assert signed is not None
    return signed.actor.stepped_up_by


@pytest.mark.both_databases
def test_a_code_lets_in_once_also_when_it_is_sent_twice_at_the_same_moment(government: World) -> None:
    give_phone(government.person("health_minister"))
    shown, answers = code(), []

    def send() -> None:
        try:
            answers.append(signs_in(AT_HOME, shown))
        except Refused as refusal:
            answers.append(refusal.reason)

    threads = [Thread(target=send) for _time in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(str(answer) for answer in answers if isinstance(answer, Reason)) == [Reason.CODE_USED] * 3


def test_a_code_older_than_the_last_one_used_is_refused_and_the_next_one_is_not(government: World) -> None:
    give_phone(government.person("health_minister"))
    with time_machine.travel(EIGHT, tick=False):
        earlier = code()
        signs_in(AT_HOME, code(later=1))
        with pytest.raises(Refused) as refusal:
            signs_in(AT_HOME, earlier)
        assert refusal.value.reason is Reason.CODE_USED
    with time_machine.travel(EIGHT + timedelta(seconds=60), tick=False):
        assert signs_in(AT_HOME, code())


@pytest.mark.parametrize(("right", "shown"), [(False, None), (True, "000000"), (True, "")])
def test_a_wrong_password_and_a_wrong_code_get_the_same_answer(
    government: World, *, right: bool, shown: str | None
) -> None:
    give_phone(government.person("health_minister"))
    with pytest.raises(Refused) as refusal:
        signs_in(AT_HOME, code() if shown is None else shown, password_is_right=right)
    assert refusal.value.reason is Reason.NOT_LET_IN


def test_a_wrong_password_does_not_use_the_code_up(government: World) -> None:
    give_phone(government.person("health_minister"))
    shown = code()
    with pytest.raises(Refused):
        signs_in(STRANGER, shown, password_is_right=False)
    assert signs_in(AT_HOME, shown)


def test_nobody_and_somebody_without_a_phone_are_not_let_in(government: World) -> None:  # noqa: ARG001 - the world's people
    for account in ("nobody", "finance_minister"):
        with pytest.raises(Refused) as refusal:
            signs_in(Origin(account, "203.0.113.7"), "000000")
        assert refusal.value.reason is Reason.NOT_LET_IN


def test_who_has_left_is_not_let_in(government: World) -> None:
    give_phone(government.person("health_minister"))
    with transaction() as session:
        session.get_one(Person, government.person("health_minister")).left_on = clock.today()
    with pytest.raises(Refused):
        signs_in(AT_HOME, code())


@pytest.mark.both_databases
def test_strangers_are_slowed_down_but_never_keep_the_members_known_device_out(government: World) -> None:
    give_phone(government.person("health_minister"))
    with time_machine.travel(EIGHT, tick=False):
        fails(STRANGER, 5)
        assert must_wait(STRANGER) == 2
        assert must_wait(Origin("health_minister", "198.51.100.1")) == 2  # from elsewhere too: it counts by account
        assert signs_in(AT_HOME, code())


@pytest.mark.both_databases
def test_a_known_device_has_a_count_of_its_own_which_a_good_try_ends(government: World) -> None:
    give_phone(government.person("health_minister"))
    with time_machine.travel(EIGHT, tick=False):
        fails(AT_HOME, 4)
        assert signs_in(AT_HOME, code())
        fails(AT_HOME, 5)
        assert must_wait(AT_HOME) == 2


@pytest.mark.both_databases
def test_one_address_is_slowed_down_over_all_accounts(government: World) -> None:  # noqa: ARG001 - the world's people
    with time_machine.travel(EIGHT, tick=False):
        for number in range(30):
            fails(Origin(f"account {number}", "203.0.113.7"), 1)
        assert must_wait(Origin("another account", "203.0.113.7")) == 2
        fails(Origin("another account", "198.51.100.1"), 1)


@pytest.mark.both_databases
def test_who_waited_may_try_again_and_after_ten_minutes_all_is_forgotten(government: World) -> None:  # noqa: ARG001
    with time_machine.travel(EIGHT, tick=False) as traveller:
        fails(STRANGER, 5)
        traveller.shift(2)
        fails(STRANGER, 1)
        assert must_wait(STRANGER) == 4
        traveller.shift(600)
        fails(STRANGER, 5)


def test_a_try_that_came_too_early_leaves_no_row(government: World) -> None:  # noqa: ARG001
    with time_machine.travel(EIGHT, tick=False):
        fails(STRANGER, 5)
        must_wait(STRANGER)
    with reading() as session:
        assert session.query(SignInAttempt).count() == 5


def test_a_step_up_begins_a_lease_as_long_as_the_strictest_body_asks_and_changes_the_cookie(
    government: World, health_minister: Persona
) -> None:
    give_phone(health_minister.person_id)
    with transaction() as session:
        session.get_one(Body, government.committee_id).step_up_minutes = 7
    with time_machine.travel(clock.now() + timedelta(minutes=14, seconds=59), tick=False):
        before = health_minister.token
        actor = health_minister.actor()
        after = steps_up(actor, code())
        with reading() as session:
            signed = sessions.signed_in_by(session, after)
        assert after != before
        assert signed is not None
        assert signed.actor.stepped_up_until == clock.now() + timedelta(minutes=7)
    with time_machine.travel(clock.now() + timedelta(minutes=15, seconds=40), tick=False), reading() as session:
        assert sessions.signed_in_by(session, before) is None  # what was under way is over
        assert sessions.signed_in_by(session, after) is not None


def test_a_lease_ends_by_itself(health_minister: Persona) -> None:
    health_minister.actor().must_have_stepped_up(clock.now())
    with pytest.raises(StepUpNeeded):
        health_minister.actor().must_have_stepped_up(clock.now() + timedelta(minutes=15, seconds=1))


def test_wrong_codes_within_a_session_slow_down_that_session_alone(
    health_minister: Persona, finance_minister: Persona
) -> None:
    def tries_code(persona: Persona) -> Reason:
        with pytest.raises(Refused) as refusal:
            steps_up(persona.actor(), "000000")
        assert isinstance(refusal.value.reason, Reason)
        return refusal.value.reason

    give_phone(health_minister.person_id)
    give_phone(finance_minister.person_id)
    with time_machine.travel(clock.now(), tick=False):
        assert [tries_code(health_minister) for _time in range(6)] == [Reason.CODE_WRONG] * 5 + [Reason.TOO_FAST]
        assert tries_code(finance_minister) is Reason.CODE_WRONG


@pytest.mark.both_databases
def test_a_revoked_session_is_out_at_once_and_its_sockets_are_told(health_minister: Persona) -> None:
    actor = health_minister.actor()
    with transaction() as session:
        sessions.revoke(session, actor, actor.session_id or 0)
    with reading() as session:
        assert sessions.signed_in_by(session, health_minister.token) is None
        assert sessions.living(session, [actor.session_id or 0]) == set()


def test_nobody_revokes_the_device_of_somebody_else(health_minister: Persona, finance_minister: Persona) -> None:
    with pytest.raises(NotFound), transaction() as session:
        sessions.revoke(session, finance_minister.actor(), health_minister.actor().session_id or 0)
    assert health_minister.actor().person_id == health_minister.person_id


@pytest.mark.both_databases
def test_a_session_ends_after_twelve_hours_and_is_locked_after_a_quarter_without_use(health_minister: Persona) -> None:
    started = clock.now()
    for minutes, locked in ((14, False), (16, True)):
        with time_machine.travel(started + timedelta(minutes=minutes), tick=False), reading() as session:
            signed = sessions.signed_in_by(session, health_minister.token)
            assert signed is not None
            assert signed.is_locked is locked
    with time_machine.travel(started + timedelta(hours=12, seconds=1), tick=False), reading() as session:
        assert sessions.signed_in_by(session, health_minister.token) is None


def asks_for_reset(official: Persona, person_id: int, *, password_too: bool = False) -> int:
    with transaction() as session:
        return resets.request(session, official.actor(), person_id, password_too=password_too).id


def confirms(official: Persona, reset_id: int) -> str:
    with transaction() as session:
        return resets.confirm(session, official.actor(), reset_id)


def opens(person: str, paper: str, *, password_is_right: bool = True, new_hash: str | None = None) -> int:
    with transaction() as session:
        replacement = resets.begin(session, Origin(person, "203.0.113.7"))
    with transaction() as session:
        return resets.open_with(
            session, replacement, code=paper, password_is_right=password_is_right, new_hash=new_hash
        )


@pytest.mark.both_databases
def test_two_officials_replace_a_lost_phone_and_every_device_is_out(
    secretary: Persona, administrator: Persona, health_minister: Persona
) -> None:
    give_phone(health_minister.person_id)
    paper = confirms(administrator, asks_for_reset(secretary, health_minister.person_id))
    opened = opens("health_minister", paper.lower())
    with reading() as session:
        secret = session.get_one(PhoneReset, opened).new_secret or ""
    with transaction() as session:
        resets.replace(session, opened, pyotp.TOTP(secret).now())
    with reading() as session:
        assert session.get_one(Person, health_minister.person_id).totp_secret == secret != SECRET
        assert sessions.signed_in_by(session, health_minister.token) is None
        tags = {entry.tag for entry in session.query(AuditEntry).filter_by(subject_kind="phone_reset")}
    assert tags == {Tag.PHONE_RESET_REQUESTED, Tag.PHONE_RESET_CONFIRMED, Tag.PHONE_REPLACED}


def test_a_new_phone_takes_the_passkeys_away(
    secretary: Persona, administrator: Persona, health_minister: Persona
) -> None:
    give_phone(health_minister.person_id)
    with transaction() as session:
        session.get_one(Person, health_minister.person_id).signs_ballots = True
        for person in (health_minister.person_id, secretary.person_id):
            key = Passkey(credential_id=f"key {person}", public_key=b"", sign_count=0, name="", created_at=clock.now())
            key.person_id = person
            session.add(key)
    opened = opens("health_minister", confirms(administrator, asks_for_reset(secretary, health_minister.person_id)))
    with transaction() as session:
        secret = session.get_one(PhoneReset, opened).new_secret or ""
        resets.replace(session, opened, pyotp.TOTP(secret).now())
    with reading() as session:
        assert [key.person_id for key in session.query(Passkey)] == [secretary.person_id]
        assert not session.get_one(Person, health_minister.person_id).signs_ballots


def test_one_official_alone_resets_nothing(secretary: Persona, health_minister: Persona) -> None:
    reset = asks_for_reset(secretary, health_minister.person_id)
    with pytest.raises(Refused) as refusal:
        confirms(secretary, reset)
    assert refusal.value.reason is Reason.SECOND_OFFICIAL


def test_an_official_neither_asks_for_nor_confirms_their_own_reset(
    secretary: Persona, second_secretary: Persona
) -> None:
    with pytest.raises(Refused) as refusal:
        asks_for_reset(secretary, secretary.person_id)
    assert refusal.value.reason is Reason.NOT_FOR_ONESELF
    reset = asks_for_reset(secretary, second_secretary.person_id)
    with pytest.raises(Refused) as refusal:
        confirms(second_secretary, reset)
    assert refusal.value.reason is Reason.NOT_FOR_ONESELF


def test_a_reset_code_works_once_within_the_hour_with_the_right_password(
    secretary: Persona, administrator: Persona, health_minister: Persona
) -> None:
    give_phone(health_minister.person_id)
    paper = confirms(administrator, asks_for_reset(secretary, health_minister.person_id))
    with pytest.raises(Refused):
        opens("health_minister", "AAAA-AAAA-AAAA")
    with pytest.raises(Refused):
        opens("health_minister", paper, password_is_right=False)
    with pytest.raises(Refused):
        opens("finance_minister", paper)
    with time_machine.travel(clock.now() + timedelta(hours=1, seconds=1), tick=False), pytest.raises(Refused):
        opens("health_minister", paper)
    opens("health_minister", paper)
    with pytest.raises(Refused) as refusal:
        opens("health_minister", paper)
    assert refusal.value.reason is Reason.RESET_CODE_WRONG


def test_the_old_phone_counts_until_the_new_one_has_shown_a_code(
    secretary: Persona, administrator: Persona, health_minister: Persona
) -> None:
    give_phone(health_minister.person_id)
    opened = opens("health_minister", confirms(administrator, asks_for_reset(secretary, health_minister.person_id)))
    with pytest.raises(Refused) as refusal, transaction() as session:
        resets.replace(session, opened, "000000")
    assert refusal.value.reason is Reason.CODE_WRONG
    assert signs_in(AT_HOME, code())


def test_who_has_no_password_chooses_one_with_the_reset_code(
    secretary: Persona, administrator: Persona, outsider: Persona
) -> None:
    paper = confirms(administrator, asks_for_reset(secretary, outsider.person_id))
    with pytest.raises(Refused):
        opens("outsider", paper)
    opens("outsider", paper, new_hash="a hash")
    with reading() as session:
        assert session.get_one(Person, outsider.person_id).password_hash == "a hash"


def test_a_lost_password_is_replaced_only_when_the_officials_said_so(
    secretary: Persona, administrator: Persona, health_minister: Persona
) -> None:
    give_phone(health_minister.person_id)
    paper = confirms(administrator, asks_for_reset(secretary, health_minister.person_id, password_too=True))
    opens("health_minister", paper, password_is_right=False, new_hash="a hash")
    with reading() as session:
        assert session.get_one(Person, health_minister.person_id).password_hash == "a hash"


@pytest.mark.both_databases
def test_a_second_reset_beside_a_waiting_one_is_refused(
    secretary: Persona, second_secretary: Persona, health_minister: Persona
) -> None:
    asks_for_reset(secretary, health_minister.person_id)
    with pytest.raises(Refused) as refusal:
        asks_for_reset(second_secretary, health_minister.person_id)
    assert refusal.value.reason is Reason.RESET_WAITS_ALREADY


def test_an_official_of_another_body_cannot_reset(government: World, health_minister: Persona) -> None:
    elsewhere = Actor(government.person("outsider"), "", "vi", stepped_up_until=clock.now() + timedelta(minutes=1))
    with pytest.raises(NotFound), transaction() as session:
        resets.request(session, elsewhere, health_minister.person_id, password_too=False)


def test_a_socket_outlives_the_cookie_it_was_opened_with_and_not_the_session(health_minister: Persona) -> None:
    actor = health_minister.actor()
    with transaction() as session:
        sessions.renew(session, actor)
    with reading() as session:
        assert sessions.signed_in_on(session, actor.session_id or 0) is not None
    with transaction() as session:
        sessions.revoke_all(session, health_minister.person_id)
    with reading() as session:
        assert sessions.signed_in_on(session, actor.session_id or 0) is None
        assert session.get_one(DeviceSession, actor.session_id).revoked_at is not None
