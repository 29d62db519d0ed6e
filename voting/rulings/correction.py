"""Correction of a closed result: two officials say how the circumstances really were, and the rule decides anew on the same ballots.

The result as first computed stays with the question, and its entry in the box; every correction stands beside them.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from agenda_docs.models import Matter
from ecabinet import audit, clock, notices
from ecabinet.access import Actor, Permission
from ecabinet.audit import Tag
from ecabinet.refusals import Refused
from voting import box, closing, entries, service
from voting.closing import Count
from voting.conduct import Procedure
from voting.engine.result import Outcome
from voting.engine.rule import Choice, Form
from voting.engine.rule_book import named_rule_from_json
from voting.engine.vote import Circumstances
from voting.entries import EntryKind
from voting.models import Question, Ruling
from voting.opinions import steps
from voting.opinions.models import StepKind
from voting.rulings import officials, readings, two_officials
from voting.rulings import rules as ruling_rules
from voting.rulings.rules import Reason, RulingKind

COUNTED = (EntryKind.CLOSED, EntryKind.CORRECTED)


def ask(
    session: Session,
    actor: Actor,
    question_id: int,
    *,
    present: Collection[str],
    classified: Mapping[str, Choice],
    reason: str,
    reasons: Mapping[str, str] | None = None,
) -> Ruling:
    """Ask to correct who was present and how other opinions count; another official confirms it. Needs a fresh second factor.

    `reasons`: why each opinion counts as it does, by member; one that was read so is kept also where it counts as neither.
    """
    question = correctable(session, actor, question_id)
    actor.must_have_stepped_up(clock.now())
    service.locked(session, question)
    ruling_rules.check_not_moved(is_moved=question.moved_to_item_id is not None)
    ruling_rules.check_may_correct(question.state, is_declared=question.declared is not None)
    recorded = circumstances_of(session, question)
    really = _really(session, question, recorded, present, classified)
    if reasons is not None:
        really = replace(really, classified=dict(sorted(classified.items())))
    if really == recorded:
        raise Refused(Reason.NOTHING_CHANGED)
    # What cannot be counted is refused now, not at the confirmation.
    if closing.count_under(session, question, really).result.outcome is Outcome.OPEN:
        raise Refused(Reason.WOULD_BE_OPEN)
    said = {
        "present": list(really.present),
        "classified": {member: choice.value for member, choice in really.classified.items()},
        "after": len(question.corrections),
        "reasons": dict(reasons or {}),
    }
    _check_not_own(session, actor, question, said, recorded)
    ruling = two_officials.ask(session, actor, question, RulingKind.CORRECTION, reason, said)
    audit.record(session, actor, Tag.CORRECTION_ASKED, question)
    return ruling


def confirm(session: Session, actor: Actor, question_id: int, ruling_id: int) -> Question:
    """Correct a result as the second official: it is counted anew, and what comes out is the outcome to be declared. Needs a fresh second factor."""
    now = clock.now()
    question = correctable(session, actor, question_id)
    actor.must_have_stepped_up(now)
    locked_box = box.lock(session, question.id)
    service.locked(session, question)
    ruling_rules.check_not_moved(is_moved=question.moved_to_item_id is not None)
    ruling_rules.check_may_correct(question.state, is_declared=question.declared is not None)
    assert locked_box is not None  # noqa: S101 - a closed question has a box
    ruling = two_officials.confirm(session, actor, question, ruling_id, RulingKind.CORRECTION, now)
    before, really = circumstances_of(session, question), proposed(session, question, ruling)
    _check_not_own(session, actor, question, ruling.circumstances or {}, before)
    counted = closing.count_under(session, question, really)
    signed = two_officials.as_entry(session, ruling)
    locked_box.enter(EntryKind.CORRECTED, {**_entry(counted), **signed}, now)
    service.keep(session, locked_box)
    _keep(question, counted, signed, box.instant(now))
    audit.record(session, actor, Tag.RESULT_CORRECTED, question, outcome=question.outcome)
    service.announce(session, question, outcome=question.outcome)
    _tell(session, question)
    if readings.tell_authors(session, question, ruling, before.classified):
        steps.record_if_written(session, actor, question, StepKind.CLASSIFIED, ruling.reason, outcome=question.outcome)
    return question


def correctable(session: Session, actor: Actor, question_id: int) -> Question:
    """Return a question whose result depends on circumstances that officials may correct."""
    question = service.question_for(session, actor, question_id, Permission.CONDUCT_QUESTION)
    ruling_rules.check_not_moved(is_moved=question.moved_to_item_id is not None)
    ruling_rules.check_may_correct(question.state, is_declared=question.declared is not None)
    if question.procedure is Procedure.CHOICE:
        raise Refused(Reason.NOTHING_DEPENDS)
    return question


def circumstances_of(session: Session, question: Question) -> Circumstances:
    """Return the circumstances under which the result that stands was counted."""
    kept = (json.loads(body) for body in box.bodies(session, question.id))
    last = [each["circumstances"] for each in kept if each["type"] in COUNTED][-1]
    return Circumstances(
        present=tuple(last["present"]),
        attending=tuple(last["attending"]),
        classified={member: Choice(choice) for member, choice in sorted(last["classified"].items())},
        deadline_passed=last["deadline_passed"],
    )


def proposed(session: Session, question: Question, ruling: Ruling) -> Circumstances:
    """Return the circumstances as one official says they really were; refuse where the result was corrected since."""
    said = ruling.circumstances or {}
    if said["after"] != len(question.corrections):
        raise Refused(Reason.CHANGED_MEANWHILE)
    return replace(
        circumstances_of(session, question),
        present=tuple(said["present"]),
        classified={member: Choice(choice) for member, choice in sorted(said["classified"].items())},
    )


def presence_counts(question: Question) -> bool:
    """Say whether who was present can be corrected: in the room, where the rule takes presence at the close."""
    if question.form is not Form.MEETING or question.rule is None:
        return False
    return named_rule_from_json(question.rule).presence != "opening"


def others(session: Session, question: Question) -> dict[str, str]:
    """Return the members whose ballot is another opinion, with its words."""
    standing = entries.standing(box.bodies(session, question.id))
    return {member: each.text for member, each in standing.items() if each.choice == Choice.OTHER}


def _check_not_own(
    session: Session, actor: Actor, question: Question, said: Mapping[str, Any], before: Circumstances
) -> None:
    """Refuse an official who gave one of the opinions that are read: they know the result, and would decide it."""
    read = readings.read_in(said, before.classified)
    if any(
        line.person_id == actor.person_id and str(line.membership_id) in read for line in box.roll(session, question.id)
    ):
        raise Refused(Reason.OWN_OPINION)


def _really(
    session: Session,
    question: Question,
    recorded: Circumstances,
    present: Collection[str],
    classified: Mapping[str, Choice],
) -> Circumstances:
    on_roll = {str(line.membership_id) for line in box.roll(session, question.id)}
    here = tuple(sorted(set(present) & on_roll)) if presence_counts(question) else recorded.present
    return replace(
        recorded,
        present=here,
        classified=ruling_rules.check_classified(classified, others(session, question).keys()),
    )


def _entry(counted: Count) -> dict[str, object]:
    return {
        **counted.result.as_json(),
        "circumstances": entries.circumstances_as_json(counted.circumstances),
        "missing": counted.missing,
    }


def _keep(question: Question, counted: Count, signed: Mapping[str, object], at: str) -> None:
    """Put the correction beside the result; the result itself stays as it was computed."""
    question.corrections = [*question.corrections, {**counted.as_json(), **signed, "at": at}]
    question.outcome = counted.result.outcome.value


def _tell(session: Session, question: Question) -> None:
    title = session.get_one(Matter, question.matter_id).title
    for line in box.roll(session, question.id):
        if not line.recused:
            notices.tell(
                session,
                line.person_id,
                notices.Sentence.RESULT_CORRECTED,
                key=f"question:{question.id}:corrected:{len(question.corrections)}",
                address=officials.address_of(question),
                title=title,
            )
