"""The committee's meeting of today, small enough to be played by hand with the five sign-in links of its members."""

from datetime import datetime, timedelta

from demonstration import agendas, dossiers, history
from demonstration.agendas import Item, Planned
from demonstration.people import Name
from demonstration.stage import Stage
from ecabinet.database import transaction
from meetings.models import ItemKind, MeetingKind
from voting import preparing
from voting.conduct import Procedure

TITLE: Name = (
    "Phiên họp Ủy ban điều phối chuyển đổi số",
    "Meeting of the Coordinating Committee for Digital Transformation",
)
VOTE, NO_OBJECTION, REPORT = (dossier.symbol for dossier in dossiers.COMMITTEE)
ITEMS = (
    Item(ItemKind.INFORMATION, REPORT, minutes=10),
    Item(ItemKind.DECISION, VOTE, minutes=20),
    Item(ItemKind.DECISION, NO_OBJECTION, minutes=15),
)
QUESTIONS = {VOTE: Procedure.VOTE, NO_OBJECTION: Procedure.NO_OBJECTION}


def play(stage: Stage, starts_local: datetime) -> Planned:
    """Prepare the meeting and publish its agenda, with a question to vote on and one that asks for objections."""
    today = starts_local.date()
    dossiers.lodge(stage, dossiers.COMMITTEE, history.moment(today - timedelta(days=8), 10))
    with history.at(history.moment(today - timedelta(days=4), 14)):
        plan = agendas.plan_of(stage, MeetingKind.THEMATIC, stage.said(TITLE), starts_local, of_committee=True)
        planned = agendas.create(stage, plan, ITEMS, of_committee=True)
        _prepare_questions(stage, planned)
    with history.at(history.moment(today - timedelta(days=3), 14)):
        agendas.publish(stage, planned)
    return planned


def _prepare_questions(stage: Stage, planned: Planned) -> None:
    secretary = stage.person("secretary")
    with transaction() as session:
        for symbol, procedure in QUESTIONS.items():
            text = agendas.question_on(stage, symbol)
            item_id = planned.items[symbol]
            preparing.prepare(session, secretary, item_id=item_id, text=text, procedure=procedure)
