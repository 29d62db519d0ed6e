"""Where members stand before a sitting: who may say it, what counts as contested, who sees what, and what newer papers do to it."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from agenda_docs import conflicts
from agenda_docs.models import Bar
from ecabinet.audit import AuditEntry, Tag
from ecabinet.database import reading, transaction
from ecabinet.refusals import Forbidden, NotFound, Refused
from meetings import sitting
from meetings.models import Meeting
from meetings.rules import MeetingState
from tests.persona import Persona
from tests.voting import agendas
from tests.voting.agendas import Agenda
from tests.world import MEMBERS, World
from voting.positions import queries, rules, service
from voting.positions.models import StatedPosition
from voting.positions.queries import OnItem, Page, Panel
from voting.positions.rules import Counts, PositionKind, Reason

People = Callable[[str], Persona]
NO_OBJECTION, COMMENT, OBJECT, SPEAK, CONFLICT, WITHDRAWN = PositionKind
sqlite_alone = pytest.mark.any_database


@pytest.fixture
def agenda(government: World) -> Agenda:
    return agendas.lay(government)


def refused(reason: Reason) -> "pytest.RaisesExc[Refused]":
    return pytest.raises(Refused, match=f"^{reason.name}$")


def say(member: Persona, item_id: int, kind: PositionKind, text: str = "", *, version: int | None = None) -> int:
    actor = member.actor()
    with transaction() as session:
        return service.say(session, actor, item_id, kind, text, version=version).id


def take_back(member: Persona, item_id: int) -> None:
    actor = member.actor()
    with transaction() as session:
        service.withdraw(session, actor, item_id)


def say_rest(member: Persona, agenda: Agenda, *places: int) -> int:
    actor = member.actor()
    with transaction() as session:
        return service.say_rest(session, actor, agenda.meeting_id, [agenda.items[place] for place in places])


def panel(who: Persona, item_id: int) -> Panel:
    actor = who.actor()
    with reading() as session:
        return queries.panel_of(session, actor, item_id)


def overview(who: Persona, agenda: Agenda) -> Page:
    actor = who.actor()
    with reading() as session:
        return queries.overview(session, actor, agenda.meeting_id)


def my_page(who: Persona, agenda: Agenda) -> Page:
    actor = who.actor()
    with reading() as session:
        return queries.my_page(session, actor, agenda.meeting_id)


def counts(who: Persona, item_id: int) -> Counts:
    return panel(who, item_id).on.counts


def names(items: list[OnItem]) -> list[str]:
    return [item.line.label for item in items]


def call(agenda: Agenda, secretary: Persona, place: int) -> None:
    actor = secretary.actor()
    with transaction() as session:
        meeting = session.get_one(Meeting, agenda.meeting_id)
        if meeting.state is MeetingState.PLANNED:
            sitting.start(session, actor, agenda.meeting_id)
    with transaction() as session:
        sitting.call_item(session, actor, agenda.items[place])


def rows(item_id: int) -> list[StatedPosition]:
    with reading() as session:
        found = select(StatedPosition).where(StatedPosition.item_id == item_id).order_by(StatedPosition.id)
        return list(session.scalars(found))


# What a position is


@pytest.mark.parametrize(
    ("kinds", "contested"),
    [
        ([], False),
        ([None, None], False),
        ([NO_OBJECTION, NO_OBJECTION], False),
        ([NO_OBJECTION, COMMENT, CONFLICT], False),
        ([NO_OBJECTION, OBJECT], True),
        ([SPEAK, None], True),
    ],
)
def test_an_objection_or_a_wish_to_speak_contests_an_item_and_nothing_else(
    kinds: list[PositionKind | None], *, contested: bool
) -> None:
    assert rules.count(kinds).is_contested is contested
    assert rules.count(kinds, was_taken_out=True).is_contested


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (COMMENT, Reason.COMMENT_MISSING),
        (OBJECT, Reason.OBJECTION_MISSING),
        (CONFLICT, Reason.CONFLICT_MISSING),
        (WITHDRAWN, Reason.NOT_OFFERED),
    ],
)
def test_what_needs_words_is_refused_without_them(kind: PositionKind, reason: Reason) -> None:
    with refused(reason):
        rules.check_words(kind, "")
    rules.check_words(SPEAK, "")
    with refused(Reason.TOO_LONG):
        rules.check_words(OBJECT, "x" * (rules.LONGEST + 1))


@pytest.mark.parametrize(
    ("kind", "barred", "older", "counts_as"),
    [
        (NO_OBJECTION, False, False, NO_OBJECTION),
        (NO_OBJECTION, False, True, None),
        (COMMENT, False, True, None),
        (OBJECT, False, True, OBJECT),
        (SPEAK, False, True, SPEAK),
        (NO_OBJECTION, True, False, CONFLICT),
        (None, True, False, CONFLICT),
        (CONFLICT, False, False, None),
        (WITHDRAWN, False, False, None),
        (None, False, False, None),
    ],
)
def test_consent_ends_with_the_papers_it_was_given_to_and_an_objection_does_not(
    kind: PositionKind | None, counts_as: PositionKind | None, *, barred: bool, older: bool
) -> None:
    assert rules.counting(kind, is_barred=barred, is_older=older) is counts_as


# Saying it, on both databases


def test_a_member_says_changes_and_takes_back_where_they_stand_and_every_version_is_kept(
    agenda: Agenda, secretary: Persona, health_minister: Persona
) -> None:
    item = agenda.items[0]
    say(health_minister, item, NO_OBJECTION, "không cần chữ")
    say(health_minister, item, OBJECT, "Chưa có đánh giá tác động")
    assert counts(secretary, item).by_kind[OBJECT] == 1
    assert counts(secretary, item).silent == len(MEMBERS) - 1
    take_back(health_minister, item)
    assert counts(secretary, item).silent == len(MEMBERS)
    assert [(row.kind, row.text) for row in rows(item)] == [
        (NO_OBJECTION, ""),
        (OBJECT, "Chưa có đánh giá tác động"),
        (WITHDRAWN, ""),
    ]
    with refused(Reason.NOTHING_SAID):
        take_back(health_minister, item)


def test_the_database_refuses_to_change_what_was_said(agenda: Agenda, health_minister: Persona) -> None:
    say(health_minister, agenda.items[0], OBJECT, "Chưa đủ")
    with pytest.raises(DBAPIError), transaction() as session:
        session.execute(update(StatedPosition).values(text="khác"))


def test_the_chair_sees_contested_and_uncontested_items_and_who_is_silent(
    agenda: Agenda, chair: Persona, persona: People
) -> None:
    for key in MEMBERS:
        say(persona(key), agenda.items[0], NO_OBJECTION)
    say(persona("health_minister"), agenda.items[1], OBJECT, "Thiếu nguồn lực")
    say(persona("finance_minister"), agenda.items[2], COMMENT, "Sửa tên")
    page = overview(chair, agenda)
    assert names(page.uncontested) == ["1", "3"]
    assert names(page.contested) == ["2"]
    assert dict(page.silent) == {
        "Thủ tướng Chính phủ": 2,
        "Phó Thủ tướng Chính phủ": 2,
        "Bộ trưởng Bộ Y tế": 1,
        "Bộ trưởng Bộ Tài chính": 1,
        "Bộ trưởng Bộ Tư pháp": 2,
        "Bộ trưởng Bộ Nội vụ": 2,
    }
    assert [(voice.name, voice.text) for voice in page.items[1].voices if voice.kind] == [
        ("Bộ trưởng Bộ Y tế", "Thiếu nguồn lực")
    ]


def test_no_objection_to_the_rest_covers_only_what_was_read_and_is_all_or_nothing(
    agenda: Agenda, health_minister: Persona
) -> None:
    agendas.read(agenda, "health_minister", 0, 1)
    say(health_minister, agenda.items[0], OBJECT, "Không đồng ý")
    assert names(my_page(health_minister, agenda).rest) == ["2"]
    assert names(my_page(health_minister, agenda).unsaid) == ["2", "3"]
    with refused(Reason.NOT_READ):
        say_rest(health_minister, agenda, 1, 2)
    with refused(Reason.SAID_MEANWHILE):
        say_rest(health_minister, agenda, 0)
    with refused(Reason.NOTHING_CHOSEN):
        say_rest(health_minister, agenda)
    assert rows(agenda.items[1]) == []
    assert say_rest(health_minister, agenda, 1) == 1
    assert [row.kind for row in rows(agenda.items[0])] == [OBJECT]
    assert [row.kind for row in rows(agenda.items[1])] == [NO_OBJECTION]


def test_the_rest_of_another_meeting_is_not_found(government: World, agenda: Agenda, health_minister: Persona) -> None:
    other = agendas.lay(government, 1)
    agendas.read(other, "health_minister", 0)
    actor = health_minister.actor()
    with pytest.raises(NotFound), transaction() as session:
        service.say_rest(session, actor, agenda.meeting_id, other.items)


# Newer papers


@sqlite_alone
def test_newer_papers_end_consent_but_not_an_objection(
    agenda: Agenda, chair: Persona, health_minister: Persona, finance_minister: Persona
) -> None:
    say(health_minister, agenda.items[0], NO_OBJECTION)
    say(finance_minister, agenda.items[0], OBJECT, "Không")
    say(health_minister, agenda.items[1], NO_OBJECTION)
    agendas.publish_anew(agenda, 0)
    found = counts(chair, agenda.items[0])
    assert (found.by_kind[NO_OBJECTION], found.by_kind[OBJECT]) == (0, 1)
    assert counts(chair, agenda.items[1]).by_kind[NO_OBJECTION] == 1
    mine = panel(health_minister, agenda.items[0]).on.mine
    assert mine is not None
    assert (mine.kind, mine.older) == (None, NO_OBJECTION)
    say(health_minister, agenda.items[0], NO_OBJECTION, version=2)
    assert counts(chair, agenda.items[0]).by_kind[NO_OBJECTION] == 1


@sqlite_alone
def test_consent_from_a_page_that_shows_older_papers_is_consent_to_those_alone(
    agenda: Agenda, chair: Persona, health_minister: Persona
) -> None:
    agendas.publish_anew(agenda, 0)
    say(health_minister, agenda.items[0], NO_OBJECTION, version=1)
    assert counts(chair, agenda.items[0]).by_kind[NO_OBJECTION] == 0


# Who may, and until when


@sqlite_alone
def test_only_members_with_a_vote_take_a_position(agenda: Agenda, persona: People) -> None:
    for key in ("secretary", "office_reader", "auditor"):
        with pytest.raises(Forbidden):
            say(persona(key), agenda.items[0], NO_OBJECTION)
    for key in ("outsider", "guest", "officer", "deputy_health_minister"):
        with pytest.raises((NotFound, Forbidden)):
            say(persona(key), agenda.items[0], NO_OBJECTION)
    assert rows(agenda.items[0]) == []


@sqlite_alone
def test_a_position_is_taken_until_the_item_is_called_and_never_after(
    agenda: Agenda, secretary: Persona, health_minister: Persona
) -> None:
    say(health_minister, agenda.items[0], NO_OBJECTION)
    call(agenda, secretary, 0)
    with refused(Reason.ITEM_CALLED):
        say(health_minister, agenda.items[0], OBJECT, "Muộn")
    call(agenda, secretary, 1)  # the first waits again, and was called all the same
    with refused(Reason.ITEM_CALLED):
        take_back(health_minister, agenda.items[0])
    say(health_minister, agenda.items[2], SPEAK)


@sqlite_alone
def test_an_item_without_a_dossier_or_off_the_agenda_takes_no_position(
    agenda: Agenda, health_minister: Persona
) -> None:
    with transaction() as session:
        session.get_one(Meeting, agenda.meeting_id).published_version = 0
    with refused(Reason.NOT_ON_AGENDA):
        say(health_minister, agenda.items[0], NO_OBJECTION)
    with pytest.raises(NotFound):
        say(health_minister, 9999, NO_OBJECTION)


# A conflict of interest


@sqlite_alone
def test_a_conflict_of_interest_bars_at_once_and_is_ended_by_the_secretariat_alone(
    agenda: Agenda, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    item = agenda.items[0]
    say(health_minister, item, CONFLICT, "Gia đình là nhà thầu")
    with reading() as session:
        bar = session.scalars(select(Bar)).one()
    assert (bar.person_id, bar.matter_id, bar.why) == (
        agenda.world.person("health_minister"),
        agenda.matters[0],
        "Gia đình là nhà thầu",
    )
    with refused(Reason.CONFLICT_STANDS):
        say(health_minister, item, NO_OBJECTION)
    with pytest.raises(NotFound):
        panel(health_minister, item)
    assert [line.label for line in my_page(health_minister, agenda).barred] == ["1"]
    found = overview(chair, agenda).items[0]
    assert (found.counts.by_kind[CONFLICT], found.counts.is_contested) == (1, False)
    assert [voice.text for voice in found.voices if voice.kind is CONFLICT] == ["Gia đình là nhà thầu"]
    actor = secretary.actor()
    with transaction() as session:
        conflicts.end_conflict(session, actor, bar.id, "Đã chấm dứt")
    assert counts(chair, item).silent == len(MEMBERS)


# Who sees what


@sqlite_alone
def test_members_see_counts_and_their_own_until_the_item_is_called_and_then_all_see_all(
    agenda: Agenda, secretary: Persona, persona: People, health_minister: Persona
) -> None:
    item = agenda.items[0]
    say(health_minister, item, OBJECT, "Chưa đủ số liệu")
    say(persona("justice_minister"), item, CONFLICT, "Việc riêng")
    before = panel(persona("finance_minister"), item).on
    assert before.counts.by_kind[OBJECT] == 1
    assert list(before.voices) == []
    own = panel(health_minister, item).on.mine
    assert own is not None
    assert own.text == "Chưa đủ số liệu"
    office = panel(persona("office_reader"), item).on
    assert office.mine is not None
    assert (office.mine.text, list(office.voices), office.may_say) == ("Chưa đủ số liệu", [], False)
    assert len(panel(secretary, item).on.voices) == len(MEMBERS)
    call(agenda, secretary, 0)
    after = {voice.name: (voice.kind, voice.text) for voice in panel(persona("finance_minister"), item).on.voices}
    assert after["Bộ trưởng Bộ Y tế"] == (OBJECT, "Chưa đủ số liệu")
    assert after["Bộ trưởng Bộ Tư pháp"] == (CONFLICT, "")  # that there is one, not why


@sqlite_alone
def test_the_overview_is_for_those_who_conduct(agenda: Agenda, persona: People) -> None:
    for key in ("health_minister", "office_reader", "auditor"):
        with pytest.raises(Forbidden):
            overview(persona(key), agenda)
    for key in ("outsider", "guest"):
        with pytest.raises(NotFound):
            overview(persona(key), agenda)


@sqlite_alone
def test_the_log_says_that_a_position_was_taken_and_not_which(agenda: Agenda, health_minister: Persona) -> None:
    say(health_minister, agenda.items[0], OBJECT, "Bí mật của tôi")
    with reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.tag == Tag.POSITION_TAKEN.value)).one()
    assert entry.details == {"item": agenda.items[0]}


@sqlite_alone
def test_what_waits_for_a_member_is_counted_over_meetings(agenda: Agenda, health_minister: Persona) -> None:
    say(health_minister, agenda.items[0], NO_OBJECTION)
    actor = health_minister.actor()
    with reading() as session:
        assert queries.waiting(session, actor, [agenda.meeting_id]) == {agenda.meeting_id: 2}
