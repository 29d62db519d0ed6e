"""The tables of questions, rolls and the ballot box."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from ecabinet.database import Base, one_of
from voting.blocks.models import Block
from voting.conduct import Procedure, QuestionState
from voting.engine.rule import Form
from voting.entries import EntryKind
from voting.opinions.rules import Approval
from voting.rulings.rules import Channel, RulingKind


class Question(Base):
    """One question on one matter, in the room or in writing: the same roll, box, rule and result."""

    __tablename__ = "question"
    __table_args__ = (
        Index(None, "item_id"),
        Index(None, "body_id", "form", "state"),
        Index(None, "matter_id"),
        Index(None, "follows_id"),
        CheckConstraint("(form = 'meeting') = (item_id IS NOT NULL)", name="in_the_room_with_an_item"),
        CheckConstraint("state <> 'closed' OR outcome IS NOT NULL", name="closed_with_an_outcome"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("body.id"))
    matter_id: Mapped[int] = mapped_column(ForeignKey("matter.id"))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id"))
    block_id: Mapped[int | None] = mapped_column(ForeignKey(Block.id))  # where it is put with others to one vote
    round: Mapped[int] = mapped_column(default=1)
    form: Mapped[Form] = mapped_column(one_of(Form, "form"))
    procedure: Mapped[Procedure] = mapped_column(one_of(Procedure, "procedure"), default=Procedure.VOTE)
    state: Mapped[QuestionState] = mapped_column(one_of(QuestionState, "state"), default=QuestionState.DRAFT)
    text: Mapped[str] = mapped_column(Text)  # as it stands now; every earlier wording is a QuestionText
    rule_name: Mapped[str] = mapped_column(String(80))
    rule: Mapped[dict[str, Any] | None]  # frozen at opening
    papers: Mapped[list[Any]]  # frozen at opening: [{"document": id, "version": id, "title": …, "sha256": …}]
    seen: Mapped[str | None] = mapped_column(String(64))  # the hash of what is shown with the ballot
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    deadline_days: Mapped[int | None]  # working days, of a written question
    calendar_version: Mapped[int | None]
    closes_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(20))  # as the rule computed it, after a correction anew
    declared: Mapped[str | None] = mapped_column(String(20))  # as the chair declared it, told by the outcomes
    result: Mapped[dict[str, Any] | None]  # figures and reasons as the rule engine gave them, never recomputed in place
    labels: Mapped[list[Any]] = mapped_column(default=list)  # the words of each option, where members choose among them
    corrections: Mapped[list[Any]] = mapped_column(
        default=list
    )  # as two officials corrected the result; the last stands
    approval: Mapped[Approval | None] = mapped_column(one_of(Approval, "approval"))  # of a written draft, by the chair
    approved_hash: Mapped[str | None] = mapped_column(String(64))  # of what was proposed to the chair, and approved
    moved_to_item_id: Mapped[int | None] = mapped_column(
        ForeignKey("agenda_item.id")
    )  # of a written question that a meeting decides
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("question.id"))  # the question of the round before
    folded: Mapped[str] = mapped_column(Text, default="")  # the wording without its marks, in which lists search


class QuestionText(Base):
    """One wording of a question."""

    __tablename__ = "question_text"
    __table_args__ = (UniqueConstraint("question_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class RollEntry(Base):
    """One member entitled on one question, as frozen at its opening; presence alone is taken at the close."""

    __tablename__ = "roll_entry"
    __table_args__ = (
        UniqueConstraint("question_id", "person_id"),
        UniqueConstraint("question_id", "membership_id"),
        Index(None, "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(200))
    rank: Mapped[int]
    roles: Mapped[list[Any]]
    recused: Mapped[bool] = mapped_column(default=False)
    substituted: Mapped[bool] = mapped_column(default=False)
    weights: Mapped[dict[str, Any]] = mapped_column(default=dict)  # measure to decimal text
    proxy: Mapped[str | None] = mapped_column(String(20))  # the membership whose holder casts for this one
    veto: Mapped[bool] = mapped_column(default=False)


class Box(Base):
    """The head of a ballot box: the row that every command on it locks."""

    __tablename__ = "box"

    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), primary_key=True)
    is_open: Mapped[bool]
    length: Mapped[int]
    head: Mapped[str | None] = mapped_column(String(64))  # the leaf of the last entry
    frontier: Mapped[str] = mapped_column(Text, default="")  # what the tree needs to grow without its older leaves
    voted: Mapped[int] = mapped_column(default=0)  # members with a ballot that stands


class BoxEntry(Base):
    """One entry, its body as canonical JSON bytes. The database refuses to change or delete it."""

    __tablename__ = "box_entry"
    __table_args__ = (
        UniqueConstraint("question_id", "number"),
        UniqueConstraint("question_id", "cast_id"),
        UniqueConstraint("question_id", "withdraws"),
        Index(None, "question_id", "membership_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    number: Mapped[int]
    kind: Mapped[EntryKind] = mapped_column(one_of(EntryKind, "kind"))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    leaf: Mapped[str] = mapped_column(String(64))
    cast_id: Mapped[str | None] = mapped_column(String(64))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # who sent a ballot or recalled it
    membership_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id"))  # whose ballot or recall it is
    withdraws: Mapped[int | None]  # the number of the ballot that this entry takes out


class Checkpoint(Base):
    """The signed state of a box after one commit. The database refuses to change or delete it."""

    __tablename__ = "checkpoint"
    __table_args__ = (UniqueConstraint("question_id", "size"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    size: Mapped[int]  # how many entries it covers
    root: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(Text)


class TimeStamp(Base):
    """What a time-stamping authority answered about the last checkpoint of a closed box. The database refuses to change or delete it."""

    __tablename__ = "time_stamp"

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), unique=True)
    size: Mapped[int]  # of the checkpoint
    at: Mapped[datetime]  # as the authority says
    answer: Mapped[bytes] = mapped_column(LargeBinary)


class PaperBallot(Base):
    """A ballot given on paper or by telephone, as the first official entered it; it counts once a second one confirmed it."""

    __tablename__ = "paper_ballot"
    __table_args__ = (Index(None, "question_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    channel: Mapped[Channel] = mapped_column(one_of(Channel, "channel"))
    choice: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text, default="")
    discuss: Mapped[bool] = mapped_column(default=False)  # asks that the matter be discussed in a meeting
    reserved: Mapped[str] = mapped_column(Text, default="")  # an opinion kept on record beside the choice
    evidence: Mapped[str] = mapped_column(String(500))  # where the paper or the record of the call is kept
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    number: Mapped[int | None]  # the ballot's number in the box
    discarded_at: Mapped[datetime | None]

    @property
    def is_waiting(self) -> bool:
        """Whether a second official has still to confirm it."""
        return self.number is None and self.discarded_at is None


class Ruling(Base):
    """An annulment or a correction that one official asked for and another has to confirm."""

    __tablename__ = "ruling"
    __table_args__ = (Index(None, "question_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    kind: Mapped[RulingKind] = mapped_column(one_of(RulingKind, "kind"))
    reason: Mapped[str] = mapped_column(Text)
    circumstances: Mapped[dict[str, Any] | None]  # of a correction: {"present": [...], "classified": {...}}
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None]
    discarded_at: Mapped[datetime | None]

    @property
    def is_waiting(self) -> bool:
        """Whether a second official has still to confirm it."""
        return self.confirmed_at is None and self.discarded_at is None


class WrittenRulebook(Base):
    """A rulebook as an administrator wrote it; a correction is a new row of the same name. The database refuses to change or delete it."""

    __tablename__ = "rulebook"
    __table_args__ = (Index(None, "name", "effective_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    toml: Mapped[str] = mapped_column(Text)
    effective_on: Mapped[date]  # the first day on which questions that are opened go by it
    written_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime]


class MemberWeight(Base):
    """What a member weighs in one measure from a day on, until another row of theirs begins. The database refuses to change or delete it."""

    __tablename__ = "member_weight"
    __table_args__ = (Index(None, "membership_id", "measure", "starts_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    measure: Mapped[str] = mapped_column(String(40))
    value: Mapped[str | None] = mapped_column(String(81))  # a decimal text; nothing: no weight any more
    starts_on: Mapped[date]
    set_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime]


class Proxy(Base):
    """One member casts for another in one meeting, while that one is away; frozen into the roll of each question that opens."""

    __tablename__ = "proxy"
    __table_args__ = (
        CheckConstraint("holder_membership_id <> membership_id", name="not_to_oneself"),
        Index(
            "uq_proxy_one_at_a_time",
            "meeting_id",
            "membership_id",
            unique=True,
            sqlite_where=sql("ended_at IS NULL"),
            postgresql_where=sql("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    holder_membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    reason: Mapped[str] = mapped_column(String(500), default="")
    evidence: Mapped[str] = mapped_column(String(500), default="")  # where an official keeps the member's word for it
    given_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    given_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
