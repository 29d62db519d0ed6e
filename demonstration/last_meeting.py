"""Last month's meeting: held from check-in to close, with a decision of every kind, and archived."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import outcomes.service
from demonstration import agendas, ballots, dossiers, history
from demonstration.agendas import REVIEW, Item, Planned
from demonstration.people import ABSENT, MEMBERS, OFFICE, Name, head_of
from demonstration.stage import Stage
from ecabinet.database import transaction
from meetings import attendance, sitting
from meetings.models import ItemKind, MeetingKind, Presence
from outcomes.rules import DecisionKind, Details
from voting import preparing
from voting import service as voting
from voting.conduct import Procedure
from voting.engine.rule import Choice

PRESENT = tuple(office.account for office in MEMBERS if office.account != ABSENT)
REMOTE = ("foreign", "transport")
PACE = timedelta(minutes=20)
LODGED = timedelta(days=14)
CREATED = timedelta(days=10)
PUBLISHED = timedelta(days=7)
FINALISED = timedelta(days=14)
RESUBMITTED = timedelta(days=45)


@dataclass(frozen=True)
class Scene:
    """What happens to one item: noted or deferred without a question, or decided by one."""

    item: Item
    became: DecisionKind
    text: Name
    split: Mapping[Choice, int] = field(default_factory=dict)
    procedure: Procedure | None = None  # None: no question is put


SCENES = (
    Scene(
        REVIEW,
        DecisionKind.NOTED,
        ("Ghi nhận báo cáo kiểm điểm của Văn phòng Chính phủ.", "The review of the Government Office is noted."),
    ),
    Scene(
        Item(ItemKind.INFORMATION, "312/BC-BTC", minutes=15),
        DecisionKind.NOTED,
        ("Ghi nhận; Bộ Tài chính cập nhật số liệu hằng tháng.", "Noted; the figures are brought up to date monthly."),
    ),
    Scene(
        Item(ItemKind.DECISION, "76/TTr-BTP", minutes=25),
        DecisionKind.ADOPTED,
        ("Thông qua chương trình; giao Bộ Tư pháp trình Quốc hội.", "Adopted; the Minister of Justice submits it."),
        {Choice.YES: 22, Choice.NO: 1, Choice.ABSTAIN: 2, Choice.OTHER: 1},
        Procedure.VOTE,
    ),
    Scene(
        Item(ItemKind.DECISION, "98/TTr-BNV", minutes=30),
        DecisionKind.NOT_ADOPTED,
        (
            "Chưa thông qua; Bộ Nội vụ bổ sung phương án nguồn kinh phí và trình lại.",
            "Not adopted; the Ministry of Home Affairs adds how it is paid for and submits it again.",
        ),
        {Choice.YES: 9, Choice.NO: 12, Choice.ABSTAIN: 3, Choice.OTHER: 2},
        Procedure.VOTE,
    ),
    Scene(
        Item(ItemKind.DECISION, "188/TTr-BXD", minutes=30),
        DecisionKind.ADOPTED_WITH_CHANGES,
        (
            "Thông qua với điều kiện chỉnh lý hướng tuyến qua khu bảo tồn.",
            "Adopted, with a changed alignment around the nature reserve.",
        ),
        {Choice.YES: 18, Choice.NO: 3, Choice.OTHER: 5},
        Procedure.VOTE,
    ),
    Scene(
        Item(ItemKind.DECISION, "83/TTr-BNG", minutes=10),
        DecisionKind.ADOPTED_WITHOUT_VOTE,
        ("Đồng ý ký Hiệp định; không có ý kiến phản đối.", "The agreement is to be signed; nobody objected."),
        {},
        Procedure.NO_OBJECTION,
    ),
    Scene(
        Item(ItemKind.DECISION, "131/TTr-BCT", minutes=20),
        DecisionKind.DEFERRED,
        ("Lùi sang phiên họp sau để bổ sung số liệu thủy văn.", "Deferred to the next meeting for data on water."),
    ),
)


def day_of(today: date) -> date:
    """Return the day of last month's meeting."""
    return history.weekday_until(today.replace(day=1) - timedelta(days=6))


