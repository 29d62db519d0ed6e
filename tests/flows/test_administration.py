"""The pages of the organisation, as an administrator, a secretary and those who have no business there use them."""

import re
from datetime import date, timedelta
from http import HTTPStatus

import pytest

from ecabinet import clock
from ecabinet.access import Permission, Role
from ecabinet.database import reading, transaction
from ecabinet.organisation import calendar, queries
from ecabinet.organisation.models import Body, Person, Position, Unit
from ecabinet.sign_in.models import DeviceSession
from tests.persona import Persona
from tests.world import World

# What a page shows does not depend on the database; the reads and verbs behind it are tried on both where they are defined.
pytestmark = pytest.mark.any_database

TODAY = clock.today()


@pytest.fixture
def pages(government: World) -> list[str]:
    """Every page of the organisation, with things of the small world."""
    body = f"/organisation/bodies/{government.body_id}"
    return [
        "/organisation/",
        "/organisation/units",
        f"/organisation/units/{government.unit('BYT')}",
        "/organisation/people",
        "/organisation/people?q=B%E1%BB%99",
        f"/organisation/people/{government.person('health_minister')}",
        body,
        f"{body}/roles",
        f"{body}/settings",
        "/organisation/bodies/new",
        f"/organisation/calendars/{government.calendar_id}",
    ]


@pytest.mark.both_databases
def test_every_page_opens_for_the_administrator(administrator: Persona, pages: list[str]) -> None:
    for page in pages:
        administrator.get(page)


def test_no_page_opens_for_members_officers_guests_and_outsiders(
    chair: Persona, health_minister: Persona, officer: Persona, guest: Persona, outsider: Persona, pages: list[str]
) -> None:
    for someone in (chair, health_minister, officer, guest, outsider):
        for page in pages:
            someone.get(page, status=HTTPStatus.FORBIDDEN)


def test_the_secretary_sees_members_roles_and_calendar_and_nothing_else(secretary: Persona, pages: list[str]) -> None:
    opened = {page for page in pages if secretary.browser.get(page).status_code == HTTPStatus.OK}
    assert opened == {
        page for page in pages if re.fullmatch(r"/organisation/(bodies/\d+(/roles)?|calendars/\d+)?", page)
    }
    assert "Give a role" not in secretary.get(next(page for page in pages if page.endswith("/roles"))).text


@pytest.mark.parametrize(
    "path",
    ["/matters", "/meetings", "/decisions", "/archives", "/opinions", "/search?q=x", "/matters/1", "/documents/1/file"],
)
def test_an_administrator_gets_to_no_papers(administrator: Persona, path: str) -> None:
    status = administrator.browser.get(path, follow_redirects=True).status_code
    assert status in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)


def test_an_administrator_adds_a_unit_a_position_and_a_person_and_the_person_leaves_again(
    administrator: Persona, government: World
) -> None:
    at = administrator.post(
        "/organisation/units", {"code": "BKH", "name": "Bộ Kế hoạch", "parent": government.unit("CP")}
    ).headers["Location"]
    administrator.post(f"{at}/positions", {"title": "Bộ trưởng Bộ Kế hoạch"})
    with reading() as session:
        position = session.query(Position).filter_by(title="Bộ trưởng Bộ Kế hoạch").one()
        assert session.get_one(Unit, position.unit_id).parent_id == government.unit("CP")
    who = administrator.post(
        "/organisation/people", {"name": "Bộ trưởng", "account": "Planning", "email": "", "position": position.id}
    ).headers["Location"]
    assert "Bộ trưởng Bộ Kế hoạch" in administrator.get(who).text
    assert "Bộ Kế hoạch" in administrator.get("/organisation/units").text
    assert "People still hold posts" in administrator.refused(f"{at}/close")
    administrator.post(f"{who}/departure", {"left_on": TODAY.isoformat()})
    with reading() as session:
        person = session.query(Person).filter_by(account="planning").one()
        assert (person.left_on, person.email) == (TODAY, None)
    administrator.post(f"{at}/close")
    administrator.get(at)


