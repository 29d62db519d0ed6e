"""The figures of a vote: heads by choice, and the measures that the rule counts besides heads."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from fractions import Fraction

from voting.engine.decimals import decimal_text
from voting.engine.measures import amount, present, tally_of
from voting.engine.rule import HEADS, Choice
from voting.engine.sheet import Sheet
from voting.engine.vote import Tally


@dataclass(frozen=True)
class Figures:
    """Heads by choice. `yes` includes `deemed_yes`, those whose silence counted as agreement; `present` is the base of that name.

    `measures`: yes, no and total of the whole roll, of each measure of the criteria besides heads. The yes or no of a role that only
    decides stands under `present_not_voting`.
    """

    members: int
    yes: int
    no: int
    abstain: int
    other: int
    present_not_voting: int
    absent: int
    recused: int
    silent: int
    deemed_yes: int
    present: int
    represented: int = 0
    measures: Mapping[str, Tally] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """Write the figures by name; amounts of measures as decimal texts."""
        return {**asdict(self), "measures": {name: _tally_as_json(tally) for name, tally in self.measures.items()}}


def figures_of(sheet: Sheet) -> Figures:
    """Count heads by choice, and the measures."""
    heads = {choice: _heads(sheet, choice) for choice in Choice}
    return Figures(
        members=sum(heads.values()),
        yes=heads[Choice.YES],
        no=heads[Choice.NO],
        abstain=heads[Choice.ABSTAIN],
        other=heads[Choice.OTHER],
        present_not_voting=heads[Choice.PRESENT_NOT_VOTING],
        absent=heads[Choice.ABSENT],
        recused=heads[Choice.RECUSED],
        silent=heads[Choice.SILENT],
        deemed_yes=sheet.heads(lambda line: line.given is Choice.SILENT and line.counting is Choice.YES),
        present=present(sheet),
        represented=sheet.heads(lambda line: line.represented),
        measures={name: _counted(sheet, name) for name in _measures(sheet)},
    )


def _heads(sheet: Sheet, choice: Choice) -> int:
    return sheet.heads(lambda line: line.counting is choice)


def _measures(sheet: Sheet) -> list[str]:
    return [each.measure for each in sheet.rule.criteria if each.measure != HEADS]


def _counted(sheet: Sheet, measure: str) -> Tally:
    """Count a measure over the whole roll, unless it was counted elsewhere."""
    return tally_of(measure, sheet) or Tally(
        yes=amount(sheet, measure, lambda line: line.counting is Choice.YES),
        no=amount(sheet, measure, lambda line: line.counting is Choice.NO),
        total=sum((line.weights.get(measure, Fraction(0)) for line in sheet.lines), Fraction(0)),
    )


def _tally_as_json(tally: Tally) -> dict[str, str]:
    return {"yes": decimal_text(tally.yes), "no": decimal_text(tally.no), "total": decimal_text(tally.total)}
