"""Settings that make no sense stop every program with one sentence; an installation is closed to other accounts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ecabinet import database
from ecabinet.config import PROJECT, ConfigurationError, from_environment, make_private

GUNICORN = ("-m", "gunicorn", "-c", "gunicorn.conf.py", "app:app")
PROGRAMS = {
    "server": GUNICORN,
    "worker": ("-m", "worker"),
    "migrations": ("-m", "alembic", "upgrade", "head"),
    "founding": ("-m", "ecabinet.first", "--codes"),
    "backup": ("-m", "ecabinet.backup", "save", "/nowhere/backup"),
    "look before the server": ("-m", "ecabinet.config"),
}
WRONG = {
    "ECABINET_SECRET_KEY": ("", "x" * 31),
    "ECABINET_ORIGINS": ("", "cabinet.example", "*", "https://", "https://cabinet.example:99999"),
    "ECABINET_MODE": ("prod",),
    "ECABINET_PORT": ("abc", "0", "65536", "-1", "８０"),
    "ECABINET_BIND": ("127.0.0.1:http", "127.0.0.1:8000,[::1]:"),
    "ECABINET_LANGUAGE": ("fr",),
    "ECABINET_DATABASE_URL": (
        "cabinet",
        "mysql://root:hidden@host/cabinet",
        "postgresql+psycopg://u:hidden@host:port/x",
    ),
    "ECABINET_SMTP_URL": ("mail.example", "https://mail.example", "smtp://u:hidden@host:port", "smtps://"),
    "ECABINET_SMS_URL": (
        "sms.example",
        "ftp://sms.example",
        "https://u:hidden@host:port",
        "file:here",
        "file://host/x",
    ),
    "ECABINET_SMS_TOKEN": ("hidden\nX-Other: header", "hidden-là"),
    "ECABINET_REDIS_URL": ("localhost", "http://localhost"),
    "ECABINET_PROXIES": ("yes", "-1", "11"),
}


def environment(folder: Path, **more: str) -> dict[str, str]:
    """A real installation's settings, all of them good."""
    return {
        "ECABINET_MODE": "production",
        "ECABINET_INSTANCE": str(folder / "instance"),
        "ECABINET_SECRET_KEY": "x" * 32,
        "ECABINET_ORIGINS": "https://cabinet.example",
        **more,
    }


@pytest.mark.parametrize(("name", "given"), [(name, given) for name, all_given in WRONG.items() for given in all_given])
def test_a_setting_that_makes_no_sense_is_named_and_no_password_in_it_repeated(
    tmp_path: Path, name: str, given: str
) -> None:
    with pytest.raises(ConfigurationError) as error:
        from_environment(environment(tmp_path, **{name: given}))
    assert name in str(error.value)
    assert "hidden" not in str(error.value)


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("name", ["ECABINET_SECRET_KEY", "ECABINET_PORT"])
def test_every_program_ends_with_one_sentence(tmp_path: Path, program: str, name: str) -> None:
    given = environment(tmp_path, **{name: WRONG[name][-1]})
    ended = subprocess.run(
        (sys.executable, *PROGRAMS[program]),
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"], **given},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith(name)
    assert ended.stderr.count("\n") == 1


def test_migrations_of_a_database_that_is_away_end_with_one_sentence(tmp_path: Path) -> None:
    given = environment(tmp_path, ECABINET_DATABASE_URL="postgresql+psycopg://u:hidden@127.0.0.1:1/x")
    ended = subprocess.run(
        (sys.executable, *PROGRAMS["migrations"]), cwd=PROJECT, env=given, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("The database cannot be reached")
    assert ended.stderr.count("\n") == 1


def test_gunicorn_has_one_process_whatever_the_environment_says(tmp_path: Path) -> None:
    given = {"WEB_CONCURRENCY": "4", "ECABINET_WORKERS": "4", "FORWARDED_ALLOW_IPS": "*"}
    said = subprocess.run(
        (sys.executable, *GUNICORN, "--print-config"),
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"], **environment(tmp_path), **given},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    settings = {line.partition("=")[0].strip(): line.partition("=")[2].strip() for line in said.splitlines()}
    assert settings["workers"] == "1"
    assert settings["forwarded_allow_ips"] == "[]"


def test_the_folder_of_an_installation_is_closed_to_others_also_one_that_was_open(tmp_path: Path) -> None:
    new, former = tmp_path / "above" / "new", tmp_path / "former"
    former.mkdir(mode=0o755)
    for instance in (new, former):
        make_private(instance)
        assert instance.stat().st_mode & 0o777 == 0o700


def test_a_sqlite_database_is_readable_by_its_owner_alone_from_its_first_moment_on(tmp_path: Path) -> None:
    former, new = tmp_path / "former.sqlite", tmp_path / "new.sqlite"
    former.touch(mode=0o644)
    for file in (former, new):
        opened = database.Database(f"sqlite:///{file}")
        with opened.write.begin() as session:
            session.connection().exec_driver_sql("CREATE TABLE kept (words TEXT)")
            modes = {path.stat().st_mode & 0o777 for path in tmp_path.glob(f"{file.name}*")}
            assert len(list(tmp_path.glob(f"{file.name}*"))) == 3
        opened.close()
        assert modes == {0o600}
