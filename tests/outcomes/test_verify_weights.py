"""The verifier and the third tally on boxes that the application wrote with weights, proxies and a veto in the roll."""

import json
from collections.abc import Callable

import pytest

from ecabinet.database import transaction
from tests.outcomes.test_verify_server import check
from tests.persona import Persona
from tests.third_tally.program import tallied
from tests.voting import room as rooms
from tests.voting.council import WEIGHTED, represent, weigh, write_book
from tests.voting.room import Room, bodies, casts, closed, mark
from tests.world import MEMBERS, World
from voting import casting, preparing
from voting.ballots import Ballot
from voting.conduct import Procedure

People = Callable[[str], Persona]
AWAY = "finance_minister"


@pytest.fixture
def room(government: World) -> Room:
    room = rooms.furnish(government, present=[key for key in MEMBERS if key != AWAY])
    write_book(room)
    weigh(room)
    represent(room, AWAY, "health_minister")
    return room


@pytest.mark.parametrize(("procedure", "choice"), [(Procedure.VOTE, "yes"), (Procedure.NO_OBJECTION, "no")])
def test_three_programs_agree_on_what_was_cast_by_proxy_and_weighed(
    room: Room, secretary: Persona, persona: People, procedure: Procedure, choice: str
) -> None:
    question_id = rooms.opened(room, secretary.actor(), rule_name=WEIGHTED, procedure=procedure)
    casts(persona("prime_minister"), question_id, choice)
    away = str(room.world.membership(AWAY))
    casting.cast(persona("health_minister").actor(), question_id, Ballot(mark(), choice, member=away))
    result = closed(question_id, secretary.actor()).result or {}
    assert result["figures"]["represented"] == 1
    assert check(question_id) == ["opened", "cast", "cast", "closed"]
    answer = tallied({"entries": [body.decode() for body in bodies(question_id)]})
    assert (answer["outcome"], answer["figures"]) == (result["outcome"], result["figures"])
    assert json.loads(bodies(question_id)[-1])["figures"] == result["figures"]


def test_a_proxy_chooses_among_options_for_the_member_who_is_away(
    room: Room, secretary: Persona, persona: People
) -> None:
    with transaction() as session:
        question = preparing.prepare(
            session,
            secretary.actor(),
            item_id=room.item_id,
            text="Chọn người phụ trách",
            rule_name=WEIGHTED,
            procedure=Procedure.CHOICE,
            options="Người thứ nhất\nNgười thứ hai",
        )
        question_id = question.id
    rooms.put(question_id, secretary.actor())
    holder, away = persona("health_minister"), str(room.world.membership(AWAY))
    casts(holder, question_id, "option:1")
    casting.cast(holder.actor(), question_id, Ballot(mark(), "option:2", member=away))
    result = closed(question_id, secretary.actor()).result or {}
    assert result["figures"]["options"] == {"option:1": 1, "option:2": 1}
    assert check(question_id) == ["opened", "cast", "cast", "closed"]
