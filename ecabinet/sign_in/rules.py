"""Decisions of signing in: how fast one may try, what a password must be, who may replace a lost phone, when a passkey is good."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address
from math import ceil
from urllib.parse import urlsplit

from ecabinet.refusals import N_, Refused

WINDOW = timedelta(minutes=10)  # in which failures are counted
FREE_FOR_ACCOUNT = 5
FREE_FOR_ADDRESS = 30
LONGEST_WAIT = 30  # seconds; a member is slowed down, never locked out
SHORTEST_PASSWORD = 14
LONGEST_PASSWORD = 200
FEWEST_SIGNS = 5  # different ones in a password
REQUEST_LASTS = timedelta(days=1)  # an unconfirmed reset
CODE_LASTS = timedelta(hours=1)  # the code of a confirmed one: the person stands in the room
CHALLENGE_LASTS = timedelta(minutes=5)  # what a passkey is asked to sign
MOST_PASSKEYS = 10


class Reason(StrEnum):
    """Why someone is not let in, or a secret is not accepted."""

    NOT_LET_IN = N_(
        "Account, password and code do not belong together. Check them, wait for the next code, and try again."
    )
    TOO_FAST = N_("There were several wrong tries. Wait %(seconds)s seconds and try again.")
    CODE_WRONG = N_("This code is not right. Enter the six figures your authenticator shows now.")
    CODE_USED = N_("This code was used already. Wait until your authenticator shows the next one.")
    NOT_UNLOCKED = N_("This is neither your password nor a valid code. Try again.")
    OLD_PASSWORD_WRONG = N_("Your present password is not right. Nothing was changed.")
    PASSWORD_SHORT = N_("A password needs at least %(least)s characters. Several words together are easy to remember.")
    PASSWORD_LONG = N_("A password has at most %(most)s characters.")
    PASSWORD_POOR = N_("This password is too easy to guess. Use several words that do not belong together.")
    PASSWORD_SAME = N_("The new password is the same as the present one. Choose another.")
    PASSWORDS_DIFFER = N_("The two new passwords are not the same. Type them again.")
    NOT_FOR_ONESELF = N_("Nobody resets their own phone. Ask two colleagues of the secretariat.")
    SECOND_OFFICIAL = N_("A second official has to confirm this, not the one who asked for it.")
    RESET_IS_OVER = N_("This reset was used already, or too much time has passed. Ask for a new one.")
    RESET_WAITS_ALREADY = N_("A reset for this person waits already. Let a second official confirm it.")
    RESET_CODE_WRONG = N_(
        "Account, password and reset code do not belong together, or the code is older than one hour. Check them, or ask for a new code."
    )
    PASSKEY_NOT_ACCEPTED = N_("This passkey was not accepted. Try again, or use a code instead.")
    PASSKEY_TOO_LATE = N_("Too much time has passed since the passkey was asked for. Try once more.")
    PASSKEY_COPIED = N_(
        "This passkey counts backwards, so it may have been copied. Use a code, remove this passkey from your account, and tell the secretariat."
    )
    PASSKEY_KNOWN = N_("This passkey is in use already. Choose another device or security key.")
    NO_PASSKEY = N_("You have no passkey yet. Add one on the page of your account first.")
    PASSKEYS_ENOUGH = N_("You have %(most)s passkeys already. Remove one that you no longer use first.")
    PASSKEYS_IMPOSSIBLE = N_("Passkeys cannot be used at this address. Use a code instead, and tell the administrator.")


def seconds_to_wait(*, failures: int, free: int, last: datetime | None, now: datetime) -> int:
    """Return how long the next try has to wait: nothing for the first failures, then 2, 4, 8, 16 and at most 30 seconds after the last."""
    if last is None or failures < free:
        return 0
    pause = min(LONGEST_WAIT, 2 ** min(failures - free + 1, 10))
    return max(0, min(LONGEST_WAIT, ceil((last + timedelta(seconds=pause) - now).total_seconds())))


def check_pace(seconds: int) -> None:
    """Refuse a try that comes too early, saying how long to wait."""
    if seconds > 0:
        raise Refused(Reason.TOO_FAST, seconds=seconds)


def check_new_password(password: str, *, account: str, again: str | None = None) -> None:
    """Refuse a password that is too short, too long or easy to guess, or that was not typed twice alike."""
    if len(password) < SHORTEST_PASSWORD:
        raise Refused(Reason.PASSWORD_SHORT, least=SHORTEST_PASSWORD)
    if len(password) > LONGEST_PASSWORD:
        raise Refused(Reason.PASSWORD_LONG, most=LONGEST_PASSWORD)
    if (
        len(set(password)) < FEWEST_SIGNS
        or account.lower() * 2 in password.lower()
        or password.lower() == account.lower()
    ):
        raise Refused(Reason.PASSWORD_POOR)
    if again is not None and again != password:
        raise Refused(Reason.PASSWORDS_DIFFER)


def check_may_request_reset(*, official_id: int | None, person_id: int, waits_already: bool) -> None:
    """Refuse a reset of one's own phone, and a second one beside one that waits."""
    if official_id == person_id:
        raise Refused(Reason.NOT_FOR_ONESELF)
    if waits_already:
        raise Refused(Reason.RESET_WAITS_ALREADY)


def check_may_confirm_reset(
    *, official_id: int | None, requested_by_id: int, person_id: int, requested_at: datetime, now: datetime
) -> None:
    """Refuse a confirmation that is late, or by the one who asked, or by the one it is for."""
    if official_id == person_id:
        raise Refused(Reason.NOT_FOR_ONESELF)
    if official_id == requested_by_id:
        raise Refused(Reason.SECOND_OFFICIAL)
    if requested_at + REQUEST_LASTS <= now:
        raise Refused(Reason.RESET_IS_OVER)


def code_is_good(confirmed_at: datetime | None, now: datetime) -> bool:
    """Say whether the code of a reset may still be used."""
    return confirmed_at is not None and now < confirmed_at + CODE_LASTS


@dataclass(frozen=True)
class RelyingParty:
    """The name under which browsers keep the passkeys of this installation, and the origins that may ask for them."""

    id: str
    origins: tuple[str, ...]
    is_possible: bool


def relying_party(origins: tuple[str, ...]) -> RelyingParty:
    """Return it from the configured origins: the host of the first; browsers want TLS (or localhost) and a name, no IP address."""
    first = urlsplit(origins[0])
    host = first.hostname or ""
    same = tuple(_as_browsers_write(origin) for origin in origins if urlsplit(origin).hostname == host)
    is_local = host == "localhost" or host.endswith(".localhost")
    return RelyingParty(host, same, is_possible=not _is_address(host) and (first.scheme == "https" or is_local))


def _as_browsers_write(origin: str) -> str:
    """Small letters, and no port where it is the usual one."""
    parts = urlsplit(origin)
    port = "" if parts.port in (None, {"https": 443, "http": 80}.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{parts.hostname or ''}{port}"


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return not host
    return True


def check_may_add_passkey(held: int) -> None:
    """Refuse one more where there are enough."""
    if held >= MOST_PASSKEYS:
        raise Refused(Reason.PASSKEYS_ENOUGH, most=MOST_PASSKEYS)


def counts_backwards(*, kept: int, shown: int) -> bool:
    """Say whether a passkey that counts its uses shows no more of them than before: then there are two of it. One that does not count shows 0."""
    return (kept > 0 or shown > 0) and shown <= kept
