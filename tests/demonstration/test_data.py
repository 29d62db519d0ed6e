from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from agenda_docs import reading
from agenda_docs.models import Matter, MatterStep
from agenda_docs.rules import MatterState
from app import create_app
from demonstration import data, dossiers, people
from demonstration.roles import ROLES
from demonstration.views import key_of
from ecabinet import clock
from ecabinet.access import Actor
from ecabinet.database import reading as reading_session
from ecabinet.database import transaction
from ecabinet.jobs import Job, JobState
from ecabinet.organisation import queries as organisation
from ecabinet.organisation.models import Person
from ecabinet.sign_in import sessions
from ecabinet.sign_in.models import DeviceSession
from meetings import attendance, delegation, queries
from meetings.models import AgendaVersion, ItemKind, Meeting, VersionItem
from meetings.rules import AgendaState, MeetingState
from outcomes import verify
from outcomes.models import Archive, Decision
from outcomes.rules import DecisionKind
from tests.demonstration.conftest import Filled
from tests.page_check import check_page
from voting.conduct import QuestionState
from voting.engine.rule import Form
from voting.entries import EntryKind
from voting.models import BoxEntry, Question

QUORUM = 18  # two thirds of 27


def actor(filled: Filled, account: str) -> Actor:
    with transaction() as session:
        person = session.get_one(Person, filled.stage.cast.people[account])
        token = sessions.start(session, person, device="tests", address="127.0.0.1", stepped_up=True)
    with reading_session() as session:
        signed = sessions.signed_in_by(session, token)
    assert signed is not None
    return signed.actor


def meetings_of(body_id: int, state: MeetingState) -> list[Meeting]:
    with reading_session() as session:
        found = select(Meeting).where(Meeting.body_id == body_id, Meeting.state == state)
        return list(session.scalars(found.order_by(Meeting.starts_local)))


def todays(body_id: int) -> Meeting:
    today = clock.today()
    [meeting] = [
        each
        for each in meetings_of(body_id, MeetingState.PLANNED)
        if abs(each.starts_local.date() - today) <= timedelta(days=1)  # midnight may have passed since
    ]
    return meeting


def test_the_government_has_27_seats_and_a_quorum_without_the_empty_one(filled: Filled) -> None:
    meeting = todays(filled.stage.cast.government)
    with reading_session() as session:
        assert len(attendance.seats(session, meeting)) == 27
    assert len(people.SIMULATED) >= QUORUM


@pytest.mark.usefixtures("filled")
def test_every_simulated_member_is_labelled_as_such_and_nobody_else() -> None:
    with reading_session() as session:
        labelled = session.scalars(select(Person.account).where(Person.name.contains("(mô phỏng)"))).all()
    assert len(labelled) == 22
    assert set(labelled) == set(people.SIMULATED)


def test_last_months_meeting_is_closed_with_decisions_of_several_kinds(filled: Filled) -> None:
    [closed] = meetings_of(filled.stage.cast.government, MeetingState.CLOSED)
    assert closed.starts_local.date() < clock.today().replace(day=1)
    with reading_session() as session:
        kinds = set(session.scalars(select(Decision.kind).where(Decision.meeting_id == closed.id)))
    assert kinds == {
        DecisionKind.NOTED,
        DecisionKind.ADOPTED,
        DecisionKind.NOT_ADOPTED,
        DecisionKind.ADOPTED_WITH_CHANGES,
        DecisionKind.ADOPTED_WITHOUT_VOTE,
        DecisionKind.DEFERRED,
    }


def test_everybody_who_was_there_cast_a_ballot_in_each_vote(filled: Filled) -> None:
    [closed] = meetings_of(filled.stage.cast.government, MeetingState.CLOSED)
    with reading_session() as session:
        ballots = session.execute(
            select(BoxEntry.question_id, func.count())
            .join(Question, Question.id == BoxEntry.question_id)
            .where(BoxEntry.kind == EntryKind.CAST, Question.form == Form.MEETING)
            .group_by(BoxEntry.question_id)
        ).all()
    assert closed.closed_at is not None
    assert [count for _question, count in ballots] == [26, 26, 26]


