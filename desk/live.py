"""Who may follow the desk on a socket: everybody their own notices."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from ecabinet.access import Actor
from ecabinet.refusals import Forbidden
from ecabinet.sockets import Following


def follow(_session: Session, actor: Actor | None, _cookies: Mapping[str, str], _page_id: int) -> Following:
    """Follow what concerns oneself."""
    if actor is None:
        raise Forbidden
    return Following(f"person:{actor.person_id}")
