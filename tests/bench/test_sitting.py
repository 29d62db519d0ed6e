"""The benchmark of a sitting runs from end to end and counts right; how fast it was is no test's business."""

import json
from pathlib import Path

import pytest

from bench import figures, sitting
from bench.figures import Round, of_rounds, percentile

KEYS = {
    "work",
    "members",
    "database",
    "accepted",
    "p50_ms",
    "p99_ms",
    "wall_s",
    "last_screen_ms",
    "floor_ms",
    "ratio",
}


def test_a_quick_run_writes_the_figures_and_every_ballot_is_accepted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "figures.json"
    sitting.main(["--quick", "--json", str(target)])
    written = json.loads(target.read_text())
    assert all(set(figure) == KEYS for figure in written)
    by_work = {figure["work"]: figure for figure in written}
    assert list(by_work) == ["cast", "close", "close in a burst", "cast during 5 sign-ins"]
    assert (by_work["cast"]["members"], by_work["cast"]["accepted"]) == (5, 5)
    assert by_work["close"]["accepted"] == 5
    assert by_work["close"]["last_screen_ms"] > 0
    assert by_work["cast during 5 sign-ins"]["accepted"] == 5
    assert "| cast " in capsys.readouterr().out


def test_of_equal_rounds_the_median_is_reported_and_the_fewest_accepted() -> None:
    rounds = [
        Round(accepted, [wall / 2, wall], wall, [wall / 10], floor=1.0)
        for accepted, wall in ((5, 3.0), (4, 1.0), (5, 2.0))
    ]
    figure = of_rounds("cast", 5, "sqlite", rounds, compared=[each.wall for each in rounds])
    assert (figure.accepted, figure.wall_s, figure.p99_ms) == (4, 2.0, 2000.0)
    assert (figure.last_screen_ms, figure.floor_ms, figure.ratio) == (200.0, 1000.0, 2.0)


def test_a_percentile_is_one_of_the_values() -> None:
    values = [float(number) for number in range(1, 101)]
    assert (percentile(values, 0.5), percentile(values, 0.99), percentile([7.0], 0.99)) == (50.0, 99.0, 7.0)


def test_the_table_is_one_line_a_figure_below_its_head() -> None:
    figure = of_rounds("cast", 5, "sqlite", [Round(5, [0.1], 0.1)], compared=())
    head, _rule, line = figures.table([figure]).splitlines()
    assert head.startswith("| work | members | database")
    assert line.startswith("| cast | 5 ")
