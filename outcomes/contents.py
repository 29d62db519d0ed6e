"""What lies in an archive bag: everything a stranger needs to see what was asked, read, answered and decided."""

import base64
import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, select, tuple_
from sqlalchemy.orm import Session

from agenda_docs.models import Document, DocumentVersion
from ecabinet import signing
from ecabinet.audit import AuditEntry
from ecabinet.blobs import Blobs
from ecabinet.config import Config
from ecabinet.database import Base
from ecabinet.organisation.models import Body, Person
from ecabinet.translation import translated
from meetings.models import AgendaItem, AgendaVersion, Attendance, Meeting, VersionItem
from outcomes.bag import Contents, entries_file
from outcomes.models import Archive, Decision, Declaration
from voting import box, choosing
from voting.blocks.models import Block, BlockItem
from voting.conduct import VOID, QuestionState
from voting.engine import sentences
from voting.engine.result import steps_from_json
from voting.models import Question, QuestionText, Ruling
from voting.opinions.models import OpinionStep
from voting.positions.models import StatedPosition
from voting.positions.rules import PositionKind
from voting.proof import checkpoints, time_stamps

Payload = dict[str, Contents]
ARCHIVED = (QuestionState.CLOSED, QuestionState.WITHDRAWN, *VOID)
WITH_A_BOX = (QuestionState.CLOSED, *VOID)


def of_meeting(session: Session, config: Config, meeting: Meeting) -> Payload:
    """Return the files of a closed meeting: agenda versions, papers, boxes, results, attendance, decisions, audit extract."""
    questions = list(
        session.scalars(
            select(Question)
            .join(AgendaItem, AgendaItem.id == Question.item_id)
            .where(AgendaItem.meeting_id == meeting.id, Question.state.in_(ARCHIVED))
            .order_by(Question.id)
        )
    )
    versions = list(
        session.scalars(
            select(AgendaVersion).where(AgendaVersion.meeting_id == meeting.id).order_by(AgendaVersion.number)
        )
    )
    items = list(session.scalars(select(AgendaItem).where(AgendaItem.meeting_id == meeting.id)))
    decisions = list(session.scalars(select(Decision).where(Decision.meeting_id == meeting.id).order_by(Decision.id)))
    payload: Payload = {
        "meeting.json": _json(row_of(meeting)),
        "body.json": _json(row_of(session.get_one(Body, meeting.body_id))),
    }
    paper_ids: set[int] = set()
    for version in versions:
        lines = list(
            session.scalars(select(VersionItem).where(VersionItem.version_id == version.id).order_by(VersionItem.place))
        )
        paper_ids |= {int(paper["version"]) for line in lines for paper in line.papers}
        payload[f"agenda/version-{version.number}.json"] = _json(
            {**row_of(version), "items": [row_of(line) for line in lines]}
        )
    payload["attendance.json"] = _json(_attendance(session, meeting.id))
    payload["decisions.json"] = _json([row_of(decision) for decision in decisions])
    payload["blocks.json"] = _json(_blocks(session, meeting.id))
    payload["positions.json"] = _json(_positions(session, meeting.id))
    payload |= _questions(session, config, questions, paper_ids)
    blocks = session.scalars(select(Block).where(Block.meeting_id == meeting.id)).all()
    declarations = _declarations(session, questions)
    subjects: list[Base] = [meeting, *versions, *items, *decisions, *questions, *blocks, *declarations]
    payload["audit.jsonl"] = _audit(session, subjects, paper_ids, {item.matter_id for item in items if item.matter_id})
    return payload


def of_written(session: Session, config: Config, question: Question) -> Payload:
    """Return the files of one closed written procedure."""
    paper_ids: set[int] = set()
    decisions = list(session.scalars(select(Decision).where(Decision.question_id == question.id).order_by(Decision.id)))
    payload: Payload = {"body.json": _json(row_of(session.get_one(Body, question.body_id)))}
    payload["decisions.json"] = _json([row_of(decision) for decision in decisions])
    payload |= _questions(session, config, [question], paper_ids)
    subjects: list[Base] = [question, *decisions, *_declarations(session, [question])]
    payload["audit.jsonl"] = _audit(session, subjects, paper_ids, {question.matter_id})
    return payload


