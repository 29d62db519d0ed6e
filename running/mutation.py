"""`./run mutate`: change the program in one small place after another and see whether a test notices. See docs/mutation.md."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from running import front_end, packages, words
from running.places import PACKAGES, PYTHON, ROOT, present
from running.steps import Stop, alone, openly

WORKSHOP = ROOT / "instance" / "mutation"
DRIVER = ROOT / "running" / "mutants.py"
COPIED = ("tests", "running", "migrations", "templates", "translations", "app.py", "worker.py", "alembic.ini")
QUIET_PYTEST = ("-p", "no:cacheprovider", "-p", "no:xdist", "-s", "--tb=native", "--assert=plain")
ALL_CORES = os.cpu_count() or 1


@dataclass(frozen=True)
class Part:
    """The files that are changed, and the tests that have to notice; `without` names tests that start programs or take long."""

    files: tuple[str, ...]
    tests: tuple[str, ...]
    without: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()
    needs_application: bool = False


PARTS = {
    "rules": Part(
        files=("voting/rules.py", "voting/engine/*.py"),
        passed_over=("voting/engine/sentences.py", "voting/engine/rule_words.py", "voting/engine/rule_book.py"),
        tests=(
            "tests/voting/test_rules.py",
            "tests/voting/test_rules_counts.py",
            "tests/voting/test_rules_lines.py",
            "tests/voting/test_rules_measures.py",
            "tests/voting/test_rules_parsing.py",
            "tests/voting/test_rules_quorum.py",
            "tests/voting/test_rules_reasons.py",
            "tests/voting/test_rules_rolls.py",
            "tests/voting/test_rules_ties.py",
            "tests/voting/test_rules_vetoes.py",
            "tests/voting/test_sentences.py",
        ),
        without=("command", "test_the_program_needs_nothing_of_the_web", "test_every_result_renders"),
    ),
    "box": Part(
        files=(
            "voting/entries.py",
            "voting/proof/tree.py",
            "voting/box.py",
            "voting/ballots.py",
            "voting/frozen.py",
            "voting/proof/checkpoints.py",
            "voting/proof/receipts.py",
            "ecabinet/signing.py",
        ),
        tests=(
            "tests/voting/test_tree.py",
            "tests/voting/test_entries.py",
            "tests/ecabinet/test_signing.py",
            "tests/voting/test_frozen.py",
            "tests/voting/test_locked_box.py",
            "tests/voting/test_receipts_of_rows.py",
            "tests/voting/test_box.py",
            "tests/voting/test_checkpoints.py",
            "tests/voting/test_receipts.py",
            "tests/voting/test_frozen_roll.py",
            "tests/voting/test_casting.py",
            "tests/outcomes/test_verify_server.py",
            "tests/voting/test_choice.py::test_the_ballot_offers_each_option_and_to_abstain_and_nothing_else",
            "tests/voting/test_written.py::test_one_objection_ends_a_silence_procedure_before_its_deadline_and_an_agreement_does_not",
        ),
        without=("postgresql", "test_the_worker_and_the_check", "backup"),
        needs_application=True,
    ),
    "verifier": Part(
        files=("outcomes/verify.py",),
        tests=(
            "tests/outcomes/test_verify_bag.py",
            "tests/outcomes/test_verify_chain.py",
            "tests/outcomes/test_verify_counting.py",
            "tests/outcomes/test_verify_roll.py",
            "tests/outcomes/test_verify_signatures.py",
            "tests/outcomes/test_verify_tree.py",
        ),
        without=("alone", "without_the_package", "run_as_a_program", "real_time_stamp", "a_changed_byte"),
    ),
}


def mutate(arguments: Sequence[str]) -> None:
    """Mutate the parts named, or all; what follows the name of one part are patterns of mutants to try alone."""
    name, *patterns = arguments or [""]
    if name and name not in PARTS:
        raise Stop(f"There is no part {name!r}; there are: {', '.join(PARTS)}.")
    _prepare()
    failed = [part for part in ([name] if name else PARTS) if not _enough(part, patterns)]
    if failed:
        raise Stop(
            f"Too many mutants went unnoticed: {', '.join(failed)}. They are listed in {WORKSHOP.relative_to(ROOT)}."
        )


def _prepare() -> None:
    with alone():
        packages.ensure(tests=True, mutation=True)
        front_end.ensure()
        words.ensure()


def _enough(name: str, patterns: Sequence[str]) -> bool:
    """Try the mutants of a part in a folder of its own; tell whether enough were noticed."""
    workshop = WORKSHOP / name
    _furnish(workshop, PARTS[name])
    # Without the folder of the script on the path, or the program itself would be found instead of its mutants.
    try:
        openly((PYTHON, "-P", DRIVER, str(ALL_CORES), *patterns), cwd=workshop)
    except Stop:
        return False
    return True


def _furnish(workshop: Path, part: Part) -> None:
    """Lay links to the program into the folder, which mutmut copies into `mutants` below it, and its configuration."""
    workshop.mkdir(parents=True, exist_ok=True)
    for name in (*present(*PACKAGES, *COPIED), "pyproject.toml"):
        link = workshop / name
        if not link.is_symlink():
            link.symlink_to(ROOT / name)
    _clear(workshop)
    (workshop / "setup.cfg").write_text(_configuration(part))


def _clear(workshop: Path) -> None:
    """Take away what mutmut does not renew by itself: the copied tests and their like, and the program's files that are gone."""
    mutants = workshop / "mutants"
    for name in COPIED:
        if (mutants / name).is_dir():
            shutil.rmtree(mutants / name)
    for file in mutants.rglob("*.py"):
        if not (workshop / file.relative_to(mutants)).exists():
            file.unlink()


def _configuration(part: Part) -> str:
    arguments = [*QUIET_PYTEST, *(() if part.needs_application else ("--noconftest",))]
    if part.without:
        arguments += ["-k", " and ".join(f"not {word}" for word in part.without)]
    settings = {
        "source_paths": PACKAGES,
        "only_mutate": part.files,
        "do_not_mutate": part.passed_over,
        "also_copy": COPIED,
        "pytest_add_cli_args_test_selection": part.tests,
        "pytest_add_cli_args": arguments,
    }
    lines = [f"{key} =\n" + "".join(f"    {value}\n" for value in values) for key, values in settings.items() if values]
    return "[mutmut]\nuse_git_change_detection = false\n" + "".join(lines)
