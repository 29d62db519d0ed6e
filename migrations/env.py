"""Run the migrations against the database of the configuration."""

import sys
from typing import Literal

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

import agenda_docs.advice.models
import agenda_docs.models
import ecabinet.audit
import ecabinet.jobs
import ecabinet.news
import ecabinet.notices.models
import ecabinet.organisation.models
import ecabinet.sign_in.models
import meetings.models
import outcomes.models
import voting.blocks.models
import voting.models
import voting.opinions.collation.models
import voting.opinions.drafts.models
import voting.opinions.models
import voting.opinions.reception.models
import voting.positions.models
from ecabinet.config import or_end
from ecabinet.database import Base, Database, Instant

# Importing these makes their tables known to the metadata.
MODELS = (
    agenda_docs.advice.models,
    agenda_docs.models,
    ecabinet.audit,
    ecabinet.jobs,
    ecabinet.news,
    ecabinet.notices.models,
    ecabinet.organisation.models,
    ecabinet.sign_in.models,
    meetings.models,
    outcomes.models,
    voting.blocks.models,
    voting.models,
    voting.positions.models,
    voting.opinions.collation.models,
    voting.opinions.reception.models,
    voting.opinions.drafts.models,
    voting.opinions.models,
)


def run() -> None:
    """Bring the database to the newest migration."""
    url = context.config.attributes.get("url")
    if url is None:
        url = or_end().database_url
    database = Database(url)
    with _connected(database) as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            compare_type=True,
            include_object=_is_ours,
            render_item=_render,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    database.close()


def _connected(database: Database) -> Connection:
    """Connect; a database that is away, or refuses us, is one sentence."""
    try:
        return database.engine.connect()
    except OperationalError as error:
        sys.exit(f"The database cannot be reached: {' '.join(str(error.orig).split())}")


def _is_ours(_object: object, name: str | None, kind: str, _reflected: bool, _compared: object) -> bool:  # noqa: FBT001 - alembic's signature
    """The full-text tables of SQLite are made by hand in a migration and belong to no model."""
    return not (kind == "table" and name is not None and name.startswith("search_index"))


def _render(kind: str, thing: object, _context: object) -> str | Literal[False]:
    """A migration stands alone: it names the column's type, not our class."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(thing, Instant) else False


run()
