"""`python -m voting.proof.accept_gap`: the way out where a database is older than what was signed, and that is meant.

After a restore of an older backup the votes since then are gone, and the application does not start. Two officials say so by name, with
the reason; that is kept in the audit log, and the signed checkpoints are moved aside as evidence of what is missing.
"""

import argparse
import sys
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import select

from ecabinet import audit, clock, database
from ecabinet.audit import Tag
from ecabinet.config import Config, or_end
from ecabinet.database import transaction
from voting.models import Question
from voting.proof import starting
from voting.proof.starting import CannotStart, Gap

NO_GAP = "The database continues everything that was signed. There is nothing to accept."
TWO_PEOPLE = "Two different officials have to accept this, and a reason has to be given. Nothing was changed."
KEPT = (
    "Accepted, and kept in the audit log. The signed checkpoints lie in {folder}: keep them, they show what is missing."
)
MOST = 200

Ask = Callable[[str], str]


def accept(config: Config, found: Sequence[Gap], officials: tuple[str, str], reason: str) -> Path:
    """Keep who accepted these gaps and why, move their checkpoints aside, and return the folder where they lie now."""
    now = clock.now()
    aside = config.checkpoints / f"accepted-{now:%Y%m%dT%H%M%SZ}"
    aside.mkdir(mode=0o700)
    with transaction() as session:
        rows: list[dict[str, object]] = [
            {
                "at": now,
                "person_id": None,
                "session_id": None,
                "tag": Tag.GAP_ACCEPTED.value,
                "body_id": session.scalar(select(Question.body_id).where(Question.id == gap.question_id)),
                "subject_kind": Question.__tablename__,
                "subject_id": gap.question_id or 0,
                "details": {
                    "officials": list(officials),
                    "reason": reason,
                    "gap": gap.sentence,
                    "checkpoint": gap.file.read_text("utf-8", errors="replace"),
                },
            }
            for gap in found
        ]
        audit.record_many(session, rows)
    for gap in found:
        gap.file.replace(aside / gap.file.name)
    return aside


def main(arguments: Sequence[str], ask: Ask = input) -> None:
    """Show what is missing, ask who accepts it and why, and do it."""
    given = _parser().parse_args(arguments)
    config = or_end()
    database.connect(config.database_url)
    try:
        starting.use(config)
    except CannotStart as fault:
        sys.exit(str(fault))
    found = starting.gaps(config)
    if not found:
        sys.exit(NO_GAP)
    print(*(gap.sentence for gap in found), sep="\n")
    try:
        first = _plain(given.first or ask("First official: "))
        second = _plain(given.second or ask("Second official: "))
        reason = _plain(given.reason or ask("Reason: "))
    except EOFError:
        sys.exit("Nobody answers here: say everything as options, see ./run accept-gap --help")
    if not (first and second and reason) or first.casefold() == second.casefold():
        sys.exit(TWO_PEOPLE)
    print(KEPT.format(folder=accept(config, found, (first, second), reason)))


def _plain(said: str) -> str:
    """Return what was said without what cannot be seen, so that one name written in two ways is one name."""
    return " ".join(unicodedata.normalize("NFKC", said).split())[:MOST]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./run accept-gap", description=__doc__)
    parser.add_argument("--first", default="", help="name of the first official")
    parser.add_argument("--second", default="", help="name of the second official")
    parser.add_argument("--reason", default="", help="why the database is older than what was signed")
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])
