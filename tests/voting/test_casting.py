"""One ballot, and many at once: what is acknowledged is in the box, once, and nothing else is."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from threading import Barrier

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ecabinet import clock, pulse
from ecabinet.access import Actor
from ecabinet.audit import AuditEntry, Tag
from ecabinet.database import current, reading, transaction
from ecabinet.refusals import Forbidden, NotFound, Refused, StepUpNeeded
from ecabinet.sign_in import passkeys
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.room import Room, casts, mark, opened
from tests.world import World
from voting import box, casting, entries, opening, queries, service
from voting.ballots import Ballot, Receipt
from voting.box import LockedBox
from voting.conduct import QuestionState, Reason
from voting.engine.rule_book import rule_named
from voting.entries import EntryKind
from voting.models import Box, RollEntry


@pytest.fixture
def room(government: World) -> Room:
    return rooms.furnish(government)


def refused(reason: Reason) -> "pytest.RaisesExc[Refused]":
    return pytest.raises(Refused, match=f"^{reason.name}$")


def test_a_ballot_is_in_the_box_when_it_is_answered(room: Room, secretary: Persona, health_minister: Persona) -> None:
    question_id = opened(room, secretary.actor())
    receipt = casts(health_minister, question_id, "yes")
    entry = json.loads(rooms.bodies(question_id)[1])
    assert (receipt.number, receipt.choice) == (1, "yes")
    assert entry["member"] == str(room.world.membership("health_minister"))
    assert (entry["choice"], entry["number"]) == ("yes", 1)
    assert [len(group) for group in receipt.code.split("-")] == [4, 4, 4, 4]


def test_a_member_who_loses_the_reply_and_tries_again_has_voted_once(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    cast_id = mark()
    first = casts(health_minister, question_id, "yes", cast_id=cast_id)
    again = casts(health_minister, question_id, "yes", cast_id=cast_id)
    assert again == first
    assert rooms.entries_of(question_id) == 2


def test_the_reply_can_be_fetched_after_the_close_too(room: Room, secretary: Persona, health_minister: Persona) -> None:
    question_id = opened(room, secretary.actor())
    cast_id = mark()
    first = casts(health_minister, question_id, "yes", cast_id=cast_id)
    rooms.closed(question_id, secretary.actor())
    assert casts(health_minister, question_id, "yes", cast_id=cast_id) == first


def test_the_same_mark_with_another_choice_is_refused(room: Room, secretary: Persona, health_minister: Persona) -> None:
    question_id = opened(room, secretary.actor())
    cast_id = mark()
    casts(health_minister, question_id, "yes", cast_id=cast_id)
    with refused(Reason.SENT_BEFORE):
        casts(health_minister, question_id, "no", cast_id=cast_id)
    assert rooms.entries_of(question_id) == 2


def test_the_mark_of_another_member_is_refused(
    room: Room, secretary: Persona, health_minister: Persona, finance_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    cast_id = mark()
    casts(health_minister, question_id, "yes", cast_id=cast_id)
    with refused(Reason.SENT_BEFORE):
        casts(finance_minister, question_id, "yes", cast_id=cast_id)
    assert rooms.entry_people(question_id) == [None, health_minister.person_id]


def test_a_ballot_may_be_changed_until_the_close_and_every_one_is_kept(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    casts(health_minister, question_id, "yes")
    casts(health_minister, question_id, "no")
    question = rooms.closed(question_id, secretary.actor())
    assert rooms.entries_of(question_id) == 4
    assert question.result is not None
    assert (question.result["figures"]["yes"], question.result["figures"]["no"]) == (0, 1)


def test_changing_a_ballot_does_not_count_as_one_more_who_voted(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    casts(health_minister, question_id, "yes")
    casts(health_minister, question_id, "no")
    with reading() as session:
        assert session.get_one(Box, question_id).voted == 1


def test_one_ballot_sent_fifty_times_at_once_is_one_entry_and_fifty_equal_receipts(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    actor, cast_id, start = health_minister.actor(), mark(), Barrier(50)

    def send(_turn: int) -> Receipt:
        start.wait()
        return casts(actor, question_id, "yes", cast_id=cast_id)

    with ThreadPoolExecutor(50) as pool:
        receipts = set(pool.map(send, range(50)))
    assert len(receipts) == 1
    assert rooms.entries_of(question_id) == 2


def many(personas: list[Persona], rounds: int) -> list[Actor]:
    return [persona.actor() for persona in personas for _turn in range(rounds)]


@pytest.fixture
def members(
    chair: Persona,
    deputy_prime_minister: Persona,
    health_minister: Persona,
    finance_minister: Persona,
    justice_minister: Persona,
    interior_minister: Persona,
) -> list[Persona]:
    return [chair, deputy_prime_minister, health_minister, finance_minister, justice_minister, interior_minister]


def test_ballots_cast_at_the_same_moment_make_one_whole_chain(
    room: Room, secretary: Persona, members: list[Persona]
) -> None:
    question_id = opened(room, secretary.actor())
    casters = many(members, 20)
    start = Barrier(len(casters))

    def send(actor: Actor) -> int:
        start.wait()
        return casts(actor, question_id, "yes").number

    with ThreadPoolExecutor(len(casters)) as pool:
        numbers = sorted(pool.map(send, casters))
    bodies = rooms.bodies(question_id)
    assert numbers == list(range(1, 121))
    assert len(bodies) == 121
    assert entries.check_chain(bodies) is None


def test_each_answer_matches_the_closed_box_when_casts_race_a_close(
    room: Room, secretary: Persona, members: list[Persona]
) -> None:
    question_id = opened(room, secretary.actor())
    casters, closer = many(members, 8), secretary.actor()
    start, refusals = Barrier(len(casters) + 1), list[StrEnum]()

    def send(actor: Actor) -> int | None:
        start.wait()
        try:
            return casts(actor, question_id, "yes").number
        except Refused as refusal:
            refusals.append(refusal.reason)
            return None

    def close() -> None:
        start.wait()
        rooms.closed(question_id, closer)

    with ThreadPoolExecutor(len(casters) + 1) as pool:
        closing = pool.submit(close)
        numbers = [number for number in pool.map(send, casters) if number is not None]
        closing.result()
    bodies = [json.loads(body) for body in rooms.bodies(question_id)]
    assert [entry["number"] for entry in bodies if entry["type"] == "cast"] == sorted(numbers)
    assert set(refusals) <= {Reason.NOT_OPEN}
    assert bodies[-1]["type"] == "closed"
    assert entries.check_chain(rooms.bodies(question_id)) is None
    voters = {entry["member"] for entry in bodies if entry["type"] == "cast"}
    assert bodies[-1]["figures"]["yes"] == len(voters)


def test_a_refused_ballot_harms_none_of_those_committed_with_it(
    room: Room, secretary: Persona, members: list[Persona], monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = opened(room, secretary.actor())
    group = [
        casting.Waiting(each.actor(), question_id, Ballot(mark(), choice))
        for each, choice in zip(members, ("yes", "maybe", "no", "yes", "other", "abstain"), strict=True)
    ]
    monkeypatch.setattr(casting, "_waiting", list(group))
    casting._commit(group)
    answers = [each.answer for each in group]
    assert [isinstance(answer, Receipt) for answer in answers] == [True, False, True, True, False, True]
    assert [answer.reason for answer in answers if isinstance(answer, Refused)] == [
        Reason.NOT_OFFERED,
        Reason.OPINION_MISSING,
    ]
    assert rooms.entries_of(question_id) == 5
    assert casting._waiting == []


def test_where_a_group_cannot_be_committed_its_halves_are_tried_and_at_last_each_ballot_alone(
    room: Room, secretary: Persona, members: list[Persona], monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = opened(room, secretary.actor())
    keep, sizes = service.keep, []

    def keep_one_only(session: object, locked_box: LockedBox) -> None:
        sizes.append(len(locked_box.added))
        if len(locked_box.added) > 1:
            raise OSError("the group does not fit")
        keep(session, locked_box)  # type: ignore[arg-type] # handed on as it came

    monkeypatch.setattr(service, "keep", keep_one_only)
    group = [casting.Waiting(each.actor(), question_id, Ballot(mark(), "yes")) for each in members]
    casting._commit(group)
    assert all(isinstance(each.answer, Receipt) for each in group)
    assert sizes == [6, 3, 2, 1, 1, 1, 3, 2, 1, 1, 1]
    assert rooms.entries_of(question_id) == 7


def test_a_connection_lost_once_costs_a_group_one_more_try_of_each_half(
    room: Room, secretary: Persona, members: list[Persona], monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = opened(room, secretary.actor())
    keep, sizes = service.keep, []

    def lose_the_first(session: object, locked_box: LockedBox) -> None:
        sizes.append(len(locked_box.added))
        if len(sizes) == 1:
            raise OSError("the connection was lost")
        keep(session, locked_box)  # type: ignore[arg-type] # handed on as it came

    monkeypatch.setattr(service, "keep", lose_the_first)
    group = [casting.Waiting(each.actor(), question_id, Ballot(mark(), "yes")) for each in members]
    casting._commit(group)
    assert all(isinstance(each.answer, Receipt) for each in group)
    assert sizes == [6, 3, 3]


def test_a_ballot_whose_commit_fails_is_answered_with_the_failure_and_is_not_in_the_box(
    room: Room, secretary: Persona, health_minister: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = opened(room, secretary.actor())

    def fail(_session: object, _locked_box: LockedBox) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as broken:
        broken.setattr(service, "keep", fail)
        with pytest.raises(OSError, match="no space left"):
            casts(health_minister, question_id, "yes")
    assert rooms.entries_of(question_id) == 1
    assert casts(health_minister, question_id, "yes").number == 1


def test_the_audit_row_is_written_with_the_ballot_and_does_not_say_how(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    casts(health_minister, question_id, "other", text="Cần thêm số liệu")
    with reading() as session:
        rows = session.scalars(select(AuditEntry).where(AuditEntry.tag == Tag.BALLOT_CAST)).all()
    assert [(row.person_id, row.subject_kind, row.subject_id) for row in rows] == [
        (health_minister.person_id, "question", question_id)
    ]
    assert rows[0].details == {"number": 1}
    assert rows[0].session_id == health_minister.actor().session_id


def test_the_room_is_told_how_many_ballots_there_are_and_not_which(
    room: Room, secretary: Persona, health_minister: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = opened(room, secretary.actor())
    beats: list[tuple[tuple[object, ...], dict[str, object]]] = []
    monkeypatch.setattr(pulse, "beat", lambda *locked_box, **state: beats.append((locked_box, state)))
    casts(health_minister, question_id, "no")
    assert beats == [
        (
            (f"meeting:{room.meeting_id}", f"item:{room.item_id}", "count"),
            {"question": question_id, "voted": 1, "of": 6},
        )
    ]


def test_a_question_that_is_armed_takes_no_ballot(room: Room, secretary: Persona, health_minister: Persona) -> None:
    question_id = rooms.prepared(room, secretary.actor())
    with transaction() as session:
        service.arm(session, secretary.actor(), question_id)
    with refused(Reason.NOT_OPEN):
        casts(health_minister, question_id, "yes")


def test_a_closed_question_takes_no_ballot(room: Room, secretary: Persona, health_minister: Persona) -> None:
    question_id = opened(room, secretary.actor())
    rooms.closed(question_id, secretary.actor())
    with refused(Reason.NOT_OPEN):
        casts(health_minister, question_id, "yes")
    assert rooms.entries_of(question_id) == 2


def test_what_reaches_the_box_after_the_stated_end_does_not_count_though_no_job_has_run(
    room: Room, secretary: Persona, health_minister: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = opened(room, secretary.actor(), closes_in=timedelta(minutes=2))
    end = rooms.question(question_id).closes_at
    assert end is not None
    actor = replace(health_minister.actor(), stepped_up_until=end + timedelta(hours=1))
    monkeypatch.setattr(clock, "now", lambda: end)
    casts(actor, question_id, "yes")
    monkeypatch.setattr(clock, "now", lambda: end + timedelta(milliseconds=1))
    with refused(Reason.TOO_LATE):
        casts(actor, question_id, "no")
    assert rooms.state_of(question_id) is QuestionState.OPEN
    assert rooms.entries_of(question_id) == 2


def test_another_opinion_needs_words(room: Room, secretary: Persona, health_minister: Persona) -> None:
    question_id = opened(room, secretary.actor())
    with refused(Reason.OPINION_MISSING):
        casts(health_minister, question_id, "other")


def test_in_the_room_words_belong_to_another_opinion_only(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    casts(health_minister, question_id, "yes", text="half typed, then thought better of")
    assert json.loads(rooms.bodies(question_id)[1])["text"] == ""


@pytest.mark.parametrize("cast_id", ["", "short", "x" * 65, "with spaces in it", "đặc-biệt-quá"])
def test_a_ballot_without_a_usable_mark_is_refused(
    room: Room, secretary: Persona, health_minister: Persona, cast_id: str
) -> None:
    question_id = opened(room, secretary.actor())
    with refused(Reason.NO_MARK):
        casting.cast(health_minister.actor(), question_id, Ballot(cast_id, "yes"))


def test_a_member_whose_lease_has_ended_shows_the_second_factor_again(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    with pytest.raises(StepUpNeeded):
        casts(replace(health_minister.actor(), stepped_up_until=clock.now()), question_id, "yes")
    assert rooms.entries_of(question_id) == 1


def test_those_without_a_seat_cannot_cast(
    room: Room, secretary: Persona, office_reader: Persona, auditor: Persona, guest: Persona, outsider: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    for who in (secretary, office_reader, auditor):
        with refused(Reason.NOT_ENTITLED):
            casts(who, question_id, "yes")
    for who in (guest, outsider):
        with pytest.raises((NotFound, Forbidden)):
            casts(who, question_id, "yes")
    assert rooms.entries_of(question_id) == 1


def test_a_question_that_does_not_exist_is_not_found(health_minister: Persona) -> None:
    with pytest.raises(NotFound):
        casts(health_minister, 987_654, "yes")


def test_the_head_of_the_box_is_the_leaf_of_its_last_entry(
    room: Room, secretary: Persona, members: list[Persona]
) -> None:
    question_id = opened(room, secretary.actor())
    for member in members:
        casts(member, question_id, "yes")
    with reading() as session:
        head = session.get_one(Box, question_id)
        audited = session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.tag == Tag.BALLOT_CAST))
    assert head.length == 7
    assert head.head == entries.leaf_of(rooms.bodies(question_id)[-1])
    assert (head.voted, audited) == (6, 6)


# What the page showed


def test_a_ballot_that_rests_on_something_else_is_refused_and_one_that_rests_on_what_was_opened_is_taken(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    actor = health_minister.actor()
    with refused(Reason.SEEN_OTHER):
        casting.cast(actor, question_id, Ballot(mark(), "yes", seen="0" * 64))
    with reading() as session:
        seen = queries.panel(session, actor, question_id).seen
    casting.cast(actor, question_id, Ballot(mark(), "yes", seen=seen))
    assert json.loads(rooms.bodies(question_id)[1])["seen"] == seen


def test_the_page_of_an_armed_question_shows_what_will_be_frozen(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = rooms.prepared(room, secretary.actor())
    with transaction() as session:
        service.arm(session, secretary.actor(), question_id)
    with reading() as session:
        armed = queries.panel(session, health_minister.actor(), question_id)
    with transaction() as session:
        service.open_question(session, secretary.actor(), question_id)
    with reading() as session:
        assert queries.panel(session, health_minister.actor(), question_id).seen == armed.seen
    assert armed.member == str(room.world.membership("health_minister"))


# How the voter proved to be there


def test_the_entry_says_which_factor_was_shown_and_that_nothing_was_bound_to_the_ballot(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    casts(replace(health_minister.actor(), stepped_up_by="totp:58911234"), question_id, "yes")
    entry = json.loads(rooms.bodies(question_id)[1])
    assert (entry["step_up"], entry["assertion"]) == ("totp:58911234", None)


def bound(room: Room, question_id: int, cast_id: str, language: str) -> bytes:
    """What a passkey of the health minister signs for a ballot in the room."""
    opening = json.loads(rooms.bodies(question_id)[0])
    seen = entries.seen_of(
        text=opening["text"],
        options=opening["options"],
        labels=opening["labels"],
        language=language,
        papers=[entries.Paper(**paper) for paper in opening["papers"]],
    )
    return entries.challenge_of(
        cast_id=cast_id,
        choice="yes",
        member=str(room.world.membership("health_minister")),
        question=str(question_id),
        seen=seen,
        text="",
        discuss=False,
        reserved="kept with the ballot",
    )


def test_a_ballot_that_a_passkey_signed_needs_no_lease_and_its_entry_keeps_what_was_signed(
    room: Room, secretary: Persona, health_minister: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id, cast_id, asked = opened(room, secretary.actor()), mark(), list[bytes]()
    kept = {"credential": "abc", "public_key": "k", "authenticator": "a", "client": "c", "signature": "s"}

    def check_bound(_session: object, _actor: Actor, challenge: bytes, _sent: object) -> dict[str, str]:
        asked.append(challenge)
        return kept

    monkeypatch.setattr(passkeys, "check_bound", check_bound)
    actor = replace(health_minister.actor(), stepped_up_until=None)
    ballot = Ballot(
        cast_id, "yes", text="left over", discuss=True, reserved="kept with the ballot", assertion={"credential": "abc"}
    )
    first = casting.cast(actor, question_id, ballot)
    entry = json.loads(rooms.bodies(question_id)[1])
    assert asked == [bound(room, question_id, cast_id, actor.language)]
    assert (entry["step_up"], entry["assertion"]) == ("passkey:abc", kept)
    assert casting.cast(actor, question_id, ballot) == first
    assert len(asked) == 1


def test_a_ballot_whose_passkey_does_not_fit_is_refused_and_leaves_no_trace(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    actor = replace(health_minister.actor(), stepped_up_until=None)
    with pytest.raises(Refused):
        casting.cast(actor, question_id, Ballot(mark(), "yes", assertion={"credential": "abc"}))
    assert rooms.entries_of(question_id) == 1


# Proxies, and ballots that may not be changed


def give_proxy(room: Room, question_id: int, of: str, to: str) -> None:
    """Let one member cast for another on this question."""
    with transaction() as session:
        line = session.scalars(
            select(RollEntry).where(
                RollEntry.question_id == question_id, RollEntry.membership_id == room.world.membership(of)
            )
        ).one()
        line.proxy = str(room.world.membership(to))


def test_the_holder_of_a_proxy_casts_for_the_member_beside_their_own_ballot(
    room: Room, secretary: Persona, health_minister: Persona, finance_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    give_proxy(room, question_id, of="finance_minister", to="health_minister")
    finance = str(room.world.membership("finance_minister"))
    casts(health_minister, question_id, "yes")
    receipt = casting.cast(health_minister.actor(), question_id, Ballot(mark(), "no", member=finance))
    entry = json.loads(receipt.entry)
    assert (entry["member"], entry["by"]) == (finance, str(room.world.membership("health_minister")))
    with reading() as session:
        assert session.get_one(Box, question_id).voted == 2
        panel = queries.panel(session, health_minister.actor(), question_id)
        theirs = queries.panel(session, finance_minister.actor(), question_id)
    assert panel.mine is not None
    assert panel.mine.choice == "yes"
    assert [(each.name, each.mine and each.mine.choice) for each in panel.represents] == [
        (finance_minister.actor().name, "no")
    ]
    assert theirs.mine is not None
    assert theirs.mine.number == 2
    assert theirs.represents == ()


def test_a_represented_member_who_votes_after_all_has_the_last_word(
    room: Room, secretary: Persona, health_minister: Persona, finance_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    give_proxy(room, question_id, of="finance_minister", to="health_minister")
    finance = str(room.world.membership("finance_minister"))
    casting.cast(health_minister.actor(), question_id, Ballot(mark(), "no", member=finance))
    casts(finance_minister, question_id, "yes")
    standing = entries.standing(rooms.bodies(question_id))
    assert {member: (each.choice, each.by) for member, each in standing.items()} == {finance: ("yes", finance)}


def test_nobody_casts_for_a_member_whose_proxy_they_do_not_hold(room: Room, secretary: Persona, chair: Persona) -> None:
    question_id = opened(room, secretary.actor())
    give_proxy(room, question_id, of="finance_minister", to="health_minister")
    finance, health = (str(room.world.membership(key)) for key in ("finance_minister", "health_minister"))
    for member in (finance, health, "987654", "none"):
        with refused(Reason.NO_PROXY):
            casting.cast(chair.actor(), question_id, Ballot(mark(), "no", member=member))
    with refused(Reason.NOT_ENTITLED):
        casting.cast(secretary.actor(), question_id, Ballot(mark(), "no", member=finance))
    assert rooms.entries_of(question_id) == 1


@pytest.mark.parametrize("barred", ["finance_minister", "health_minister"])
def test_a_recused_member_neither_is_represented_nor_represents(
    room: Room, secretary: Persona, health_minister: Persona, barred: str
) -> None:
    rooms.bar(room, barred)
    question_id = opened(room, secretary.actor())
    give_proxy(room, question_id, of="finance_minister", to="health_minister")
    finance = str(room.world.membership("finance_minister"))
    with refused(Reason.RECUSED):
        casting.cast(health_minister.actor(), question_id, Ballot(mark(), "no", member=finance))


def test_where_the_rule_allows_no_change_the_first_ballot_stands_until_a_ruling_takes_it_out(
    room: Room, secretary: Persona, health_minister: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = replace(rule_named("viet_nam/meeting"), change_of_ballot="never")
    monkeypatch.setattr(opening, "rule_of", lambda *_given: strict)
    question_id = opened(room, secretary.actor())
    first, cast_id = mark(), mark()
    number = casts(health_minister, question_id, "yes", cast_id=first).number
    with refused(Reason.ALREADY_VOTED):
        casts(health_minister, question_id, "no", cast_id=cast_id)
    assert casts(health_minister, question_id, "yes", cast_id=first).number == number
    withdraw(question_id, number)
    with reading() as session:
        assert session.get_one(Box, question_id).voted == 0
    casts(health_minister, question_id, "no", cast_id=cast_id)
    with reading() as session:
        assert session.get_one(Box, question_id).voted == 1


OFFICIAL = {"id": "91", "name": "Thư ký"}


def withdraw(question_id: int, number: int) -> None:
    """Take a ballot out of the box, as a ruling does."""
    with transaction() as session:
        locked_box = box.lock(session, question_id)
        assert locked_box is not None
        locked_box.enter(EntryKind.WITHDRAWN, {"entry": number, "reason": "x", "ruled_by": OFFICIAL}, clock.now())
        box.keep(session, locked_box)


def test_a_ballot_on_paper_makes_its_member_one_who_voted_and_is_withdrawn_once(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    cast_id = mark()
    fields = {
        "member": str(room.world.membership("health_minister")),
        "channel": "paper",
        "cast_id": cast_id,
        "choice": "no",
        "text": "",
        "discuss": False,
        "reserved": "",
        "evidence": "x",
        "entered_by": OFFICIAL,
        "confirmed_by": OFFICIAL,
    }
    with transaction() as session:
        locked_box = box.lock(session, question_id)
        assert locked_box is not None
        number = locked_box.enter(EntryKind.PAPER, fields, clock.now(), cast_id=cast_id)
        box.keep(session, locked_box)
    with reading() as session:
        assert session.get_one(Box, question_id).voted == 1
        panel = queries.panel(session, health_minister.actor(), question_id)
    assert panel.mine is not None
    assert (panel.mine.number, panel.mine.choice) == (number, "no")
    withdraw(question_id, number)
    with reading() as session:
        assert session.get_one(Box, question_id).voted == 0
    with pytest.raises(IntegrityError):
        withdraw(question_id, number)


# Durability


def test_a_box_is_not_opened_where_a_power_cut_could_take_a_ballot(room: Room, secretary: Persona, engine: str) -> None:
    question_id = rooms.prepared(room, secretary.actor())
    weaker = "PRAGMA synchronous = NORMAL" if engine == "sqlite" else "SET LOCAL synchronous_commit = off"
    with transaction() as session:
        service.arm(session, secretary.actor(), question_id)
    with current().engine.connect() as connection:
        if engine == "sqlite":  # it hears this outside a transaction only
            connection.rollback()
            cursor = connection.connection.cursor()
            cursor.execute(weaker)
        else:
            connection.execute(text(weaker))
        with Session(connection) as session, refused(Reason.NOT_DURABLE):
            service.open_question(session, secretary.actor(), question_id)
    assert rooms.state_of(question_id) is QuestionState.ARMED
