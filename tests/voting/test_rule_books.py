"""The rulebooks that come with the program, and those that administrators write beside or over them."""

import tomllib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from ecabinet import clock
from ecabinet.audit import AuditEntry
from ecabinet.database import reading, transaction
from ecabinet.organisation.models import Body
from ecabinet.refusals import Forbidden, Refused, StepUpNeeded
from tests.persona import Persona
from tests.voting.room import furnish
from tests.world import World
from voting import opening, preparing, rule_shelf
from voting.engine import rule_book, rule_words
from voting.engine.rule import Choice
from voting.engine.rule_book import NamedRule, named_rule_from_json, named_rules, parse_rulebook, rule_named
from voting.engine.vote import Vote
from voting.models import Question
from voting.rule_shelf import QuestionKind, Reason
from voting.rules import Outcome, decide

TODAY = clock.today()
CLUB = """
titles = { en = "A club", vi = "Câu lạc bộ" }

[rules.vote]
titles = { en = "Vote", vi = "Biểu quyết" }
source = "Statutes, art. 4"
established = "seen"

[rules.vote.rule]
min_yes = 2
"""
BODIES = {
    "viet_nam": {"meeting", "opinion_form"},
    "eu_council": {
        "simple",
        "qualified",
        "reinforced",
        "qualified_participating",
        "reinforced_participating",
        "unanimity",
        "written_simple",
        "written_qualified",
        "written_unanimity",
        "silence",
    },
    "swiss_federal_council": {"decision", "election"},
    "swiss_popular_vote": {"people_and_cantons", "people"},
    "germany": {"meeting", "meeting_with_objection", "second_vote", "circulation"},
    "estonia": {"meeting", "emergency"},
    "styria": {"meeting", "weighty"},
    "vienna": {"meeting", "circulation"},
    "united_kingdom": {"consensus", "write_round"},
    "un_security_council": {
        "substance",
        "procedure",
        "written_2020",
        "substance_before_1966",
        "procedure_before_1966",
    },
    "roberts_rules": {"majority", "majority_of_present", "majority_of_membership", "two_thirds"},
    "czech_chamber": {"resolution", "majority_of_all", "constitutional"},
    "czech_municipality": {"resolution"},
}


def english(sentence: str) -> str:
    return sentence


def vietnamese() -> dict[str, str]:
    catalogue = Path(__file__).parents[2] / "translations" / "vi" / "rules.po"
    with catalogue.open("rb") as written:
        return {str(message.id): str(message.string) for message in read_po(written) if message.id}


def test_every_body_has_its_rules() -> None:
    shelf = {name: set(book.rules) for name, book in rule_book.rulebooks().items()}
    assert {name: shelf[name] for name in BODIES} == BODIES
    assert set(shelf) - set(BODIES) == {"plain"}


@pytest.mark.parametrize("named", named_rules(), ids=lambda named: named.name)
def test_every_rule_says_where_it_comes_from_and_is_read_aloud_in_both_languages(named: NamedRule) -> None:
    words = vietnamese()
    assert named.source
    assert named.titles["vi"] != named.titles["en"]
    if not named.name.startswith("plain/"):
        assert named.instrument
        assert named.effective
    said = rule_words.read_named(named, english)
    heard = rule_words.read_named(named, lambda sentence: words[sentence])
    assert said
    assert len(said) == len(heard) == len(set(heard))
    assert not {"%", "{"} & set("".join(said).replace(" %", ""))
    assert set(said).isdisjoint(heard)


def test_what_a_rule_asks_for_is_said_condition_by_condition() -> None:
    assert rule_words.read_named(rule_named("viet_nam/opinion_form"), english) == [
        "More than half of all members have to approve.",
        "On a tie the side of the Prime Minister decides.",
        "No answer by the deadline is agreement.",
        "The members have at least this many working days to answer: 2.",
        "The members have at most this many working days to answer: 5.",
    ]
    assert rule_words.read_named(rule_named("eu_council/qualified"), english) == [
        "At least 55 % of all members have to approve.",
        "Counted in population: at least 65 % of all members have to be in favour.",
        "That counts as reached where fewer than 4 do not approve.",
        "A member may cast for at most this many others: 1.",
    ]
    estonia = rule_words.read_named(rule_named("estonia/meeting"), english)
    assert "No quorum without: the Prime Minister, the State Secretary." in estonia


