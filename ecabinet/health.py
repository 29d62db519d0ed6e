"""Whether the server is well: asked often, by programs, so it does as little as it can."""

from http import HTTPStatus

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from ecabinet.database import reading
from ecabinet.gate import PUBLIC, requires

bp = Blueprint("health", __name__)
BLUEPRINTS = (bp,)


@bp.get("/health")
@requires(PUBLIC)
def health() -> ResponseReturnValue:
    """Answer that the database answers, or that it does not."""
    try:
        with reading() as session:
            session.execute(select(1))
    except SQLAlchemyError:
        return {"database": "away"}, HTTPStatus.SERVICE_UNAVAILABLE
    return {"database": "ok"}
