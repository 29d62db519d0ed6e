"""`./run mutate` changes files that exist, by tests that exist, and says so where there is no such part."""

import subprocess
import sys

import pytest

from running.mutation import PARTS, Part
from running.places import ROOT


@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
def test_what_is_mutated_and_what_has_to_notice_is_there(part: Part) -> None:
    for pattern in (*part.files, *part.passed_over):
        assert list(ROOT.glob(pattern)), pattern
    for place in part.tests:
        file, _, name = place.partition("::")
        assert f"def {name}(" in (ROOT / file).read_text() if name else (ROOT / file).is_file(), place


def test_a_part_that_does_not_exist_is_one_sentence() -> None:
    command = (sys.executable, ROOT / "run", "mutate", "everything")
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (refused.returncode, refused.stderr) == (
        1,
        "There is no part 'everything'; there are: rules, box, verifier.\n",
    )
