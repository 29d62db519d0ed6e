"""Runs of random written procedures, held against the rule engine that is fed by another road, and how often each outcome came."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded

from ecabinet.database import transaction
from ecabinet.organisation.models import Body, Designation
from tests.faults.finding import Finding
from tests.faults.procedure_model import POPULATION, VETO_HOLDERS
from tests.faults.procedure_plans import Plan, plans
from tests.faults.procedure_run import Procedure
from tests.faults.question_model import Conduct
from tests.voting import room as rooms
from voting.models import MemberWeight

SINCE = date(2026, 1, 1)
FOR_EVER = datetime(2100, 1, 1, tzinfo=UTC)


def run_at_random(where: Conduct, engine: str, runs: int, *, seed: int | None = None) -> tuple[Finding, Counter[str]]:
    """Run so many procedures; what differs raises, with the plan that led to it. Returns the figures, and how often each outcome came."""
    furnished, came = furnish(where), Counter[str]()
    finding = Finding("a written procedure against the rule engine", engine)

    def differs_in_nothing(plan: Plan) -> None:
        procedure = Procedure(furnished, plan)
        procedure.run()
        finding.rounds += 1
        finding.ballots += len(procedure.model.ballots)
        came.update(procedure.outcomes)

    unhurried = settings(
        max_examples=runs,
        deadline=None,
        database=None,
        derandomize=seed is None,
        phases=(Phase.generate,),  # the plan that failed is short; the shortest takes minutes to find
        suppress_health_check=list(HealthCheck),
    )
    trial = unhurried(given(plans())(differs_in_nothing))
    (trial if seed is None else seeded(seed)(trial))()
    return finding, came


def furnish(where: Conduct) -> Conduct:
    """Give the members what rules may count besides heads, and everybody a second factor that lasts however far the clock is moved."""
    world = where.room.world
    with transaction() as session:
        session.get_one(
            Body, world.body_id
        ).reminders = ""  # they have tests of their own, and take longer than the rest
        for member, population in POPULATION.items():
            session.add(
                MemberWeight(
                    membership_id=world.membership(member),
                    measure="population",
                    value=population,
                    starts_on=SINCE,
                    set_by_id=world.person("administrator"),
                    set_at=rooms.SINCE,
                )
            )
        for member in VETO_HOLDERS:
            role = Designation(membership_id=world.membership(member), role="permanent_member", starts_on=SINCE)
            session.add(role)
    lasting = {key: replace(actor, stepped_up_until=FOR_EVER) for key, actor in where.actors.items()}
    return Conduct(where.room, lasting)
