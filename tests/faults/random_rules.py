"""Random rules with everything in them that a rule may say."""

import random
from collections.abc import Sequence
from typing import Any, TypeVar

ROLES = ("chair", "prime_minister", "chancellor")
WEIGHTS = ("population", "shares")
FRACTIONS = ("1/2", "1/2", "1/2", "2/3", "3/5", "3/4", "1/3", "55/100", "65/100", "1/1", "50/100")
CHOICES = ("yes", "no", "abstain", "other")
OBJECTIONS = (*CHOICES, "present_not_voting", "absent", "recused", "silent")
Json = dict[str, Any]
Item = TypeVar("Item")


def some(whim: random.Random, of: Sequence[Item], chance: float) -> list[Item]:
    """Return some of these, each with this chance, in any order."""
    chosen = [each for each in of if whim.random() < chance]
    whim.shuffle(chosen)
    return chosen


def random_rule(whim: random.Random) -> Json:
    """Return a rule as a rulebook may say it."""
    form = whim.choice(["meeting", "meeting", "written"])
    rule = {
        "form": form,
        "criteria": [_criterion(whim, form) for _each in range(whim.choice([1, 1, 1, 1, 1, 2, 3]))],
        "min_yes": whim.choice([0, 0, 0, 1, 2, 3]),
        "no_blocks": whim.random() < 0.06,
        "absence_blocks": whim.random() < 0.06,
        "must_approve": some(whim, ROLES, 0.06),
        "veto": whim.choice(["none", "none", "final", "suspensive"]),
        "quorum": whim.choice([None, None, _quorum(whim)]),
        "tie": whim.choice(
            ["fails", *({kind: whim.choice(ROLES)} for kind in ("side_of", "counts_double", "decides"))]
        ),
        "tie_when": whim.choice(["yes_is_half_of_base", "yes_equals_no"]),
        "double_counts_for_min_yes": whim.random() < 0.5,
        "abstention": whim.choice(["allowed", "allowed", "forbidden"]),
        "silence": whim.choice(["not_a_yes", "consent", "absent", "objection_stops"]),
        "objections": some(whim, OBJECTIONS, 0.2) if whim.random() < 0.5 else ["no"],
        "early_close": whim.random() < 0.4,
        "proxies_per_member": whim.choice([0, 1, 1, 2, 3]),
        "recused_leave": some(whim, ("present", "entitled", "quorum", "all"), 0.5),
    }
    return _without_what_needs_it(whim, rule)


def _without_what_needs_it(whim: random.Random, rule: Json) -> Json:
    """A second vote belongs to a suspensive veto; a rule may do without criteria where something else decides, or with one alone."""
    if rule["veto"] == "suspensive" and whim.random() < 0.5:
        rule["second_vote"] = "test/stricter"
    if rule["min_yes"] and whim.random() < 0.2:
        rule["criteria"] = []
    if whim.random() < 0.4:  # of many conditions one nearly always fails; with one alone the others are seen
        half = {**_criterion(whim, rule["form"]), "fraction": "1/2", "strict": True}
        alone: Json = {"criteria": [half], "min_yes": 0, "no_blocks": False, "absence_blocks": False}
        rule |= {**alone, "must_approve": [], "quorum": None}
    return rule


def _criterion(whim: random.Random, form: str) -> Json:
    base = whim.choice(["all", "entitled", "present", "cast", *(["answered"] if form == "written" else [])])
    return {
        "measure": whim.choice(["heads", "heads", "heads", *WEIGHTS]),
        "base": base,
        "fraction": whim.choice(FRACTIONS),
        "strict": whim.random() < 0.7,
        "waived_if_blockers_below": _waiver(whim) if base in ("all", "entitled") else None,
    }


def _waiver(whim: random.Random) -> Any:
    measure = whim.choice(["heads", *WEIGHTS])
    over = {"measure": measure, "fraction": whim.choice(["35/100", "1/3", "1/2", "1/1"])}
    return whim.choice([None, None, None, whim.randrange(5), {"fewest_over": over, "plus": whim.randrange(3)}])


def _quorum(whim: random.Random) -> Json:
    fraction: Json = {"fraction": whim.choice(FRACTIONS)}
    at_least: Json = {"at_least": whim.randrange(6)}
    return {
        **whim.choice([fraction, at_least, {**fraction, **at_least}]),
        "of": whim.choice(["all", "entitled"]),
        "strict": whim.random() < 0.3,
        "roles": some(whim, ROLES, 0.1),
        "except_roles": some(whim, ROLES, 0.15),
        "attending": some(whim, ["state_secretary", "clerk"], 0.05),
        "substitutes": whim.random() < 0.4,
        "represented": whim.random() < 0.4,
    }
