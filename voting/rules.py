"""The rule engine: a vote and a rule in, an outcome with its reasons out. Pure; every fraction is exact."""

from collections.abc import Sequence

from voting.engine.checks import check_vote
from voting.engine.count import circumstances, referred
from voting.engine.criteria import Settled, examine
from voting.engine.measures import check_measures
from voting.engine.quorum import quorum_count
from voting.engine.result import Outcome, Reference, Result, Step, StepKind, steps_from_json
from voting.engine.rule import ANSWERS, Choice, Rule, Silence, Veto
from voting.engine.sheet import Line, Sheet, sheet_of
from voting.engine.tally import Figures, figures_of
from voting.engine.vote import Vote

__all__ = ["Figures", "Outcome", "Reference", "Result", "Step", "StepKind", "decide", "steps_from_json"]


def decide(vote: Vote, rule: Rule, reference: Reference | None = None) -> Result:
    """Decide a vote; raise `Refused` where it is not a vote under this rule.

    The order is fixed: errors, an objection that stops, a deadline still running, silence, the quorum, blocks, the criteria with their
    ties, a suspensive veto. Silence stands on the sheet from the beginning: it means nothing before the deadline.
    """
    check_vote(vote, rule)
    sheet = sheet_of(vote, rule)
    check_measures(sheet)
    figures = figures_of(sheet)
    early = _before_counting(sheet)
    if early is not None:
        outcome, step = early
        return Result(outcome, figures, (step, *referred(reference)))
    outcome, steps = _counted(sheet, figures)
    return Result(outcome, figures, (*steps, *circumstances(sheet), *referred(reference)))


def _before_counting(sheet: Sheet) -> tuple[Outcome, Step] | None:
    """Return the outcome of a written procedure that an objection has stopped, before the deadline too, or that still runs; else None."""
    objections = sheet.heads(lambda line: line.given in sheet.rule.objections)
    if sheet.rule.objection_stops and objections:
        return Outcome.OBJECTED, Step(StepKind.OBJECTED, {"count": objections})
    if not sheet.rule.is_written or sheet.vote.deadline_passed:
        return None
    answered = sheet.heads(lambda line: line.given in ANSWERS)
    expected = sheet.heads(lambda line: line.given is not Choice.RECUSED)
    if sheet.rule.early_close and answered == expected:
        return None
    return Outcome.OPEN, Step(StepKind.OPEN, {"answered": answered, "expected": expected})


def _counted(sheet: Sheet, figures: Figures) -> tuple[Outcome, list[Step]]:
    """Count a vote that is closed."""
    quorum = _quorum(sheet)
    if not quorum.holds:
        return Outcome.NO_QUORUM, list(quorum.steps)
    counted = Step(StepKind.COUNTED, {"yes": figures.yes, "members": figures.members})
    blocks = [*_no_blocks(sheet, figures), *_absence_blocks(sheet), *_final_veto(sheet)]
    if blocks:
        return Outcome.FAIL, [counted, *blocks, *quorum.steps]
    conditions = [examine(criterion, sheet) for criterion in sheet.rule.criteria]
    added = max((each.added for each in conditions), default=0)
    conditions += [*_min_yes(sheet.rule, figures.yes, added), *_must_approve(sheet)]
    outcome = _verdict(conditions, suspended=sheet.rule.veto is Veto.SUSPENSIVE and bool(sheet.vetoes()))
    suspended = [_suspended(sheet)] if outcome is Outcome.SUSPENDED else []
    return outcome, [counted, *(step for each in conditions for step in each.steps), *suspended, *quorum.steps]


def _verdict(conditions: Sequence[Settled], *, suspended: bool) -> Outcome:
    """Fail unless all hold that do not hang; a tie nobody broke comes before a suspensive veto, and both would have passed."""
    if not all(each.holds or each.hangs for each in conditions):
        return Outcome.FAIL
    if any(each.hangs for each in conditions):
        return Outcome.TIE
    return Outcome.SUSPENDED if suspended else Outcome.PASS


def _quorum(sheet: Sheet) -> Settled:
    if sheet.rule.quorum is None:
        return Settled((), holds=True)
    found = quorum_count(sheet.rule.quorum, sheet)
    step = Step(
        StepKind.QUORUM,
        {
            "counted": found.counted,
            "needed": found.needed,
            "total": found.total,
            "held": found.held,
            "written": sheet.rule.is_written,
            "missing_roles": list(found.missing_roles),
            "missing_officers": list(found.missing_officers),
        },
    )
    return Settled((step,), holds=found.held)


def _no_blocks(sheet: Sheet, figures: Figures) -> list[Step]:
    if not sheet.rule.no_blocks or not figures.no:
        return []
    return [Step(StepKind.NO_BLOCKS, {"count": figures.no})]


def _absence_blocks(sheet: Sheet) -> list[Step]:
    """Say who was absent and unrepresented, if that blocks.

    Fine print: an explicit absent blocks in both forms, in writing also who was silent at the deadline, where silence is no answer; beside
    a given `present` it goes by the counts.
    """
    silence_blocks = sheet.rule.silence in {Silence.NOT_A_YES, Silence.ABSENT}

    def blocks(line: Line) -> bool:
        took_no_part = line.given is Choice.ABSENT or (silence_blocks and line.given is Choice.SILENT)
        return took_no_part and not line.represented

    missing = sheet.heads(blocks)
    return [Step(StepKind.ABSENCE_BLOCKS, {"count": missing})] if sheet.rule.absence_blocks and missing else []


def _final_veto(sheet: Sheet) -> list[Step]:
    vetoes = sheet.vetoes()
    if sheet.rule.veto is not Veto.FINAL or not vetoes:
        return []
    return [Step(StepKind.VETO, {"count": len(vetoes)})]


def _suspended(sheet: Sheet) -> Step:
    return Step(StepKind.SUSPENDED, {"count": len(sheet.vetoes()), "second_vote": sheet.rule.second_vote})


def _min_yes(rule: Rule, yes: int, added: int) -> list[Settled]:
    if not rule.min_yes:
        return []
    met = yes + added >= rule.min_yes
    step = Step(StepKind.MIN_YES, {"yes": yes + added, "needed": rule.min_yes, "added": added, "met": met})
    return [Settled((step,), holds=met)]


def _must_approve(sheet: Sheet) -> list[Settled]:
    """Each of these roles has to be among the explicit yes; silence that consents is none, and a vacant role gives none."""
    roles = sheet.rule.must_approve
    if not roles:
        return []
    missing = [role for role in roles if sheet.side_of(role) is not Choice.YES]
    step = Step(StepKind.MUST_APPROVE, {"roles": list(roles), "missing": missing, "met": not missing})
    return [Settled((step,), holds=not missing)]
