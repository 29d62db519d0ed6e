"""The tables of the explanation-and-reception table: the comments as they were given, and every step of their answers."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ecabinet.database import Base, one_of
from voting.opinions.reception.rules import Step


class OpinionComment(Base):
    """What one member said on one point, as it stood in the box at the close. The database refuses to change it."""

    __tablename__ = "opinion_comment"
    __table_args__ = (UniqueConstraint("question_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    position: Mapped[int]
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    name: Mapped[str] = mapped_column(String(200))  # of the member, as on the roll
    is_reserved: Mapped[bool]
    point: Mapped[str] = mapped_column(String(80))  # as the member named it; nothing: the text as a whole
    text: Mapped[str] = mapped_column(Text)


class CommentAnswer(Base):
    """One step of the answer to a comment: an answer of the drafting ministry, or that it was sent back. The last stands; the database refuses to change any."""

    __tablename__ = "comment_answer"
    __table_args__ = (UniqueConstraint("comment_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("opinion_comment.id"))
    number: Mapped[int]
    step: Mapped[Step] = mapped_column(one_of(Step, "step"))
    words: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(String(300), default="")  # where in the new text
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
