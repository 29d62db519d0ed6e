import sys
from pathlib import Path

import pytest

from demonstration import links
from demonstration.roles import ROLES


@pytest.mark.parametrize("language", ["vi", "en"])
def test_one_aligned_line_a_role_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    for name, value in (("MODE", "demonstration"), ("INSTANCE", str(tmp_path)), ("LANGUAGE", language)):
        monkeypatch.setenv(f"ECABINET_{name}", value)
    monkeypatch.setattr(sys, "argv", ["links", "--port", "8765"])
    links.main()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(ROLES) == 10
    assert len({line.index("http://localhost:8765/demonstration/") for line in lines}) == 1
    assert len({line.rsplit("/", 1)[1] for line in lines}) == 10
