"""The vocabulary of a voting rule: what may be said about a body's way of deciding, as frozen values."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

HEADS = "heads"


class Form(StrEnum):
    """Where a question is answered: in a meeting, or by opinion forms with a deadline."""

    MEETING = "meeting"
    WRITTEN = "written"


class Choice(StrEnum):
    """What can be said of one member of the roll when the votes are counted."""

    YES = "yes"
    NO = "no"
    ABSTAIN = "abstain"
    OTHER = "other"
    PRESENT_NOT_VOTING = "present_not_voting"
    ABSENT = "absent"
    RECUSED = "recused"
    SILENT = "silent"


ANSWERS = frozenset({Choice.YES, Choice.NO, Choice.ABSTAIN, Choice.OTHER, Choice.PRESENT_NOT_VOTING})
NO_ANSWER = frozenset({Choice.ABSENT, Choice.SILENT})
SIDES = frozenset({Choice.YES, Choice.NO})


class Base(StrEnum):
    """Of whom a fraction is taken."""

    ALL = "all"
    ENTITLED = "entitled"
    PRESENT = "present"
    CAST = "cast"
    ANSWERED = "answered"


class Leave(StrEnum):
    """What a recused member is taken out of."""

    PRESENT = "present"
    ENTITLED = "entitled"
    QUORUM = "quorum"
    ALL = "all"


class Silence(StrEnum):
    """What no answer means once the deadline of a written procedure has passed."""

    NOT_A_YES = "not_a_yes"
    CONSENT = "consent"
    ABSENT = "absent"
    OBJECTION_STOPS = "objection_stops"


class TieKind(StrEnum):
    """What settles a tie."""

    FAILS = "fails"
    SIDE_OF = "side_of"
    COUNTS_DOUBLE = "counts_double"
    DECIDES = "decides"


class TieWhen(StrEnum):
    """When there is a tie: yes is exactly half of the base, or as many yes as no."""

    YES_IS_HALF_OF_BASE = "yes_is_half_of_base"
    YES_EQUALS_NO = "yes_equals_no"


class Veto(StrEnum):
    """What the no of a member with a veto does: nothing more, end it, or ask for a second vote under a stricter rule."""

    NONE = "none"
    FINAL = "final"
    SUSPENSIVE = "suspensive"


@dataclass(frozen=True)
class FewestOver:
    """A number of blockers: the fewest members who together have more than the fraction of the measure, and `plus`."""

    measure: str
    fraction: Fraction
    plus: int = 0


@dataclass(frozen=True)
class Criterion:
    """So much of the base has to have said yes: more than the fraction where `strict`, else at least it.

    `waiver`: with fewer blockers than this, in heads, the criterion counts as met.
    """

    base: Base
    fraction: Fraction
    strict: bool
    measure: str = HEADS
    waiver: int | FewestOver | None = None


@dataclass(frozen=True)
class Tie:
    """Who or what settles a tie; `role` is empty where a tie simply fails."""

    kind: TieKind = TieKind.FAILS
    role: str = ""


@dataclass(frozen=True)
class Quorum:
    """How many, and who, have to take part; fraction and least number both hold where both are given."""

    fraction: Fraction | None = None
    of: Base = Base.ALL
    strict: bool = False
    at_least: int | None = None
    roles: tuple[str, ...] = ()
    except_roles: tuple[str, ...] = ()
    attending: tuple[str, ...] = ()
    substitutes: bool = False
    represented: bool = False


@dataclass(frozen=True)
class Rule:
    """How a body decides. The defaults are those of a rule that says nothing of the matter."""

    form: Form = Form.MEETING
    criteria: tuple[Criterion, ...] = ()
    min_yes: int = 0
    no_blocks: bool = False
    absence_blocks: bool = False
    must_approve: tuple[str, ...] = ()
    veto: Veto = Veto.NONE
    second_vote: str = ""
    quorum: Quorum | None = None
    tie: Tie = Tie()
    tie_when: TieWhen = TieWhen.YES_IS_HALF_OF_BASE
    double_counts_for_min_yes: bool = True
    abstention_allowed: bool = True
    silence: Silence = Silence.NOT_A_YES
    objections: tuple[Choice, ...] = (Choice.NO,)
    early_close: bool = False
    proxies_per_member: int = 0
    recused_leave: frozenset[Leave] = frozenset({Leave.PRESENT, Leave.ENTITLED, Leave.QUORUM})

    @property
    def is_written(self) -> bool:
        """Whether the question is answered by forms with a deadline."""
        return self.form is Form.WRITTEN

    @property
    def objection_stops(self) -> bool:
        """Whether one objection stops the procedure (written form only)."""
        return self.is_written and self.silence is Silence.OBJECTION_STOPS

    def recused_leaves(self, what: Leave) -> bool:
        """Whether a recused member is taken out of this; leaving all implies leaving the entitled."""
        return what in self.recused_leave or (what is Leave.ENTITLED and Leave.ALL in self.recused_leave)

    def roles(self) -> frozenset[str]:
        """Return the roles of members that this rule names: each needs one holder at most."""
        return frozenset({*self._roles_besides_the_tie(), self.tie.role} - {""})

    @property
    def decider(self) -> str | None:
        """Return the role that only decides ties, so that its yes or no counts in nothing else; None where there is none.

        Fine print: it is named in `tie.decides` and nowhere else in the rule.
        """
        only_decides = self.tie.kind is TieKind.DECIDES and self.tie.role not in self._roles_besides_the_tie()
        return self.tie.role if only_decides else None

    def weights(self) -> tuple[str, ...]:
        """Return the measures besides heads that the criteria and their waivers need, in order."""
        counted = [each.measure for each in self.criteria]
        waiving = [each.waiver.measure for each in self.criteria if isinstance(each.waiver, FewestOver)]
        return tuple(dict.fromkeys(measure for measure in (*counted, *waiving) if measure != HEADS))

    def _roles_besides_the_tie(self) -> frozenset[str]:
        quorum = self.quorum or Quorum()
        return frozenset({*quorum.roles, *quorum.except_roles, *self.must_approve})
