"""The outbox: each message once, tried again with growing pauses, never during quiet hours, one a day for those who want it so."""

import logging
from collections.abc import Iterator
from datetime import time

import pytest

from ecabinet import notices
from ecabinet.access import Actor
from ecabinet.database import transaction
from ecabinet.notices import Channel, DeliveryState, Sentence, sending_again
from ecabinet.notices.carriers import Fate, NotCarried, Trouble
from ecabinet.notices.models import Notice
from ecabinet.notices.rules import Reason
from ecabinet.organisation.models import Body
from ecabinet.refusals import NotFound, Refused
from tests.ecabinet.outbox import HOME, Clock, Outside, rows, states, stopped_clock, tell, wants
from tests.persona import Persona
from tests.world import World

SENT, WAITING, FAILED, UNCERTAIN = (
    DeliveryState.SENT,
    DeliveryState.WAITING,
    DeliveryState.FAILED,
    DeliveryState.UNCERTAIN,
)
PUT_OFF = (Trouble.PUT_OFF, Fate.AGAIN, 451)

on_sqlite = pytest.mark.any_database


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    with stopped_clock(monkeypatch) as stopped:
        yield stopped


@pytest.fixture
def outside() -> Outside:
    return Outside()


@on_sqlite
def test_a_message_says_that_something_waits_and_where_and_nothing_else(
    government: World, now: Clock, outside: Outside
) -> None:
    tell(government, urgent=True)
    assert outside.send() == 1
    [(channel, message)] = outside.carried
    assert (channel, message.recipient) == (Channel.EMAIL, "health_minister@example.test")
    assert message.text == f"Something waits for you in e-Cabinet. Sign in to see it: {HOME}"
    assert "MARKER" not in repr(message)
    assert states() == [SENT]
    assert outside.send() == 0
    assert rows()[0].changed_at == now.now


@on_sqlite
@pytest.mark.usefixtures("now")
def test_each_message_is_written_in_the_persons_language(government: World, outside: Outside) -> None:
    wants(government, language="vi", phone="+84912345678")
    tell(government, urgent=True)
    outside.send()
    for text in outside.texts:
        assert text == f"Có việc chờ xử lý trên e-Cabinet. Xin đăng nhập để xem: {HOME}"
    assert len(outside.texts) == 2


@on_sqlite
@pytest.mark.usefixtures("now")
def test_a_text_message_is_for_what_is_urgent_alone(government: World, outside: Outside) -> None:
    wants(government, phone="+84912345678")
    tell(government, key="one")
    tell(government, key="two", urgent=True)
    outside.send()
    assert [channel for channel, _message in outside.carried] == [Channel.EMAIL, Channel.EMAIL, Channel.SMS]
    assert outside.carried[-1][1].recipient == "+84912345678"
    assert len({message.key for _channel, message in outside.carried}) == 3


@on_sqlite
def test_who_has_left_gets_no_message(government: World, now: Clock, outside: Outside) -> None:
    wants(government, left_on=now().date())
    tell(government)
    assert outside.send() == 0
    assert rows() == []


def test_a_message_that_is_put_off_is_tried_five_times_with_growing_pauses_and_then_given_up(
    government: World, now: Clock, outside: Outside
) -> None:
    tell(government)
    outside.fails = [NotCarried(*PUT_OFF) for _attempt in range(5)]
    for minutes in (1, 5, 25, 125):
        assert outside.send() == 1
        assert states() == [WAITING]
        now.passes(minutes=minutes, seconds=-1)
        assert outside.send() == 0
        now.passes(seconds=1)
    assert outside.send() == 1
    [row] = rows()
    assert (row.state, row.attempts, row.trouble) == (FAILED, 5, "PUT_OFF:451")
    now.passes(days=1)
    assert outside.send() == 0


@on_sqlite
@pytest.mark.parametrize(
    ("failure", "state", "trouble"),
    [
        (NotCarried(Trouble.REFUSED, Fate.NEVER, 550), FAILED, "REFUSED:550"),
        (NotCarried(Trouble.NO_ANSWER, Fate.UNKNOWN), UNCERTAIN, "NO_ANSWER"),
        (RuntimeError("what nobody thought of"), FAILED, "BROKEN"),
    ],
)
def test_what_will_not_get_better_is_not_tried_again_and_holds_up_nobody(
    government: World, now: Clock, outside: Outside, failure: Exception, state: DeliveryState, trouble: str
) -> None:
    tell(government)
    tell(government, "officer")
    outside.fails = [failure]
    assert outside.send() == 2
    assert states() == [state, SENT]
    assert rows()[0].trouble == trouble
    now.passes(days=1)
    assert outside.send() == 0


