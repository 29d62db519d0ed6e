"""Random rolls: who is entitled, with roles, weights, proxies and vetoes."""

import random
from collections import Counter

from tests.faults.random_rules import ROLES, WEIGHTS, some
from voting.engine.rule import Rule
from voting.engine.vote import RollMember


def random_roll(whim: random.Random, rule: Rule) -> list[RollMember]:
    """Return a roll on which this rule can decide."""
    members = [
        str(each) for each in whim.sample(range(1, 120), whim.choice([1, 2, 2, 3, 4, 4, 5, 6, 6, 8, 10, 13, 20]))
    ]
    holder = {role: whim.choice([None, *members]) for role in ROLES}
    recused = set(some(whim, members, whim.choice([0, 0.1, 0.3])))
    proxies = _proxies(whim, members, recused, rule.proxies_per_member)
    return [
        RollMember(
            member,
            f"Thành viên {member}",
            (*(role for role in ROLES if holder[role] == member), *some(whim, ["minister"], 0.5)),
            recused=member in recused,
            substituted=whim.random() < 0.15,
            weights={measure: _weight(whim) for measure in WEIGHTS},
            proxy=proxies.get(member),
            veto=whim.random() < 0.15,
        )
        for member in members
    ]


def _proxies(whim: random.Random, members: list[str], recused: set[str], most: int) -> dict[str, str]:
    given: dict[str, str] = {}
    for member in some(whim, members, 0.3):
        held = Counter(given.values())
        able = [
            each
            for each in members
            if each != member and each not in given and each not in recused and held[each] < most
        ]
        if able and not held[member]:
            given[member] = whim.choice(able)
    return given


def _weight(whim: random.Random) -> str:
    return whim.choice(["0", "1", "2", "3", "10", "83.20", "0.5", "0.125", "7.000", "12345678901234567890.01", "33.3"])
