"""The life of a submission, and the papers in it."""

import os
from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from agenda_docs import documents, jobs, receipts, service
from agenda_docs.intake import Outcome, Reason, Remark, Verdict
from agenda_docs.models import Document, DocumentKind, DocumentVersion, Grant, Matter, Reading
from agenda_docs.rules import MatterState
from agenda_docs.rules import Reason as Why
from agenda_docs.upload import Examined
from ecabinet import clock
from ecabinet.access import Actor
from ecabinet.audit import AuditEntry, Tag
from ecabinet.blobs import Blob, Blobs
from ecabinet.config import Config
from ecabinet.database import reading, transaction
from ecabinet.notices import Notice
from ecabinet.refusals import Forbidden, NotFound, Refused
from tests.agenda_docs.dossiers import accept, add_paper, examined, lodge, send_in
from tests.persona import Persona
from tests.world import World

# Who may do what, and what is refused, does not depend on the database; what it must hold or lock is tried on both.
pytestmark = pytest.mark.any_database


def state_of(matter_id: int) -> MatterState:
    with reading() as session:
        return session.get_one(Matter, matter_id).state


def document_of(version_id: int) -> int:
    with reading() as session:
        return session.get_one(DocumentVersion, version_id).document_id


def told(person: Persona) -> list[str]:
    with reading() as session:
        return list(
            session.scalars(select(Notice.sentence).where(Notice.person_id == person.person_id).order_by(Notice.id))
        )


def tags(matter_id: int) -> list[str]:
    with reading() as session:
        wanted = select(AuditEntry.tag).where(AuditEntry.subject_kind == "matter", AuditEntry.subject_id == matter_id)
        return list(session.scalars(wanted.order_by(AuditEntry.id)))


@pytest.fixture
def matter(government: World, officer: Persona) -> int:
    return lodge(government, officer)


@pytest.mark.both_databases
def test_a_dossier_is_sent_in_sent_back_sent_in_again_and_accepted(
    matter: int, officer: Persona, secretary: Persona, second_secretary: Persona
) -> None:
    send_in(officer, matter)
    assert state_of(matter) is MatterState.LODGED
    with transaction() as session:
        service.send_back(session, secretary.actor(), matter, "Thiếu báo cáo thẩm định")
    assert state_of(matter) is MatterState.SENT_BACK
    accept(officer, second_secretary, matter)
    assert state_of(matter) is MatterState.ACCEPTED
    assert told(officer) == ["MATTER_SENT_BACK", "MATTER_ACCEPTED"]
    assert told(secretary) == ["MATTER_LODGED", "MATTER_LODGED"]
    assert tags(matter) == [
        tag.value
        for tag in (Tag.MATTER_CHANGED, Tag.MATTER_LODGED, Tag.MATTER_SENT_BACK, Tag.MATTER_LODGED, Tag.MATTER_ACCEPTED)
    ]


def test_an_officer_lodges_only_for_an_agency_of_theirs(government: World, officer: Persona) -> None:
    with pytest.raises(Refused) as refusal:
        lodge(government, officer, unit="BTC")
    assert refusal.value.reason is Why.NOT_YOUR_UNIT


def test_the_secretariat_lodges_for_any_agency_which_reads_it_too(
    government: World, secretary: Persona, finance_officer: Persona
) -> None:
    matter = lodge(government, secretary, unit="BTC")
    with transaction() as session:
        service.change(session, finance_officer.actor(), matter, title="Dự toán", abstract="")
        service.change(session, secretary.actor(), matter, title="Dự toán quý IV", abstract="")


def test_a_member_cannot_lodge(government: World, finance_minister: Persona) -> None:
    with pytest.raises(Forbidden):
        lodge(government, finance_minister, unit="BTC")


def test_an_officer_does_not_accept_their_own_dossier(matter: int, officer: Persona) -> None:
    send_in(officer, matter)
    with pytest.raises(Forbidden), transaction() as session:
        service.accept(session, officer.actor(), matter)


def test_accepting_twice_is_refused_the_second_time(matter: int, officer: Persona, secretary: Persona) -> None:
    accept(officer, secretary, matter)
    with pytest.raises(Refused) as refusal, transaction() as session:
        service.accept(session, secretary.actor(), matter)
    assert refusal.value.reason is Why.NOT_SENT_IN