def information_of(session: Session, archive: Archive) -> Mapping[str, str]:
    """Return what the bag says of itself: organ, number, when it closed."""
    body = session.get_one(Body, archive.body_id)
    if archive.meeting_id is not None:
        meeting = session.get_one(Meeting, archive.meeting_id)
        title, closed, number = meeting.title, meeting.closed_at, f"{body.code}/meeting/{meeting.id}"
    else:
        question = session.get_one(Question, archive.question_id)
        title, closed, number = question.text, question.closed_at, f"{body.code}/written/{question.id}"
    return {
        "Source-Organization": body.name,
        "External-Description": " ".join(title.split()),
        "External-Identifier": number,
        "Bagging-Date": f"{closed:%Y-%m-%d}" if closed is not None else "",
    }


def row_of(row: Base) -> dict[str, Any]:
    """Return a row as plain values, every column by its name."""
    return {column.key: _plain(getattr(row, column.key)) for column in inspect(row).mapper.column_attrs}


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a column holds
    return value.isoformat() if isinstance(value, datetime | date) or hasattr(value, "isoformat") else value


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def _questions(session: Session, config: Config, questions: Iterable[Question], paper_ids: set[int]) -> Payload:
    """The boxes and results of these questions, and every paper that they or the agenda name."""
    payload: Payload = {}
    for question in questions:
        paper_ids |= {int(paper["version"]) for paper in question.papers}
        payload[f"results/question-{question.id}.json"] = _json(_result(session, question))
        if question.state in WITH_A_BOX:
            payload |= _box(session, question.id)
    return payload | _papers(session, config, paper_ids)


def _box(session: Session, question_id: int) -> Payload:
    """A box as it stands: its entries, its signed checkpoints, its time-stamp if it has one already."""
    notes = (checkpoint.note for checkpoint in checkpoints.of_question(session, question_id))
    stamp = time_stamps.answer_of(session, question_id)
    return {
        "key.json": _key(),
        f"boxes/{question_id}/entries.jsonl": entries_file(box.bodies(session, question_id)),
        f"boxes/{question_id}/checkpoints.txt": checkpoints.as_file(notes),
        **({f"boxes/{question_id}/stamp.tsr": stamp} if stamp is not None else {}),
    }


def _key() -> bytes:
    """Whose signatures the checkpoints carry."""
    signer = signing.signer()
    return _json({"name": signer.name, "public_key": base64.b64encode(signer.public_key).decode()})


def _result(session: Session, question: Question) -> dict[str, Any]:
    wordings = session.scalars(
        select(QuestionText).where(QuestionText.question_id == question.id).order_by(QuestionText.number)
    )
    stands = question.corrections[-1] if question.corrections else question.result or {}
    steps = steps_from_json(stands.get("steps", []))
    rulings = session.scalars(select(Ruling).where(Ruling.question_id == question.id).order_by(Ruling.id))
    return {
        **row_of(question),
        "wordings": [row_of(wording) for wording in wordings],
        "sentence": {language: sentences.render(steps, _speaker(language)) for language in ("vi", "en")}
        if steps
        else {},
        "options": choosing.named(question.labels),
        "rulings": [row_of(ruling) for ruling in rulings],
        "life": [row_of(step) for step in _life(session, question)],
        "declared": [row_of(declaration) for declaration in _declarations(session, [question])],
    }


def _life(session: Session, question: Question) -> list[OpinionStep]:
    """The steps of a written procedure; a question in the room has those of its meeting."""
    return list(
        session.scalars(select(OpinionStep).where(OpinionStep.question_id == question.id).order_by(OpinionStep.id))
    )


