"""Who could read a dossier, since when and why, is a question with an answer."""

from agenda_docs import conflicts, readers, reading, receipts
from agenda_docs.models import Because, Matter
from agenda_docs.readers import Reader
from ecabinet import clock
from ecabinet.access import SYSTEM
from ecabinet.config import Config
from ecabinet.database import reading as open_to_read
from ecabinet.database import transaction
from tests.agenda_docs.dossiers import accept, add_paper, lodge
from tests.persona import Persona
from tests.world import World


def readers_of(matter_id: int) -> list[Reader]:
    with open_to_read() as session:
        return readers.readers_of(session, session.get_one(Matter, matter_id))


def test_everybody_who_reads_is_listed_with_the_reason_and_nobody_else(
    government: World,
    officer: Persona,
    secretary: Persona,
    second_secretary: Persona,
    health_minister: Persona,
    office_reader: Persona,
) -> None:
    matter = lodge(government, officer)
    accept(officer, secretary, matter)
    with transaction() as session:
        reading.grant(
            session,
            SYSTEM,
            matter,
            because=Because.ITEM,
            because_id=1,
            membership_id=government.membership("health_minister"),
        )
    listed = {(reader.person_id, reader.because) for reader in readers_of(matter)}
    assert listed == {
        (officer.person_id, Because.LODGING),
        (health_minister.person_id, Because.LODGING),
        (secretary.person_id, Because.SECRETARIAT),
        (second_secretary.person_id, Because.SECRETARIAT),
        (health_minister.person_id, Because.ITEM),
        (office_reader.person_id, Because.ITEM),
    }
    through = [reader.member for reader in readers_of(matter) if reader.person_id == office_reader.person_id]
    assert through == ["Bộ trưởng Bộ Y tế"]


def test_the_list_says_what_the_finder_does(
    government: World,
    officer: Persona,
    guest: Persona,
    health_minister: Persona,
    office_reader: Persona,
    secretary: Persona,
    outsider: Persona,
) -> None:
    matter = lodge(government, officer)
    accept(officer, secretary, matter)
    with transaction() as session:
        reading.grant(session, SYSTEM, matter, because=Because.GUEST, because_id=1, person_id=guest.person_id)
        reading.grant(
            session,
            SYSTEM,
            matter,
            because=Because.ITEM,
            because_id=1,
            membership_id=government.membership("health_minister"),
        )
        conflicts.declare_conflict(session, health_minister.actor(), health_minister.person_id, matter, "Cổ phần")
    now = clock.now()
    standing = {reader.person_id for reader in readers_of(matter) if reader.stands(now)}
    for person in (officer, guest, health_minister, office_reader, secretary, outsider):
        with open_to_read() as session:
            assert (person.person_id in standing) is reading.may_read(session, person.actor(), matter)


def test_who_could_read_before_is_still_known(government: World, officer: Persona, guest: Persona) -> None:
    matter = lodge(government, officer)
    with transaction() as session:
        reading.grant(session, SYSTEM, matter, because=Because.GUEST, because_id=1, person_id=guest.person_id)
    with transaction() as session:
        reading.end_grants(session, SYSTEM, because=Because.GUEST, because_id=1)
    (was,) = [reader for reader in readers_of(matter) if reader.person_id == guest.person_id]
    assert was.until is not None
    assert not was.stands(clock.now())


def test_who_has_opened_what_is_known(database: Config, government: World, officer: Persona) -> None:
    matter = lodge(government, officer)
    version = add_paper(database, officer, matter)
    with transaction() as session:
        receipts.open_version(session, officer.actor(), version)
    with open_to_read() as session:
        (line,) = readers.opened_by(session, matter)
    assert (line.person_id, line.title, line.number, line.times) == (officer.person_id, "Tờ trình 412/TTr", 1, 1)