def test_a_dossier_is_withdrawn_before_it_is_accepted_and_not_after(
    matter: int, officer: Persona, secretary: Persona, government: World
) -> None:
    with transaction() as session:
        service.withdraw(session, officer.actor(), matter, "Sẽ trình lại")
    assert state_of(matter) is MatterState.WITHDRAWN
    accepted = lodge(government, officer, "Dự án luật")
    accept(officer, secretary, accepted)
    with pytest.raises(Refused) as refusal, transaction() as session:
        service.withdraw(session, officer.actor(), accepted)
    assert refusal.value.reason is Why.ACCEPTED


def test_papers_do_not_change_under_the_eyes_of_the_secretariat(
    database: Config, matter: int, officer: Persona, secretary: Persona
) -> None:
    version = add_paper(database, officer, matter)
    send_in(officer, matter)
    with pytest.raises(Refused) as refusal:
        add_paper(database, officer, matter, "Thêm", mark="2")
    assert refusal.value.reason is Why.PAPERS_ARE_BEING_CHECKED
    with pytest.raises(Refused), transaction() as session:
        documents.remove(session, officer.actor(), matter, document_of(version))
    assert add_paper(database, secretary, matter, "Thêm", mark="2")


@pytest.mark.both_databases
def test_a_new_version_replaces_nothing(database: Config, matter: int, officer: Persona) -> None:
    first = add_paper(database, officer, matter)
    with transaction() as session:
        second = documents.submit_version(
            session, officer.actor(), matter, document_of(first), examined(database, mark="2")
        ).id
    with reading() as session:
        numbers = session.scalars(
            select(DocumentVersion.number)
            .where(DocumentVersion.document_id == document_of(first))
            .order_by(DocumentVersion.number)
        ).all()
        assert list(numbers) == [1, 2]
        (paper,) = documents.current_papers(session, [matter])[matter]
        assert (paper.version_id, paper.number) == (second, 2)


def test_a_document_of_another_dossier_is_not_found_here(
    database: Config, government: World, matter: int, officer: Persona, finance_officer: Persona
) -> None:
    theirs = lodge(government, finance_officer, "Dự toán", unit="BTC")
    version = add_paper(database, finance_officer, theirs)
    with pytest.raises(NotFound), transaction() as session:
        documents.submit_version(session, officer.actor(), matter, document_of(version), examined(database, mark="2"))
    with pytest.raises(NotFound), transaction() as session:
        documents.remove(session, officer.actor(), matter, document_of(version))


@pytest.mark.both_databases
def test_a_held_version_keeps_its_document_and_its_dossier(database: Config, matter: int, officer: Persona) -> None:
    version = add_paper(database, officer, matter)
    with transaction() as session:
        documents.hold(session, version, "question:1")
        documents.hold(session, version, "question:1")
    with pytest.raises(Refused) as refusal, transaction() as session:
        documents.remove(session, officer.actor(), matter, document_of(version))
    assert refusal.value.reason is Why.HELD
    with pytest.raises(Refused) as refusal, transaction() as session:
        service.withdraw(session, officer.actor(), matter)
    assert refusal.value.reason is Why.MATTER_HELD
    with transaction() as session:
        documents.release(session, version, "question:1")
        documents.remove(session, officer.actor(), matter, document_of(version))


def test_a_removed_document_is_read_by_nobody(database: Config, matter: int, officer: Persona) -> None:
    version = add_paper(database, officer, matter)
    with transaction() as session:
        documents.remove(session, officer.actor(), matter, document_of(version))
        assert documents.current_papers(session, [matter]) == {}
    with pytest.raises(NotFound), transaction() as session:
        receipts.open_version(session, officer.actor(), version)


def test_a_cleaned_file_waits_until_somebody_has_looked_at_it(database: Config, matter: int, officer: Persona) -> None:
    with transaction() as session:
        version = documents.submit(
            session,
            officer.actor(),
            matter,
            "Dự thảo",
            DocumentKind.DRAFT,
            restricted=False,
            examined=examined(database, outcome=Outcome.CLEANED),
        ).id
    with transaction() as session:
        assert documents.current_papers(session, [matter]) == {}
        with pytest.raises(Refused) as refusal:
            service.send_in(session, officer.actor(), matter)
        assert refusal.value.reason is Why.NOT_CONFIRMED
    with transaction() as session:
        documents.confirm(session, officer.actor(), version)
    send_in(officer, matter)
    with reading() as session:
        assert [paper.version_id for paper in documents.current_papers(session, [matter])[matter]] == [version]


