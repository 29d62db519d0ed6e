"""The tables of matters, their documents, and who may read them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from agenda_docs.rules import MatterState
from ecabinet.database import Base, one_of


class Matter(Base):
    """One subject before one body, for life; its papers are its dossier."""

    __tablename__ = "matter"
    __table_args__ = (Index(None, "body_id", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("body.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))  # the agency in charge
    title: Mapped[str] = mapped_column(String(500))
    abstract: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[MatterState] = mapped_column(one_of(MatterState, "state"))
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]


class MatterStep(Base):
    """One step of a submission, with the reason where it was sent back."""

    __tablename__ = "matter_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    matter_id: Mapped[int] = mapped_column(ForeignKey("matter.id"), index=True)
    state: Mapped[MatterState] = mapped_column(one_of(MatterState, "state"))
    remark: Mapped[str] = mapped_column(Text, default="")
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class DocumentKind(StrEnum):
    """What a document is in its dossier."""

    SUBMISSION = "submission"
    DRAFT = "draft"
    APPRAISAL = "appraisal"
    REPORT = "report"
    OTHER = "other"


class Document(Base):
    """A paper of a dossier; what is read is one of its versions."""

    __tablename__ = "document"

    id: Mapped[int] = mapped_column(primary_key=True)
    matter_id: Mapped[int] = mapped_column(ForeignKey("matter.id"), index=True)
    title: Mapped[str] = mapped_column(String(300))
    kind: Mapped[DocumentKind] = mapped_column(one_of(DocumentKind, "kind"))
    restricted: Mapped[bool] = mapped_column(default=False)  # not for the members' offices
    position: Mapped[int] = mapped_column(default=0)
    removed_at: Mapped[datetime | None]


class DocumentVersion(Base):
    """One version of a document: the original as evidence, the cleaned file as what is served."""

    __tablename__ = "document_version"
    __table_args__ = (UniqueConstraint("document_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    number: Mapped[int]
    file_name: Mapped[str] = mapped_column(String(255))
    original_sha256: Mapped[str] = mapped_column(String(64))
    served_sha256: Mapped[str] = mapped_column(String(64))
    first_page_sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    pages: Mapped[int]
    verdict: Mapped[str] = mapped_column(String(20))
    reasons: Mapped[list[Any]]
    signatures: Mapped[list[Any]]
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    uploaded_at: Mapped[datetime]
    confirmed_at: Mapped[
        datetime | None
    ]  # a file that intake changed waits here until somebody has looked at its pages


class PageText(Base):
    """The text of one page of a version, kept so that versions can be compared; a page without text has no row."""

    __tablename__ = "page_text"
    __table_args__ = (UniqueConstraint("version_id", "page"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("document_version.id"))
    page: Mapped[int]
    text: Mapped[str] = mapped_column(Text)


class Hold(Base):
    """A reason why a version may not be replaced or removed: a question refers to it."""

    __tablename__ = "document_hold"
    __table_args__ = (UniqueConstraint("version_id", "why"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("document_version.id"))
    why: Mapped[str] = mapped_column(String(80))
    since: Mapped[datetime]


class Because(StrEnum):
    """Why someone may read: each reason is ended only by its own verb."""

    LODGING = "lodging"
    SECRETARIAT = "secretariat"
    ITEM = "item"
    GUEST = "guest"
    OPINION = "opinion"
    ADVICE = "advice"
    AUDIT = "audit"


class Grant(Base):
    """One holder may read one matter's papers, or one document, for one reason and a time."""

    __tablename__ = "reading_grant"
    __table_args__ = (
        CheckConstraint(
            "(CASE WHEN membership_id IS NULL THEN 0 ELSE 1 END + CASE WHEN unit_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN person_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_holder",
        ),
        Index(None, "matter_id", "ends_at"),
        Index(None, "membership_id"),
        Index(None, "because", "because_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    matter_id: Mapped[int] = mapped_column(ForeignKey("matter.id"))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))  # all of the dossier where none is named
    membership_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    because: Mapped[Because] = mapped_column(one_of(Because, "because"))
    because_id: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]


class Bar(Base):
    """A person who may not read a matter whatever grants stand: a conflict of interest. It also stops those who read for them."""

    __tablename__ = "bar"
    __table_args__ = (
        Index(None, "person_id", "matter_id"),
        Index(
            "ix_bar_one_standing",
            "person_id",
            "matter_id",
            unique=True,
            sqlite_where=text("ends_at IS NULL"),
            postgresql_where=text("ends_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    matter_id: Mapped[int] = mapped_column(ForeignKey("matter.id"))
    why: Mapped[str] = mapped_column(Text)
    declared_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    end_reason: Mapped[str] = mapped_column(Text, default="")


class Reading(Base):
    """The receipt that a person opened a version, and the page they were on last."""

    __tablename__ = "reading"
    __table_args__ = (UniqueConstraint("person_id", "version_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("document_version.id"), index=True)
    first_opened_at: Mapped[datetime]
    last_opened_at: Mapped[datetime]
    times: Mapped[int] = mapped_column(default=1)
    page: Mapped[int] = mapped_column(default=1)


class SearchText(Base):
    """A piece of text that can be found, with the folded form that is searched."""

    __tablename__ = "search_text"
    __table_args__ = (Index(None, "kind", "subject_id"), Index(None, "matter_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int]
    matter_id: Mapped[int] = mapped_column(ForeignKey("matter.id"))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    page: Mapped[int] = mapped_column(default=0)
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    folded: Mapped[str] = mapped_column(Text)
    on: Mapped[date]
