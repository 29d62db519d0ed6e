"""A new installation gets its first two administrators, who then get in and can do what needs two people."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pyotp
import pytest
import time_machine
from alembic import command
from alembic.config import Config as AlembicConfig
from flask.testing import FlaskClient
from sqlalchemy import create_engine, make_url, select, text
from werkzeug.test import TestResponse

from app import create_app
from ecabinet import clock, database, first, signing
from ecabinet.access import SYSTEM, Role
from ecabinet.audit import AuditEntry
from ecabinet.config import PROJECT, Config, from_environment
from ecabinet.database import reading
from ecabinet.organisation.models import Body, Person, RoleAssignment, Unit, WorkingCalendar

PASSWORD = "sông núi mùa xuân"
OPTIONS = (
    *("--body", "Chính phủ", "--unit", "Văn phòng Chính phủ"),
    *(
        "--administrator",
        "Quan.Tri",
        "Quản trị viên thứ nhất",
        "--administrator",
        "quan.tri.2",
        "Quản trị viên thứ hai",
    ),
)


@pytest.fixture
def installation(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Config]:
    """A migrated database with nothing in it, as the environment describes it."""
    instance = tmp_path / "instance"
    url = f"sqlite:///{instance / 'ecabinet.sqlite'}"
    if engine == "postgresql":
        url = new_database(request.getfixturevalue("postgresql"))
    given = {"ECABINET_MODE": "test", "ECABINET_INSTANCE": str(instance), "ECABINET_DATABASE_URL": url}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    config = from_environment()
    settings = AlembicConfig(str(PROJECT / "alembic.ini"))
    settings.attributes["url"] = url
    command.upgrade(settings, "head")
    yield config
    database.current().close()


def new_database(server: str) -> str:
    url, name = make_url(server), f"first_{uuid4().hex}"
    connecting = create_engine(url, isolation_level="AUTOCOMMIT")
    with connecting.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    connecting.dispose()
    return url.set(database=name).render_as_string(hide_password=False)


def codes_in(printed: str) -> dict[str, str]:
    return {account: code for code, account in re.findall(r"([A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4})\s+(\S+)", printed)}


def nobody(_question: str) -> str:
    raise EOFError


class Newcomer:
    """Somebody at the sign-in page of the new installation."""

    def __init__(self, config: Config, account: str) -> None:
        self.browser: FlaskClient = create_app(config).test_client()
        self.account = account

    def post(self, path: str, **form: str) -> TestResponse:
        found = re.search(r'name="csrf-token" content="([^"]+)"', self.browser.get("/sign-in/phone").text)
        assert found is not None
        return self.browser.post(path, data=form, headers={"X-CSRFToken": found.group(1), "HX-Request": "true"})

    def opens(self, code: str) -> TestResponse:
        return self.post("/sign-in/phone", account=self.account, password=PASSWORD, code=code)

    def sets_up_and_signs_in(self, code: str) -> None:
        assert self.opens(code).headers["HX-Redirect"] == "/sign-in/phone/new"
        secret = re.search(r"\b[A-Z2-7]{32}\b", self.browser.get("/sign-in/phone/new").text)
        assert secret is not None
        phone = pyotp.TOTP(secret.group())
        assert self.post("/sign-in/phone/new", code=phone.at(clock.now())).headers["HX-Redirect"] == "/sign-in"
        with time_machine.travel(clock.now() + timedelta(seconds=30), tick=False):
            shown = phone.at(clock.now())
            answer = self.post("/sign-in", account=self.account, password=PASSWORD, code=shown)
        assert answer.headers["HX-Redirect"] == "/"


def test_both_administrators_set_password_and_phone_with_their_code_and_administer(
    installation: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    first.main(OPTIONS, nobody)
    codes = codes_in(capsys.readouterr().out)
    assert list(codes) == ["quan.tri", "quan.tri.2"]
    assert signing.key_file(installation).stat().st_mode & 0o777 == 0o600
    for account, code in codes.items():
        newcomer = Newcomer(installation, account)
        newcomer.sets_up_and_signs_in(code)
        assert "Chính phủ" in newcomer.browser.get("/organisation/").text
        assert newcomer.browser.get("/sign-in/resets").status_code == 200


@pytest.mark.usefixtures("installation")
def test_what_is_founded_is_complete_and_written_to_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    first.main(OPTIONS, nobody)
    codes = codes_in(capsys.readouterr().out)
    with reading() as session:
        body, unit = session.scalars(select(Body)).one(), session.scalars(select(Unit)).one()
        calendar = session.scalars(select(WorkingCalendar)).one()
        assert (body.code, body.name, body.unit_id, body.calendar_id) == ("CP", "Chính phủ", unit.id, calendar.id)
        assert (unit.code, unit.name, calendar.covers_until) == ("VPCP", "Văn phòng Chính phủ", clock.today())
        held = session.scalars(select(RoleAssignment)).all()
        assert [(row.role, row.in_force, row.body_id) for row in held] == [(Role.ADMINISTRATOR, True, body.id)] * 2
        assert {row.person_id for row in held} == set(session.scalars(select(Person.id)))
        assert session.scalar(select(Person.id).where(Person.password_hash.is_not(None))) is None
        logged = session.scalars(select(AuditEntry)).all()
        assert {entry.person_id for entry in logged} == {SYSTEM.person_id}
        assert not [entry for entry in logged for code in codes.values() if code in str(entry.details)]


@pytest.mark.usefixtures("installation")
def test_what_is_not_said_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    answers = iter(["Chính phủ", " Văn phòng Chính phủ ", "one", "Người thứ nhất", "two", "Người thứ hai"])
    first.main((), lambda _question: next(answers))
    assert list(codes_in(capsys.readouterr().out)) == ["one", "two"]


ONE = OPTIONS[:7]
REFUSALS = {
    "nobody answers": ((), "Nobody answers here"),
    "the same account twice": ((*ONE, "--administrator", "QUAN.TRI", "Another"), "in use already"),
    "three administrators": ((*OPTIONS, "--administrator", "c", "C"), "Name 2 administrators"),
    "a name that is too long": ((*ONE, "--administrator", "b", "B" * 201), "Names have 1 to 200"),
    "codes before anything is founded": (("--codes",), "Every administrator has set up"),
}


@pytest.mark.usefixtures("installation")
@pytest.mark.parametrize("case", REFUSALS)
def test_what_cannot_be_founded_is_one_sentence_and_leaves_the_tables_empty(case: str) -> None:
    options, sentence = REFUSALS[case]
    with pytest.raises(SystemExit, match=sentence) as ended:
        first.main(options, nobody)
    assert "\n" not in str(ended.value.code)
    with reading() as session:
        assert not any(session.scalar(select(table.id).limit(1)) for table in (Body, Unit, Person, WorkingCalendar))


@pytest.mark.usefixtures("government")
def test_an_installation_that_holds_something_is_refused_before_anything_is_asked(
    database: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ECABINET_MODE", "test")
    monkeypatch.setenv("ECABINET_INSTANCE", str(database.instance))
    monkeypatch.setenv("ECABINET_DATABASE_URL", database.database_url)
    with pytest.raises(SystemExit, match="founded before"):
        first.main((), nobody)
    with pytest.raises(SystemExit, match="founded before"):
        first.main(OPTIONS, nobody)


def test_a_code_that_was_too_late_is_replaced_until_the_phone_is_set_up(
    installation: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    first.main(OPTIONS, nobody)
    late = codes_in(capsys.readouterr().out)
    with time_machine.travel(clock.now() + timedelta(hours=1, seconds=1)):
        newcomer = Newcomer(installation, "quan.tri")
        assert newcomer.opens(late["quan.tri"]).status_code == 422
        first.main(("--codes",))
        codes = codes_in(capsys.readouterr().out)
        assert codes.keys() == late.keys()
        Newcomer(installation, "quan.tri").sets_up_and_signs_in(codes["quan.tri"])
        first.main(("--codes",))
        assert list(codes_in(capsys.readouterr().out)) == ["quan.tri.2"]
