"""Decimal numbers as texts, read and written exactly; nothing is ever rounded."""

import re
from fractions import Fraction

# Far more digits than any population has; a text without end is no number.
DECIMAL = re.compile(r"[0-9]{1,40}(\.[0-9]{1,40})?")
TEN_HAS = (2, 5)


def decimal_of(text: str) -> Fraction | None:
    """Read a decimal text such as `12.5`; None where it is not one."""
    return Fraction(text) if DECIMAL.fullmatch(text) else None


def decimal_text(amount: Fraction) -> str:
    """Write an amount without an exponent and without zeros at the end; one that has no decimal text as `a/b`."""
    places = 0
    while (amount * 10**places).denominator > 1:
        if not _ends(amount.denominator):
            return fraction_text(amount)
        places += 1
    digits = str((amount * 10**places).numerator).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}" if places else digits


def fraction_text(fraction: Fraction) -> str:
    """Write a fraction as `a/b`, in lowest terms."""
    return f"{fraction.numerator}/{fraction.denominator}"


def _ends(denominator: int) -> bool:
    """Say whether a fraction with this denominator has a decimal text that ends."""
    for prime in TEN_HAS:
        while denominator % prime == 0:
            denominator //= prime
    return denominator == 1
