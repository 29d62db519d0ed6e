"""What happens on paper before people sit together: positions on the agenda, advice of other agencies, an office's draft, a question for the chair."""

from datetime import datetime, timedelta

from agenda_docs.advice import service as advice
from agenda_docs.advice.rules import AdviceKind
from demonstration import agendas, dossiers, history
from demonstration.agendas import Planned
from demonstration.people import SIMULATED, Name
from demonstration.stage import Stage
from ecabinet.database import transaction
from voting import preparing
from voting.opinions import approval
from voting.opinions.drafts import service as drafts
from voting.opinions.drafts.service import Proposed
from voting.positions import service as positions
from voting.positions.rules import PositionKind

ASKED_FOR_APPROVAL = "98/TTr-BNV"
CONTESTED = "159/TTr-BYT"
STATING = SIMULATED[:16]  # the others have said nothing yet
OBJECTION: Name = (
    "Đề nghị làm rõ nguồn kinh phí chi thường xuyên trước khi thông qua.",
    "The source of the running costs should be clear before this is adopted.",
)
REMARK: Name = ("Thống nhất; đề nghị rà soát câu chữ tại Điều 3.", "Agreed; please review the wording of article 3.")
REMARKS_OF_FINANCE: Name = (
    "Nhất trí về sự cần thiết. Đề nghị làm rõ nguồn vốn giai đoạn 2027–2030 và cam kết đối ứng của địa phương.",
    "We agree that it is needed. Please make clear where the money of 2027 to 2030 comes from, and what the provinces contribute.",
)
LOOK_AT: Name = ("Nguồn vốn và cân đối ngân sách", "Source of money and balance of the budget")
DRAFTED: Name = (
    "Nhất trí với dự thảo. Đề nghị bổ sung trách nhiệm phối hợp của ngành y tế tại cơ sở.",
    "I agree with the draft. Please add what health services have to do on the spot.",
)
NOTE: Name = ("Kính trình Bộ trưởng xem xét.", "For your consideration, Minister.")


def state_positions(stage: Stage, planned: Planned, now: datetime) -> None:
    """Let most members say where they stand on what today's meeting has a dossier about; one item is contested."""
    with history.at(now - timedelta(hours=2)):
        for place, account in enumerate(STATING):
            member = stage.person(account)
            for symbol, item_id in planned.items.items():
                if symbol:
                    kind, words = _stand(place, is_contested=symbol == CONTESTED)
                    with transaction() as session:
                        positions.say(session, member, item_id, kind, stage.said(words) if words else "")


def _stand(place: int, *, is_contested: bool) -> tuple[PositionKind, Name | None]:
    if is_contested and place == 0:
        return PositionKind.OBJECT, OBJECTION
    if is_contested and place == 1:
        return PositionKind.SPEAK, None
    return (PositionKind.COMMENT, REMARK) if place == 5 else (PositionKind.NO_OBJECTION, None)


def ask_for_advice(stage: Stage, now: datetime) -> None:
    """Two agencies are asked about the dossier that is asked about in writing: one has answered, the other has still time."""
    matter_id = stage.matters[dossiers.OPEN_OPINION.symbol]
    with history.at(now - timedelta(hours=3)):
        requests = [_ask(stage, matter_id, unit) for unit in ("BTC", "BTP")]
    with history.at(now - timedelta(hours=2)):
        finance = stage.person("officer_finance")
        with transaction() as session:
            advice.give(session, finance, requests[0], AdviceKind.WITH_REMARKS, stage.said(REMARKS_OF_FINANCE))


def _ask(stage: Stage, matter_id: int, unit: str) -> int:
    secretary, what = stage.person("secretary"), stage.said(LOOK_AT)
    with transaction() as session:
        return advice.ask(session, secretary, matter_id, stage.cast.units[unit], days=3, what=what).id


def draft_an_answer(stage: Stage, question_id: int, now: datetime) -> None:
    """The office of the Minister of Health has drafted an answer to the open question; the minister has not sent it."""
    office, seat = stage.person("office"), stage.cast.memberships["health"]
    proposed = Proposed(choice="yes", text=stage.said(DRAFTED), note=stage.said(NOTE))
    with history.at(now - timedelta(minutes=20)), transaction() as session:
        drafts.save(session, office, question_id, seat, proposed, based_on=0, is_ready=True)


def ask_the_chair(stage: Stage, now: datetime) -> None:
    """A written question waits for the chair's approval."""
    secretary = stage.person("secretary")
    matter_id = stage.matters[ASKED_FOR_APPROVAL]
    text = agendas.question_on(stage, ASKED_FOR_APPROVAL)
    with history.at(now - timedelta(minutes=40)), transaction() as session:
        question = preparing.prepare_written(session, secretary, matter_id=matter_id, text=text)
        approval.propose(session, secretary, question.id)
