"""Two written opinions: one that closed at its deadline with silence counted as agreement, one that is open."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import outcomes.service
from demonstration import agendas, ballots, dossiers, history
from demonstration.dossiers import Dossier
from demonstration.people import MEMBERS, SIMULATED
from demonstration.stage import Stage
from ecabinet import clock
from ecabinet.database import reading, transaction
from outcomes.rules import DecisionKind, Details
from voting import preparing
from voting.conduct import GRACE
from voting.engine.rule import Choice, Form
from voting.models import Question
from voting.opinions import approval
from voting.opinions import service as written

CLOSED_DAYS, OPEN_DAYS = 5, 3
CLOSED_SPLIT = {Choice.YES: 17, Choice.NO: 2, Choice.OTHER: 2}
OPEN_SPLIT = {Choice.YES: 7, Choice.OTHER: 2}
BEFORE = timedelta(days=20)


def play_closed(stage: Stage, today: date) -> None:
    """Ask in writing, let most members answer, close at the deadline, and let the chair declare the outcome."""
    sent = history.moment(history.weekday_until(today - BEFORE), 9)
    dossiers.lodge(stage, [dossiers.CLOSED_OPINION], sent - timedelta(days=5))
    question_id = _circulate(stage, dossiers.CLOSED_OPINION, CLOSED_DAYS, sent)
    answering = [office.account for office in MEMBERS][: sum(CLOSED_SPLIT.values())]
    _answer(stage, question_id, answering, CLOSED_SPLIT, sent + timedelta(days=1))
    with reading() as session:
        deadline = session.get_one(Question, question_id).closes_at
    if deadline is None:
        raise RuntimeError("a written question has a deadline")
    history.let_time_pass(stage.work, deadline + GRACE[Form.WRITTEN] + timedelta(minutes=1))
    with history.at(deadline + timedelta(hours=16)):
        _declare(stage, question_id)


def play_open(stage: Stage, now: datetime) -> int:
    """Ask in writing an hour ago and return the question; some of the simulated members have answered, those one can play have not."""
    lodged = history.moment(clock.today() - timedelta(days=6), 9)
    dossiers.lodge(stage, [dossiers.OPEN_OPINION], lodged)
    question_id = _circulate(stage, dossiers.OPEN_OPINION, OPEN_DAYS, now - timedelta(hours=1))
    answering = SIMULATED[: sum(OPEN_SPLIT.values())]
    _answer(stage, question_id, answering, OPEN_SPLIT, now - timedelta(minutes=30))
    return question_id


def _circulate(stage: Stage, dossier: Dossier, days: int, at: datetime) -> int:
    with history.at(at):
        secretary, chair = stage.person("secretary"), stage.person("chair")
        text = agendas.question_on(stage, dossier.symbol)
        with transaction() as session:
            matter_id = stage.matters[dossier.symbol]
            question = preparing.prepare_written(session, secretary, matter_id=matter_id, text=text)
            seen = approval.propose(session, secretary, question.id).approved_hash
            approval.approve(session, chair, question.id, seen=seen or "")
            written.circulate(session, secretary, question.id, days)
        return question.id


def _answer(
    stage: Stage, question_id: int, accounts: list[str] | tuple[str, ...], split: Mapping[Choice, int], at: datetime
) -> None:
    with history.at(at):
        ballots.cast(stage, question_id, accounts, split, str(question_id))


def _declare(stage: Stage, question_id: int) -> None:
    chair = stage.person("chair")
    text = ("Thông qua theo kết quả lấy ý kiến bằng văn bản.", "Adopted by the written opinions.")
    with transaction() as session:
        outcomes.service.declare(
            session, chair, question_id, DecisionKind.ADOPTED, Details(stage.said(text)), kind_shown=""
        )
