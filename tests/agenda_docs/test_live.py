"""Who hears on a socket that dossiers have changed."""

import pytest

from agenda_docs import live
from ecabinet.database import reading
from ecabinet.refusals import Forbidden
from ecabinet.sockets import Following
from tests.persona import Persona
from tests.world import World


def test_one_who_reads_in_a_body_follows_its_stream(government: World, officer: Persona) -> None:
    with reading() as session:
        assert live.follow(session, officer.actor(), {}, government.body_id) == Following(f"body:{government.body_id}")


def test_nobody_follows_another_body(
    government: World, officer: Persona, outsider: Persona, administrator: Persona
) -> None:
    with reading() as session:
        for person, body in (
            (officer, government.committee_id),
            (outsider, government.body_id),
            (administrator, government.body_id),
        ):
            with pytest.raises(Forbidden):
                live.follow(session, person.actor(), {}, body)
        with pytest.raises(Forbidden):
            live.follow(session, None, {}, government.body_id)
