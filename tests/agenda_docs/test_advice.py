"""Advice on a dossier: asked, given, replaced, late, reopened, taken back; and what the clock makes of it."""

from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from agenda_docs import conflicts, documents
from agenda_docs import reading as access_to
from agenda_docs import service as dossiers
from agenda_docs.advice import queries, service
from agenda_docs.advice.models import Advice, AdviceRequest
from agenda_docs.advice.rules import AdviceKind, Reason, RequestState
from agenda_docs.models import Because, DocumentVersion
from ecabinet.config import Config
from ecabinet.database import reading, transaction
from ecabinet.jobs import run_due
from ecabinet.notices import Notice
from ecabinet.refusals import Forbidden, NotFound, Refused, StepUpNeeded
from tests.agenda_docs.dossiers import add_paper, examined, lodge, send_in
from tests.persona import Persona
from tests.world import World
from worker import work_of

MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)  # 09:00 in Ha Noi
one_engine = pytest.mark.any_database


@pytest.fixture
def matter(database: Config, government: World, officer: Persona) -> int:
    """A dossier of the ministry of health with one paper, lodged."""
    found = lodge(government, officer)
    add_paper(database, officer, found)
    send_in(officer, found)
    return found


def ask(who: Persona, matter_id: int, unit: int, *, days: int = 3) -> int:
    with transaction() as session:
        return service.ask(session, who.actor(), matter_id, unit, days=days, what="Nguồn vốn").id


def give(
    who: Persona, request_id: int, kind: AdviceKind = AdviceKind.WITH_REMARKS, words: str = "Cần nêu rõ nguồn vốn."
) -> int:
    with transaction() as session:
        return service.give(session, who.actor(), request_id, kind, words).number


def state_of(request_id: int) -> RequestState:
    with reading() as session:
        return session.get_one(AdviceRequest, request_id).state


def told(who: Persona, sentence: str) -> int:
    with reading() as session:
        found = select(Notice.id).where(Notice.person_id == who.person_id, Notice.sentence == sentence)
        return len(session.scalars(found).all())


def test_an_agency_is_asked_reads_the_dossier_answers_and_replaces_its_answer(
    government: World, matter: int, officer: Persona, finance_officer: Persona, secretary: Persona
) -> None:
    with reading() as session, pytest.raises(NotFound):
        queries.readiness(session, finance_officer.actor(), matter)
    request_id = ask(officer, matter, government.unit("BTC"))
    assert told(finance_officer, "ADVICE_ASKED") == 1
    with reading() as session:
        assert queries.to_give(session, finance_officer.actor()) == 1
        lacking = queries.readiness(session, finance_officer.actor(), matter)
    assert [each.id for each in lacking.waiting] == [request_id]
    assert not lacking.is_ready
    assert give(finance_officer, request_id) == 1
    assert give(finance_officer, request_id, AdviceKind.POSITIVE, "") == 2
    with reading() as session:
        found = queries.request_for(session, officer.actor(), request_id)
        assert queries.to_give(session, finance_officer.actor()) == 0
    assert [(each.number, each.kind, each.text) for each in found.versions] == [
        (2, AdviceKind.POSITIVE, ""),
        (1, AdviceKind.WITH_REMARKS, "Cần nêu rõ nguồn vốn."),
    ]
    assert told(officer, "ADVICE_GIVEN") == 2
    assert told(secretary, "ADVICE_GIVEN") == 2


def test_the_database_keeps_every_version_of_an_advice(
    government: World, matter: int, officer: Persona, finance_officer: Persona
) -> None:
    give(finance_officer, ask(officer, matter, government.unit("BTC")))
    for change in ("UPDATE advice SET text = 'other'", "DELETE FROM advice"):
        with pytest.raises(DatabaseError, match="append-only"), transaction() as session:
            session.execute(text(change))


@one_engine
def test_a_dossier_is_ready_once_it_is_accepted_and_no_advice_is_awaited(
    government: World, matter: int, officer: Persona, secretary: Persona, finance_officer: Persona
) -> None:
    request_id = ask(officer, matter, government.unit("BTC"))
    give(finance_officer, request_id)
    with reading() as session:
        assert not queries.readiness(session, secretary.actor(), matter).is_ready
    with transaction() as session:
        dossiers.accept(session, secretary.actor(), matter)
    with reading() as session:
        assert queries.readiness(session, secretary.actor(), matter).is_ready


@one_engine
def test_advice_given_on_an_older_version_says_so(
    database: Config, government: World, officer: Persona, finance_officer: Persona
) -> None:
    matter_id = lodge(government, officer)
    version = add_paper(database, officer, matter_id)
    request_id = ask(officer, matter_id, government.unit("BTC"))
    give(finance_officer, request_id)
    with transaction() as session:
        document = session.get_one(DocumentVersion, version).document_id
        documents.submit_version(session, officer.actor(), matter_id, document, examined(database, mark="newer"))
    with reading() as session:
        stands = queries.request_for(session, officer.actor(), request_id).stands
    assert stands is not None
    assert stands.outdated == (("Tờ trình 412/TTr", 1),)


