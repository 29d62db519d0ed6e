"""The counting sheet: what is counted of each member of the roll, or of so many heads where only their numbers are known."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from voting.engine.rule import SIDES, Choice, Rule, Silence
from voting.engine.vote import Counts, Vote


@dataclass(frozen=True)
class Line:
    """One member, or so many heads alike.

    `given`: the choice as given and classified. `counting`: the choice in figures and bases, after silence, and without the yes or no
    of a role that decides.
    """

    given: Choice
    counting: Choice
    heads: int = 1
    member: str = ""
    weights: Mapping[str, Fraction] = field(default_factory=dict)
    represented: bool = False
    substituted: bool = False


@dataclass(frozen=True)
class Sheet:
    """A vote written down for counting: its lines, and the lines of those who hold roles; a vacant role has none."""

    vote: Vote
    rule: Rule
    lines: tuple[Line, ...]
    holders: Mapping[str, Line]

    def heads(self, counted: Callable[[Line], bool]) -> int:
        """Count heads of the lines that are counted."""
        return sum(line.heads for line in self.lines if counted(line))

    @property
    def given_present(self) -> int | None:
        """The number of those present where it was handed in; it is taken as it stands."""
        return None if self.vote.counts is None else self.vote.counts.present

    def side_of(self, role: str) -> Choice | None:
        """Return the explicit yes or no of the role's holder; silence never takes a side."""
        holder = self.holders.get(role)
        return holder.given if holder is not None and holder.given in SIDES else None

    def vetoes(self) -> tuple[str, ...]:
        """Return who vetoed: holders of a veto whose choice, as classified, is no; beside counts the names as given."""
        if self.vote.counts is not None:
            return self.vote.counts.vetoes
        holders = self.vote.veto_holders
        return tuple(line.member for line in self.lines if line.member in holders and line.given is Choice.NO)


def sheet_of(vote: Vote, rule: Rule) -> Sheet:
    """Write a vote down for counting, with silence as it stands: nobody's before the deadline."""
    return _of_counts(vote, vote.counts, rule) if vote.counts is not None else _of_members(vote, rule)


def is_set_aside(line: Line) -> bool:
    """Say whether the line's yes or no counts only in a tie."""
    return line.counting is Choice.PRESENT_NOT_VOTING and line.given is not line.counting


def _of_members(vote: Vote, rule: Rule) -> Sheet:
    decider = vote.holder_of(rule.decider)
    lines = {member: _of_member(vote, rule, member, decides=member == decider) for member in vote.members}
    holders = {role: lines.get(member) or _off_the_roll(vote, rule, member) for role, member in _held(vote).items()}
    return Sheet(vote, rule, tuple(lines.values()), holders)


def _of_member(vote: Vote, rule: Rule, member: str, *, decides: bool) -> Line:
    given = _given(vote, rule, member)
    return Line(
        given=given,
        counting=_counting(given, vote, rule, decides=decides),
        member=member,
        weights=vote.weights.get(member, {}),
        represented=member in vote.proxies and given is not Choice.RECUSED,
        substituted=member in vote.substitutes,
    )


def _off_the_roll(vote: Vote, rule: Rule, member: str) -> Line:
    """Fine print: a role that only decides may be off the roll, and still stand in the ballots."""
    given = _given(vote, rule, member)
    return Line(given=given, counting=given, heads=0, member=member)


def _given(vote: Vote, rule: Rule, member: str) -> Choice:
    """Return a choice before silence: classified, and absent (in writing silent) where there is none.

    An explicit `silent` in a meeting is `absent`; an explicit `absent` in writing stays, so that silence does not touch it.
    """
    unanswered = Choice.SILENT if rule.is_written else Choice.ABSENT
    choice = vote.ballots.get(member, unanswered)
    if choice is Choice.OTHER:
        return vote.classified.get(member, Choice.OTHER)
    return unanswered if choice is Choice.SILENT else choice


def _counting(given: Choice, vote: Vote, rule: Rule, *, decides: bool) -> Choice:
    """Apply silence, to every member alike and only after the deadline; then set aside the yes or no of who only decides."""
    consents = rule.is_written and rule.silence is Silence.CONSENT and vote.deadline_passed
    counting = Choice.YES if consents and given is Choice.SILENT else given
    return Choice.PRESENT_NOT_VOTING if decides and counting in SIDES else counting


def _held(vote: Vote) -> dict[str, str]:
    return {role: member for role, member in vote.roles.items() if member is not None}


def _of_counts(vote: Vote, counts: Counts, rule: Rule) -> Sheet:
    """Write counts down: what is missing to the size is absent, in writing silent."""
    unanswered = Choice.SILENT if rule.is_written else Choice.ABSENT
    size = len(vote.members) if vote.size is None else vote.size
    heads: Counter[Choice] = Counter(counts.heads)
    del heads[Choice.SILENT]  # they are among those who gave no answer
    heads[unanswered] += size - sum(heads.values())
    lines = [Line(choice, _counting(choice, vote, rule, decides=False), heads[choice]) for choice in Choice]
    sheet = Sheet(vote, rule, tuple(line for line in lines if line.heads), _holders_in_counts(vote, counts, rule))
    return _with_decider(sheet)


def _holders_in_counts(vote: Vote, counts: Counts, rule: Rule) -> dict[str, Line]:
    """Fine print: a holder without a role ballot is absent, and two roles are two members. A role said to be vacant is vacant."""
    held = [*_held(vote), *(role for role in counts.role_ballots if role not in vote.roles)]
    choices = {role: counts.role_ballots.get(role, Choice.ABSENT) for role in held}
    return {
        role: Line(choice, _counting(choice, vote, rule, decides=role == rule.decider))
        for role, choice in choices.items()
    }


def _with_decider(sheet: Sheet) -> Sheet:
    """Move one head of who only decides from yes or no to those present and not voting, unless they are off the roll."""
    decider = sheet.holders.get(sheet.rule.decider or "")
    if decider is None or not is_set_aside(decider) or not _may_be_on_roll(sheet):
        return sheet
    full = next((line for line in sheet.lines if line.given is decider.given), None)
    if full is None:
        return sheet
    others = [replace(line, heads=line.heads - 1) if line is full else line for line in sheet.lines]
    return replace(sheet, lines=(*(line for line in others if line.heads), decider))


def _may_be_on_roll(sheet: Sheet) -> bool:
    """Say whether the role that decides is held by a member; with a mere size names are not checked, and it is."""
    vote = sheet.vote
    holder = vote.holder_of(sheet.rule.decider)
    return vote.size is not None or holder is None or holder in vote.members
