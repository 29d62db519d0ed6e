"""The application, the checker of a bag and the third tally count the same random boxes."""

import json
from collections import Counter

from outcomes import verify
from tests.faults.finding import Finding
from tests.faults.random_boxes import PAPERS, RandomBox, random_box
from tests.outcomes.made_boxes import SIGNER
from tests.third_tally.program import tallied
from voting.entries import EntryKind

KEPT = {paper.sha256 for paper in PAPERS}
BALLOTS = {kind.value for kind in (EntryKind.CAST, EntryKind.PAPER)}


def count_three_times(boxes: int, *, seed: int = 1) -> tuple[Finding, Counter[str]]:
    """Count so many boxes in three programs; return what differs, as wrong answers, and how often each outcome came."""
    finding, outcomes = Finding("counted by three programs", "none"), Counter[str]()
    for number in range(boxes):
        made = random_box(number, seed)
        outcomes[str(made.result["outcome"])] += 1
        finding.rounds += 1
        finding.ballots += sum(f'"type":"{kind}"'.encode() in body for body in made.bodies for kind in BALLOTS)
        for difference in differences(made):
            finding.wrong += 1
            finding.note(f"seed {seed}, box {number}: {difference}")
    return finding, outcomes


def differences(made: RandomBox) -> list[str]:
    """Return what the two other programs have against a box, or count in another way."""
    found = [f"the checker finds {code} {values}" for code, values in checked(made).faults]
    answer = tallied(
        {
            "entries": [body.decode() for body in made.bodies],
            "checkpoints": made.checkpoints(),
            "key": json.loads(SIGNER.key_file()),
        }
    )
    answer.pop("root", None)
    if answer != made.result:
        found.append(f"the third tally answers {answer} and the application {made.result}")
    return found


def checked(made: RandomBox) -> verify.Report:
    """Return what the checker says of a box, as it lies in a bag."""
    report = verify.Report()
    files = {
        verify.ENTRIES: b"".join(body + b"\n" for body in made.bodies),
        verify.CHECKPOINTS: made.checkpoints().encode(),
    }
    verify.check_files(made.question, files, KEPT, verify.key_in(SIGNER.key_file()), report)
    return report
