"""Those who have not answered in writing are reminded, on every channel that is theirs, and nobody else; nothing outside says of what."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from unittest import mock

import pytest
from sqlalchemy import select

from agenda_docs.models import Matter
from ecabinet import clock, jobs
from ecabinet.access import SYSTEM, Actor
from ecabinet.config import Config
from ecabinet.database import reading, transaction
from ecabinet.jobs import Job
from ecabinet.notices import Channel, Delivery, DeliveryState, Notice, Sentence, deliveries
from ecabinet.notices.installed import carriers_of
from ecabinet.organisation.models import Body, Person, RoleAssignment
from tests.ecabinet.outbox import Clock, Outside, stopped_clock
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.room import Room, casts, circulated
from tests.world import MEMBERS, World
from voting import recall
from voting.engine.rule import Silence
from voting.jobs import WORK
from voting.opinions.reminders import queries, service
from voting.rulings import service as rulings

MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)  # nine o'clock in the morning there
FRIDAY_AT_FIVE = datetime(2026, 11, 27, 10, tzinfo=UTC)
EARLY_CLOSE = "plain/majority_of_all_written"
real_now = clock.now
LATER = datetime(2030, 1, 1, tzinfo=UTC)

People = Callable[[str], Persona]
on_sqlite = pytest.mark.any_database


@pytest.fixture
def room(government: World) -> Room:
    return rooms.furnish(government)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch, room: Room) -> Iterator[Clock]:  # noqa: ARG001 - furnished in our time
    with stopped_clock(monkeypatch, MONDAY) as stopped:
        yield stopped


def fresh(persona: Persona) -> Actor:
    """The person as signed in now, with a lease that lasts as long as the test."""
    with mock.patch.object(clock, "now", real_now):
        return replace(persona.actor(), stepped_up_until=LATER)


def remind_what_is_due() -> int:
    return jobs.run_due({**WORK, "outcomes.close_written": lambda **_values: None})


def told(sentence: Sentence) -> list[tuple[int, str]]:
    """Return who was told a sentence, and of which reminder the key speaks."""
    with reading() as session:
        found = session.execute(
            select(Notice.person_id, Notice.key).where(Notice.sentence == sentence.name).order_by(Notice.id)
        )
        return [(person, key.split(":", 4)[-1]) for person, key in found]


def reminded() -> dict[str, set[int]]:
    """Return who was reminded, by reminder."""
    by_reminder: dict[str, set[int]] = {}
    for person, which in told(Sentence.OPINION_REMINDER):
        by_reminder.setdefault(which, set()).add(person)
    return by_reminder


def members(room: Room, *but: str) -> set[int]:
    return {room.world.person(key) for key in MEMBERS if key not in but}


def set_body(room: Room, **settings: object) -> None:
    with transaction() as session:
        body = session.get_one(Body, room.world.body_id)
        for name, value in settings.items():
            setattr(body, name, value)


def test_those_who_have_not_answered_are_reminded_as_the_body_says_and_never_twice(
    room: Room, secretary: Persona, health_minister: Persona, now: Clock
) -> None:
    question_id = circulated(room, fresh(secretary), days=4)
    late = members(room, "health_minister")
    now.now = FRIDAY_AT_FIVE - timedelta(days=3, seconds=1)
    assert remind_what_is_due() == 0
    now.passes(seconds=1)
    assert remind_what_is_due() == 1
    assert reminded() == {"3d": members(room)}
    casts(fresh(health_minister), question_id, "yes")
    now.now = FRIDAY_AT_FIVE - timedelta(days=1)
    assert remind_what_is_due() == 1
    assert reminded()["1d"] == late
    assert remind_what_is_due() == 0
    now.now = FRIDAY_AT_FIVE - timedelta(hours=4)
    assert remind_what_is_due() == 1
    assert reminded() == {"3d": members(room), "1d": late, "4h": late}
    assert remind_what_is_due() == 0
    again(question_id, "4h")
    assert len(told(Sentence.OPINION_REMINDER)) == 6 + 5 + 5


def again(question_id: int, which: str) -> None:
    """Run a reminder a second time, as a worker does that was killed before it could say that it had."""
    with reading() as session:
        job = session.scalars(select(Job).where(Job.key == f"remind:{question_id}:{which}")).one()
    WORK[service.JOB](**job.values)


@on_sqlite
def test_who_is_recused_or_was_barred_since_is_not_reminded_and_who_recalled_is(
    room: Room, secretary: Persona, persona: People, now: Clock
) -> None:
    rooms.bar(room, "finance_minister")
    question_id = circulated(room, fresh(secretary), days=4)
    recaller = fresh(persona("interior_minister"))
    casts(recaller, question_id, "yes")
    recall.recall(recaller, question_id, rooms.mark())
    casts(fresh(persona("justice_minister")), question_id, "no")
    rooms.bar(room, "health_minister")
    now.now = FRIDAY_AT_FIVE - timedelta(days=1)
    remind_what_is_due()
    assert reminded()["1d"] == members(room, "finance_minister", "health_minister", "justice_minister")


@on_sqlite
def test_a_schedule_of_the_body_is_kept_to_and_none_reminds_nobody(room: Room, secretary: Persona, now: Clock) -> None:
    set_body(room, reminders="2d")
    circulated(room, fresh(secretary), days=4)
    now.now = FRIDAY_AT_FIVE - timedelta(minutes=1)
    assert remind_what_is_due() == 1
    assert set(reminded()) == {"2d"}


@on_sqlite
def test_of_reminders_that_a_stopped_worker_missed_only_the_newest_is_given(
    room: Room, secretary: Persona, now: Clock
) -> None:
    circulated(room, fresh(secretary), days=4)
    now.now = FRIDAY_AT_FIVE - timedelta(hours=2)
    assert remind_what_is_due() == 3
    assert set(reminded()) == {"4h"}
    now.now = FRIDAY_AT_FIVE + timedelta(seconds=30)
    assert remind_what_is_due() == 0


@on_sqlite
def test_reminders_move_with_the_deadline_and_are_given_anew(room: Room, secretary: Persona, now: Clock) -> None:
    who = fresh(secretary)
    question_id = circulated(room, who, days=3)
    now.now = FRIDAY_AT_FIVE - timedelta(days=2)  # a day before Thursday's deadline
    remind_what_is_due()
    assert len(told(Sentence.OPINION_REMINDER)) == 6
    with transaction() as session:
        rulings.extend(session, who, question_id, by=5, reason="Thêm thời gian")
    now.now = FRIDAY_AT_FIVE - timedelta(days=1, hours=4)  # four hours before Thursday's deadline
    remind_what_is_due()
    assert len(told(Sentence.OPINION_REMINDER)) == 6
    now.now = FRIDAY_AT_FIVE  # a working day before Monday's deadline
    remind_what_is_due()
    assert len(told(Sentence.OPINION_REMINDER)) == 12


@on_sqlite
def test_a_reminder_of_a_deadline_that_was_moved_away_says_nothing(room: Room, secretary: Persona, now: Clock) -> None:
    who = fresh(secretary)
    question_id = circulated(room, who, days=3)
    with reading() as session:
        old = dict(session.scalars(select(Job).where(Job.key == f"remind:{question_id}:1d")).one().values)
    with transaction() as session:
        rulings.extend(session, who, question_id, by=5, reason="Thêm thời gian")
    now.now = FRIDAY_AT_FIVE - timedelta(days=2)
    WORK[service.JOB](**old)
    assert told(Sentence.OPINION_REMINDER) == []


@on_sqlite
def test_a_closed_question_reminds_nobody(room: Room, secretary: Persona, persona: People, now: Clock) -> None:
    question_id = circulated(room, fresh(secretary), days=4, rule_name=EARLY_CLOSE)
    for key in MEMBERS:
        casts(fresh(persona(key)), question_id, "yes")
    rooms.closed(question_id, SYSTEM)
    now.now = FRIDAY_AT_FIVE - timedelta(days=1)
    remind_what_is_due()
    assert reminded() == {}


@on_sqlite
def test_the_last_reminder_goes_to_the_members_office_too_but_not_to_a_reader_who_is_barred(
    room: Room, secretary: Persona, now: Clock
) -> None:
    reader = room.world.person("office_reader")
    circulated(room, fresh(secretary), days=4)
    now.now = FRIDAY_AT_FIVE - timedelta(days=1)
    remind_what_is_due()
    assert told(Sentence.OPINION_REMINDER_TO_OFFICE) == []
    now.now = FRIDAY_AT_FIVE - timedelta(hours=4)
    remind_what_is_due()
    seat = room.world.membership("health_minister")
    assert told(Sentence.OPINION_REMINDER_TO_OFFICE) == [(reader, f"4h:office:{seat}")]


@on_sqlite
@pytest.mark.parametrize("why", ["barred", "answered", "off", "ended"])
def test_the_office_is_not_told_where_it_must_not_or_need_not_be(
    room: Room, secretary: Persona, health_minister: Persona, now: Clock, why: str
) -> None:
    question_id = circulated(room, fresh(secretary), days=4)
    if why == "barred":
        rooms.bar(room, "office_reader")
    elif why == "answered":
        casts(fresh(health_minister), question_id, "yes")
    elif why == "off":
        set_body(room, escalates=False)
    else:
        with transaction() as session:
            for role in session.scalars(
                select(RoleAssignment).where(RoleAssignment.person_id == room.world.person("office_reader"))
            ):
                role.ends_on = MONDAY.date()
    now.now = FRIDAY_AT_FIVE - timedelta(hours=4)
    remind_what_is_due()
    assert told(Sentence.OPINION_REMINDER_TO_OFFICE) == []
    assert "4h" in reminded()


@pytest.mark.parametrize(
    ("rule_name", "sentence"),
    [
        ("viet_nam/opinion_form", Sentence.OPINION_SILENT_CONSENT),
        ("plain/no_objection_written", Sentence.OPINION_SILENT_NO_OBJECTION),
    ],
)
def test_after_the_deadline_those_who_gave_no_answer_are_told_how_their_silence_counted(
    room: Room, secretary: Persona, health_minister: Persona, now: Clock, rule_name: str, sentence: Sentence
) -> None:
    rooms.bar(room, "finance_minister")
    question_id = circulated(room, fresh(secretary), days=4, rule_name=rule_name)
    casts(fresh(health_minister), question_id, "yes")
    now.now = FRIDAY_AT_FIVE + timedelta(seconds=60)
    rooms.closed(question_id, SYSTEM)
    silent = members(room, "health_minister", "finance_minister")
    assert {person for person, _key in told(sentence)} == silent
    assert {person for person, _key in told(Sentence.OPINION_CLOSED)} == {health_minister.person_id}


def test_every_kind_of_silence_has_its_sentence() -> None:
    assert set(service.SILENCES) == set(Silence)
    assert len(set(service.SILENCES.values())) == len(Silence)


@on_sqlite
def test_silence_is_spoken_of_neither_before_the_deadline_nor_where_the_body_does_not_want_it(
    room: Room, secretary: Persona, persona: People, now: Clock
) -> None:
    question_id = circulated(room, fresh(secretary), days=4, rule_name="plain/no_objection_written")
    casts(fresh(persona("health_minister")), question_id, "no")
    rooms.closed(question_id, SYSTEM)  # one objection ends it on Monday
    assert told(Sentence.OPINION_SILENT_NO_OBJECTION) == []
    assert len(told(Sentence.OPINION_CLOSED)) == 6
    set_body(room, reminders="1d")
    other = circulated(room, fresh(secretary), days=4)
    now.now = FRIDAY_AT_FIVE + timedelta(seconds=60)
    rooms.closed(other, SYSTEM)
    assert told(Sentence.OPINION_SILENT_CONSENT) == []
    assert len(told(Sentence.OPINION_CLOSED)) == 12


@on_sqlite
def test_only_the_last_reminder_and_the_one_after_the_deadline_come_by_sms(
    room: Room, secretary: Persona, now: Clock
) -> None:
    with transaction() as session:
        session.get_one(Person, room.world.person("health_minister")).phone = "+84912345678"
    question_id = circulated(room, fresh(secretary), days=4)
    outside = Outside()
    for moment in (FRIDAY_AT_FIVE - timedelta(days=3), FRIDAY_AT_FIVE - timedelta(days=1)):
        now.now = moment
        remind_what_is_due()
    assert sms_waiting() == 0
    now.now = FRIDAY_AT_FIVE - timedelta(hours=4)
    remind_what_is_due()
    assert sms_waiting() == 1
    now.now = FRIDAY_AT_FIVE + timedelta(seconds=60)
    rooms.closed(question_id, SYSTEM)
    assert sms_waiting() == 2
    outside.send()
    assert sum(channel is Channel.SMS for channel, _message in outside.carried) == 2


def sms_waiting() -> int:
    with reading() as session:
        return len(session.scalars(select(Delivery.id).where(Delivery.channel == Channel.SMS)).all())


@on_sqlite
def test_a_message_that_waited_for_the_morning_is_dropped_where_it_was_answered_meanwhile(
    room: Room, secretary: Persona, health_minister: Persona, now: Clock
) -> None:
    set_body(room, reminders="12h")
    question_id = circulated(room, fresh(secretary), days=4)
    outside = Outside()
    outside.send(queries.is_moot)
    already = len(outside.carried)
    now.now = FRIDAY_AT_FIVE - timedelta(hours=12)  # five in the morning
    remind_what_is_due()
    casts(fresh(health_minister), question_id, "yes")
    now.is_at("2026-11-27T07:00:00+07:00")
    outside.send(queries.is_moot)
    mine = reminder_states(health_minister.person_id), reminder_states(room.world.person("office_reader"))
    assert mine == ([DeliveryState.DROPPED], [DeliveryState.DROPPED])
    assert len(outside.carried) == already + 5


def reminder_states(person_id: int) -> list[DeliveryState]:
    with reading() as session:
        return list(
            session.scalars(
                select(Delivery.state)
                .join(Notice, Notice.id == Delivery.notice_id)
                .where(Notice.sentence.like("OPINION_REMINDER%"), Delivery.person_id == person_id)
            )
        )


@on_sqlite
def test_nothing_of_titles_names_questions_or_opinions_leaves_the_house(
    database: Config, room: Room, secretary: Persona, persona: People, now: Clock
) -> None:
    marker = "ZQMARKERZQ"
    with transaction() as session:
        session.get_one(Matter, room.matter_id).title = f"Đề án {marker}"
        session.get_one(Body, room.world.body_id).name = f"Chính phủ {marker}"
        for person in session.scalars(select(Person)):
            person.name, person.phone = f"{person.name} {marker}", "+84912345678"
            person.digest = person.id == room.world.person("justice_minister")
    who = fresh(secretary)
    question_id = circulated(room, who, days=3)
    casts(fresh(persona("health_minister")), question_id, "other", text=f"Ý kiến {marker}")
    with transaction() as session:
        rulings.extend(session, who, question_id, by=4, reason=f"Lý do {marker}")
    carriers = carriers_of(database)
    while now.now < FRIDAY_AT_FIVE + timedelta(days=1):
        remind_what_is_due()
        deliveries.send_due(carriers, database.home, queries.is_moot)
        now.passes(hours=1)
        if now.now == FRIDAY_AT_FIVE + timedelta(hours=1):
            rooms.closed(question_id, SYSTEM)
    written = [*letters(database), *(file.read_text() for file in (database.instance / "sms").glob("*.sms"))]
    assert len(written) > 25
    assert any("Written opinions: " in text for text in written), "one of them gets a message of the day"
    for text in written:
        assert marker.lower() not in text.lower()
        assert "opinions/" not in text
        assert text.count("http") == 1


def letters(config: Config) -> list[str]:
    """Return every e-mail as its reader sees it, and as it travels."""
    texts = []
    for file in (config.instance / "mail").glob("*.eml"):
        letter = message_from_bytes(file.read_bytes(), policy=policy.default)
        assert isinstance(letter, EmailMessage)
        texts.append(f"{letter.items()} {letter.get_content()}")
        assert "ZQMARKERZQ" not in file.read_text()
    return texts


@on_sqlite
def test_the_plan_shows_what_is_still_to_come(room: Room, secretary: Persona, now: Clock) -> None:
    who = fresh(secretary)
    question_id = circulated(room, who, days=4)
    now.now = FRIDAY_AT_FIVE - timedelta(days=2)
    remind_what_is_due()
    with reading() as session:
        shown = queries.of_question(session, who, question_id)
    assert [(coming.which, coming.at) for coming in shown.coming] == [
        ("1d", FRIDAY_AT_FIVE - timedelta(days=1)),
        ("4h", FRIDAY_AT_FIVE - timedelta(hours=4)),
    ]
    assert len(shown.sent) == 12
    assert clock.now() == now.now
