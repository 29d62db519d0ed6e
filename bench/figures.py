"""The figures of a benchmark: what was measured, in one form for the table and for the file."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

COLUMNS = (
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
)


@dataclass(frozen=True)
class Figure:
    """One line of the table; what a work does not measure is None."""

    work: str
    members: int
    database: str
    accepted: int
    p50_ms: float | None = None
    p99_ms: float | None = None
    wall_s: float | None = None
    last_screen_ms: float | None = None
    floor_ms: float | None = None
    ratio: float | None = None


@dataclass(frozen=True)
class Round:
    """What one of several equal rounds gave, in seconds."""

    accepted: int
    latencies: Sequence[float]
    wall: float
    screens: Sequence[float] = ()
    floor: float | None = None
    processor: float = 0.0  # of the server, from the first ballot sent to the last answer


def percentile(values: Sequence[float], part: float) -> float:
    """Return the smallest value that this part of all values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]


def milliseconds(seconds: float | None) -> float | None:
    """Write seconds as milliseconds with one decimal."""
    return None if seconds is None else round(seconds * 1000, 1)


def of_rounds(work: str, members: int, database: str, rounds: Sequence[Round], *, compared: Sequence[float]) -> Figure:
    """Put equal rounds together: the median of each measure, the fewest accepted; `compared` is what the floor is beside."""
    floors = [each.floor for each in rounds if each.floor is not None]
    floor = median(floors) if floors else None
    screens = [max(each.screens) for each in rounds if each.screens]
    return Figure(
        work=work,
        members=members,
        database=database,
        accepted=min(each.accepted for each in rounds),
        p50_ms=milliseconds(median(percentile(each.latencies, 0.5) for each in rounds)),
        p99_ms=milliseconds(median(percentile(each.latencies, 0.99) for each in rounds)),
        wall_s=round(median(each.wall for each in rounds), 3),
        last_screen_ms=milliseconds(median(screens)) if screens else None,
        floor_ms=milliseconds(floor),
        ratio=round(median(compared) / floor, 2) if floor else None,
    )


def spread(name: str, seconds: Sequence[float]) -> str:
    """Say how far the rounds lie apart."""
    return f"{name}: " + " ".join(f"{value * 1000:.0f}" for value in sorted(seconds)) + " ms"


def table(figures: Sequence[Figure]) -> str:
    """Write the figures as a table in Markdown, so that it can be pasted as it is."""
    rows = [COLUMNS, *(tuple(_shown(value) for value in asdict(figure).values()) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def write(figures: Sequence[Figure], path: Path) -> None:
    """Write the figures as JSON."""
    path.write_text(json.dumps([asdict(figure) for figure in figures], indent=2) + "\n")


def _shown(value: object) -> str:
    return "" if value is None else str(value)
