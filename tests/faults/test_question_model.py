"""Whatever is done with a question, and in whatever order, it stands as a simple model says, on both databases."""

from tests.faults.models import conduct_at_random
from tests.faults.question_model import conduct
from tests.voting import room as rooms
from tests.world import World

RUNS = 8


def test_a_question_never_differs_from_its_model(government: World, engine: str) -> None:
    finding = conduct_at_random(conduct(rooms.furnish(government)), engine, RUNS)
    assert finding.rounds >= RUNS
    assert finding.ballots > RUNS
