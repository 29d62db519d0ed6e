"""`./run coverage`: which branches of the rules, the box and the verifier no test takes. See docs/coverage.md."""

import os
import shutil

from running import trials
from running.places import PYTHON, ROOT
from running.steps import Stop, openly, quietly

FOUND = ROOT / "instance" / "coverage"
COVERAGE = (PYTHON, "-m", "coverage")
CORES = str(os.cpu_count() or 1)

# What takes every branch. None of them is PostgreSQL's alone or the starting worker's; none may be taken by the luck of a made-up example.
TESTS = (
    "tests/voting/test_conduct.py",
    "tests/voting/test_rule_books.py",
    "tests/voting/test_rules.py",
    "tests/voting/test_rules_counts.py",
    "tests/voting/test_rules_lines.py",
    "tests/voting/test_rules_measures.py",
    "tests/voting/test_rules_parsing.py",
    "tests/voting/test_rules_quorum.py",
    "tests/voting/test_rules_rolls.py",
    "tests/voting/test_rules_ties.py",
    "tests/voting/test_sentences.py",
    "tests/ecabinet/test_signing.py",
    "tests/voting/test_box.py",
    "tests/voting/test_casting.py",
    "tests/voting/test_checkpoints.py",
    "tests/voting/test_entries.py",
    "tests/voting/test_receipts.py",
    "tests/voting/test_tree.py",
    "tests/voting/test_written.py::test_it_closes_early_when_all_have_answered_and_the_rule_allows_it",
    "tests/voting/test_written.py::test_one_objection_ends_a_silence_procedure_before_its_deadline_and_an_agreement_does_not",
    "tests/outcomes/test_verify_bag.py",
    "tests/outcomes/test_verify_chain.py",
    "tests/outcomes/test_verify_counting.py",
    "tests/outcomes/test_verify_roll.py",
    "tests/outcomes/test_verify_rulings.py",
    "tests/outcomes/test_verify_signatures.py",
    "tests/outcomes/test_verify_tree.py",
    "tests/outcomes/test_verify_writing.py",
    "tests/voting/test_recall.py",
    "tests/voting/test_reserved.py",
)
CHOSEN = ("-k", "not postgresql and not test_the_worker_and_the_check", "-m", "not hypothesis")


def measure() -> None:
    """Run the tests of the rules, the box and the verifier; raise `Stop` where one of them fails or a branch is not taken."""
    trials.prepare()
    shutil.rmtree(FOUND, ignore_errors=True)
    FOUND.mkdir(parents=True)
    shared_out = ("--numprocesses", CORES, "--dist", "worksteal")
    openly((*COVERAGE, "run", "-m", "pytest", "--quiet", *shared_out, *CHOSEN, *TESTS))
    quietly((*COVERAGE, "combine"))
    try:
        openly((*COVERAGE, "report"))
    except Stop:
        raise Stop(
            "Not every branch is taken: the last column names the lines, and `12->15` a way from one to another."
        ) from None
