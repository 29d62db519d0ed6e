"""The steps that state what a reader of a result would otherwise have to guess: silence, recusals, proxies, figures from elsewhere."""

from voting.engine.measures import tally_of
from voting.engine.result import Reference, Step, StepKind
from voting.engine.rule import NO_ANSWER, Choice, Leave
from voting.engine.sheet import Sheet, is_set_aside


def circumstances(sheet: Sheet) -> list[Step]:
    """State what was so besides the ballots, each where there is any."""
    return [
        *_given_present(sheet),
        *_tallied(sheet),
        *_silence(sheet),
        *_recused(sheet),
        *_represented(sheet),
        *_substituted(sheet),
        *_classified(sheet),
        *_set_aside(sheet),
    ]


def referred(reference: Reference | None) -> list[Step]:
    """State where the rule stands, if that is known."""
    if reference is None or not reference.instrument:
        return []
    return [Step(StepKind.REFERENCE, {"instrument": reference.instrument, "article": reference.article})]


def _given_present(sheet: Sheet) -> list[Step]:
    given = sheet.given_present
    return [] if given is None else [Step(StepKind.GIVEN_PRESENT, {"count": given})]


def _tallied(sheet: Sheet) -> list[Step]:
    counted = [each.measure for each in sheet.rule.criteria if tally_of(each.measure, sheet) is not None]
    return [Step(StepKind.TALLIED, {"measures": list(dict.fromkeys(counted))})] if counted else []


def _silence(sheet: Sheet) -> list[Step]:
    silent = sheet.heads(lambda line: line.given is Choice.SILENT)
    return [Step(StepKind.SILENCE, {"count": silent, "means": sheet.rule.silence.value})] if silent else []


def _recused(sheet: Sheet) -> list[Step]:
    recused = sheet.heads(lambda line: line.given is Choice.RECUSED)
    left = [leave.value for leave in Leave if sheet.rule.recused_leaves(leave)]
    return [Step(StepKind.RECUSED, {"count": recused, "left": left})] if recused else []


def _represented(sheet: Sheet) -> list[Step]:
    represented = sheet.heads(lambda line: line.represented)
    in_quorum = sheet.rule.quorum is None or sheet.rule.quorum.represented
    return [Step(StepKind.REPRESENTED, {"count": represented, "in_quorum": in_quorum})] if represented else []


def _substituted(sheet: Sheet) -> list[Step]:
    seats = sheet.heads(lambda line: line.substituted and line.given in NO_ANSWER)
    return [Step(StepKind.SUBSTITUTED, {"count": seats})] if seats else []


def _classified(sheet: Sheet) -> list[Step]:
    vote = sheet.vote
    others = [line for line in sheet.lines if vote.ballots.get(line.member) is Choice.OTHER]
    if not any(line.member in vote.classified for line in others):
        return []
    yes = sum(line.given is Choice.YES for line in others)
    no = sum(line.given is Choice.NO for line in others)
    return [Step(StepKind.CLASSIFIED, {"yes": yes, "no": no, "neither": len(others) - yes - no})]


def _set_aside(sheet: Sheet) -> list[Step]:
    if not any(is_set_aside(line) for line in sheet.lines):
        return []
    return [Step(StepKind.SET_ASIDE, {"role": sheet.rule.tie.role})]
