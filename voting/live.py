"""Who may follow a written question on a socket: those who see who has answered it."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from ecabinet.access import Actor, Permission
from ecabinet.refusals import NotFound
from ecabinet.sockets import Following
from voting import rooms, service
from voting.engine.rule import Form


def follow_opinion(session: Session, actor: Actor | None, _cookies: Mapping[str, str], question_id: int) -> Following:
    """Follow how many have opened the papers of a written question and how many have answered; never what."""
    if actor is None:
        raise NotFound
    question = service.question_for(session, actor, question_id, Permission.PREPARE_QUESTION)
    if question.form is not Form.WRITTEN:
        raise NotFound
    return Following(rooms.stream_of(question.matter_id), (rooms.topic_of(question.id),))
