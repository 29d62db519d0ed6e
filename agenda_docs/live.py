"""Who may follow the dossiers of a body on a socket."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from ecabinet.access import Actor, Permission
from ecabinet.refusals import Forbidden
from ecabinet.sockets import Following


def follow(_session: Session, actor: Actor | None, _cookies: Mapping[str, str], body_id: int) -> Following:
    """Follow the body's own stream, which carries numbers and states and no words; what they mean is fetched through the gate."""
    if actor is None:
        raise Forbidden
    actor.must(Permission.READ_MATTER, body_id)
    return Following(f"body:{body_id}")
