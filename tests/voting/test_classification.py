"""Other opinions classified: two officials say how each counts and why, the rule decides anew, and each author reads how they were read."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from ecabinet import clock
from ecabinet.access import SYSTEM
from ecabinet.database import reading, transaction
from ecabinet.notices import Notice
from ecabinet.refusals import Forbidden, NotFound, Refused, StepUpNeeded
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.room import Room, casts, circulated
from tests.world import World
from voting import my_ballots
from voting.engine.rule import Choice
from voting.models import WrittenRulebook
from voting.opinions import classification, steps
from voting.opinions.classification import Classification, Reason, Said
from voting.opinions.models import StepKind
from voting.rulings import correction, rules

RULE = "plain/majority_of_all_written"
WORDS = "Nhất trí nếu bổ sung nguồn vốn."
WHY = "Điều kiện đã được tiếp thu"
People = Callable[[str], Persona]
one_engine = pytest.mark.any_database


@pytest.fixture
def room(government: World) -> Room:
    return rooms.furnish(government)


@pytest.fixture
def closed(room: Room, persona: People) -> int:
    """A question on which three of six approve and one has another opinion: one yes short of what is needed."""
    question_id = circulated(room, persona("secretary").actor(), rule_name=RULE)
    for key in ("finance_minister", "justice_minister", "interior_minister"):
        casts(persona(key), question_id, "yes")
    casts(persona("health_minister"), question_id, "other", text=WORDS)
    with later(question_id):
        rooms.closed(question_id, SYSTEM)
    return question_id


@contextmanager
def later(question_id: int) -> Iterator[None]:
    """An hour after the deadline."""
    after = (rooms.question(question_id).closes_at or clock.now()) + timedelta(hours=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: after)
        yield


def seat(room: Room) -> str:
    return str(room.world.membership("health_minister"))


def proposed(who: Persona, question_id: int, said: dict[str, Said]) -> int:
    with transaction() as session:
        ruling = classification.propose(session, who.actor(), question_id, said)
        session.flush()
        return ruling.id


def confirmed(who: Persona, question_id: int, ruling_id: int) -> None:
    with transaction() as session:
        correction.confirm(session, who.actor(), question_id, ruling_id)


def shown(who: Persona, question_id: int) -> Classification:
    with reading() as session:
        found = classification.of_question(session, who.actor(), rooms.question(question_id))
    assert found is not None
    return found


def told(room: Room, key: str) -> int:
    with reading() as session:
        found = select(Notice.id).where(
            Notice.person_id == room.world.person(key), Notice.sentence == "OPINION_CLASSIFIED"
        )
        return len(session.scalars(found).all())


def refused(reason: Reason | rules.Reason) -> "pytest.RaisesExc[Refused]":
    return pytest.raises(Refused, match=f"^{reason.name}$")


def test_an_opinion_that_counts_as_approval_decides_and_its_author_reads_why_and_by_whom(
    room: Room,
    closed: int,
    secretary: Persona,
    second_secretary: Persona,
    health_minister: Persona,
    finance_minister: Persona,
) -> None:
    assert rooms.question(closed).outcome == "fail"
    ruling_id = proposed(secretary, closed, {seat(room): Said(Choice.YES, WHY)})
    assert rooms.question(closed).outcome == "fail"
    assert told(room, "health_minister") == 0
    confirmed(second_secretary, closed, ruling_id)
    question = rooms.question(closed)
    assert (question.outcome, (question.result or {})["outcome"]) == ("pass", "fail")
    last = json.loads(rooms.bodies(closed)[-1])
    assert (last["type"], last["circumstances"]["classified"]) == ("corrected", {seat(room): "yes"})
    assert WHY in last["reason"]
    assert (told(room, "health_minister"), told(room, "finance_minister")) == (1, 0)
    with reading() as session:
        (mine,) = my_ballots.of_person(session, health_minister.actor()).questions
        (others,) = my_ballots.of_person(session, finance_minister.actor()).questions
        life = steps.of_question(session, closed)
    assert others.reading is None
    (opinion,) = shown(health_minister, closed).opinions
    assert (opinion.text, opinion.is_own) == (WORDS, True)
    for read in (mine.reading, opinion.reading):
        assert read is not None
        assert (read.counts_as, read.reason, read.by) == (Choice.YES, WHY, ("Thư ký phiên họp", "Thư ký thứ hai"))
    assert (life[-1].kind, life[-1].by, life[-1].values["outcome"]) == (StepKind.CLASSIFIED, "Thư ký thứ hai", "pass")


def test_neither_is_said_too_with_its_reason_and_can_be_said_anew(
    room: Room, closed: int, secretary: Persona, second_secretary: Persona, health_minister: Persona
) -> None:
    neither = proposed(secretary, closed, {seat(room): Said(Choice.OTHER, "Chỉ đề nghị làm rõ")})
    confirmed(second_secretary, closed, neither)
    assert rooms.question(closed).outcome == "fail"
    (opinion,) = shown(health_minister, closed).opinions
    assert opinion.reading is not None
    assert (opinion.reading.counts_as, opinion.reading.reason) == (Choice.OTHER, "Chỉ đề nghị làm rõ")
    assert told(room, "health_minister") == 1
    anew = proposed(second_secretary, closed, {seat(room): Said(Choice.NO, "Không chấp nhận mức vốn")})
    confirmed(secretary, closed, anew)
    (opinion,) = shown(health_minister, closed).opinions
    assert opinion.reading is not None
    assert (opinion.reading.counts_as, opinion.reading.reason) == (Choice.NO, "Không chấp nhận mức vốn")
    assert told(room, "health_minister") == 2


@one_engine
def test_two_officials_are_needed_and_the_second_sees_what_would_come_out(
    room: Room, closed: int, secretary: Persona, second_secretary: Persona, health_minister: Persona
) -> None:
    ruling_id = proposed(secretary, closed, {seat(room): Said(Choice.YES, WHY)})
    with refused(rules.Reason.ANOTHER_OFFICIAL):
        confirmed(secretary, closed, ruling_id)
    with refused(rules.Reason.ASKED_BEFORE):
        proposed(second_secretary, closed, {seat(room): Said(Choice.NO, WHY)})
    waiting = shown(second_secretary, closed).waiting
    assert waiting is not None
    assert (waiting.outcome, waiting.is_mine) == ("pass", False)
    assert waiting.said == (("Bộ trưởng Bộ Y tế", WORDS, Said(Choice.YES, WHY)),)
    assert shown(health_minister, closed).waiting is None
    with pytest.raises((Forbidden, NotFound)):
        confirmed(health_minister, closed, ruling_id)


@one_engine
def test_every_opinion_is_classified_with_a_reason_or_none(room: Room, closed: int, secretary: Persona) -> None:
    with refused(Reason.ONE_LEFT_OUT) as info:
        proposed(secretary, closed, {})
    assert info.value.values["name"] == "Bộ trưởng Bộ Y tế"
    with refused(Reason.REASON_MISSING):
        proposed(secretary, closed, {seat(room): Said(Choice.YES, "  ")})
    with refused(Reason.REASON_TOO_LONG):
        proposed(secretary, closed, {seat(room): Said(Choice.YES, "x" * 2001)})
    with refused(Reason.NOT_A_CLASS):
        proposed(secretary, closed, {seat(room): Said(Choice.ABSTAIN, WHY)})


@one_engine
@pytest.mark.parametrize("key", ["health_minister", "officer", "auditor", "outsider", "administrator"])
def test_only_who_conducts_classifies(room: Room, closed: int, persona: People, key: str) -> None:
    with pytest.raises((Forbidden, NotFound)):
        proposed(persona(key), closed, {seat(room): Said(Choice.YES, WHY)})


@one_engine
def test_nothing_is_classified_while_open_without_other_opinions_or_without_a_second_factor(
    room: Room, secretary: Persona, health_minister: Persona, closed: int
) -> None:
    open_one = circulated(room, secretary.actor(), rule_name=RULE)
    casts(health_minister, open_one, "other", text=WORDS)
    with refused(rules.Reason.NOT_CLOSED):
        proposed(secretary, open_one, {seat(room): Said(Choice.YES, WHY)})
    with reading() as session:
        assert classification.of_question(session, secretary.actor(), rooms.question(open_one)) is None
    casts(health_minister, open_one, "yes")
    tired = secretary.actor()
    with later(open_one):
        rooms.closed(open_one, SYSTEM)
        with pytest.raises(StepUpNeeded), transaction() as session:
            classification.propose(session, tired, closed, {seat(room): Said(Choice.YES, WHY)})
    with refused(Reason.NO_OTHERS):
        proposed(secretary, open_one, {})


@one_engine
def test_nobody_says_how_their_own_opinion_counts(
    room: Room, persona: People, secretary: Persona, second_secretary: Persona, chair: Persona
) -> None:
    question_id = circulated(room, secretary.actor(), rule_name=RULE)
    casts(chair, question_id, "other", text=WORDS)
    casts(persona("health_minister"), question_id, "other", text=WORDS)
    with later(question_id):
        rooms.closed(question_id, SYSTEM)
    own, others = str(room.world.membership("prime_minister")), seat(room)
    said = {own: Said(Choice.OTHER, WHY), others: Said(Choice.YES, WHY)}
    with refused(rules.Reason.OWN_OPINION):
        proposed(chair, question_id, said)
    ruling_id = proposed(secretary, question_id, said)
    with refused(rules.Reason.OWN_OPINION):
        confirmed(chair, question_id, ruling_id)
    confirmed(second_secretary, question_id, ruling_id)


@one_engine
def test_the_page_offers_each_opinion_with_nothing_chosen_and_leads_through_to_the_author(
    room: Room,
    closed: int,
    secretary: Persona,
    second_secretary: Persona,
    health_minister: Persona,
    finance_minister: Persona,
) -> None:
    address = f"/opinions/{closed}/classification"
    assert address in secretary.get(f"/opinions/{closed}").text
    page = secretary.get(address).text
    assert WORDS in page
    assert f'name="counts-{seat(room)}"' in page
    assert " checked" not in page
    assert "Bộ trưởng Bộ Y tế" in secretary.refused(address, {f"counts-{seat(room)}": "yes", f"why-{seat(room)}": ""})
    secretary.post(address, {f"counts-{seat(room)}": "yes", f"why-{seat(room)}": WHY})
    assert "/confirm" not in secretary.get(address).text
    second = second_secretary.get(address).text
    assert WHY in second
    ruling_id = shown(second_secretary, closed).waiting
    assert ruling_id is not None
    assert f"/questions/{closed}/correction/{ruling_id.id}/confirm" in second
    second_secretary.post(f"/questions/{closed}/correction/{ruling_id.id}/confirm")
    for page in (health_minister.get(f"/opinions/{closed}").text, health_minister.get("/my-ballots").text):
        assert WHY in page
        assert "Thư ký thứ hai" in page
    assert WHY not in finance_minister.get("/my-ballots").text
    health_minister.get(address, status=403)


@one_engine
def test_an_objection_that_ended_the_time_early_cannot_be_read_away(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    rule = 'titles = { en = "T", vi = "T" }\n[rules.stops]\ntitles = { en = "T", vi = "T" }\nsource = "x"\n'
    toml = f'{rule}established = "seen"\n[rules.stops.rule]\nform = "written"\nsilence = "objection_stops"\n'
    with transaction() as session:
        session.add(
            WrittenRulebook(
                name="trial",
                toml=f'{toml}objections = ["no", "other"]\n',
                effective_on=date(2026, 1, 1),
                written_by_id=secretary.person_id,
                written_at=clock.now(),
            )
        )
    question_id = circulated(room, secretary.actor(), rule_name="trial/stops")
    casts(health_minister, question_id, "other", text=WORDS)
    assert rooms.closed(question_id, SYSTEM).outcome == "objected"
    with refused(rules.Reason.WOULD_BE_OPEN):
        proposed(secretary, question_id, {seat(room): Said(Choice.YES, WHY)})
