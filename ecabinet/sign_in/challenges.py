"""What passkeys are asked to sign: random, kept here, good once and for a few minutes."""

import secrets

from sqlalchemy import delete
from sqlalchemy.orm import Session

from ecabinet import clock
from ecabinet.refusals import Refused
from ecabinet.sign_in import rules
from ecabinet.sign_in.models import PasskeyChallenge, Purpose
from ecabinet.sign_in.rules import Reason


def make(session: Session, purpose: Purpose, session_id: int | None) -> PasskeyChallenge:
    """Make a challenge, for one session where somebody is signed in; those that nobody answered in time go."""
    session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.made_at <= clock.now() - rules.CHALLENGE_LASTS))
    made = PasskeyChallenge(
        purpose=purpose, session_id=session_id, challenge=secrets.token_bytes(32), made_at=clock.now()
    )
    session.add(made)
    session.flush()
    return made


def take(session: Session, purpose: Purpose, session_id: int | None, challenge_id: int) -> bytes | None:
    """Take a challenge out, so that nothing can be answered to it twice; None where it is gone, too old or somebody else's.

    To be committed before the answer is checked: a wrong answer uses it up as well.
    """
    taken = session.execute(
        delete(PasskeyChallenge)
        .where(
            PasskeyChallenge.id == challenge_id,
            PasskeyChallenge.purpose == purpose,
            PasskeyChallenge.session_id.is_not_distinct_from(session_id),
        )
        .returning(PasskeyChallenge.challenge, PasskeyChallenge.made_at)
    ).first()
    if taken is None or taken.made_at <= clock.now() - rules.CHALLENGE_LASTS:
        return None
    challenge: bytes = taken.challenge
    return challenge


def in_time(challenge: bytes | None) -> bytes:
    """Return a challenge that was taken; refuse where there is none any more."""
    if challenge is None:
        raise Refused(Reason.PASSKEY_TOO_LATE)
    return challenge