def test_the_archives_are_written_and_verify(filled: Filled) -> None:
    with reading_session() as session:
        folders = session.scalars(select(Archive.folder)).all()
    assert len(folders) == 2
    for folder in folders:
        assert folder is not None
        assert verify.main([str(filled.config.archives / folder)]) == 0


def test_todays_meeting_is_published_twice_and_waits_to_be_started(filled: Filled) -> None:
    meeting = todays(filled.stage.cast.government)
    assert (meeting.agenda_state, meeting.published_version) == (AgendaState.PUBLISHED, 2)
    with reading_session() as session:
        rows = session.scalars(
            select(VersionItem)
            .join(AgendaVersion, AgendaVersion.id == VersionItem.version_id)
            .where(AgendaVersion.meeting_id == meeting.id, AgendaVersion.number == 2)
            .order_by(VersionItem.place)
        ).all()
    assert {row.kind for row in rows} == set(ItemKind)
    assert [row.label for row in rows] == ["1", "2", "2.1", "3", "4", "5", "6", "7"]
    assert all(row.papers for row in rows if row.matter_id is not None)


@pytest.mark.parametrize("body", ["government", "committee"])
def test_two_questions_are_prepared_on_each_of_todays_meetings(filled: Filled, body: str) -> None:
    body_id: int = getattr(filled.stage.cast, body)
    with reading_session() as session:
        states = session.scalars(
            select(Question.state).where(
                Question.body_id == body_id, Question.form == Form.MEETING, Question.closed_at.is_(None)
            )
        ).all()
    assert states == [QuestionState.DRAFT] * 2


def test_the_minister_of_finance_may_not_read_the_item_of_the_conflict(filled: Filled) -> None:
    member = actor(filled, "finance")
    with reading_session() as session:
        assert not reading.may_read(session, member, filled.stage.matters["72/TTr-NHNN"])
        assert reading.may_read(session, member, filled.stage.matters["145/TTr-BTC"])


def test_a_deputy_sits_in_for_the_empty_seat(filled: Filled) -> None:
    cast = filled.stage.cast
    with reading_session() as session:
        deputies = delegation.deputies_on(session, cast.government, clock.today())
    assert deputies == {cast.memberships[people.ABSENT]: cast.people["deputy_defence"]}


def test_the_guest_knows_one_item_and_reads_its_papers_only(filled: Filled) -> None:
    guest = actor(filled, "guest")
    meeting = todays(filled.stage.cast.government)
    with reading_session() as session:
        assert [line.label for line in queries.agenda_of(session, guest, meeting)] == ["2"]
        assert reading.readable_matter_ids(session, guest) == {filled.stage.matters["131/TTr-BCT"]}


def test_next_months_meeting_is_a_draft(filled: Filled) -> None:
    planned = meetings_of(filled.stage.cast.government, MeetingState.PLANNED)
    assert (planned[-1].agenda_state, planned[-1].published_version) == (AgendaState.DRAFT, 0)
    assert planned[-1].starts_local.date() > clock.today()


def test_the_committee_has_five_members_and_three_items(filled: Filled) -> None:
    cast = filled.stage.cast
    meeting = todays(cast.committee)
    with reading_session() as session:
        members = organisation.memberships_in_force(session, cast.committee, clock.today())
        lines = queries.agenda_of(session, actor(filled, "justice"), meeting)
    assert {member.person_id for member in members} == {cast.people[each] for each in people.COMMITTEE_MEMBERS}
    assert {"chair", "health", "finance", "justice", "secretary"} <= set(ROLES)
    assert len(lines) == 3