def test_switches_of_a_rule_are_read_and_frozen_but_who_has_a_veto_is_frozen_with_the_roll() -> None:
    in_writing = rule_named("un_security_council/written_2020")
    assert (in_writing.change_of_ballot, in_writing.presence) == ("never", "closing")
    assert in_writing.veto_roles == ("permanent_member",)
    frozen = in_writing.as_json()
    assert "veto_roles" not in frozen
    assert named_rule_from_json(frozen) == replace(in_writing, veto_roles=())


@pytest.mark.parametrize(
    ("change", "reason", "named"),
    [
        (("min_yes = 2", "min_yess = 2"), rule_book.Reason.WRONG_RULE, "club/vote"),
        (("min_yes = 2", "min_yes = 2\ntie = 3"), rule_book.Reason.WRONG_RULE, "club/vote"),
        (("min_yes = 2", ""), rule_book.Reason.WRONG_RULE, "club/vote"),
        (("min_yes = 2", "min_yes ="), rule_book.Reason.NOT_TOML, "club"),
        (("min_yes = 2", 'min_yes = "'), rule_book.Reason.NOT_TOML, "club"),
        (("min_yes = 2", "min_yes = [" + 2000 * "["), rule_book.Reason.LINE_TOO_LONG, "club"),
        (("min_yes = 2", "min_yes = " + 2000 * "[\n"), rule_book.Reason.ENDS_EARLY, "club"),
        (("min_yes = 2", "tie = ["), rule_book.Reason.ENDS_EARLY, "club"),
        (("[rules.vote]", "[rules.'A vote']"), rule_book.Reason.WRONG_ENTRY, "A vote"),
        (('"seen"', '"seen"\nchange_of_ballot = "always"'), rule_book.Reason.WRONG_ENTRY, "change_of_ballot"),
        (('"seen"', '"seen"\npresence = ["opening"]'), rule_book.Reason.WRONG_ENTRY, "presence"),
        (('"seen"', '"seen"\nveto_roles = "chair"'), rule_book.Reason.WRONG_ENTRY, "veto_roles"),
        (('"seen"', '"seen"\nveto_roles = [3]'), rule_book.Reason.WRONG_ENTRY, "veto_roles"),
        (('"seen"', "3"), rule_book.Reason.WRONG_ENTRY, "established"),
        (('"seen"', '"seen"\nleast_working_days = true'), rule_book.Reason.WRONG_ENTRY, "least_working_days"),
        (('"seen"', '"hearsay"'), rule_book.Reason.WRONG_ENTRY, "established"),
        (("[rules.vote.rule]", "[rules.vote.law]"), rule_book.Reason.UNKNOWN_ENTRY, "law"),
        (('vi = "Biểu quyết"', "vi = 3"), rule_book.Reason.WRONG_ENTRY, "vi"),
        (('{ en = "A club", vi', "{ vi"), rule_book.Reason.WRONG_ENTRY, "titles"),
        (("[rules.vote.rule]\nmin_yes = 2", "rule = 2"), rule_book.Reason.WRONG_ENTRY, "rule"),
    ],
)
def test_what_is_wrong_in_a_rulebook_is_said_by_its_name(change: tuple[str, str], reason: object, named: str) -> None:
    assert parse_rulebook("club", CLUB).rules["vote"].rule.min_yes == 2
    with pytest.raises(Refused) as caught:
        parse_rulebook("club", CLUB.replace(*change))
    assert caught.value.reason is reason
    assert named in {str(value) for value in caught.value.values.values()}


@pytest.mark.parametrize("sign", [r"\u0000", r"\U00000000"])
def test_a_rulebook_with_a_character_that_no_database_keeps_is_refused(sign: str) -> None:
    with pytest.raises(Refused) as caught:
        parse_rulebook("club", CLUB.replace("Statutes", f"Statutes{sign}"))
    assert caught.value.reason is rule_book.Reason.NOT_STORABLE


