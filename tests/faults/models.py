"""Runs of the question machine, and how many there were."""

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.faults.finding import Finding
from tests.faults.question_machine import machine_of
from tests.faults.question_model import Conduct

STEPS = 25


def conduct_at_random(where: Conduct, engine: str, runs: int, *, seed: int | None = None) -> Finding:
    """Conduct so many questions in random order; a divergence from the model raises, with the steps that led to it."""
    machine = machine_of(where)
    unhurried = settings(
        max_examples=runs,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        derandomize=seed is None,
        phases=(Phase.generate,),  # the shortest failing run takes minutes to find
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=unhurried)
    return Finding("a question against its model", engine, rounds=machine.runs, ballots=machine.ballots)