def test_the_clock_marks_what_did_not_come_and_more_time_opens_it_again(
    database: Config, government: World, matter: int, officer: Persona, finance_officer: Persona
) -> None:
    work = work_of(database)
    with time_machine.travel(MONDAY, tick=False) as clock:
        officer, finance_officer = (
            Persona(officer.app, officer.person_id),
            Persona(officer.app, finance_officer.person_id),
        )
        request_id = ask(officer, matter, government.unit("BTC"), days=3)
        with reading() as session:
            assert session.get_one(AdviceRequest, request_id).due_at == datetime(2026, 11, 26, 10, tzinfo=UTC)
        clock.move_to(datetime(2026, 11, 25, 9, 59, tzinfo=UTC))
        run_due(work)
        assert told(finance_officer, "ADVICE_REMINDER") == 0
        clock.move_to(datetime(2026, 11, 25, 10, 1, tzinfo=UTC))
        run_due(work)
        assert told(finance_officer, "ADVICE_REMINDER") == 1
        clock.move_to(datetime(2026, 11, 26, 9, 59, tzinfo=UTC))
        run_due(work)
        assert state_of(request_id) is RequestState.ASKED
        clock.move_to(datetime(2026, 11, 26, 10, 0, 1, tzinfo=UTC))
        late = Persona(officer.app, finance_officer.person_id)
        with pytest.raises(Refused) as refused:  # the worker has not come to it yet
            give(late, request_id)
        assert refused.value.reason is Reason.TOO_LATE
        run_due(work)
        assert state_of(request_id) is RequestState.NOT_GIVEN
        assert told(officer, "ADVICE_NOT_GIVEN") == 1
        again = Persona(officer.app, officer.person_id)
        with transaction() as session:
            service.extend(session, again.actor(), request_id, days=2, reason="Bổ sung tài liệu")
        assert state_of(request_id) is RequestState.ASKED
        assert give(late, request_id) == 1


@one_engine
def test_advice_that_came_is_not_marked_as_missing_by_a_late_clock(
    database: Config, government: World, matter: int, officer: Persona, finance_officer: Persona
) -> None:
    with time_machine.travel(MONDAY, tick=False) as clock:
        officer, finance_officer = (
            Persona(officer.app, officer.person_id),
            Persona(officer.app, finance_officer.person_id),
        )
        request_id = ask(officer, matter, government.unit("BTC"), days=1)
        give(finance_officer, request_id)
        clock.move_to(datetime(2026, 11, 30, tzinfo=UTC))
        run_due(work_of(database))
    assert state_of(request_id) is RequestState.GIVEN


@one_engine
def test_a_request_taken_back_closes_the_dossier_to_the_agency(
    government: World, matter: int, officer: Persona, finance_officer: Persona
) -> None:
    request_id = ask(officer, matter, government.unit("BTC"))
    with transaction() as session:
        service.take_back(session, officer.actor(), request_id, "Không cần nữa")
    with reading() as session, pytest.raises(NotFound):
        queries.request_for(session, finance_officer.actor(), request_id)
    with pytest.raises(NotFound):
        give(finance_officer, request_id)
    assert ask(officer, matter, government.unit("BTC")) != request_id


@one_engine
def test_who_is_barred_sees_nothing_of_it_and_is_told_nothing(
    government: World, matter: int, officer: Persona, secretary: Persona, finance_minister: Persona
) -> None:
    with transaction() as session:
        access_to.grant(
            session,
            secretary.actor(),
            matter,
            because=Because.ITEM,
            because_id=1,
            membership_id=government.membership("finance_minister"),
        )
        conflicts.declare_conflict(session, secretary.actor(), government.person("finance_minister"), matter, "Cổ phần")
    request_id = ask(officer, matter, government.unit("BTC"))
    assert told(finance_minister, "ADVICE_ASKED") == 0
    with reading() as session, pytest.raises(NotFound):
        queries.request_for(session, finance_minister.actor(), request_id)
    with reading() as session:
        assert queries.to_give(session, finance_minister.actor()) == 0


@one_engine
def test_what_may_not_be_asked_is_refused_with_a_sentence(
    government: World, matter: int, officer: Persona, finance_officer: Persona
) -> None:
    ask(officer, matter, government.unit("BTC"))
    for unit, why in (("BTC", Reason.ASKED_ALREADY), ("BYT", Reason.OWN_UNIT), ("VPCP", Reason.NOBODY_THERE)):
        with pytest.raises(Refused) as refused:
            ask(officer, matter, government.unit(unit))
        assert refused.value.reason is why
    with pytest.raises(Refused) as refused:  # the adviser reads the dossier, and still is none of its keepers
        ask(finance_officer, matter, government.unit("BTP"))
    assert refused.value.reason is Reason.ONLY_KEEPERS_ASK


@one_engine
def test_advice_is_signed_with_a_fresh_second_factor(
    government: World, matter: int, officer: Persona, finance_officer: Persona
) -> None:
    request_id = ask(officer, matter, government.unit("BTC"))
    with (
        time_machine.travel(datetime(2100, 1, 1, tzinfo=UTC), tick=False),
        pytest.raises((StepUpNeeded, AssertionError)),
    ):
        give(finance_officer, request_id)
    with reading() as session:
        assert session.scalar(select(Advice.id)) is None


@one_engine
def test_a_secretary_asks_and_an_agency_of_no_role_cannot_answer(
    government: World, matter: int, secretary: Persona, justice_minister: Persona, outsider: Persona
) -> None:
    request_id = ask(secretary, matter, government.unit("BTP"))
    assert give(justice_minister, request_id, AdviceKind.NEGATIVE, "Trái luật.") == 1
    with pytest.raises((NotFound, Forbidden)):
        give(outsider, request_id)
