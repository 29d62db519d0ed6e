"""Questions and boxes as rows alone, opened by no verb: what the box itself is held to, without sign-in, secretariat or page."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from ecabinet.database import transaction
from tests.voting.room import Room
from tests.world import MEMBERS
from voting import box
from voting.conduct import Procedure, QuestionState
from voting.engine.rule import Form
from voting.engine.rule_book import NamedRule, rule_named
from voting.entries import FIELDS, EntryKind
from voting.models import Question, RollEntry

AT = datetime(2026, 11, 21, 8, 0, 0, 123456, tzinfo=UTC)
ENDS_AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
WRITTEN_AT = "2026-11-21T08:00:00.123Z"
RULE = rule_named("viet_nam/meeting")
PAPER = {"document": 31, "version": 9, "number": 4, "title": "Tờ trình", "sha256": "ab" * 32}
OFFICIAL = {"id": "91", "name": "Thư ký"}


def ask(
    room: Room,
    *,
    form: Form = Form.MEETING,
    procedure: Procedure = Procedure.VOTE,
    named: NamedRule = RULE,
    labels: tuple[str, ...] = (),
    members: tuple[str, ...] = MEMBERS,
    of_lines: Mapping[str, Mapping[str, object]] | None = None,
) -> int:
    """Put an open question with its roll into the database; `of_lines` are the columns of a member's line that are not usual."""
    with transaction() as session:
        question = Question(
            body_id=room.world.body_id,
            matter_id=room.matter_id,
            item_id=room.item_id if form is Form.MEETING else None,
            form=form,
            procedure=procedure,
            state=QuestionState.OPEN,
            text="Thông qua?",
            rule_name=named.name,
            rule=named.as_json(),
            papers=[PAPER],
            labels=list(labels),
            created_by_id=room.world.person("secretary"),
            created_at=AT,
            closes_at=ENDS_AT,
        )
        session.add(question)
        session.flush()
        for rank, key in enumerate(members):
            session.add(line_of(room, question.id, key, **{"rank": rank, **(of_lines or {}).get(key, {})}))
        return question.id


def line_of(room: Room, question_id: int, key: str, **columns: object) -> RollEntry:
    """Return a member's line of the roll."""
    usual = {
        "question_id": question_id,
        "membership_id": room.world.membership(key),
        "person_id": room.world.person(key),
        "name": key,
        "roles": [],
    }
    return RollEntry(**{**usual, **columns})


def fields_of(kind: EntryKind, **fields: object) -> dict[str, object]:
    """Return the fields of an entry of this kind; what is not given says nothing."""
    return {**dict.fromkeys(FIELDS[kind], ""), **fields}


def begun(room: Room, **asked: object) -> int:
    """Make the box of a question with its first entry."""
    question_id = ask(room, **asked)  # type: ignore[arg-type] # handed on as it came
    with transaction() as session:
        new_box = box.make(session, question_id)
        new_box.enter(EntryKind.OPENED, fields_of(EntryKind.OPENED), AT)
        box.keep(session, new_box)
    return question_id


def locked(
    session: Session, question_id: int, *, people: tuple[int, ...] = (), marks: tuple[str, ...] = ()
) -> box.LockedBox:
    """Lock a box that is there."""
    found = box.lock(session, question_id, people=people, cast_ids=marks)
    assert found is not None
    return found


def enter(question_id: int, kind: EntryKind, **fields: object) -> int:
    """Commit one entry; a ballot is that of `member`, and of nobody in particular who sent it."""
    with transaction() as session:
        place = locked(session, question_id)
        mark = str(fields["cast_id"]) if "cast_id" in fields else None
        number = place.enter(kind, fields_of(kind, **fields), AT, cast_id=mark)
        box.keep(session, place)
        return number
