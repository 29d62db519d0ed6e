"""Running a module of the pages' scripts in Node, without a browser: it is bundled as the build bundles it, and asked by JSON."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from running.places import VENV, WEB

RUNNER = Path(__file__).with_name("runner.mjs")
SECONDS = 60


def call(module: str, calls: list[tuple[str, list[Any]]]) -> list[Any]:
    """Call exported functions of `web/source/<module>.ts`, one after the other; return what each returned."""
    node = VENV / "bin" / "node"
    if not node.exists() or not (WEB / "node_modules" / "esbuild").exists():
        pytest.skip("Node or the packages of the pages are not installed: ./run test installs them")
    asked = subprocess.run(
        (str(node), str(RUNNER), str(WEB), module),
        input=json.dumps(calls),
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
        env={**os.environ, "NO_COLOR": "1"},
    )
    assert asked.returncode == 0, asked.stderr
    answers: list[Any] = json.loads(asked.stdout)
    return answers
