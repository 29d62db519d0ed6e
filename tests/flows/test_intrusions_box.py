"""Somebody who wants to know, to vote twice, to rule alone, or to break what proves a vote: nothing of it works, and nothing of it is an error."""

import hashlib
import json
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from threading import Barrier
from typing import Any

import pytest
import rfc8785
from sqlalchemy import delete, select
from werkzeug.test import TestResponse

from ecabinet import clock, jobs
from ecabinet.access import Actor, Role
from ecabinet.config import Config
from ecabinet.database import reading, transaction
from ecabinet.news import NewsItem
from ecabinet.organisation.models import RoleAssignment
from ecabinet.refusals import Refused
from outcomes.jobs import WORK
from tests.authenticator import Authenticator
from tests.flows.test_passkeys import add as add_passkey
from tests.flows.test_passkeys import end_leases
from tests.flows.test_voting import casts
from tests.flows.test_voting_rules import BOOK, form
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.council import WEIGHTED, leave, represent, weigh, write_book
from tests.voting.room import Room, mark, opened
from tests.world import MEMBERS, World
from voting import entries
from voting.conduct import QuestionState
from voting.models import PaperBallot, Ruling, WrittenRulebook
from voting.proof import accept_gap, starting
from voting.proof.starting import Gap

People = Callable[[str], Persona]
WHY = "Hệ thống kỹ thuật có lỗi"
HOLDER, AWAY = "health_minister", "finance_minister"
SERVER_ERROR = HTTPStatus.INTERNAL_SERVER_ERROR
one_engine = pytest.mark.any_database


@pytest.fixture
def room(government: World) -> Room:
    return rooms.furnish(government)


def refusal(answer: TestResponse) -> str:
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, f"{answer.status} {answer.text[:300]}"
    return str(answer.get_json()["error"])


def ballot(voter: Persona, question_id: int, /, **sent: object) -> TestResponse:
    """Send a ballot that must be refused."""
    whole = {"cast_id": mark(), "choice": "yes", "text": "", **sent}
    return voter.post(f"/questions/{question_id}/ballots", json=whole, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def sends(person: Persona, path: str, raw: str) -> TestResponse:
    """Send JSON that no library would write."""
    headers = {"X-CSRFToken": person.form_token(), "Content-Type": "application/json"}
    return person.browser.post(path, data=raw, headers=headers)


def newest(table: type[PaperBallot] | type[Ruling]) -> int:
    with reading() as session:
        return session.scalars(select(table.id).order_by(table.id.desc())).first() or 0


def paper(room: Room, **changes: object) -> dict[str, object]:
    member = room.world.membership(HOLDER)
    return {"member": member, "channel": "paper", "choice": "yes", "evidence": "Bì số 4", "text": "", **changes}


# Who wants to know how others vote before the close.


@one_engine
def test_nobody_tells_the_ballot_of_another_from_one_that_is_not_there(
    room: Room, secretary: Persona, persona: People
) -> None:
    question_id = opened(room, secretary.actor())
    casts(persona("justice_minister"), question_id, "no")
    casts(persona("interior_minister"), question_id, "yes")
    place = f"/questions/{question_id}/ballots"
    for key in ("health_minister", "secretary", "office_reader", "prime_minister"):
        reader = persona(key)
        answers = {
            (answer.status_code, re.sub(r'nonce="[^"]*"|content="[^"]*"', "", answer.text))
            for answer in (
                reader.browser.get(f"{place}/{number}/receipt", headers={"Accept": "application/json"})
                for number in (1, 2, 3, 999_999)
            )
        }
        assert len(answers) == 1
        assert answers.pop()[0] == HTTPStatus.NOT_FOUND


@one_engine
def test_no_page_of_another_changes_with_what_somebody_votes(room: Room, secretary: Persona, persona: People) -> None:
    question_id = opened(room, secretary.actor())
    voter, reader = persona("justice_minister"), persona("health_minister")
    pages = (f"/questions/{question_id}", f"/questions/{question_id}/panel", "/my-ballots", "/notices", "/")
    meeting = (f"/meetings/{room.meeting_id}", f"/meetings/{room.meeting_id}?item={room.item_id}")

    def shown() -> list[str]:
        found = (reader.get(page).text for page in (*pages, *meeting))
        return [re.sub(r'nonce="[^"]*"|value="[^"]*" autocomplete|content="[^"]*"', "", page) for page in found]

    casts(voter, question_id, "yes")
    before = shown()
    casts(voter, question_id, "no")
    casts(voter, question_id, "other", text="Chưa nhất trí với mức vốn")
    assert shown() == before


@one_engine
def test_the_news_of_an_open_vote_carries_numbers_and_states_alone(
    room: Room, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor(), closes_in=timedelta(minutes=5))
    place = f"/questions/{question_id}"
    number = casts(health_minister, question_id, "no").get_json()["number"]
    chair.post(f"{place}/withdrawn-ballots", {"number": number, "reason": WHY})
    secretary.post(f"{place}/paper-ballots", paper(room))
    chair.post(
        f"{place}/paper-ballots/{newest(PaperBallot)}/confirm",
        {"member": room.world.membership(HOLDER), "choice": "yes"},
    )
    secretary.post(f"{place}/extension", {"by": 5, "reason": WHY})
    with reading() as session:
        states = session.scalars(select(NewsItem.state).where(NewsItem.kind.in_(("question", "ruling")))).all()
    assert {key for state in states for key in state} <= {
        "question",
        "item",
        "state",
        "closes_at",
        "voted",
        "of",
        "ruled",
    }


@one_engine
def test_a_proof_of_the_box_is_given_to_who_reads_the_question_and_to_nobody_else(
    room: Room, secretary: Persona, persona: People
) -> None:
    question_id = opened(room, secretary.actor())
    casts(persona("justice_minister"), question_id, "no")
    for key in ("outsider", "administrator", "officer", "guest", "deputy_health_minister"):
        reader = persona(key)
        for path in ("consistency?from=1&to=2", "ballots/0/receipt", "ballots/1/receipt", "panel", "rulings"):
            status = reader.browser.get(f"/questions/{question_id}/{path}").status_code
            assert status in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)


