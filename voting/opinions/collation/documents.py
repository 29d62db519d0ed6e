"""The collation, the explanation-and-reception table and the report as documents to be taken away."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from flask_babel import get_locale
from flask_babel import gettext as _

from ecabinet import clock
from ecabinet.access import Actor
from ecabinet.exports.document import Bars, Cell, Column, Document, Facts, Grid, Heading, Part, Words
from ecabinet.pages import when
from voting import choosing
from voting.conduct import Procedure
from voting.engine.rule import Choice
from voting.opinions.collation import words
from voting.opinions.collation.queries import Collation, Line, with_words
from voting.opinions.collation.report import Report
from voting.opinions.reception.queries import Row, Table
from voting.opinions.reception.rules import ANSWERS, Step
from voting.results import GROUPS, Shown
from voting.words import choice_name, outcome_name, result_sentence


def stamp_of(actor: Actor, zone: str) -> str:
    """Say who had a document made, and when."""
    return _("Exported by %(name)s on %(when)s", name=actor.name, when=when(clock.now(), zone))


def of_collation(collation: Collation, actor: Actor) -> Document:
    """Return the collation: what was asked, the figures, every opinion by member and by point."""
    return Document(
        title=_("Collation of the written opinions"),
        subject=collation.title,
        stamp=stamp_of(actor, collation.zone),
        language=str(get_locale()),
        parts=(
            Facts(_facts(collation)),
            Words((result_sentence(collation.result), words.silent_sentence(collation.result, collation.silent))),
            Bars(_("Answers"), bars_of(collation.result)),
            _by_member(collation),
            _by_point(collation),
        ),
        is_wide=True,
    )


def of_reception(table: Table, actor: Actor) -> Document:
    """Return the explanation-and-reception table with how far it is."""
    columns = (
        Column(_("No."), 6, is_number=True),
        Column(_("Point"), 18),
        Column(_("Member"), 22),
        Column(_("Comment of the member"), 50),
        Column(_("Treatment"), 16),
        Column(_("Explanation"), 50),
        Column(_("Where in the text"), 20),
        Column(_("Answered by"), 22),
        Column(_("Time"), 17),
    )
    return Document(
        title=_("Explanation and reception of comments"),
        subject=table.title,
        stamp=stamp_of(actor, table.zone),
        language=str(get_locale()),
        parts=(
            Facts(
                (
                    (_("Question"), table.text),
                    (_("Agency in charge"), table.unit),
                    (_("Comments"), len(table.rows)),
                    (_("Answered"), table.answered),
                )
            ),
            Grid(_("Comments and answers"), columns, [_reception_row(row, table.zone) for row in table.rows]),
        ),
        is_wide=True,
    )


def of_report(report: Report, actor: Actor) -> Document:
    """Return the report to the chair."""
    collation, table = report.collation, report.table
    parts: list[Part] = [
        Heading(_("What was asked")),
        Facts(_facts(collation)),
        Heading(_("What is proposed")),
        Words((words.proposed_name(report.proposal.proposed),)),
        Words([words.said(reason) for reason in report.proposal.reasons]),
    ]
    if report.proposal.cautions:
        parts += [Heading(_("To be considered")), Words([words.said(each) for each in report.proposal.cautions])]
    parts += [
        Heading(_("Answers")),
        Words((result_sentence(collation.result), words.silent_sentence(collation.result, collation.silent))),
        Bars(_("Answers"), bars_of(collation.result)),
        _by_member(collation),
        Heading(_("Comments")),
        Facts(
            (
                (_("Comments"), len(table.rows)),
                *((words.step_name(step), number) for step, number in steps_of(table)),
                (_("Not answered yet"), table.waiting),
            )
        ),
        *_told(_("Requests for a discussion in a meeting"), collation.discussing),
        *_told(_("Other opinions nobody has classified"), collation.unclassified),
    ]
    return Document(
        title=_("Report on the written opinions"),
        subject=collation.title,
        stamp=stamp_of(actor, collation.zone),
        language=str(get_locale()),
        parts=parts,
    )


def bars_of(shown: Shown) -> list[tuple[str, int, str]]:
    """Return the figures of a result as bars: the options where members chose among them, else the answers."""
    figures = shown.figures
    if shown.procedure is Procedure.CHOICE:
        named = choosing.named(shown.labels)
        options = [(named[option], count, "") for option, count in figures["options"].items()]
        return [*options, (choice_name(Choice.ABSTAIN.value), figures["abstain"], "abstain")]
    return [(choice_name(choice.value), figures[choice.value], choice.value) for choice in GROUPS]


def steps_of(table: Table) -> list[tuple[Step, int]]:
    """Return how many comments stand at each answer."""
    return [(step, table.number(step)) for step in words.STEPS if step in ANSWERS]


def _facts(collation: Collation) -> Sequence[tuple[str, Cell]]:
    rule = collation.result.rule
    source = ", ".join(part for part in (rule.instrument, rule.article) if part)
    return (
        (_("Question"), collation.text),
        (_("Body"), collation.body),
        (_("Agency in charge"), collation.unit),
        (_("Rule"), rule.title(str(get_locale()))),
        (_("Source"), source),
        (_("Sent on"), when(collation.circulated_at, collation.zone)),
        (_("Deadline"), when(collation.deadline, collation.zone) if collation.deadline is not None else ""),
        (_("Closed on"), when(collation.closed_at, collation.zone)),
        (_("Outcome by the rule"), outcome_name(collation.result.outcome)),
        (_("Asked"), collation.asked),
        (_("Answered"), collation.answered),
        (_("Late"), collation.late),
        (_("No answer"), collation.silent),
    )


def _by_member(collation: Collation) -> Grid:
    columns = (
        Column(_("Member"), 26),
        Column(_("State"), 14),
        Column(_("Answer"), 18),
        Column(_("Words"), 48),
        Column(_("Discussion asked for"), 12),
        Column(_("Reserved opinion"), 32),
        Column(_("Opened"), 16),
        Column(_("Answered on"), 16),
    )
    return Grid(_("By member"), columns, [_member_row(collation, line) for line in collation.lines])


def _member_row(collation: Collation, line: Line) -> Sequence[Cell]:
    return (
        line.name,
        words.standing_name(line.standing),
        words.answer_name(line, collation.result.labels, collation.result.procedure),
        "\n".join(part for part in (line.text, words.read_as(line.classified) if line.classified else "") if part),
        _("yes") if line.discuss else "",
        line.reserved,
        _local(line.opened_at, collation.zone),
        _local(line.answered_at, collation.zone),
    )


def _by_point(collation: Collation) -> Grid:
    columns = (Column(_("Point"), 22), Column(_("Member"), 26), Column(_("Kind"), 18), Column(_("Words"), 90))
    rows = [
        (
            words.point_name(point.label),
            remark.name,
            _("Reserved opinion") if remark.is_reserved else choice_name(remark.choice, labels=collation.result.labels),
            remark.text,
        )
        for point in collation.points
        for remark in point.remarks
    ]
    return Grid(_("By point"), columns, rows)


def _reception_row(row: Row, zone: str) -> Sequence[Cell]:
    last = row.last
    comment = f"{_('Reserved opinion')}: {row.text}" if row.is_reserved else row.text
    said = (row.position, words.point_name(row.point), row.name, comment)
    if last is None or not row.is_answered:
        return (*said, _("Not answered yet"), "", "", "", None)
    return (*said, words.step_name(last.step), last.words, last.place, last.by, _local(last.at, zone))


def _told(title: str, lines: Iterable[Line]) -> list[Part]:
    """Name those of whom a report speaks, with their words."""
    found = with_words(tuple(lines))
    return [Heading(title), Facts([(line.name, line.text) for line in found])] if found else []


def _local(at: datetime | None, zone: str) -> datetime | None:
    return clock.in_zone(at, zone) if at is not None else None
