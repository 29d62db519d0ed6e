"""The third tally as a program that is asked."""

import atexit
import json
import subprocess
import sys
from functools import cache
from pathlib import Path

from tests.third_tally.hand_made import Box, Json

NODE = Path(sys.prefix) / "bin" / "node"
PROGRAM = Path(__file__).parent / "tally.mjs"


@cache
def _started() -> subprocess.Popen[str]:
    """One program for all questions, as starting Node takes longer than any of them."""
    program = subprocess.Popen([NODE, PROGRAM, "--stream"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(program.communicate)
    return program


def tallied(line: Json) -> Json:
    """What the program answers to a line."""
    program = _started()
    assert program.stdin is not None
    assert program.stdout is not None
    program.stdin.write(json.dumps(line) + "\n")
    program.stdin.flush()
    answer: Json = json.loads(program.stdout.readline())
    return answer


def tally(box: Box) -> Json:
    return tallied({"entries": box.texts})