def write(who: Persona, toml: str = CLUB, name: str = "club", on: date = TODAY) -> int:
    with transaction() as session:
        return rule_shelf.write(session, who.actor(), name=name, toml=toml, effective_on=on).id


def test_a_written_rulebook_is_in_force_from_its_day_and_a_correction_from_its_own(administrator: Persona) -> None:
    tomorrow = TODAY + timedelta(days=1)
    write(administrator)
    write(administrator, CLUB.replace("min_yes = 2", "min_yes = 3"), on=tomorrow)
    with reading() as session:
        least = [rule_shelf.rule_named(session, "club/vote", day).rule.min_yes for day in (TODAY, tomorrow)]
        assert least == [2, 3]
        assert "club/vote" in {rule.name for rule in rule_shelf.named_rules(session, TODAY)}
        assert [row.effective_on for row in rule_shelf.written(session)["club"]] == [tomorrow, TODAY]
        assert "min_yes = 3" in rule_shelf.text_of(session, "club")
        with pytest.raises(Refused) as caught:
            rule_shelf.rule_named(session, "club/vote", TODAY - timedelta(days=1))
        assert caught.value.reason is rule_book.Reason.NO_SUCH_RULE
        with pytest.raises(Refused):
            rule_shelf.rule_named(session, "club/acclamation", TODAY)


def test_a_rulebook_that_comes_with_the_program_is_corrected_without_code(administrator: Persona) -> None:
    shipped = rule_book.text_of("viet_nam")
    assert tomllib.loads(shipped)["rules"]["meeting"]["established"] == "transcript"
    write(administrator, shipped.replace('"transcript"', '"seen"'), name="viet_nam")
    with reading() as session:
        assert rule_shelf.rule_named(session, "viet_nam/meeting", TODAY).established == "seen"
        assert rule_shelf.rule_named(session, "plain/majority_of_all", TODAY).name == "plain/majority_of_all"


SECOND = 'veto = "suspensive"\nsecond_vote = "club/second"\n'
NOT_TAKEN = (
    ("Club", CLUB, TODAY, Reason.NOT_A_NAME),
    ("club", CLUB, TODAY - timedelta(days=1), Reason.IN_THE_PAST),
    ("club", 'titles = { en = "A club", vi = "Câu lạc bộ" }\n[rules]', TODAY, Reason.NO_RULES),
    ("club", CLUB.replace('source = "Statutes, art. 4"', ""), TODAY, rule_book.Reason.WRONG_ENTRY),
    ("club", CLUB.replace(', vi = "Biểu quyết"', ""), TODAY, rule_book.Reason.WRONG_ENTRY),
    ("viet_nam", CLUB, TODAY, Reason.RULE_LOST),
    ("viet_nam", rule_book.text_of("viet_nam"), TODAY, Reason.SAME_TEXT),
    ("club", CLUB + SECOND, TODAY, rule_book.Reason.NO_SUCH_RULE),
)


def test_what_would_leave_a_body_without_its_rule_is_refused(administrator: Persona) -> None:
    for name, toml, on, reason in NOT_TAKEN:
        with pytest.raises(Refused) as caught:
            write(administrator, toml, name, on)
        assert caught.value.reason is reason


def test_a_correction_is_not_dated_before_the_version_it_corrects(administrator: Persona) -> None:
    write(administrator, on=TODAY + timedelta(days=9))
    with pytest.raises(Refused) as caught:
        write(administrator, CLUB + "\n# again\n", on=TODAY + timedelta(days=8))
    assert caught.value.reason is Reason.BEFORE_THE_LAST


def test_only_an_administrator_who_has_shown_a_code_writes_rules_and_the_log_says_so(
    administrator: Persona, secretary: Persona
) -> None:
    with pytest.raises(Forbidden):
        write(secretary)
    stale = replace(administrator.actor(), stepped_up_until=None)
    with transaction() as session, pytest.raises(StepUpNeeded):
        rule_shelf.write(session, stale, name="club", toml=CLUB, effective_on=TODAY)
    row = write(administrator)
    with reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.tag == "rulebook_written")).one()
    assert (entry.subject_id, entry.person_id, entry.details["name"]) == (row, administrator.person_id, "club")