@on_sqlite
@pytest.mark.usefixtures("now")
def test_a_server_that_asks_for_patience_is_left_alone_until_the_next_turn(government: World, outside: Outside) -> None:
    tell(government)
    tell(government, "officer")
    outside.fails = [NotCarried(*PUT_OFF)]
    assert outside.send() == 1
    assert states() == [WAITING, WAITING]
    assert outside.send() == 1
    assert states() == [WAITING, SENT]


def died_while_handing_over(outside: Outside) -> None:
    outside.fails = [SystemExit()]
    with pytest.raises(SystemExit):
        outside.send()


def test_what_was_being_handed_over_goes_again_as_the_same_message_where_that_is_harmless(
    government: World, now: Clock, outside: Outside, caplog: pytest.LogCaptureFixture
) -> None:
    tell(government)
    died_while_handing_over(outside)
    now.passes(minutes=9)
    assert outside.send() == 0
    now.passes(minutes=2)
    with caplog.at_level(logging.ERROR):
        assert outside.send() == 1
    assert states() == [SENT]
    assert outside.carried[0] == outside.carried[1]
    assert "was being handed over when the worker stopped" in caplog.text


def test_where_nobody_can_know_people_decide_and_a_second_try_is_the_same_message(
    government: World, now: Clock, secretary: Persona
) -> None:
    outside = Outside(is_idempotent=False)
    tell(government)
    died_while_handing_over(outside)
    now.passes(minutes=11)
    assert outside.send() == 0
    [row] = rows()
    assert (row.state, row.trouble) == (UNCERTAIN, "STOPPED")
    assert len(outside.carried) == 1
    send_again(secretary.actor(), row.id)
    assert outside.send() == 1
    assert outside.carried[0] == outside.carried[1]
    assert states() == [SENT]


def send_again(actor: Actor, delivery_id: int) -> None:
    with transaction() as session:
        sending_again.send_again(session, actor, delivery_id)


@on_sqlite
def test_what_kills_every_worker_is_given_up_in_the_end(government: World, now: Clock, outside: Outside) -> None:
    tell(government)
    for _attempt in range(5):
        died_while_handing_over(outside)
        now.passes(minutes=11)
    assert outside.send() == 0
    assert states() == [FAILED]


@on_sqlite
@pytest.mark.usefixtures("now")
def test_what_failed_is_sent_again_as_a_new_message_to_the_address_of_now(
    government: World, outside: Outside, secretary: Persona
) -> None:
    tell(government)
    outside.fails = [NotCarried(Trouble.REFUSED, Fate.NEVER, 550)]
    outside.send()
    old = rows()[0].key
    wants(government, email="new@example.test")
    send_again(secretary.actor(), rows()[0].id)
    assert outside.send() == 1
    [(_channel, message)] = outside.carried
    assert message.recipient == "new@example.test"
    assert message.key != old


@on_sqlite
@pytest.mark.usefixtures("now")
def test_only_what_failed_is_sent_again_and_only_where_there_is_an_address(
    government: World, outside: Outside, secretary: Persona, health_minister: Persona
) -> None:
    tell(government)
    with pytest.raises(Refused) as refusal:
        send_again(secretary.actor(), rows()[0].id)
    assert refusal.value.reason is Reason.NOTHING_TO_SEND
    outside.fails = [NotCarried(Trouble.REFUSED, Fate.NEVER, 550)]
    outside.send()
    with pytest.raises(NotFound):
        send_again(health_minister.actor(), rows()[0].id)
    wants(government, email=None)
    with pytest.raises(Refused) as refusal:
        send_again(secretary.actor(), rows()[0].id)
    assert refusal.value.reason is Reason.NO_ADDRESS


@on_sqlite
def test_messages_wait_for_the_end_of_the_bodys_quiet_hours_and_notices_do_not(
    government: World, now: Clock, outside: Outside
) -> None:
    now.is_at("2026-11-23T22:00:00+07:00")
    tell(government, urgent=True)
    with transaction() as session:
        assert notices.unread_count(session, government.person("health_minister")) == 1
    assert outside.send() == 0
    now.is_at("2026-11-24T06:59:59+07:00")
    assert outside.send() == 0
    now.is_at("2026-11-24T07:00:00+07:00")
    assert outside.send() == 1


