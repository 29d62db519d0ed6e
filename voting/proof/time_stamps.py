"""Time-stamps (RFC 3161): an authority of others says that the last checkpoint of a closed box existed at an instant.

The result is final without it. Where no authority answers, the job asks again every hour.
"""

import logging
import urllib.request
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPException
from pathlib import Path

from cryptography.x509 import Certificate, load_pem_x509_certificates
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from ecabinet import clock, jobs
from ecabinet.config import Config
from ecabinet.database import reading, transaction
from ecabinet.jobs import Job, JobState
from voting.models import Checkpoint, TimeStamp

logger = logging.getLogger(__name__)

JOB = "voting.stamp"
AGAIN = timedelta(hours=1)
SECONDS_TO_ANSWER = 20
LARGEST_ANSWER = 256 * 1024


class NotStamped(Exception):  # noqa: N818 - it is asked again later
    """The authority did not answer, or its answer does not hold."""


@dataclass(frozen=True)
class Authority:
    """Who is asked, and the roots that its certificate has to lead to."""

    url: str
    roots: tuple[Certificate, ...]


@dataclass(frozen=True)
class Stamped:
    """Where the time-stamp of a box stands: since when it is proven to have existed, or that the answer is awaited."""

    at: datetime | None


_authority: Authority | None = None


def use(config: Config) -> None:
    """Ask the authority of this installation from now on, if it has one; raise `OSError` or `ValueError` where its roots cannot be read."""
    global _authority  # noqa: PLW0603 - one process has one installation
    _authority = None
    if config.time_stamp_url and config.time_stamp_roots:
        roots = load_pem_x509_certificates(Path(config.time_stamp_roots).read_bytes())
        _authority = Authority(config.time_stamp_url, tuple(roots))


def ask(session: Session, question_id: int) -> None:
    """Have the last checkpoint of a box stamped once this has committed; nothing where no authority is configured."""
    if _authority is not None:
        jobs.ask_for(session, JOB, key=key_of(question_id), question_id=question_id)


def stamp(question_id: int) -> None:
    """Have the last checkpoint of a box stamped and keep the answer; where that fails, ask again in an hour."""
    if _authority is None:
        return
    with reading() as session:
        newest = select(Checkpoint).where(Checkpoint.question_id == question_id).order_by(Checkpoint.size.desc())
        checkpoint = session.scalars(newest.limit(1)).one()
    try:
        answer, at = stamped(_authority, checkpoint.note.encode())
    except NotStamped as reason:
        logger.warning("question %s has no time-stamp yet: %s", question_id, reason)
        with transaction() as session:
            jobs.ask_for(session, JOB, due_at=clock.now() + AGAIN, key=key_of(question_id), question_id=question_id)
        return
    with transaction() as session:
        if session.scalar(select(TimeStamp.id).where(TimeStamp.question_id == question_id)) is None:
            session.add(TimeStamp(question_id=question_id, size=checkpoint.size, at=at, answer=answer))


def stamped(authority: Authority, message: bytes) -> tuple[bytes, datetime]:
    """Ask an authority to stamp a message; return its answer and the instant in it, checked; raise `NotStamped` otherwise."""
    request = TimestampRequestBuilder().data(message).hash_algorithm(HashAlgorithm.SHA256).build()
    answer = _send(authority.url, request.as_bytes())
    verifier = VerifierBuilder.from_request(request)
    for root in authority.roots:
        verifier = verifier.add_root_certificate(root)
    try:
        decoded: TimeStampResponse = decode_timestamp_response(answer)
        verifier.build().verify_message(decoded, message)
        return answer, decoded.tst_info.gen_time
    except (VerificationError, ValueError) as error:
        raise NotStamped(str(error)) from error


def of_question(session: Session, question_id: int) -> Stamped | None:
    """Return where the time-stamp of a box stands; None where none was asked for."""
    at = session.scalar(select(TimeStamp.at).where(TimeStamp.question_id == question_id))
    if at is not None:
        return Stamped(at)
    waits = select(Job.id).where(Job.key == key_of(question_id), Job.state.in_((JobState.WAITING, JobState.RUNNING)))
    return Stamped(None) if session.scalar(waits) is not None else None


def answer_of(session: Session, question_id: int) -> bytes | None:
    """Return what the authority answered about a box, as it goes into the archive."""
    return session.scalar(select(TimeStamp.answer).where(TimeStamp.question_id == question_id))


def key_of(question_id: int) -> str:
    """Return the key of the job, so that it is asked for once."""
    return f"stamp:{question_id}"


def _send(url: str, query: bytes) -> bytes:
    request = urllib.request.Request(  # noqa: S310 - the configuration admits http:// and https:// alone
        url, data=query, headers={"Content-Type": "application/timestamp-query"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS_TO_ANSWER) as answer:  # noqa: S310 - the same
            read: bytes = answer.read(LARGEST_ANSWER)
            return read
    except (OSError, HTTPException) as error:
        raise NotStamped(str(error)) from error
