"""Every page a person can open by its address, with what it needs to exist: what the checks of whole pages go through."""

from dataclasses import dataclass

from sqlalchemy import select

from ecabinet.database import reading, transaction
from outcomes import service as outcomes
from outcomes.models import Decision
from outcomes.rules import DecisionKind, Details
from tests.browser.stage import Scene, Stage

NOBODY = ""


@dataclass(frozen=True)
class Pages:
    """The addresses by the key of the person who opens them; `NOBODY` opens what is public."""

    by_person: dict[str, list[str]]


def every_page(stage: Stage) -> Pages:
    """Play a sitting so far that every page has something to show."""
    scene, opinion = stage.running(), stage.circulated(stage.dossier("Nghị định về khu công nghiệp"))
    decided, decision = _decided(stage, scene)
    question = stage.opened(scene.second_item)
    draft = stage.planned("Phiên họp sau")
    line = stage.add(draft, "Khai mạc")
    lodged = stage.dossier("Đề án đang soạn", accepted=False)
    version = stage.version_of(scene.matter)
    meeting, next_meeting = scene.page, f"/meetings/{draft}"
    everybody = ["/", "/meetings", "/notices", "/sign-in/devices", "/sign-in/account", "/search?q=de+an", "/decisions"]
    at_meeting = [
        f"{meeting}?item={scene.item}",
        f"{meeting}?item={scene.second_item}",
        f"{meeting}?item={scene.opening}",
    ]
    return Pages(
        {
            NOBODY: ["/sign-in", "/hall", "/sign-in/phone", "/sign-in/confirm", "/nowhere"],
            "health_minister": [
                *everybody,
                *at_meeting,
                f"{meeting}/versions/1",
                f"{meeting}/positions",
                "/opinions",
                f"/opinions/{opinion}",
                f"/questions/{decided}",
                f"/questions/{question}",
                f"/decisions/{decision}",
                f"/matters/{scene.matter}",
                f"/documents/{version}",
                "/delegations",
                "/my-ballots",
            ],
            "prime_minister": [
                *at_meeting,
                f"{meeting}/block",
                f"/decisions/{decision}/correct",
                f"{next_meeting}/approval",
            ],
            "secretary": [
                *at_meeting,
                "/",
                "/matters",
                f"/matters/{scene.matter}",
                f"/matters/{scene.matter}/readers",
                "/meetings",
                "/meetings/new",
                f"{meeting}/copy",
                f"{next_meeting}",
                f"{next_meeting}/edit",
                f"{next_meeting}/agenda",
                f"{next_meeting}/agenda/items/new",
                f"{next_meeting}/agenda/items/{line}",
                f"{next_meeting}/agenda/import",
                f"{meeting}/attendance",
                f"{meeting}/hall",
                f"/items/{scene.opening}/decision",
                "/opinions",
                "/opinions/new",
                f"/opinions/{opinion}",
                f"/questions/{question}",
                "/archives",
            ],
            "officer": ["/", "/matters", "/matters/new", f"/matters/{lodged}"],
            "auditor": ["/", "/archives", "/decisions"],
            "administrator": [
                "/",
                "/organisation",
                "/organisation/people",
                f"/organisation/people/{stage.world.person('officer')}",
                "/organisation/units",
                f"/organisation/units/{stage.world.unit('BYT')}",
                "/organisation/bodies/new",
                f"/organisation/bodies/{stage.world.body_id}",
                f"/organisation/bodies/{stage.world.body_id}/roles",
                f"/organisation/bodies/{stage.world.body_id}/settings",
                f"/organisation/calendars/{stage.world.calendar_id}",
                "/sign-in/resets",
            ],
        }
    )


def _decided(stage: Stage, scene: Scene) -> tuple[int, int]:
    """Put the first item to the vote, close it and declare the outcome; return the question and the decision."""
    question, chair = stage.opened(scene.item), stage.actor("prime_minister")
    with transaction() as session:
        outcomes.close_question(session, chair, question)
    with transaction() as session:
        said = Details("Thông qua Đề án cấp nước sạch.")
        outcomes.declare(session, chair, question, DecisionKind.ADOPTED, said, kind_shown="")
    with reading() as session:
        decision = session.scalars(select(Decision.id).where(Decision.question_id == question)).one()
    return question, decision