def test_one_written_opinion_is_closed_and_one_waits_for_those_one_can_play(filled: Filled) -> None:
    with reading_session() as session:
        closed, open_now = session.scalars(
            select(Question)
            .where(Question.form == Form.WRITTEN, Question.state != QuestionState.DRAFT)
            .order_by(Question.id)
        ).all()
        answered = set(session.scalars(select(BoxEntry.person_id).where(BoxEntry.question_id == open_now.id)))
    assert (closed.state, closed.outcome) == (QuestionState.CLOSED, "pass")
    assert closed.result is not None
    assert closed.result["figures"]["deemed_yes"] == 6
    assert (open_now.state, open_now.deadline_days) == (QuestionState.OPEN, 3)
    assert len(answered - {None}) == 9
    assert not answered & {filled.stage.cast.people[account] for account in people.PLAYED}


@pytest.mark.usefixtures("filled")
def test_two_dossiers_wait_and_one_was_sent_back_with_a_reason() -> None:
    with reading_session() as session:
        states = Counter(session.scalars(select(Matter.state)))
        reasons = session.scalars(select(MatterStep.remark).where(MatterStep.state == MatterState.SENT_BACK)).all()
    assert states[MatterState.LODGED] == 2
    assert states[MatterState.ACCEPTED] >= 12
    assert reasons == [dossiers.REASON[0]]


@pytest.mark.usefixtures("filled")
def test_nothing_is_left_behind_by_the_filling() -> None:
    with reading_session() as session:
        jobs = session.execute(select(Job.state, Job.due_at)).all()
        living = session.scalars(
            select(DeviceSession.id)
            .where(DeviceSession.device == "Demonstration content", DeviceSession.revoked_at.is_(None))
            .where(DeviceSession.ends_at > clock.now())
        ).all()
    assert {job.state for job in jobs} == {JobState.DONE, JobState.WAITING}
    assert all(job.due_at > clock.now() for job in jobs if job.state is JobState.WAITING)
    assert not living


@pytest.mark.parametrize("account", list(ROLES))
def test_each_link_signs_in_with_a_second_factor(filled: Filled, account: str) -> None:
    browser = create_app(filled.config).test_client()
    answer = browser.get(f"/demonstration/{account}/{key_of(filled.config, account)}", follow_redirects=True)
    assert answer.status_code == 200
    check_page(answer.text, "vi")
    with reading_session() as session:
        newest = session.scalars(select(DeviceSession).order_by(DeviceSession.id.desc()).limit(1)).one()
    assert newest.person_id == filled.stage.cast.people[account]
    assert newest.stepped_up_until is not None


def test_a_dossier_has_one_to_four_papers_and_one_paper_has_300_pages() -> None:
    wanted = dossiers.wanted_papers().values()
    assert {len(dossiers.papers_of(dossier)) for dossier in dossiers.ALL} == {1, 2, 3, 4}
    assert [each.plan.pages for each in wanted if each.plan.pages > 10] == [300]


def in_a_demonstration(monkeypatch: pytest.MonkeyPatch, filled: Filled) -> None:
    monkeypatch.setenv("ECABINET_MODE", "demonstration")
    monkeypatch.setenv("ECABINET_INSTANCE", str(filled.config.instance))
    monkeypatch.setenv("ECABINET_LANGUAGE", "en")


def test_a_filled_database_is_left_as_it_is(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    in_a_demonstration(monkeypatch, filled)
    with reading_session() as session:
        before = session.scalar(select(func.count()).select_from(Person))
    assert data.main() == 0
    with reading_session() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == before


def test_a_half_filled_database_is_named_in_one_sentence(
    filled: Filled, mark: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    in_a_demonstration(monkeypatch, filled)
    mark.unlink()
    try:
        assert data.main() == 1
    finally:
        mark.touch()
    said = capsys.readouterr().err
    assert "./run demo --fresh" in said
    assert said.count("\n") == 1
