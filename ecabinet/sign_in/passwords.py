"""What a person knows and has: passwords as Argon2id, codes of an authenticator as RFC 6238, one-time codes on paper."""

import hashlib
import hmac
import os
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from threading import BoundedSemaphore
from typing import ParamSpec, TypeVar
from unicodedata import normalize

import gevent
import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from gevent import monkey

from ecabinet import forms
from ecabinet.refusals import Refused

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

ISSUER = "e-Cabinet"
FIGURES = 6
MOST_READ = 1000
STEP = 30  # seconds a code is shown
WINDOW = (0, -1, 1)  # clocks may differ by one step
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without I, O, 0 and 1, which are read wrongly from paper

_hasher = PasswordHasher(time_cost=4, memory_cost=64 * 1024, parallelism=2)
_at_once = BoundedSemaphore(
    max(1, (os.cpu_count() or 1) // 4)
)  # each takes 64 MiB and two processors; votes go on beside it
# Checked where there is no such person, so that the answer takes as long; nobody knows a password for it.
NOBODYS_HASH = "$argon2id$v=19$m=65536,t=4,p=2$0k0V98MwgwbMp5GKj9R81Q$0KhviThfpCPNy4jHS0gK7XVWBESpiKYW6+sjf/Xbjgo"


def off_the_hub(work: Callable[Given, Answer], *given: Given.args, **named: Given.kwargs) -> Answer:
    """Do heavy work in a real thread where greenlets share this one; the sockets of everybody else go on meanwhile."""
    with _at_once:
        if not monkey.is_module_patched("threading"):
            return work(*given, **named)
        answer: Answer = gevent.get_hub().threadpool.apply(work, given, named)
        return answer


def typed(form: Mapping[str, str], name: str, field: str) -> str:
    """Return a password exactly as typed; refuse an empty one, and one so long that it only costs time."""
    given = form.get(name)
    if not isinstance(given, str) or not given:
        raise Refused(forms.Reason.MISSING, field=field)
    if len(given) > MOST_READ:
        raise Refused(forms.Reason.TOO_LONG, field=field, most=MOST_READ)
    return given


def looks_like_code(given: str) -> bool:
    """Say whether this can only be an authenticator's code: six figures, which no password is."""
    plain = "".join(given.split())
    return len(plain) == FIGURES and plain.isdigit()


def hash_of(password: str) -> str:
    """Return what is stored of a password."""
    return off_the_hub(_hasher.hash, _as_bytes(password))


def matches(password_hash: str, password: str) -> bool:
    """Say whether this is the password; takes a tenth of a second and more."""
    return off_the_hub(_verified, password_hash, _as_bytes(password))


def _verified(password_hash: str, password: bytes) -> bool:
    """Answer within the thread: what is raised there, gevent writes to the log with all it came through."""
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _as_bytes(password: str) -> bytes:
    """The same letters typed on two keyboards are one password."""
    return normalize("NFC", password).encode("utf-8", "replace")


def new_secret() -> str:
    """Return a new secret for an authenticator."""
    return pyotp.random_base32()


def provisioning_address(secret: str, account: str) -> str:
    """Return the otpauth address that an authenticator reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=ISSUER)


def step_shown(secret: str, code: str, at: datetime) -> int | None:
    """Return the half minute to which this code belongs, one before and one after counted in; None where the code is wrong."""
    totp = pyotp.TOTP(secret)
    now = int(at.timestamp()) // STEP
    typed = "".join(code.split()).encode("utf-8", "replace")
    found = [now + offset for offset in WINDOW if hmac.compare_digest(totp.generate_otp(now + offset).encode(), typed)]
    return found[0] if found else None


def new_paper_code() -> str:
    """Return a one-time code to print, 60 bits in three groups."""
    signs = "".join(secrets.choice(ALPHABET) for _ in range(12))
    return "-".join(signs[start : start + 4] for start in range(0, 12, 4))


def hash_of_paper_code(code: str) -> str:
    """Return what is stored of a one-time code; how it was grouped and whether in capitals does not matter."""
    plain = "".join(sign for sign in code.upper() if sign in ALPHABET)
    return hashlib.sha256(plain.encode()).hexdigest()
