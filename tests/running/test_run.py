"""`./run` answers in sentences, keeps its steps apart from a real installation and does nothing twice."""

import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from running import demonstration, steps
from running.places import ROOT
from running.steps import Stop


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run((sys.executable, ROOT / "run", *arguments), capture_output=True, text=True, check=False)


def test_help_lists_the_commands() -> None:
    said = run("--help").stdout
    for command in (
        "demo",
        "test",
        "check",
        "audit",
        "look",
        "bench",
        "coverage",
        "mutate",
        "faults",
        "serve",
        "install",
        "backup",
        "restore",
        "verify",
    ):
        assert f"\n    {command} " in said


def test_a_port_in_use_is_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = run("demo", "--port", str(port))
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"Port {port} is in use")
    assert len(refused.stderr.splitlines()) == 1


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_what_is_no_port_is_refused(port: str) -> None:
    refused = run("demo", "--port", port)
    assert refused.returncode == 2
    assert "--port" in refused.stderr


def test_a_demonstration_takes_nothing_over_from_a_real_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECABINET_DATABASE_URL", "postgresql+psycopg://production/cabinet")
    monkeypatch.setenv("ECABINET_SECRET_KEY", "of the real installation")
    environment = demonstration.environment_for(8000, "en")
    assert environment["ECABINET_MODE"] == "demonstration"
    assert environment["ECABINET_INSTANCE"].endswith("/instance/demonstration")
    assert "ECABINET_DATABASE_URL" not in environment
    assert "ECABINET_SECRET_KEY" not in environment


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(steps, "ROOT", tmp_path)
    monkeypatch.setattr(steps, "STAMPS", tmp_path / "stamps")
    return tmp_path


def test_a_fingerprint_follows_names_and_content_but_not_what_is_built(project: Path) -> None:
    web = project / "web"
    (web / "dist").mkdir(parents=True)
    (web / "a.ts").write_text("1")
    first = steps.fingerprint(web)
    (web / "dist" / "a.js").write_text("built")
    assert steps.fingerprint(web) == first
    (web / "a.ts").write_text("2")
    second = steps.fingerprint(web)
    (web / "a.ts").rename(web / "b.ts")
    assert len({first, second, steps.fingerprint(web)}) == 3


@pytest.mark.usefixtures("project")
def test_a_step_is_current_only_for_the_fingerprint_it_was_done_for_and_not_while_it_is_done_again() -> None:
    steps.remember("build", "first")
    assert steps.is_current("build", "first")
    assert not steps.is_current("build", "second")
    steps.forget("build")
    assert not steps.is_current("build", "first")


@pytest.mark.usefixtures("project")
def test_a_command_that_fails_shows_what_it_said_and_stops(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Stop, match="exit code 4"):
        steps.quietly((sys.executable, "-c", "print('the reason'); raise SystemExit(4)"))
    assert "the reason" in capsys.readouterr().err


def test_every_file_whose_branches_are_measured_is_there() -> None:
    written = tomllib.loads((ROOT / "pyproject.toml").read_text())
    measured = [pattern.removeprefix("*/") for pattern in written["tool"]["coverage"]["run"]["include"]]
    assert "voting/box.py" in measured
    assert [pattern for pattern in measured if not any(ROOT.glob(pattern))] == []
