"""`python -m voting.proof.starting`: what has to be true before ballots are taken, and what every process that takes them uses.

The signing key is there, and no box knows less than what was signed of it: a database that was set back, or is not the one that belongs
to this installation, is noticed before anybody votes on it.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import inspect, select

from ecabinet import database, signing
from ecabinet.config import Config, or_end
from ecabinet.database import reading
from ecabinet.signing import NoKey, Signer
from voting.models import Box, Checkpoint, Question
from voting.proof import checkpoints, receipts, time_stamps
from voting.proof.tree import Tree

LOST_KEY = (
    "The signing key {file} is missing, although votes were signed with it. Put it back from your copy; without it no "
    "vote can be held."
)
OTHER_KEY = (
    "The signing key {file} is another one than that with which the votes in this database were signed. Put the right "
    "one back from your copy."
)
SPOILT = "The checkpoint in {file} cannot be read, or was not signed by this installation."
SHORTER = "Of the question no. {question} (“{text}”) {size} entries were signed, and the database holds {length}."
ABSENT = "The question no. {question}, of which {size} entries were signed, is not in the database at all."
REWRITTEN = (
    "The first {size} entries of the question no. {question} (“{text}”) are others than those that were signed; the "
    "database holds {length}."
)
NO_ROOTS = "The certificates in {file} (ECABINET_TIME_STAMP_ROOTS) cannot be read: {error}"
WAY_OUT = (
    "The database is older than what was signed, or was changed. Restore the newest backup; where a gap is deliberate, "
    "two officials accept it with ./run accept-gap"
)


class CannotStart(Exception):  # noqa: N818 - an answer to the operator, not an error
    """Votes cannot be held; the sentences say why, and what to do."""


@dataclass(frozen=True)
class Gap:
    """A checkpoint that was signed and that the database does not continue."""

    file: Path
    question_id: int | None
    sentence: str


def start(config: Config) -> None:
    """Use the key and the folder of this installation; raise `CannotStart` where the database is behind what was signed."""
    use(config)
    found = gaps(config)
    if found:
        raise CannotStart("\n".join([*(gap.sentence for gap in found), WAY_OUT]))


def use(config: Config) -> None:
    """Use the key of this installation, which is made where nothing was signed yet; raise `CannotStart` where it is lost or another."""
    newest = _newest_note()
    try:
        if newest is not None and not signing.key_file(config).exists():
            raise CannotStart(LOST_KEY.format(file=signing.key_file(config)))
        signer = signing.make(config)
    except NoKey as reason:
        raise CannotStart(str(reason)) from None
    if newest is not None and signing.text_of_note(newest, signer.name, signer.public_key) is None:
        raise CannotStart(OTHER_KEY.format(file=signing.key_file(config)))
    signing.use(signer)
    checkpoints.use(config.checkpoints)
    try:
        time_stamps.use(config)
    except (OSError, ValueError) as error:
        raise CannotStart(NO_ROOTS.format(file=config.time_stamp_roots, error=error)) from None


def gaps(config: Config) -> list[Gap]:
    """Return every checkpoint outside the database that the database does not continue.

    The files are read before the database, which may grow meanwhile and never shrinks.
    """
    signer = signing.load(config)
    written = {file: file.read_text("utf-8") for file in sorted(config.checkpoints.glob("[!.]*.txt"))}
    found = (_gap(file, note, signer) for file, note in written.items() if note)
    return [gap for gap in found if gap is not None]


def _gap(file: Path, note: str, signer: Signer) -> Gap | None:
    signed = checkpoints.read(note, signer.name, signer.public_key)
    if signed is None or file.stem != str(signed.question_id):
        return Gap(file, None, SPOILT.format(file=file))
    with reading() as session:
        leaves = receipts.leaves(session, signed.question_id, signed.size)
        length = session.scalar(select(Box.length).where(Box.question_id == signed.question_id)) or 0
        text = session.scalar(select(Question.text).where(Question.id == signed.question_id))
    told = {"question": signed.question_id, "text": text, "size": signed.size, "length": length}
    sentence = ""
    if text is None:
        sentence = ABSENT
    elif min(length, len(leaves)) < signed.size:
        sentence = SHORTER
    elif Tree(leaves).root() != signed.root:
        sentence = REWRITTEN
    return Gap(file, signed.question_id, sentence.format(**told)) if sentence else None


def _newest_note() -> str | None:
    """The checkpoint that was signed last; none in a database without tables."""
    if not inspect(database.current().engine).has_table(Checkpoint.__tablename__):
        return None
    with reading() as session:
        return session.scalar(select(Checkpoint.note).order_by(Checkpoint.id.desc()).limit(1))


def main() -> None:
    """Say whether votes can be held with this installation; end with the sentences where they cannot."""
    config = or_end()
    database.connect(config.database_url)
    try:
        start(config)
    except CannotStart as reason:
        sys.exit(str(reason))


if __name__ == "__main__":
    main()