def test_the_database_keeps_every_version_as_it_was_written(administrator: Persona) -> None:
    write(administrator)
    for change in ("UPDATE rulebook SET toml = ''", "DELETE FROM rulebook"):
        with pytest.raises(DatabaseError), transaction() as session:
            session.execute(text(change))


def test_a_question_goes_by_the_bodys_rule_for_its_kind_and_else_by_that_for_meetings(
    government: World, secretary: Persona
) -> None:
    room = furnish(government)
    with transaction() as session:
        session.get_one(Body, government.body_id).election_rule = "swiss_federal_council/election"
        named = {
            kind: preparing.prepare(session, secretary.actor(), item_id=room.item_id, text="Ai?", kind=kind).rule_name
            for kind in QuestionKind
        }
    assert named == {
        QuestionKind.DECISION: "viet_nam/meeting",
        QuestionKind.PROCEDURE: "viet_nam/meeting",
        QuestionKind.ELECTION: "swiss_federal_council/election",
    }


def test_a_question_that_is_not_open_follows_a_correction_of_its_rule(
    government: World, secretary: Persona, administrator: Persona
) -> None:
    room = furnish(government)
    with transaction() as session:
        asked = preparing.prepare(session, secretary.actor(), item_id=room.item_id, text="Thông qua?").id
    write(administrator, rule_book.text_of("viet_nam").replace("2/3", "3/4"), name="viet_nam")
    with reading() as session:
        quorum = opening.rule_of(session.get_one(Question, asked)).rule.quorum
    assert quorum is not None
    assert str(quorum.fraction) == "3/4"


def test_a_written_rule_decides_like_any_other(administrator: Persona) -> None:
    write(administrator)
    with reading() as session:
        rule = rule_shelf.rule_named(session, "club/vote", TODAY).rule
    assert decide(Vote(("a", "b", "c"), {"a": Choice.YES, "b": Choice.YES}), rule).outcome is Outcome.PASS


def test_the_example_of_the_document_is_a_rulebook() -> None:
    page = (Path(__file__).parents[2] / "docs" / "rulebooks.md").read_text("utf-8")
    example = page.partition("```toml\n")[2].partition("```")[0]
    rule = parse_rulebook("north", example).rules["meeting"]
    assert rule_words.read_named(rule, english)[-1] == "On a tie the side of the chair decides."


RARE = """
change_of_ballot = "never"
presence = "opening"

[rules.vote.rule]
criteria = [{ measure = "heads", base = "cast", fraction = "1/2", strict = true }]
min_yes = 2
veto = "suspensive"
quorum = { at_least = 2, substitutes = true, represented = true }
tie = { counts_double = "chair" }
tie_when = "yes_equals_no"
double_counts_for_min_yes = false
recused_leave = ["all"]
"""


def test_every_switch_is_read_aloud() -> None:
    written = CLUB.partition("\n[rules.vote.rule]")[0] + RARE
    assert rule_words.read_named(parse_rulebook("club", written).rules["vote"], english) == [
        "More than half of those who approve or reject have to approve.",
        "At least 2 have to approve.",
        "An objection of a member with that right suspends it; a second vote follows.",
        "Quorum: at least 2.",
        "A deputy counts for the quorum.",
        "A member whom another represents counts for the quorum.",
        "On a tie the vote of the chair counts double.",
        "As many approvals as rejections is a tie.",
        "The double vote does not count towards the least number of approvals.",
        "Recused members are left out of the number of all members.",
        "Recused members are counted among those present.",
        "Recused members count for the quorum.",
        "A ballot once cast cannot be changed.",
        "Who is present is taken at the opening.",
    ]


def test_a_rulebook_is_titled_in_the_readers_language_or_in_english() -> None:
    book = parse_rulebook("club", CLUB)
    assert [book.title(language) for language in ("vi", "en", "fr")] == ["Câu lạc bộ", "A club", "A club"]
    vote = book.rules["vote"]
    assert (vote.title("fr"), vote.reference().article) == ("Vote", "")


def test_a_question_in_no_session_has_no_rule() -> None:
    with pytest.raises(RuntimeError):
        rule_shelf.rule_of(Question())