def test_two_people_make_a_reader_of_papers(
    administrator: Persona, secretary: Persona, outsider: Persona, government: World
) -> None:
    roles = f"/organisation/bodies/{government.body_id}/roles"
    administrator.post(roles, {"person": outsider.person_id, "role": "auditor", "reason": "Kiểm tra hằng năm"})
    assert not outsider.actor().may(Permission.READ_DOCUMENT)
    confirm = re.search(rf"{roles}/(\d+)/confirm", secretary.get(roles).text)
    assert confirm is not None
    assert confirm.group(0) not in administrator.get(roles).text
    assert "A second person" in administrator.refused(confirm.group(0))
    assert "⟦A role waits for your confirmation: Người ngoài.⟧" in secretary.get("/notices").text
    secretary.post(confirm.group(0))
    assert outsider.actor().has_role(Role.AUDITOR, government.body_id)
    administrator.post(f"{roles}/{confirm.group(1)}/end", {"at_once": "1"})
    assert not outsider.actor().roles
    assert "Kiểm tra hằng năm" in administrator.get(roles).text


def test_a_member_is_added_designated_and_ended_on_the_page(
    administrator: Persona, outsider: Persona, government: World
) -> None:
    body = f"/organisation/bodies/{government.body_id}"
    administrator.post(f"{body}/members", {"person": outsider.person_id, "rank": "7"})
    with reading() as session:
        seat = queries.memberships_in_force(session, government.body_id, TODAY)[-1]
    assert seat.person_id == outsider.person_id
    administrator.post(f"/organisation/members/{seat.membership_id}/designations", {"role": "observer"})
    page = administrator.get(body).text
    assert "observer" in page
    held = re.findall(r"/designations/(\d+)/end", page)[-1]
    administrator.post(f"{body}/designations/{held}/end", {"last_day": TODAY.isoformat()})
    assert "at least" not in administrator.refused(
        f"/organisation/members/{seat.membership_id}/end", {"last_day": (TODAY - timedelta(days=1)).isoformat()}
    )
    administrator.post(f"/organisation/members/{seat.membership_id}/end", {"last_day": TODAY.isoformat()})
    with reading() as session:
        later = queries.memberships_in_force(session, government.body_id, TODAY + timedelta(days=1))
    assert outsider.person_id not in {member.person_id for member in later}


def test_the_settings_of_a_body_are_changed_on_the_page_and_refused_with_the_fields_name(
    administrator: Persona, government: World
) -> None:
    settings = f"/organisation/bodies/{government.body_id}/settings"
    form = {
        "name": "Chính phủ",
        "unit": government.unit("VPCP"),
        "calendar": government.calendar_id,
        "zone": "Asia/Ho_Chi_Minh",
        "office_closes": "16:30",
        "meeting_rule": "viet_nam/meeting",
        "written_rule": "viet_nam/opinion_form",
        "written_days_least": "2",
        "written_days_most": "5",
        "step_up_minutes": "20",
        "quiet_from": "21:00",
        "quiet_until": "07:00",
    }
    administrator.post(settings, form)
    with reading() as session:
        body = session.get_one(Body, government.body_id)
        assert (body.step_up_minutes, body.office_closes.isoformat()) == (20, "16:30:00")
    assert "The office closes at" in administrator.refused(settings, {**form, "office_closes": "half past four"})
    assert "A code counts for" in administrator.refused(settings, {**form, "step_up_minutes": "0"})
    assert "Asia/Nowhere" in administrator.refused(settings, {**form, "zone": "Asia/Nowhere"})
    administrator.get(settings)


def test_a_body_is_founded_on_the_page(administrator: Persona, government: World) -> None:
    form = {
        "code": "UBM",
        "name": "Ủy ban mới",
        "unit": government.unit("VPCP"),
        "calendar": government.calendar_id,
        "zone": "Asia/Ho_Chi_Minh",
        "office_closes": "17:00",
        "meeting_rule": "plain/majority_of_all",
        "written_rule": "plain/majority_of_all_written",
        "written_days_least": "2",
        "written_days_most": "5",
        "step_up_minutes": "15",
        "quiet_from": "21:00",
        "quiet_until": "07:00",
    }
    administrator.get(administrator.post("/organisation/bodies", form).headers["Location"])
    assert "Ủy ban mới" in administrator.get("/organisation/").text


