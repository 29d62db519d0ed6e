"""The pages of voting rules, and a rule that is written on them deciding a real question."""

from datetime import timedelta
from http import HTTPStatus

import pytest

from ecabinet import clock
from ecabinet.database import reading, transaction
from ecabinet.organisation.models import Body
from tests.persona import Persona
from tests.voting.room import furnish
from tests.world import World
from voting.models import Question, WrittenRulebook

# What a page shows does not depend on the database; the reads and verbs behind it are tried on both where they are defined.
pytestmark = pytest.mark.any_database

TODAY = clock.today()
PAGES = "/voting-rules"
BOOK = """titles = { en = "Committee of the North", vi = "Ủy ban miền Bắc" }

[rules.procedure]
titles = { en = "Questions of procedure", vi = "Vấn đề thủ tục" }
instrument = "Rules of Procedure"
article = "7"
source = "Rules of Procedure of the committee, art. 7"
effective = "2026-11-01"
established = "seen"

[rules.procedure.rule]
criteria = [{ measure = "heads", base = "cast", fraction = "1/2", strict = true }]
"""


def form(**changed: str) -> dict[str, str]:
    return {"name": "north", "toml": BOOK, "effective_on": TODAY.isoformat(), **changed}


@pytest.mark.both_databases
def test_an_administrator_writes_a_rulebook_and_everybody_concerned_reads_it(
    administrator: Persona, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    assert "Committee of the North" not in administrator.get(PAGES).text
    administrator.get(f"{PAGES}/new")
    kept = administrator.post(PAGES, form()).headers["Location"]
    assert "[rules.procedure.rule]" in administrator.get(kept).text
    for reader in (administrator, secretary, chair, health_minister):
        page = reader.get(PAGES).text
        assert "Committee of the North" in page
        assert "Rules of Procedure of the committee, art. 7" in page
        assert "⟦More than ⟦half⟧ of ⟦those who approve or reject⟧ have to approve.⟧" in page
        reader.get(kept)


def test_the_page_shows_every_rule_with_its_source_and_how_well_that_is_known(secretary: Persona) -> None:
    page = secretary.get(PAGES).text
    for said in ("Government of Viet Nam", "191/2026/NĐ-CP", "⟦Read in a copy that is not authenticated.⟧"):
        assert said in page
    assert "⟦Not established: to be checked against the source.⟧" in page
    assert "⟦Write a rulebook⟧" not in page


def test_the_pages_open_in_both_languages(administrator: Persona) -> None:
    kept = administrator.post(PAGES, form()).headers["Location"]
    for language, title in (("vi", "Ủy ban miền Bắc"), ("en", "Committee of the North")):
        administrator.post("/language", {"language": language, "back": PAGES})
        administrator.language = language
        for page in (PAGES, kept, f"{PAGES}/new?book=north"):
            assert "north" in administrator.get(page).text
        assert title in administrator.get(PAGES).text


WRONG = (
    ({"toml": BOOK.replace("fraction", "fractions")}, "⟦In the rule “north/procedure”: ⟦There is an entry “fractions”"),
    ({"toml": BOOK.replace('"1/2"', '"half"')}, "⟦In the rule “north/procedure”: ⟦The entry “fraction”"),
    ({"toml": BOOK.replace("titles", "titles =", 1)}, "line 1, column 10"),
    ({"toml": BOOK.replace('"seen"', '"rumour"')}, "established"),
    ({"name": "The North"}, "The North"),
    ({"toml": ""}, "Text in TOML"),
    ({"effective_on": (TODAY - timedelta(days=1)).isoformat()}, "before today"),
    ({"effective_on": "soon"}, "In force from"),
)


def test_what_is_wrong_is_named_and_nothing_is_kept(administrator: Persona) -> None:
    for changed, sentence in WRONG:
        assert sentence in administrator.refused(PAGES, form(**changed))
    with reading() as session:
        assert session.query(WrittenRulebook).count() == 0


def test_a_correction_starts_from_the_text_that_stands_and_both_versions_stay_to_be_read(
    administrator: Persona,
) -> None:
    administrator.post(PAGES, form())
    at = f"{PAGES}/new?book=north"
    assert "north" in administrator.get(at).text
    assert "base = &#34;cast&#34;" in administrator.get(at).text
    later = (TODAY + timedelta(days=3)).isoformat()
    administrator.post(PAGES, form(toml=BOOK.replace('"cast"', '"all"'), effective_on=later))
    administrator.post(PAGES, form(name="south", effective_on=later))
    page = administrator.get(PAGES).text
    assert page.count(f"{PAGES}/versions/") == 3
    assert "⟦Not in force yet⟧" in page
    assert "titles" in administrator.get(f"{PAGES}/new?book=viet_nam").text


def test_who_is_no_administrator_writes_nothing(secretary: Persona, outsider: Persona) -> None:
    secretary.get(f"{PAGES}/new", status=HTTPStatus.FORBIDDEN)
    secretary.post(PAGES, form(), status=HTTPStatus.FORBIDDEN)
    outsider.get(PAGES, status=HTTPStatus.FORBIDDEN)
    secretary.get(f"{PAGES}/versions/77", status=HTTPStatus.NOT_FOUND)


def test_a_body_takes_a_written_rule_for_its_questions_of_procedure(
    administrator: Persona, secretary: Persona, government: World
) -> None:
    administrator.post(PAGES, form())
    settings = f"/organisation/bodies/{government.body_id}/settings"
    administrator.post(
        settings,
        {
            "name": "Chính phủ",
            "unit": government.unit("VPCP"),
            "calendar": government.calendar_id,
            "zone": "Asia/Ho_Chi_Minh",
            "office_closes": "17:00",
            "meeting_rule": "viet_nam/meeting",
            "written_rule": "viet_nam/opinion_form",
            "procedure_rule": "north/procedure",
            "election_rule": "",
            "written_days_least": "2",
            "written_days_most": "5",
            "step_up_minutes": "20",
            "quiet_from": "21:00",
            "quiet_until": "07:00",
        },
    )
    assert "north/procedure" in administrator.get(settings).text
    room = furnish(government)
    page = secretary.get(f"/meetings/{room.meeting_id}?item={room.item_id}").text
    assert "⟦On procedure⟧" in page
    assert "north/procedure" in page
    asked = {"item": room.item_id, "text": "Tạm dừng phiên họp?", "procedure": "vote"}
    for kind in ("procedure", "election", ""):
        secretary.post("/questions", {**asked, "kind": kind} if kind else asked)
    with reading() as session:
        assert session.get_one(Body, government.body_id).election_rule is None
        rules = [question.rule_name for question in session.query(Question).order_by(Question.id)]
    assert rules == ["north/procedure", "viet_nam/meeting", "viet_nam/meeting"]


def test_a_meeting_opens_although_its_body_names_a_rule_that_is_not_there(
    secretary: Persona, government: World
) -> None:
    room = furnish(government)
    with transaction() as session:
        session.get_one(Body, government.body_id).meeting_rule = "north/procedure"
    secretary.get(f"/meetings/{room.meeting_id}")
    asked = {"item": room.item_id, "text": "Thông qua?", "procedure": "vote"}
    assert "north/procedure" in secretary.refused("/questions", asked)