def test_a_rejected_file_becomes_no_version_and_leaves_an_audit_row(matter: int, officer: Persona) -> None:
    verdict = Verdict(Outcome.REJECTED, (Remark(Reason.PASSWORD),))
    rejected = Examined("khoa.pdf", Blob("0" * 64, 10), verdict)
    with pytest.raises(Refused) as refusal, transaction() as session:
        documents.submit(
            session, officer.actor(), matter, "Khóa", DocumentKind.OTHER, restricted=False, examined=rejected
        )
    assert refusal.value.reason is Reason.PASSWORD
    with transaction() as session:
        documents.record_refusal(session, officer.actor(), matter, rejected)
    with reading() as session:
        assert session.scalars(select(Document.id)).all() == []
        entry = session.scalars(select(AuditEntry).where(AuditEntry.tag == Tag.DOCUMENT_REFUSED.value)).one()
        assert entry.details["reasons"] == ["PASSWORD"]


@pytest.mark.both_databases
def test_opening_a_paper_leaves_a_receipt_and_an_audit_row_and_remembers_the_page(
    database: Config, matter: int, officer: Persona
) -> None:
    version = add_paper(database, officer, matter, texts=("một", "hai", "ba"))
    for page in (2, 99):
        with transaction() as session:
            receipts.open_version(session, officer.actor(), version)
            receipts.keep_place(session, officer.actor(), version, page)
    with reading() as session:
        receipt = session.scalars(select(Reading)).one()
        assert (receipt.person_id, receipt.times, receipt.page) == (officer.person_id, 2, 3)
        opened = session.scalars(select(AuditEntry).where(AuditEntry.tag == Tag.DOCUMENT_OPENED.value)).all()
        assert [entry.person_id for entry in opened] == [officer.person_id] * 2


def test_one_who_may_not_read_leaves_no_receipt(
    database: Config, matter: int, officer: Persona, outsider: Persona
) -> None:
    version = add_paper(database, officer, matter)
    with pytest.raises(NotFound), transaction() as session:
        receipts.open_version(session, outsider.actor(), version)
    with reading() as session:
        assert session.scalars(select(Reading.id)).all() == []


@pytest.mark.both_databases
def test_files_that_no_row_names_are_swept(
    database: Config, matter: int, officer: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_paper(database, officer, matter)
    orphan = examined(database, mark="orphan")
    originals, blobs = Blobs(database.originals), Blobs(database.blobs)
    before = (clock.now() - timedelta(days=1)).timestamp()
    for path in (*database.blobs.glob("??/*"), *database.originals.glob("??/*")):
        os.utime(path, (before, before))
    monkeypatch.setattr(jobs, "from_environment", lambda: database)
    jobs.remove_orphans()
    assert orphan.served is not None
    assert not blobs.holds(orphan.served.sha256)
    assert not originals.holds(orphan.original.sha256)
    kept = examined(database)
    assert kept.served is not None
    with reading() as session:
        version = session.scalars(select(DocumentVersion)).one()
        assert blobs.holds(version.served_sha256)
        assert originals.holds(version.original_sha256)


def test_a_draft_gives_nothing_to_the_secretariat_until_it_is_sent_in(matter: int, officer: Persona) -> None:
    def reasons() -> set[str]:
        with reading() as session:
            return {
                because.value for because in session.scalars(select(Grant.because).where(Grant.matter_id == matter))
            }

    assert reasons() == {"lodging"}
    send_in(officer, matter)
    assert reasons() == {"lodging", "secretariat"}


@pytest.mark.both_databases
def test_of_two_officials_at_once_one_decides_and_the_other_is_told(
    matter: int, officer: Persona, secretary: Persona, second_secretary: Persona
) -> None:
    send_in(officer, matter)
    both_ready = Barrier(2)
    answers: list[str] = []

    def decide(who: Actor, verb: Callable[[Session, Actor], object]) -> None:
        both_ready.wait()
        try:
            with transaction() as session:
                verb(session, who)
            answers.append("done")
        except Refused as refusal:
            answers.append(refusal.reason.name)

    accepts = Thread(target=decide, args=(secretary.actor(), lambda session, who: service.accept(session, who, matter)))
    returns = Thread(
        target=decide,
        args=(second_secretary.actor(), lambda session, who: service.send_back(session, who, matter, "Thiếu phụ lục")),
    )
    for thread in (accepts, returns):
        thread.start()
    for thread in (accepts, returns):
        thread.join()
    assert sorted(answers) == ["NOT_SENT_IN", "done"]
    assert len(told(officer)) == 1
