"""Why a roll, a rule or a vote is refused: each a sentence that names what is wrong."""

from enum import StrEnum

from ecabinet.refusals import N_


class Reason(StrEnum):
    """Why a roll or a vote cannot be decided as it was handed in."""

    NOT_ON_ROLL = N_("“%(name)s” is not on the roll of this question. Only those on the roll can be counted.")
    TWICE_ON_ROLL = N_("“%(name)s” stands on the roll twice. Remove one entry.")
    ROLE_HELD_TWICE = N_(
        "Two members hold the role “%(role)s”, which the rule needs to be one person's. Correct the roles first."
    )
    WEIGHT_MISSING = N_("“%(name)s” has no weight “%(measure)s”, which the rule counts. Enter it first.")
    NOT_A_WEIGHT = N_(
        "The weight “%(measure)s” of “%(name)s” is not a decimal number. Write digits, and a point before the decimals."
    )
    WEIGHT_ONLY_TALLIED = N_(
        "The rule counts “%(measure)s”, which cannot be counted from numbers of heads. Enter what was counted elsewhere."
    )
    TALLY_HAS_NO_BASE = N_(
        "The figures of “%(measure)s” were counted elsewhere, and the base “%(base)s” cannot be taken from them."
    )
    HEADS_TALLIED = N_("Heads are counted from the ballots. Remove “%(measure)s” from what was counted elsewhere.")
    PROXY_TO_ONESELF = N_("“%(name)s” cannot hold a proxy of their own. Name another member.")
    PROXIES_TOO_MANY = N_("“%(name)s” holds more proxies than the rule allows: %(most)s. Name another member.")
    PROXY_HOLDER_REPRESENTED = N_(
        "“%(name)s” holds a proxy and has given one away as well. Only who takes part can cast for another."
    )
    PROXY_HOLDER_RECUSED = N_("“%(name)s” is recused and cannot cast for another member. Name another member.")
    PROXY_HOLDER_WITHOUT_BALLOT = N_("“%(name)s” holds a proxy and has no ballot of their own.")
    REPRESENTED_WITHOUT_BALLOT = N_("“%(name)s” is represented by another member, but there is no ballot for them.")
    ABSTENTION_FORBIDDEN = N_("The rule of this question does not allow abstention. Choose another answer.")
    DEADLINE_NOT_SAID = N_("A written procedure needs to know whether its deadline has passed.")
    NOT_A_CLASS = N_("Another opinion can be counted as approval, as rejection or as neither.")
    SIZE_WITHOUT_COUNTS = N_("Where the roll is a mere number, the numbers of heads by answer have to be given.")
    BESIDE_COUNTS = N_("“%(key)s” cannot stand beside numbers of heads, which do not say who voted how.")
    WITHOUT_COUNTS = N_("“%(key)s” can stand beside numbers of heads only.")
    MORE_THAN_SIZE = N_("“%(key)s” makes %(count)s heads, and the roll has %(size)s. Correct the numbers.")
    NOT_JSON = N_("The line is not one JSON object in UTF-8.")
    NOT_WHOLE = N_("The number %(number)s has a point or an exponent. Write whole numbers, and decimals as texts.")
    KEY_TWICE = N_("The entry “%(key)s” stands twice in the same place. Remove one.")
