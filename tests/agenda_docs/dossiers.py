"""Dossiers for tests: lodged, accepted, with papers whose text is known."""

from collections.abc import Sequence

from agenda_docs import documents, service
from agenda_docs.intake import Outcome, Reason, Remark, Signature, Verdict
from agenda_docs.models import DocumentKind
from agenda_docs.upload import Examined
from ecabinet.blobs import Blobs
from ecabinet.config import Config
from ecabinet.database import transaction
from tests.persona import Persona
from tests.world import World

SERVED = b"%PDF-1.7 a paper as it is served "
PICTURE = b"\xff\xd8\xff a picture of its first page"
SECRET_WORDS = "Mức hỗ trợ là 18.400 tỷ đồng cho vùng đồng bằng."


def lodge(government: World, officer: Persona, title: str = "Đề án cấp nước sạch", *, unit: str = "BYT") -> int:
    """A draft of the ministry's; return the matter's id."""
    with transaction() as session:
        matter = service.lodge(
            session,
            officer.actor(),
            body_id=government.body_id,
            unit_id=government.unit(unit),
            title=title,
            abstract="Tóm tắt.",
        )
        return matter.id


def examined(
    config: Config, texts: Sequence[str] = (SECRET_WORDS,), *, outcome: Outcome = Outcome.ACCEPTED, mark: str = ""
) -> Examined:
    """A file that has been through intake, without the seconds it takes."""
    blobs = Blobs(config.blobs)
    served = blobs.put(SERVED + mark.encode() + b"x" * 2000)
    remarks = (Remark(Reason.SCRIPTS, {"number": 2}),) if outcome is Outcome.CLEANED else ()
    signatures = (Signature("Signature1", "Bộ Y tế"),) if mark == "signed" else ()
    verdict = Verdict(outcome, remarks, pages=len(texts), texts=tuple(texts), signatures=signatures)
    return Examined(
        "to-trinh.pdf",
        Blobs(config.originals).put(b"original " + mark.encode()),
        verdict,
        served,
        blobs.put(PICTURE + mark.encode()),
    )


def add_paper(
    config: Config,
    officer: Persona,
    matter_id: int,
    title: str = "Tờ trình 412/TTr",
    *,
    texts: Sequence[str] = (SECRET_WORDS,),
    restricted: bool = False,
    mark: str = "",
) -> int:
    """Put a paper into a dossier; return the version's id."""
    with transaction() as session:
        version = documents.submit(
            session,
            officer.actor(),
            matter_id,
            title,
            DocumentKind.SUBMISSION,
            restricted,
            examined(config, texts, mark=mark),
        )
        return version.id


def send_in(officer: Persona, matter_id: int) -> None:
    """Send a dossier in."""
    with transaction() as session:
        service.send_in(session, officer.actor(), matter_id)


def accept(officer: Persona, secretary: Persona, matter_id: int) -> None:
    """Send a dossier in and accept it."""
    send_in(officer, matter_id)
    with transaction() as session:
        service.accept(session, secretary.actor(), matter_id)
