"""What roles, fractions, measures and bases are called, in sentences under results and in rules read aloud."""

from collections.abc import Callable, Iterable
from fractions import Fraction

from ecabinet.refusals import N_
from voting.engine.rule import Base

Translate = Callable[[str], str]

HUNDRED = 100
ROLES = {
    "prime_minister": N_("the Prime Minister"),
    "chair": N_("the chair"),
    "state_secretary": N_("the State Secretary"),
    "chancellor": N_("the Chancellor"),
    "minister_of_finance": N_("the Minister of Finance"),
    "minister_of_justice": N_("the Minister of Justice"),
    "minister_of_the_interior": N_("the Minister of the Interior"),
    "permanent_member": N_("a permanent member"),
}
FRACTIONS = {
    "1/2": N_("half"),
    "1/3": N_("one third"),
    "2/3": N_("two thirds"),
    "3/4": N_("three quarters"),
    "3/5": N_("three fifths"),
}
PERCENT = N_("%(number)s %%")
MEASURES = {"population": N_("population"), "cantons": N_("votes of the cantons"), "people": N_("votes of the people")}
BASES = {
    Base.ALL: N_("all %(amount)s"),
    Base.ENTITLED: N_("the %(amount)s entitled to vote"),
    Base.PRESENT: N_("the %(amount)s present"),
    Base.CAST: N_("the %(amount)s who approved or rejected"),
    Base.ANSWERED: N_("the %(amount)s who answered"),
}
WEIGHED_BASES = {
    Base.ALL: N_("the %(measure)s"),
    Base.ENTITLED: N_("the %(measure)s of those entitled to vote"),
    Base.PRESENT: N_("the %(measure)s of those present"),
    Base.CAST: N_("the %(measure)s of those who approved or rejected"),
    Base.ANSWERED: N_("the %(measure)s of those who answered"),
}


def role_name(role: str, translate: Translate) -> str:
    """Name the holder of a role; a role without words of its own shows its own name."""
    return translate(ROLES[role]) if role in ROLES else role.replace("_", " ")


def role_names(roles: Iterable[str], translate: Translate) -> str:
    """Name the holders of several roles."""
    return ", ".join(role_name(role, translate) for role in roles)


def measure_name(measure: str, translate: Translate) -> str:
    """Name a measure; one without words of its own shows its own name."""
    return translate(MEASURES[measure]) if measure in MEASURES else measure.replace("_", " ")


def fraction_name(fraction: str, translate: Translate) -> str:
    """Name a fraction: in words where it has some, in per cent where that is exact, else as it is written."""
    exact = Fraction(fraction)
    plain = f"{exact.numerator}/{exact.denominator}"
    if plain in FRACTIONS:
        return translate(FRACTIONS[plain])
    if HUNDRED % exact.denominator == 0:
        return translate(PERCENT) % {"number": exact * HUNDRED}
    return plain