def test_the_secretary_keeps_the_calendar(secretary: Persona, government: World) -> None:
    at = f"/organisation/calendars/{government.calendar_id}"
    secretary.post(f"{at}/days", {"day": "2027-09-02", "kind": "holiday", "name": "Quốc khánh"})
    secretary.post(f"{at}/days", {"day": "2027-09-04", "kind": "working", "name": "Làm bù"})
    page = secretary.get(at).text
    assert "Quốc khánh" in page
    assert "Làm bù" in page
    assert "already" in secretary.refused(f"{at}/days", {"day": "2027-09-02", "kind": "holiday", "name": "again"})
    secretary.post(f"{at}/week", {"weekend": ["6"], "covers_until": "2028-12-31"})
    with reading() as session:
        plain, version = calendar.working_days(session, government.calendar_id)
        row = next(day for day in calendar.days_of(session, government.calendar_id) if day.day == date(2027, 9, 4))
    assert (plain.weekend, plain.covers_until, version) == (frozenset({6}), date(2028, 12, 31), 4)
    secretary.post(f"{at}/days/{row.id}/remove")
    assert "Làm bù" not in secretary.get(at).text
    assert "at least one working day" in secretary.refused(
        f"{at}/week", {"weekend": [str(day) for day in range(7)], "covers_until": "2028-12-31"}
    )


def test_a_change_after_the_lease_asks_for_a_code_first(
    administrator: Persona, outsider: Persona, government: World
) -> None:
    with transaction() as session:
        session.get_one(DeviceSession, administrator.actor().session_id).stepped_up_until = None
    roles = f"/organisation/bodies/{government.body_id}/roles"
    referrer = {"Referer": f"http://localhost{roles}"}  # a browser names the whole address
    answer = administrator.post(roles, {"person": outsider.person_id, "role": "guest"}, headers=referrer)
    assert answer.headers["Location"] == f"/sign-in/confirm?next={roles}"
    assert not outsider.actor().roles


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/organisation/units", {}),
        ("/organisation/units", {"code": "X", "name": "x" * 201}),
        ("/organisation/units", {"code": "X", "name": "X", "parent": "999999"}),
        ("/organisation/units", {"code": "BYT", "name": "X"}),
        ("/organisation/people", {"name": "x", "account": "x", "position": "0"}),
        ("/organisation/people", {"name": "x", "account": "x", "position": "999999"}),
        ("/organisation/people/{person}/posts", {"position": "1", "starts_on": "tomorrow"}),
        ("/organisation/people/{person}/posts", {"position": "1", "starts_on": "2027-02-02", "ends_on": "2027-02-01"}),
        ("/organisation/people/{person}/departure", {"left_on": "2027-02-30"}),
        ("/organisation/people/{person}/departure", {"left_on": "0001-01-01"}),
        ("/organisation/people/{person}/departure", {"left_on": "1990-01-01"}),
        ("/organisation/people/{person}/departure", {"left_on": "9999-12-31"}),
        ("/organisation/bodies/{body}/roles", {"person": "1", "role": "emperor"}),
        ("/organisation/bodies/{body}/roles", {"person": "999999", "role": "guest"}),
        ("/organisation/bodies/{body}/members", {"person": "1", "rank": "-1"}),
        ("/organisation/calendars/{calendar}/days", {"day": "2027-09-02", "kind": "feast", "name": "x"}),
        ("/organisation/calendars/{calendar}/days", {"day": "", "kind": "holiday", "name": "x"}),
        ("/organisation/calendars/{calendar}/week", {"weekend": "9", "covers_until": "2028-12-31"}),
    ],
)
def test_nonsense_is_refused_with_a_sentence_and_never_an_error(
    administrator: Persona, government: World, path: str, form: dict[str, str]
) -> None:
    address = path.format(
        person=government.person("health_minister"), body=government.body_id, calendar=government.calendar_id
    )
    assert administrator.refused(address, form).startswith("⟦")


@pytest.mark.parametrize(
    "path",
    [
        "/organisation/units/999999",
        "/organisation/people/999999",
        "/organisation/bodies/999999",
        "/organisation/bodies/999999/roles",
        "/organisation/calendars/999999",
        "/organisation/units/99999999999999999999",
    ],
)
def test_what_does_not_exist_is_not_found(administrator: Persona, path: str) -> None:
    administrator.get(path, status=HTTPStatus.NOT_FOUND)