def play(stage: Stage, day: date, *, next_one: date) -> Planned:
    """Prepare, hold and close the meeting; its archive is written a moment later. What is deferred goes to the next one."""
    dossiers.lodge(stage, dossiers.LAST_MEETING, history.moment(day - LODGED, 9))
    with history.at(history.moment(day - CREATED, 9)):
        title = agendas.regular_title(stage, day)
        plan = agendas.plan_of(stage, MeetingKind.REGULAR, title, datetime.combine(day, time(8)))
        planned = agendas.create(stage, plan, [scene.item for scene in SCENES])
    with history.at(history.moment(day - PUBLISHED, 10)):
        agendas.publish(stage, planned)
    _hold(stage, planned, day, next_one)
    history.let_time_pass(stage.work, history.moment(day, 18))
    return planned


def _hold(stage: Stage, planned: Planned, day: date, next_one: date) -> None:
    start = history.moment(day, 8)
    with history.at(start - PACE):
        chair = stage.person("chair")
        for account in PRESENT:
            _check_in(stage, planned, account)
    with history.at(start), transaction() as session:
        sitting.start(session, chair, planned.meeting_id)
    for number, scene in enumerate(SCENES):
        with history.at(start + number * PACE + timedelta(minutes=5)):
            _play(stage, planned, scene, _details(stage, scene, day, next_one))
    with history.at(start + len(SCENES) * PACE + timedelta(minutes=10)), transaction() as session:
        outcomes.service.close_meeting(session, chair, planned.meeting_id)


def _check_in(stage: Stage, planned: Planned, account: str) -> None:
    presence = Presence.REMOTE if account in REMOTE else Presence.IN_ROOM
    member = stage.person(account)
    with transaction() as session:
        attendance.check_in(session, member, planned.meeting_id, presence)


def _play(stage: Stage, planned: Planned, scene: Scene, details: Details) -> None:
    item_id = planned.items[scene.item.symbol]
    chair = stage.person("chair")
    with transaction() as session:
        sitting.call_item(session, chair, item_id)
    if scene.procedure is not None:
        question_id = _decide(stage, scene, item_id, scene.procedure)
        with transaction() as session:
            outcomes.service.declare(session, chair, question_id, scene.became, details, kind_shown="")
    else:
        with transaction() as session:
            outcomes.service.record(session, chair, item_id, scene.became, details, kind_shown="")
    if scene.became is not DecisionKind.DEFERRED:
        with transaction() as session:
            sitting.item_done(session, chair, item_id)


def _decide(stage: Stage, scene: Scene, item_id: int, procedure: Procedure) -> int:
    """Put the question, let everyone who is there answer, and close it; return its id."""
    secretary, chair = stage.person("secretary"), stage.person("chair")
    with transaction() as session:
        text = agendas.question_on(stage, scene.item.symbol)
        question = preparing.prepare(session, secretary, item_id=item_id, text=text, procedure=procedure)
        voting.arm(session, secretary, question.id)
        voting.open_question(session, chair, question.id)
    if scene.split:
        ballots.cast(stage, question.id, PRESENT, scene.split, scene.item.symbol)
    with transaction() as session:
        outcomes.service.close_question(session, chair, question.id)
    return question.id


def _details(stage: Stage, scene: Scene, day: date, next_one: date) -> Details:
    changes = scene.became is DecisionKind.ADOPTED_WITH_CHANGES
    again = {DecisionKind.DEFERRED: next_one, DecisionKind.NOT_ADOPTED: history.weekday_from(day + RESUBMITTED)}
    return Details(
        text=stage.said(scene.text),
        finalised_by=stage.said(head_of(dossiers.SUBJECT[scene.item.symbol].unit)) if changes else "",
        finalised_until=day + FINALISED if changes else None,
        checked_by=stage.said(OFFICE) if changes else "",
        until=again.get(scene.became),
    )
