"""A demonstration signs people in without a password; so it stays on this machine, and real installations have no such links."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from app import create_app
from demonstration.views import key_of
from ecabinet import database as databases
from ecabinet.config import PROJECT, Config, ConfigurationError, from_environment

# Who may listen and sign in does not depend on the database.
pytestmark = pytest.mark.any_database

ELSEWHERE = ("0.0.0.0:8000", ":8000", "8000", "[::]:8000", "192.0.2.7:8000", "127.0.0.1:8000,0.0.0.0:8000", "unix:/x")


def environment(tmp_path: Path, mode: str, **more: str) -> dict[str, str]:
    return {"ECABINET_MODE": mode, "ECABINET_INSTANCE": str(tmp_path), **more}


@pytest.mark.parametrize("bind", ELSEWHERE)
def test_a_demonstration_may_not_listen_beyond_loopback(tmp_path: Path, bind: str) -> None:
    with pytest.raises(ConfigurationError, match="listens on"):
        from_environment(environment(tmp_path, "demonstration", ECABINET_BIND=bind))


@pytest.mark.parametrize("bind", ["127.0.0.1:8000", "[::1]:8000", "localhost:8000", "127.0.0.1:1,[::1]:1"])
def test_a_demonstration_may_listen_on_loopback(tmp_path: Path, bind: str) -> None:
    assert from_environment(environment(tmp_path, "demonstration", ECABINET_BIND=bind)).bind == tuple(bind.split(","))


def test_a_real_installation_listens_where_it_is_told(tmp_path: Path) -> None:
    given = environment(
        tmp_path,
        "production",
        ECABINET_BIND="0.0.0.0:8000",
        ECABINET_SECRET_KEY="x" * 32,
        ECABINET_ORIGINS="https://cabinet.example",
    )
    assert from_environment(given).bind == ("0.0.0.0:8000",)


@pytest.mark.parametrize(
    ("bind", "options"), [("0.0.0.0:0", ()), ("", ("--bind", "0.0.0.0:0"))], ids=["environment", "option"]
)
def test_the_server_says_so_in_one_sentence_and_does_not_start(
    tmp_path: Path, bind: str, options: Sequence[str]
) -> None:
    command = (sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", *options, "app:app")
    given = {"PATH": os.environ["PATH"], **environment(tmp_path, "demonstration", ECABINET_BIND=bind)}
    ended = subprocess.run(command, cwd=PROJECT, env=given, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert ended.stderr.startswith("A demonstration has sign-in links without passwords")


def test_a_real_installation_has_no_sign_in_links(tmp_path: Path) -> None:
    given = environment(
        tmp_path, "production", ECABINET_SECRET_KEY="x" * 32, ECABINET_ORIGINS="https://cabinet.example"
    )
    app = create_app(from_environment(given))
    databases.current().close()
    assert not [rule.rule for rule in app.url_map.iter_rules() if "demonstration" in rule.rule]


def test_a_link_with_another_key_signs_nobody_in(database: Config) -> None:
    browser = create_app(database).test_client()
    assert browser.get(f"/demonstration/secretary/{key_of(database, 'finance_minister')}").status_code == 404
    assert browser.get(f"/demonstration/nobody/{key_of(database, 'nobody')}").status_code == 404
    assert browser.get(f"/demonstration/secretary/{key_of(database, 'secretary')}").status_code == 302