@on_sqlite
def test_quiet_hours_are_those_of_the_body_that_tells(government: World, now: Clock, outside: Outside) -> None:
    with transaction() as session:
        session.get_one(Body, government.committee_id).quiet_until = time(9)
    now.is_at("2026-11-23T22:00:00+07:00")
    tell(government, key="of the government", body_id=government.body_id)
    tell(government, key="of the committee", body_id=government.committee_id)
    tell(government, key="of nobody in particular")
    now.is_at("2026-11-24T07:00:00+07:00")
    assert outside.send() == 1
    now.is_at("2026-11-24T09:00:00+07:00")
    assert outside.send() == 2


@on_sqlite
def test_what_touches_ones_account_or_ballot_waits_for_no_morning_and_no_message_of_the_day(
    government: World, now: Clock, outside: Outside
) -> None:
    wants(government, digest=True)
    now.is_at("2026-11-23T22:00:00+07:00")
    tell(government, sentence=Sentence.PASSKEY_ADDED)
    assert outside.send() == 1


def test_one_message_a_day_says_how_many_things_wait_and_of_which_kind(
    government: World, now: Clock, outside: Outside
) -> None:
    wants(government, digest=True)
    tell(government, key="one", sentence=Sentence.OPINION_CIRCULATED)
    now.passes(hours=3)
    tell(government, key="two", sentence=Sentence.OPINION_REMINDER)
    tell(government, key="three")
    tell(government, "officer", key="three")
    assert outside.send() == 1  # the officer's
    now.is_at("2026-11-24T07:29:59+07:00")
    assert outside.send() == 0
    now.is_at("2026-11-24T07:30:00+07:00")
    assert outside.send() == 1
    text = outside.texts[-1]
    assert text == (
        f"So many things wait for you in e-Cabinet: 3. Sign in to see them: {HOME}\n\nWritten opinions: 2\nDossiers: 1"
    )
    assert states() == [SENT] * 4
    now.passes(days=1)
    assert outside.send() == 0


@on_sqlite
@pytest.mark.usefixtures("now")
def test_the_last_reminder_is_not_held_back_for_the_message_of_the_day(government: World, outside: Outside) -> None:
    wants(government, digest=True, phone="+84912345678")
    tell(government, key="one", sentence=Sentence.OPINION_REMINDER)
    tell(government, key="two", sentence=Sentence.OPINION_REMINDER, urgent=True)
    assert outside.send() == 2
    assert [channel for channel, _message in outside.carried] == [Channel.EMAIL, Channel.SMS]
    assert "So many" not in outside.texts[0]


@on_sqlite
def test_the_message_of_the_day_that_was_cut_off_is_the_same_message_again(
    government: World, now: Clock, outside: Outside
) -> None:
    wants(government, digest=True)
    tell(government, key="one")
    tell(government, key="two")
    now.is_at("2026-11-24T07:30:00+07:00")
    died_while_handing_over(outside)
    tell(government, key="three")
    now.is_at("2026-11-24T08:00:00+07:00")
    assert outside.send() == 1
    assert outside.carried[0] == outside.carried[1]
    assert states() == [SENT, SENT, WAITING]
    now.is_at("2026-11-25T07:30:00+07:00")
    assert outside.send() == 1
    assert "e-Cabinet: 1." in outside.texts[-1]


@on_sqlite
def test_a_message_that_is_needed_no_more_when_its_time_comes_is_dropped(
    government: World, now: Clock, outside: Outside
) -> None:
    now.is_at("2026-11-23T22:00:00+07:00")
    tell(government, key="one")
    tell(government, key="two")
    now.is_at("2026-11-24T07:00:00+07:00")
    assert outside.send(lambda _session, notice: notice.key == "one") == 2
    assert states() == [DeliveryState.DROPPED, SENT]
    assert len(outside.carried) == 1


@on_sqlite
@pytest.mark.usefixtures("now")
def test_a_turn_ends_after_fifty_messages_so_that_other_work_gets_its_turn(government: World, outside: Outside) -> None:
    for number in range(53):
        tell(government, key=f"key {number}")
    assert [outside.send(), outside.send(), outside.send()] == [50, 3, 0]


@on_sqlite
@pytest.mark.usefixtures("now")
def test_an_office_is_told_but_for_those_who_must_not_know(government: World) -> None:
    reader = government.person("office_reader")
    seat = government.membership("health_minister")

    def told(key: str, but: tuple[int, ...]) -> list[int]:
        with transaction() as session:
            return notices.tell_office(
                session, seat, Sentence.OPINION_REMINDER_TO_OFFICE, key=key, address="/", but=but, title="x"
            )

    assert told("one", ()) == [reader]
    assert told("two", (reader,)) == []
    assert [row.person_id for row in rows()] == [reader]
    with transaction() as session:
        assert session.query(Notice).count() == 1
        assert notices.office_of(session, government.membership("finance_minister")) == []