SIZES = (
    "from=0&to=999999",
    "from=1&to=999999999",
    "from=-1&to=1",
    "from=1e9&to=2",
    "from=1.5&to=2",
    "from=²&to=2",
    "from=%00&to=1",
    "from=%ED%A0%80&to=2",
    f"from={'9' * 5000}&to=2",
    "from=2&to=1",
    "",
)


@one_engine
def test_sizes_and_numbers_that_make_no_sense_are_not_found(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    place = f"/questions/{opened(room, secretary.actor())}"
    looked_up = (f"ballots/{number}/receipt" for number in ("-1", "1e9", "9" * 40, "1.5", "%00"))
    for path in (*(f"consistency?{sizes}" for sizes in SIZES), *looked_up):
        assert health_minister.browser.get(f"{place}/{path}").status_code == HTTPStatus.NOT_FOUND, path[:80]


# Who votes twice, or for another.


STRANGE: tuple[dict[str, object], ...] = (
    {"member": 4},
    {"member": ["4"]},
    {"member": True},
    {"seen": 7},
    {"seen": ["x"]},
    {"text": 5},
    {"choice": ["yes"]},
    {"assertion": "signed"},
    {"assertion": [1]},
    {"assertion": False},
)


@one_engine
def test_a_ballot_that_is_not_written_as_agreed_is_refused_instead_of_read_as_another(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    for strange in STRANGE:
        assert refusal(ballot(health_minister, question_id, **strange)) == "NOT_READABLE", strange
    assert rooms.entries_of(question_id) == 1


@one_engine
def test_nobody_casts_for_a_member_who_did_not_let_them(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    other = str(room.world.membership("justice_minister"))
    for member in (other, "0", "-1", "999999", "١", "abc", "' OR 1=1 --"):
        assert refusal(ballot(health_minister, question_id, member=member)) == "NO_PROXY"
    assert rooms.entries_of(question_id) == 1


@one_engine
def test_a_mark_belongs_to_one_ballot_of_one_member(
    room: Room, secretary: Persona, persona: People, chair: Persona
) -> None:
    write_book(room)
    weigh(room)
    leave(room, AWAY)
    represent(room, AWAY, HOLDER)
    question_id = opened(room, secretary.actor(), rule_name=WEIGHTED)
    holder, away = persona(HOLDER), persona(AWAY)
    own: dict[str, Any] = {"cast_id": mark(), "choice": "yes", "text": ""}
    represented = {**own, "member": str(room.world.membership(AWAY))}
    place = f"/questions/{question_id}/ballots"
    holder.post(place, json=own)
    for person, sent in ((holder, represented), (away, own), (away, represented), (chair, own)):
        answer = person.post(place, json=sent, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        assert refusal(answer) == "SENT_BEFORE"
    assert refusal(ballot(away, question_id, member=str(room.world.membership(HOLDER)))) == "NO_PROXY"
    assert rooms.entries_of(question_id) == 2


def bound(device: Authenticator, question_id: int, sent: dict[str, str]) -> dict[str, object]:
    """Return a ballot that a passkey has signed."""
    ballot: dict[str, bool | str] = {"discuss": False, "reserved": "", **sent, "question": str(question_id)}
    challenge = hashlib.sha256(rfc8785.dumps(ballot)).digest()
    return {**sent, "assertion": device.signed(challenge)}


@one_engine
def test_what_a_passkey_signed_is_one_ballot_of_its_own_person_and_nothing_else(
    room: Room, secretary: Persona, persona: People
) -> None:
    question_id = opened(room, secretary.actor())
    voter, thief = persona("justice_minister"), persona("health_minister")
    device = add_passkey(voter)
    found = re.search(r'data-seen="(\w+)" data-member="(\d+)"', voter.get(f"/questions/{question_id}/panel").text)
    assert found is not None
    shown = {"cast_id": mark(), "choice": "yes", "text": "", "seen": found[1], "member": found[2]}
    place, signed = f"/questions/{question_id}/ballots", bound(device, question_id, shown)
    changes: tuple[dict[str, object], ...] = (
        {"choice": "no"},
        {"choice": "other", "text": "khác"},
        {"cast_id": mark()},
        {"reserved": "khác"},
        {"assertion": {}},
        {"assertion": {"credential": "\ud800", "client": "\0", "authenticator": 1, "signature": None}},
    )
    for change in changes:
        answer = voter.post(place, json={**signed, **change}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        assert refusal(answer) == "PASSKEY_NOT_ACCEPTED"
    own = {**signed, "member": str(room.world.membership("health_minister"))}
    for sent in (own, {name: value for name, value in signed.items() if name != "member"}):
        assert refusal(thief.post(place, json=sent, status=HTTPStatus.UNPROCESSABLE_ENTITY)) == "PASSKEY_NOT_ACCEPTED"
    assert refusal(thief.post(place, json=signed, status=HTTPStatus.UNPROCESSABLE_ENTITY)) == "NO_PROXY"
    voter.post(place, json=signed)
    assert refusal(thief.post(place, json=signed, status=HTTPStatus.UNPROCESSABLE_ENTITY)) == "SENT_BEFORE"
    again: dict[str, object] = {**signed, "choice": "no"}
    assert refusal(voter.post(place, json=again, status=HTTPStatus.UNPROCESSABLE_ENTITY)) == "SENT_BEFORE"
    end_leases(also_idle=True)
    late = bound(device, question_id, {**shown, "cast_id": mark(), "choice": "no"})
    assert voter.post(place, json=late, status=HTTPStatus.UNAUTHORIZED).get_json()["error"] == "LOCKED"
    assert rooms.entries_of(question_id) == 2


def test_a_passkey_that_says_strange_things_is_no_error_of_the_server(
    health_minister: Persona,
) -> None:
    options = health_minister.post("/sign-in/passkeys/challenge", json={}).get_json()
    long = Authenticator(credential=b"x" * 4000)
    status = health_minister.post(
        "/sign-in/passkeys", json=long.made(options, name="a"), status=HTTPStatus.UNPROCESSABLE_ENTITY
    )
    assert refusal(status) == "PASSKEY_NOT_ACCEPTED"
    options = health_minister.post("/sign-in/passkeys/challenge", json={}).get_json()
    counts = Authenticator(count=2**32 - 1, counts=False)
    health_minister.post("/sign-in/passkeys", json=counts.made(options, name="a\0\u202e<b>"))
    health_minister.get("/sign-in/account")
    for raw in (
        r'{"credential": "\u0000"}',
        r'{"credential": "\ud800", "user": "\ud800", "next": "\ud800"}',
        '{"credential": 1e400}',
        json.dumps({"credential": "A" * 100_000}),
        "[" * 5000,
        "[]",
        "null",
    ):
        for path in ("/sign-in/passkey", "/sign-in/passkeys", "/sign-in/confirm/passkey"):
            answer = sends(health_minister, path, raw)
            assert HTTPStatus.BAD_REQUEST <= answer.status_code < SERVER_ERROR, f"{path} {raw[:40]} {answer.status}"


# Who rules alone.


@one_engine
def test_one_official_on_two_devices_is_one_official_whatever_roles_come_and_go(
    room: Room, persona: People, secretary: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    place = f"/questions/{question_id}"
    secretary.post(f"{place}/paper-ballots", paper(room))
    secretary.post(f"{place}/annulment", {"reason": WHY})
    with transaction() as session:
        granted = {"starts_on": clock.today(), "granted_at": clock.now(), "body_id": room.world.body_id}
        session.add(RoleAssignment(person_id=secretary.person_id, role=Role.CHAIR, **granted))
    elsewhere = persona("secretary")
    read = {"member": room.world.membership(HOLDER), "choice": "yes"}
    waits = f"{place}/paper-ballots/{newest(PaperBallot)}/confirm"
    ruling = f"{place}/annulment/{newest(Ruling)}/confirm"
    assert "different official" in elsewhere.refused(waits, read)
    assert "different official" in elsewhere.refused(ruling)
    with transaction() as session:
        session.execute(delete(RoleAssignment).where(RoleAssignment.person_id == room.world.person("second_secretary")))
    dismissed = persona("second_secretary")
    for path in (waits, ruling, f"{place}/rulings/{newest(Ruling)}/discard"):
        dismissed.post(path, read, status=HTTPStatus.FORBIDDEN)
    assert rooms.entries_of(question_id) == 1


@one_engine
def test_the_words_of_a_ballot_on_paper_are_read_by_both_officials(
    room: Room, secretary: Persona, chair: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    place = f"/questions/{question_id}/paper-ballots"
    secretary.post(place, paper(room, choice="other", text="Phản đối hoàn toàn"))
    waits = f"{place}/{newest(PaperBallot)}/confirm"
    read = {"member": room.world.membership(HOLDER), "choice": "other"}
    for words in ("", "Đồng ý, kèm góp ý"):
        assert "differs from the first entry" in chair.refused(waits, {**read, "text": words})
    chair.post(waits, {**read, "text": " phản đối  hoàn toàn. "})
    assert json.loads(rooms.bodies(question_id)[1])["text"] == "Phản đối hoàn toàn"


@one_engine
def test_whoever_has_not_the_permission_rules_on_nothing(room: Room, secretary: Persona, persona: People) -> None:
    question_id = opened(room, secretary.actor(), closes_in=timedelta(minutes=5))
    place = f"/questions/{question_id}"
    secretary.post(f"{place}/paper-ballots", paper(room))
    secretary.post(f"{place}/annulment", {"reason": WHY})
    sent = {**paper(room), "reason": WHY, "number": 1, "by": 5, "present": []}
    paths = (
        "paper-ballots",
        f"paper-ballots/{newest(PaperBallot)}/confirm",
        f"paper-ballots/{newest(PaperBallot)}/discard",
        "withdrawn-ballots",
        "extension",
        "annulment",
        f"annulment/{newest(Ruling)}/confirm",
        "correction",
        f"correction/{newest(Ruling)}/confirm",
        f"rulings/{newest(Ruling)}/discard",
    )
    for key in ("administrator", "auditor", "outsider", "office_reader", "deputy_health_minister", "justice_minister"):
        person = persona(key)
        for path in paths:
            person.post(f"{place}/{path}", sent, status=HTTPStatus.FORBIDDEN)
        casts(person, question_id, "yes", status=HTTPStatus.CREATED if key in MEMBERS else HTTPStatus.FORBIDDEN)
    secretary.post(f"{place}/withdrawn-ballots", sent, status=HTTPStatus.FORBIDDEN)
    secretary.post("/voting-rules", form(), status=HTTPStatus.FORBIDDEN)
    secretary.post(f"/organisation/bodies/{room.world.body_id}/weights", sent, status=HTTPStatus.FORBIDDEN)
    assert rooms.state_of(question_id) is QuestionState.OPEN


@one_engine
def test_a_gap_is_not_accepted_by_one_official_who_gives_their_name_twice(
    database: Config, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    gap = Gap(database.checkpoints / "1.txt", 1, "missing")
    monkeypatch.setattr(accept_gap, "or_end", lambda: database)
    monkeypatch.setattr(starting, "gaps", lambda _config: [gap])
    name = ("--first", "Thủ trưởng")
    for second, reason in (("  Thủ  trưởng ", WHY), ("THỦ TRƯỞNG", WHY), ("Thủ trưởng", WHY), ("Phó", " ")):
        with pytest.raises(SystemExit) as ended:
            accept_gap.main([*name, "--second", second, "--reason", reason])
        assert ended.value.code == accept_gap.TWO_PEOPLE
    capsys.readouterr()


# Who sends what nobody should.

A_RULE = "[rules.procedure.rule]\n"
HOSTILE = {
    "a name of ten thousand parts": BOOK + "tie." + ".".join("a" * 10_000) + " = 1\n",
    "many names of many parts": BOOK + "".join(f"tie{turn}.{'.'.join('a' * 490)} = 1\n" for turn in range(55)),
    "a value nested deeply": BOOK + "must_approve." + ".".join("a" * 480) + " = 1\n",
    "lists in lists": BOOK + "tie = " + "[" * 400 + "]" * 400 + "\n",
    "a number of five thousand digits": BOOK + "min_yes = " + "9" * 5000 + "\n",
    "a number in hexadecimal": BOOK + "min_yes = 0x" + "f" * 900 + "\n",
    "a thousand million million": BOOK + "min_yes = 9007199254740993\n",
    "no number": BOOK + "min_yes = nan\n",
    "days without end": BOOK.replace(A_RULE, f"least_working_days = 1{'0' * 30}\n\n{A_RULE}"),
    "a character that is none": BOOK.replace("Rules of Procedure", r"Rules\u0000of", 1),
    "half a character": BOOK.replace("Rules of Procedure", r"Rules\ud800of", 1),
    "a role without a storable name": BOOK + r'must_approve = ["\U00000000"]' + "\n",
    "a date in place of words": BOOK.replace('"7"', "1979-05-27"),
    "a fraction of nothing": BOOK.replace("1/2", "1/0"),
    "a fraction below nothing": BOOK.replace("1/2", "-1/2"),
    "more than may be sent": BOOK + "#" * 60_000,
}


@one_engine
def test_a_hostile_rulebook_is_refused_at_once_and_nothing_of_it_stays(administrator: Persona) -> None:
    for what, toml in HOSTILE.items():
        began = time.process_time()
        sentence = administrator.refused("/voting-rules", form(toml=toml))
        assert time.process_time() - began < 5, what
        assert len(sentence) < 1000, what
    with reading() as session:
        assert session.scalars(select(WrittenRulebook)).all() == []
    for name in ("../viet_nam", "a" * 41, "viet_nam/..", "\0", "<b>"):
        administrator.refused("/voting-rules", form(name=name))
        administrator.get("/voting-rules/new", query_string={"book": name[:40]})


def test_words_of_a_rulebook_that_look_like_markup_are_words(
    administrator: Persona, secretary: Persona, government: World
) -> None:
    evil = "<script>alert(1)</script> %s %(name)s {{ 7*7 }} \\u202e"
    book = BOOK.replace("Committee of the North", evil).replace("Rules of Procedure", evil)
    administrator.post("/voting-rules", form(toml=book))
    room = rooms.furnish(government)
    for page in (administrator.get("/voting-rules").text, administrator.get("/voting-rules/new?book=north").text):
        assert "<script>alert" not in page
    question_id = opened(room, secretary.actor(), rule_name="north/procedure")
    rooms.closed(question_id, secretary.actor())
    page = secretary.get(f"/questions/{question_id}").text
    assert "<script>alert" not in page
    assert "49" not in re.findall(r"alert\(1\)[^<]*", page)[0]


def test_twenty_options_with_markup_are_shown_as_words_and_twenty_one_are_not_taken(
    room: Room, secretary: Persona, persona: People
) -> None:
    options = [f"<img src=x onerror=alert({number})>\u202e\u0001%s {{{{{number}}}}}" for number in range(20)]
    sent = {
        "item": room.item_id,
        "procedure": "choice",
        "text": "<b>Chọn?</b>",
        "rule": "",
        "options": "\n".join(options),
    }
    assert "20" in secretary.refused("/questions", {**sent, "options": "\n".join([*options, "x"])})
    secretary.refused("/questions", {**sent, "options": "a\n" + "b" * 201})
    place = secretary.post("/questions", sent).headers["Location"]
    secretary.post(f"{place}/arm")
    secretary.post(f"{place}/open", {"minutes": ""})
    question_id = int(place.rsplit("/", 1)[1])
    voter = persona("health_minister")
    assert "<img src=x" not in voter.get(f"{place}/panel").text
    casts(voter, question_id, "option:20")
    for choice in ("option:21", "option:0", "option:01", "option:-1", "yes", "option:", "option:1 option:2"):
        assert refusal(ballot(voter, question_id, choice=choice)) == "NOT_OFFERED"
    rooms.closed(question_id, secretary.actor())
    for page in (voter.get(place).text, voter.get("/my-ballots").text):
        assert "<img src=x" not in page


NUMBERS = ("", "0", "-1", "1.5", "1e9", "1000000000000", "٣", "²", "\0", "\ud800", "NaN", "9" * 5000, "1 OR 1=1")


@one_engine
def test_what_is_no_number_is_refused_by_every_form_of_the_box(
    room: Room, secretary: Persona, chair: Persona, administrator: Persona
) -> None:
    question_id = opened(room, secretary.actor(), closes_in=timedelta(minutes=5))
    place = f"/questions/{question_id}"
    for number in (each.encode("utf-8", "surrogatepass") for each in NUMBERS):
        chair.refused(f"{place}/withdrawn-ballots", {"number": number, "reason": WHY})
        secretary.refused(f"{place}/extension", {"by": number, "reason": WHY})
        secretary.refused(f"{place}/paper-ballots", paper(room, member=number))
        secretary.refused(f"/meetings/{room.meeting_id}/proxies", {"member": number, "holder": number})
        weight = {"member": number, "value": number, "measure": "population", "starts_on": clock.today().isoformat()}
        administrator.refused(f"/organisation/bodies/{room.world.body_id}/weights", weight)
    for page in ("-1", "1.5", "0", "9" * 30):
        chair.get(f"/my-ballots?page={page}", status=HTTPStatus.UNPROCESSABLE_ENTITY)
    chair.get("/my-ballots?page=1000000000")
    assert rooms.entries_of(question_id) == 1


def test_weights_are_plain_decimals_and_nothing_else(government: World, administrator: Persona) -> None:
    place = f"/organisation/bodies/{government.body_id}/weights"
    sent = {"member": government.membership(HOLDER), "measure": "population", "starts_on": clock.today().isoformat()}
    for value in ("-1", "1e9", "nan", "inf", "٣", "1/3", "0x1", "1.", ".5", "1" * 81, "1_000", "\u202e1"):
        administrator.refused(place, {**sent, "value": value})
    for measure in ("heads", "../x", "<b>", "A", "a" * 40):
        administrator.refused(place, {**sent, "value": "1", "measure": measure})
    administrator.refused(f"{place}/list", {**sent, "list": ";" * 50_000})
    administrator.post(place, {**sent, "value": "1" * 40})
    administrator.get(f"{place}?measure=%00")


def test_evidence_and_reasons_are_kept_as_they_were_written_up_to_their_length(
    room: Room, secretary: Persona, chair: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    place = f"/questions/{question_id}"
    secretary.refused(f"{place}/paper-ballots", paper(room, evidence="x" * 501))
    secretary.refused(f"{place}/annulment", {"reason": "x" * 2001})
    evil = ('<script>"\u202e\0' + "\U0001f600" * 500)[:490]
    secretary.post(f"{place}/paper-ballots", paper(room, evidence=evil, text="\u0000\u2028"))
    secretary.post(f"{place}/annulment", {"reason": evil})
    assert "<script>&" not in chair.get(f"{place}/rulings").text
    read = {"member": room.world.membership(HOLDER), "choice": "yes"}
    chair.post(f"{place}/paper-ballots/{newest(PaperBallot)}/confirm", read)
    chair.post(f"{place}/annulment/{newest(Ruling)}/confirm")
    assert entries.check_chain(rooms.bodies(question_id)) is None
    assert '<script>"' not in chair.get(place).text


def test_ballots_with_strange_characters_are_kept_or_refused_and_break_nothing(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    place = f"/questions/{question_id}/ballots"
    for raw in (
        r'{"cast_id": "\ud800\ud800\ud800\ud800", "choice": "yes"}',
        r'{"cast_id": "aaaaaaaa\u0000b\n", "choice": "\ud800"}',
        r'{"cast_id": "aaaaaaaa", "choice": "other", "text": "\u0000\ud800 "}',
        '{"cast_id": "aaaaaaaa", "choice": "other", "text": "' + "x" * 4001 + '"}',
        '{"cast_id": "aaaaaaaa", "choice": 1e400}',
        '{"cast_id": "aaaaaaaa", "choice": ' + "[" * 3000 + "]" * 3000 + "}",
        '{"cast_id": "' + "a" * 65 + '", "choice": "yes"}',
    ):
        answer = sends(health_minister, place, raw)
        assert HTTPStatus.BAD_REQUEST <= answer.status_code < SERVER_ERROR, f"{raw[:60]} {answer.status}"
    assert rooms.entries_of(question_id) == 1
    sent = {"cast_id": mark(), "choice": "other", "text": "\U0001f600\u202e<b>\x01"}
    health_minister.post(place, json=sent)
    assert entries.check_chain(rooms.bodies(question_id)) is None


# Who comes too late, or at the same moment.


@one_engine
def test_a_page_that_is_still_open_after_an_annulment_does_nothing_any_more(
    room: Room, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor(), closes_in=timedelta(minutes=5))
    place = f"/questions/{question_id}"
    number = casts(health_minister, question_id, "yes").get_json()["number"]
    secretary.post(f"{place}/paper-ballots", paper(room))
    secretary.post(f"{place}/annulment", {"reason": WHY})
    chair.post(f"{place}/annulment/{newest(Ruling)}/confirm")
    length = rooms.entries_of(question_id)
    assert refusal(ballot(health_minister, question_id, choice="no")) == "NOT_OPEN"
    read = {"member": room.world.membership(HOLDER), "choice": "yes"}
    for path, sent in (
        (f"paper-ballots/{newest(PaperBallot)}/confirm", read),
        ("paper-ballots", paper(room)),
        ("withdrawn-ballots", {"number": number, "reason": WHY}),
        ("extension", {"by": 5, "reason": WHY}),
        ("annulment", {"reason": WHY}),
        (f"annulment/{newest(Ruling)}/confirm", {}),
        ("correction", {"reason": WHY}),
        ("declare", {"kind": "adopted", "text": "Thông qua"}),
        ("open", {"minutes": ""}),
        ("arm", {}),
    ):
        assert "⟦" in chair.refused(f"{place}/{path}", sent)
    assert "⟦" in secretary.refused(f"{place}/withdraw")
    said = secretary.refused(f"{place}/close")
    assert "annulled" in said
    assert "result stands" not in said
    assert rooms.entries_of(question_id) == length


def together(*calls: Callable[[], object]) -> list[object]:
    """Call all at the same moment; return what each returned, or the reason of its refusal."""
    start = Barrier(len(calls))

    def run(call: Callable[[], object]) -> object:
        start.wait()
        try:
            return call()
        except Refused as refused:
            return refused.reason.name

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_two_officials_who_confirm_one_paper_at_the_same_moment_put_one_ballot_into_the_box(
    room: Room, secretary: Persona, chair: Persona, persona: People
) -> None:
    question_id = opened(room, secretary.actor())
    place = f"/questions/{question_id}/paper-ballots"
    secretary.post(place, paper(room))
    waits = f"{place}/{newest(PaperBallot)}/confirm"
    read = {"member": room.world.membership(HOLDER), "choice": "yes"}
    officials = [chair, persona("second_secretary"), persona("prime_minister"), persona("second_secretary")]
    for official in officials:
        official.form_token()

    def confirm(official: Persona) -> int:
        headers = {"X-CSRFToken": official.form_token(), "HX-Request": "true"}
        return official.browser.post(waits, data=read, headers=headers).status_code

    statuses = together(*(lambda official=official: confirm(official) for official in officials))
    assert sorted(map(str, statuses))[1:] == ["422"] * 3
    assert rooms.entries_of(question_id) == 2


def test_an_annulment_amid_casts_ends_the_box_and_every_receipt_is_in_it(
    room: Room, secretary: Persona, chair: Persona, persona: People
) -> None:
    question_id = opened(room, secretary.actor())
    place = f"/questions/{question_id}"
    secretary.post(f"{place}/annulment", {"reason": WHY})
    ruling = f"{place}/annulment/{newest(Ruling)}/confirm"
    chair.form_token()
    voters = [persona(key).actor() for key in MEMBERS for _turn in range(4)]

    def cast(voter: Actor) -> Callable[[], object]:
        return lambda: rooms.casts(voter, question_id, "yes").number

    answers = together(*map(cast, voters), lambda: chair.post(ruling).status_code and None)
    kept = [json.loads(body) for body in rooms.bodies(question_id)]
    assert sorted(each for each in answers if isinstance(each, int)) == [
        entry["number"] for entry in kept if entry["type"] == "cast"
    ]
    assert {each for each in answers if isinstance(each, str)} <= {"NOT_OPEN"}
    assert kept[-1]["type"] == "annulled"
    assert entries.check_chain(rooms.bodies(question_id)) is None


@one_engine
def test_an_end_that_has_passed_is_not_moved_and_a_declared_outcome_not_corrected(
    room: Room, secretary: Persona, chair: Persona, health_minister: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = opened(room, secretary.actor(), closes_in=timedelta(minutes=1))
    place = f"/questions/{question_id}"
    casts(health_minister, question_id, "other", text="Đồng ý, kèm góp ý")
    really = clock.now
    monkeypatch.setattr(clock, "now", lambda: really() + timedelta(seconds=61))
    assert "has passed" in secretary.refused(f"{place}/extension", {"by": 5, "reason": WHY})
    assert refusal(ballot(health_minister, question_id, choice="no")) == "TOO_LATE"
    rooms.closed(question_id, secretary.actor())
    opinion = {f"classified-{room.world.membership(HOLDER)}": "yes", "reason": WHY}
    secretary.post(f"{place}/correction", opinion)
    chair.post(f"{place}/declare", {"kind": "adopted_without_vote", "text": "Thông qua"})
    length = rooms.entries_of(question_id)
    assert "declared" in chair.refused(f"{place}/correction/{newest(Ruling)}/confirm")
    assert "declared" in secretary.refused(f"{place}/correction", opinion)
    assert "declared" in chair.refused(f"{place}/annulment", {"reason": WHY})
    assert rooms.entries_of(question_id) == length


@one_engine
def test_an_objection_that_is_taken_back_before_the_clock_looks_leaves_the_deadline_as_it_was(
    room: Room, secretary: Persona, health_minister: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = replace(secretary.actor(), stepped_up_until=clock.now() + timedelta(days=400))
    question_id = rooms.circulated(room, who, rule_name="plain/no_objection_written")
    voter = health_minister.actor()
    rooms.casts(voter, question_id, "no")
    rooms.casts(voter, question_id, "yes")
    work = {"notices.send": lambda **_values: None, "voting.remind": lambda **_values: None, **WORK}
    jobs.run_due(work)
    assert rooms.state_of(question_id) is QuestionState.OPEN
    ends = rooms.question(question_id).closes_at
    assert ends is not None
    monkeypatch.setattr(clock, "now", lambda: ends + timedelta(seconds=61))
    jobs.run_due(work)
    assert rooms.state_of(question_id) is QuestionState.CLOSED
