"""A sitting from the first dossier to the archive, over HTTP as the pages do it."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select, update

from ecabinet import jobs
from ecabinet.config import PROJECT, Config
from ecabinet.database import reading, transaction
from ecabinet.sign_in.models import DeviceSession
from meetings.models import Presence
from outcomes import archive
from outcomes.models import Archive, Decision, Declaration
from tests.flows.conftest import Sitting
from tests.persona import Persona
from voting.models import Question

# What a page shows does not depend on the database; the reads and verbs behind it are tried on both where they are defined.
pytestmark = pytest.mark.any_database


def put(secretary: Persona, chair: Persona, running: Sitting, *, procedure: str = "vote") -> int:
    """Prepare, show and open a question on the item."""
    page = f"/meetings/{running.meeting_id}/items/{running.item}/call"
    secretary.post(page)
    secretary.post("/questions", {"item": running.item, "procedure": procedure, "text": "Thông qua Đề án?", "rule": ""})
    with reading() as session:
        question = session.scalars(select(Question.id).order_by(Question.id.desc())).first()
    assert question is not None
    secretary.post(f"/questions/{question}/arm")
    chair.post(f"/questions/{question}/open")
    return question


def cast(member: Persona, question: int, choice: str, mark: str, text: str = "") -> dict[str, object]:
    """Cast one ballot."""
    answer = member.post(
        f"/questions/{question}/ballots", json={"cast_id": mark, "choice": choice, "text": text}, status=201
    )
    return dict(answer.get_json())


@pytest.fixture
def everybody(persona: Callable[[str], Persona], chair: Persona) -> dict[str, Persona]:
    """All six members, signed in."""
    keys = ("deputy_prime_minister", "health_minister", "finance_minister", "justice_minister", "interior_minister")
    return {"prime_minister": chair, **{key: persona(key) for key in keys}}


@pytest.mark.both_databases
def test_a_sitting_runs_from_check_in_to_a_verified_archive(
    running: Sitting,
    everybody: dict[str, Persona],
    secretary: Persona,
    chair: Persona,
    database: Config,
    auditor: Persona,
) -> None:
    for member in everybody.values():
        member.get(f"/meetings/{running.meeting_id}")
        member.post(f"/meetings/{running.meeting_id}/check-in", {"presence": Presence.IN_ROOM.value})
    question = put(secretary, chair, running)
    for index, (key, member) in enumerate(everybody.items()):
        receipt = cast(member, question, "yes" if index < 4 else "no", f"mark-{key[:20]}")
        assert receipt["number"] == index + 1
    chair.post(f"/questions/{question}/close")
    page = chair.get(f"/meetings/{running.meeting_id}?item={running.item}").text
    assert "4 of 6" in page
    chair.get(f"/questions/{question}/declare")
    chair.post(f"/questions/{question}/declare", {"kind": "adopted", "text": "Thông qua Đề án cấp nước sạch."})
    secretary.post(f"/items/{running.opening}/decision", {"kind": "noted", "text": "Đã nghe."}, status=422)
    secretary.post(f"/meetings/{running.meeting_id}/items/{running.opening}/call")
    secretary.post(f"/items/{running.opening}/decision", {"kind": "noted", "text": "Đã nghe."})
    secretary.post(f"/meetings/{running.meeting_id}/close")
    bag = _write_archive(database)
    auditor.get("/archives")
    auditor.get("/decisions")
    assert _verify(bag).returncode == 0
    box = bag / "data" / "boxes" / str(question) / "entries.jsonl"
    box.write_bytes(box.read_bytes().replace(b'"no"', b'"yes"', 1))
    said = _verify(bag)
    assert said.returncode == 1
    assert "entries.jsonl" in said.stdout


def _write_archive(database: Config) -> Path:
    with reading() as session:
        ident = session.scalars(select(Archive.id)).one()
    ran = jobs.run_due(
        {"outcomes.write_archive": lambda archive: archive_now(database, archive), "notices.send": lambda: None}
    )
    assert ran >= 1
    with reading() as session:
        written = session.get_one(Archive, ident)
    assert written.folder is not None
    return database.archives / written.folder


def archive_now(database: Config, ident: int) -> None:
    """Write one archive with the configuration of the test."""
    archive.write(database, ident)


def _verify(bag: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", str(PROJECT / "outcomes" / "verify.py"), str(bag), "--lang", "en"],
        capture_output=True,
        text=True,
        check=False,
    )


def test_while_a_question_is_open_no_page_tells_the_split(
    running: Sitting, secretary: Persona, chair: Persona, health_minister: Persona, finance_minister: Persona
) -> None:
    question = put(secretary, chair, running)
    cast(health_minister, question, "no", "mark-health-1")
    for reader in (chair, secretary, finance_minister):
        for address in (
            f"/meetings/{running.meeting_id}?item={running.item}",
            f"/questions/{question}",
            f"/questions/{question}/panel",
        ):
            shown = reader.get(address).text
            assert "1 of 6 ballots" in shown
            assert "Bộ trưởng Bộ Y tế</b>" not in shown


def test_the_chair_may_declare_another_outcome_and_both_are_kept(
    running: Sitting, secretary: Persona, chair: Persona, everybody: dict[str, Persona]
) -> None:
    for member in everybody.values():
        member.post(f"/meetings/{running.meeting_id}/check-in", {"presence": "remote"})
    question = put(secretary, chair, running)
    for key, member in everybody.items():
        cast(member, question, "yes", f"mark-{key[:20]}")
    chair.post(f"/questions/{question}/close")
    chair.post(
        f"/questions/{question}/declare",
        {"kind": "not_adopted", "text": "Chưa thông qua.", "until": "2027-03-01", "remark": "Theo đề nghị."},
    )
    with reading() as session:
        asked = session.get_one(Question, question)
        declared = session.scalars(select(Declaration)).one()
    assert (asked.outcome, declared.outcome) == ("pass", "fail")
    shown = chair.get(f"/questions/{question}").text
    assert "Declared by the chair" in shown
    assert f"/questions/{question}/declare" not in shown


def test_adoption_without_a_vote_lists_those_present(
    running: Sitting, secretary: Persona, chair: Persona, everybody: dict[str, Persona]
) -> None:
    for key in ("prime_minister", "health_minister", "finance_minister", "justice_minister"):
        everybody[key].post(f"/meetings/{running.meeting_id}/check-in", {"presence": "in_room"})
    question = put(secretary, chair, running, procedure="no_objection")
    chair.post(f"/questions/{question}/close")
    chair.post(f"/questions/{question}/declare", {"kind": "adopted_without_vote", "text": "Thông qua."})
    with reading() as session:
        decision = session.scalars(select(Decision)).one()
    assert len(decision.present) == 4
    assert "Bộ trưởng Bộ Y tế" in decision.present


def test_one_objection_stops_an_adoption_without_a_vote(
    running: Sitting, secretary: Persona, chair: Persona, health_minister: Persona, everybody: dict[str, Persona]
) -> None:
    for member in everybody.values():
        member.post(f"/meetings/{running.meeting_id}/check-in", {"presence": "in_room"})
    question = put(secretary, chair, running, procedure="no_objection")
    cast(health_minister, question, "no", "mark-objection")
    chair.post(f"/questions/{question}/close")
    with reading() as session:
        assert session.get_one(Question, question).outcome == "fail"


def test_who_must_show_a_second_factor_first_comes_back_to_the_page_they_were_on(
    running: Sitting, secretary: Persona
) -> None:
    with transaction() as session:
        session.execute(update(DeviceSession).values(stepped_up_until=None))
    here = f"/meetings/{running.meeting_id}?item={running.item}"
    sent = secretary.post(
        f"/meetings/{running.meeting_id}/close", status=302, headers={"Referer": f"http://localhost{here}"}
    )
    assert parse_qs(urlsplit(sent.location).query)["next"] == [here]


def test_a_meeting_is_not_closed_over_an_open_question(running: Sitting, secretary: Persona, chair: Persona) -> None:
    put(secretary, chair, running)
    said = secretary.refused(f"/meetings/{running.meeting_id}/close")
    assert "Thông qua Đề án?" in said


@pytest.mark.both_databases
def test_a_decision_is_corrected_by_a_new_record_and_the_database_refuses_to_change_the_old(
    running: Sitting, secretary: Persona, chair: Persona
) -> None:
    secretary.post(f"/meetings/{running.meeting_id}/items/{running.item}/call")
    secretary.post(f"/items/{running.item}/decision", {"kind": "deferred", "text": "Hoãn.", "until": "2027-03-01"})
    with reading() as session:
        first = session.scalars(select(Decision.id)).one()
    chair.get(f"/decisions/{first}")
    chair.get(f"/decisions/{first}/correct")
    chair.post(f"/decisions/{first}/correct", {"kind": "withdrawn", "text": "Rút.", "reason": "Ghi nhầm.", "until": ""})
    said = chair.refused(f"/decisions/{first}/correct", {"kind": "noted", "text": "Khác.", "reason": "Lần nữa."})
    assert "already been corrected" in said
    with pytest.raises(Exception, match="append-only"), transaction() as session:
        session.get_one(Decision, first).text = "Sửa."


def test_what_was_declared_after_a_vote_is_the_chairs_to_correct(
    running: Sitting, secretary: Persona, chair: Persona, everybody: dict[str, Persona]
) -> None:
    for member in everybody.values():
        member.post(f"/meetings/{running.meeting_id}/check-in", {"presence": "in_room"})
    question = put(secretary, chair, running)
    for key, member in everybody.items():
        cast(member, question, "no", f"mark-{key[:20]}")
    chair.post(f"/questions/{question}/close")
    chair.post(f"/questions/{question}/declare", {"kind": "not_adopted", "text": "Không.", "until": "2027-03-01"})
    with reading() as session:
        decision = session.scalars(select(Decision.id)).one()
    correction = {"kind": "adopted", "text": "Có.", "reason": "Ghi nhầm."}
    assert "/correct" not in secretary.get(f"/decisions/{decision}").text
    secretary.post(f"/decisions/{decision}/correct", correction, status=403)
    chair.post(f"/decisions/{decision}/correct", correction)


def test_a_guest_and_an_outsider_learn_nothing_of_a_sitting_that_is_not_theirs(
    running: Sitting, guest: Persona, outsider: Persona, secretary: Persona, chair: Persona
) -> None:
    question = put(secretary, chair, running)
    for stranger in (guest, outsider):
        for address in (
            f"/meetings/{running.meeting_id}",
            f"/meetings/{running.meeting_id}/parts/question",
            f"/meetings/{running.meeting_id}/parts/room",
            f"/questions/{question}",
            f"/questions/{question}/declare",
        ):
            answer = stranger.browser.get(address)
            assert answer.status_code in (403, 404), address
        stranger.post(f"/questions/{question}/ballots", json={"cast_id": "mark-stranger", "choice": "yes"}, status=403)
    assert json.dumps(secretary.get(f"/meetings/{running.meeting_id}/parts/agenda").text)