def _speaker(language: str) -> Any:  # noqa: ANN401 - a gettext function
    def speak(message: str, **values: object) -> str:
        said = translated(language, message)
        return said % values if values else said

    return speak


def _declarations(session: Session, questions: Iterable[Question]) -> list[Declaration]:
    wanted = [question.id for question in questions]
    return list(
        session.scalars(select(Declaration).where(Declaration.question_id.in_(wanted)).order_by(Declaration.id))
    )


def _papers(session: Session, config: Config, version_ids: set[int]) -> Payload:
    """Each paper as it was served and as it was uploaded, and the list that joins the two."""
    served, originals = Blobs(config.blobs), Blobs(config.originals)
    found = session.execute(
        select(DocumentVersion, Document)
        .join(Document, Document.id == DocumentVersion.document_id)
        .where(DocumentVersion.id.in_(version_ids))
        .order_by(DocumentVersion.id)
    ).all()
    payload: Payload = {}
    listed = []
    for version, document in found:
        name = f"{document.id}-v{version.number}.pdf"
        payload[f"papers/served/{name}"] = _file(served, version.served_sha256)
        payload[f"papers/originals/{name}"] = _file(originals, version.original_sha256)
        listed.append({**row_of(version), "title": document.title, "matter_id": document.matter_id, "file": name})
    payload["papers/papers.json"] = _json(listed)
    return payload


def _file(blobs: Blobs, sha256: str) -> Path:
    return blobs.path(sha256)


def _attendance(session: Session, meeting_id: int) -> list[dict[str, Any]]:
    found = session.execute(
        select(Attendance, Person.name)
        .join(Person, Person.id == Attendance.person_id)
        .where(Attendance.meeting_id == meeting_id)
        .order_by(Attendance.id)
    )
    return [{**row_of(stay), "name": name} for stay, name in found]


def _blocks(session: Session, meeting_id: int) -> list[dict[str, Any]]:
    """The block votes of a meeting, each with its items: what was put to it, what an objection took out."""
    found = session.scalars(select(Block).where(Block.meeting_id == meeting_id).order_by(Block.id))
    items = select(BlockItem).order_by(BlockItem.id)
    return [
        {
            **row_of(block),
            "items": [row_of(item) for item in session.scalars(items.where(BlockItem.block_id == block.id))],
        }
        for block in found
    ]


def _positions(session: Session, meeting_id: int) -> list[dict[str, Any]]:
    """Everything members said on items before they were called; why somebody has a conflict of interest stays out."""
    found = session.execute(
        select(StatedPosition, Person.name)
        .join(Person, Person.id == StatedPosition.person_id)
        .join(AgendaItem, AgendaItem.id == StatedPosition.item_id)
        .where(AgendaItem.meeting_id == meeting_id)
        .order_by(StatedPosition.id)
    )
    return [
        {**row_of(said), "name": name, "text": "" if said.kind is PositionKind.CONFLICT else said.text}
        for said, name in found
    ]


def _audit(session: Session, subjects: Iterable[Base], version_ids: set[int], matter_ids: set[int]) -> bytes:
    """The rows of the log about these subjects and papers, one JSON object a line, in the order they happened."""
    wanted = [(subject.__tablename__, subject.id) for subject in subjects]  # type: ignore[attr-defined] # all have an id
    wanted += [("document_version", version) for version in version_ids] + [("matter", matter) for matter in matter_ids]
    entries: list[AuditEntry] = []
    for start in range(0, len(wanted), 400):
        pairs = wanted[start : start + 400]
        entries += session.scalars(
            select(AuditEntry).where(tuple_(AuditEntry.subject_kind, AuditEntry.subject_id).in_(pairs))
        )
    lines = [
        json.dumps(row_of(entry), ensure_ascii=False, sort_keys=True)
        for entry in sorted(entries, key=lambda entry: entry.id)
    ]
    return "".join(f"{line}\n" for line in lines).encode()
