"""The moments of a sitting of which `./run look` takes pictures, and the pages of each."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from uuid import uuid4

from playwright.sync_api import Page, expect
from sqlalchemy import select

from agenda_docs import documents
from ecabinet.access import Actor
from ecabinet.database import reading, transaction
from ecabinet.organisation.models import Person
from ecabinet.sign_in import sessions
from meetings import attendance, hall, sitting
from meetings.models import AgendaItem, Meeting, Presence
from meetings.rules import MeetingState
from outcomes import service as outcomes
from outcomes.models import Decision
from tests.browser.server import Server
from voting import casting, service
from voting.ballots import Ballot
from voting.conduct import QuestionState
from voting.engine.rule import Form
from voting.models import Question

REMOTE, AGAINST = 3, 4  # which of the members, in turn


def _as_it_is(_page: Page) -> None:
    """Change nothing."""


def _last_rulebook(page: Page) -> None:
    page.locator("main summary").last.click()


@dataclass(frozen=True)
class Shot:
    """One page as one person sees it."""

    name: str
    account: str | None
    address: str
    is_main: bool = False
    whole: bool = True
    prepare: Callable[[Page], None] = _as_it_is


class Scenes:
    """The demonstration's meeting of today, played on while pictures are taken."""

    def __init__(self, server: Server) -> None:
        """Find the meeting of today, its first question and what else the pictures show."""
        self.origin = server.origin
        self._voted: set[str] = set()
        self._secretary = self._actor("secretary")
        with reading() as session:
            planned = select(Meeting).where(Meeting.published_version == 2, Meeting.state == MeetingState.PLANNED)
            self.meeting = session.scalars(planned).one().id
            items = select(AgendaItem.id).where(AgendaItem.meeting_id == self.meeting)
            question = session.scalars(
                select(Question).where(Question.item_id.in_(items)).order_by(Question.id)
            ).first()
            assert question is not None
            self.question, self.item, self.matter = question.id, question.item_id or 0, question.matter_id
            self.paper = documents.current_papers(session, [self.matter])[self.matter][0].version_id
            self.draft = session.scalars(select(Meeting.id).where(Meeting.published_version == 0)).first() or 0
            written = select(Question.id).where(Question.form == Form.WRITTEN)
            self.opinion = session.scalars(written.where(Question.state == QuestionState.OPEN)).first() or 0
            self.answered = session.scalars(written.where(Question.state == QuestionState.CLOSED)).first() or 0
            self.decision = session.scalars(select(Decision.id).order_by(Decision.id)).first() or 0
            self.past = session.scalars(select(Meeting.id).where(Meeting.state == MeetingState.CLOSED)).first() or 0

    def moments(self) -> Iterator[Sequence[Shot]]:
        """Play on, and give the pages worth a picture at each moment."""
        yield self._before()
        members = self._begin()
        yield [self._shot("meeting-armed", "health", is_main=False)]
        with transaction() as session:
            service.open_question(session, members["chair"], self.question)
        self._vote(members, keep_back=("chair", "health", "justice"))
        yield self._during()
        self._vote(members, keep_back=())
        with transaction() as session:
            outcomes.close_question(session, members["chair"], self.question)
        yield self._after()

    def sign_in(self, account: str) -> str:
        """Sign a person in on one more device; return the cookie."""
        with transaction() as session:
            person = session.scalars(select(Person).where(Person.account == account)).one()
            return sessions.start(session, person, device="Chromium, Linux", address="127.0.0.1", stepped_up=True)

    def _shot(self, name: str, account: str, *, is_main: bool = True) -> Shot:
        return Shot(name, account, f"/meetings/{self.meeting}?item={self.item}", is_main=is_main)

    def _before(self) -> Sequence[Shot]:
        return (
            Shot("sign-in", None, "/sign-in", is_main=True),
            Shot("home", "health", "/", is_main=True),
            Shot("home-secretary", "secretary", "/"),
            Shot("home-chair", "chair", "/"),
            self._shot("meeting-before", "health", is_main=False),
            self._shot("meeting-before-secretary", "secretary", is_main=False),
            Shot("meeting-past", "health", f"/meetings/{self.past}"),
            Shot("meetings", "health", "/meetings"),
            Shot("meeting-new", "secretary", "/meetings/new"),
            Shot("agenda-editor", "secretary", f"/meetings/{self.draft}/agenda", is_main=True),
            Shot("agenda-item-new", "secretary", f"/meetings/{self.draft}/agenda/items/new"),
            Shot("agenda-version", "health", f"/meetings/{self.meeting}/versions/2"),
            Shot("dossiers", "officer", "/matters"),
            Shot("dossier", "secretary", f"/matters/{self.matter}", is_main=True),
            Shot("dossier-new", "officer", "/matters/new"),
            Shot("reader", "health", f"/documents/{self.paper}", is_main=True, whole=False, prepare=_drawn),
            Shot("opinions", "health", "/opinions"),
            Shot("opinions-secretary", "secretary", "/opinions"),
            Shot("opinion", "health", f"/opinions/{self.opinion}", is_main=True),
            Shot("opinion-answered", "secretary", f"/opinions/{self.answered}"),
            Shot("decisions", "health", "/decisions"),
            Shot("decision", "health", f"/decisions/{self.decision}", is_main=True),
            Shot("archives", "auditor", "/archives"),
            Shot("search", "health", "/search?q=nha+o"),
            Shot("devices", "health", "/sign-in/devices"),
            Shot("account", "health", "/sign-in/account"),
            Shot("notices", "health", "/notices"),
            Shot("delegations", "health", "/delegations"),
            Shot("organisation", "administrator", "/organisation"),
            Shot("organisation-people", "administrator", "/organisation/people"),
            Shot("organisation-body", "administrator", "/organisation/bodies/1"),
            Shot("organisation-units", "administrator", "/organisation/units"),
            Shot("voting-rules", "administrator", "/voting-rules", prepare=_last_rulebook),
            Shot("voting-rules-new", "administrator", "/voting-rules/new?book=viet_nam"),
            Shot("organisation-calendar", "administrator", "/organisation/calendars/1"),
            Shot("hall-code", None, "/hall", whole=False),
        )

    def _during(self) -> Sequence[Shot]:
        return (
            self._shot("meeting-vote", "health"),
            self._shot("meeting-vote-chair", "chair", is_main=False),
            self._shot("meeting-vote-secretary", "secretary", is_main=False),
            Shot("attendance", "secretary", f"/meetings/{self.meeting}/attendance"),
            Shot("hall-vote", None, "/hall", is_main=True, whole=False, prepare=self._pair),
        )

    def _after(self) -> Sequence[Shot]:
        return (
            self._shot("meeting-result", "health"),
            self._shot("meeting-result-chair", "chair", is_main=False),
            Shot("question", "health", f"/questions/{self.question}"),
            Shot("my-ballots", "health", "/my-ballots", is_main=True, prepare=_checked),
            Shot("declare", "chair", f"/questions/{self.question}/declare"),
            Shot("hall-result", None, "/hall", whole=False, prepare=self._pair),
        )

    def _begin(self) -> dict[str, Actor]:
        """Start the meeting with everybody there; call the item; put its question on the tablets."""
        secretary = self._secretary
        members = {account: self._actor(account) for account in self._members()}
        with transaction() as session:
            sitting.start(session, secretary, self.meeting)
            for number, member in enumerate(members.values()):
                presence = Presence.REMOTE if number % 7 == REMOTE else Presence.IN_ROOM
                attendance.check_in(session, member, self.meeting, presence)
            sitting.call_item(session, secretary, self.item)
        with transaction() as session:
            service.arm(session, secretary, self.question)
        return members

    def _members(self) -> list[str]:
        with reading() as session:
            here = attendance.seats(session, session.get_one(Meeting, self.meeting))
            people = [seat.person_id for seat in here if seat.deputy_id is None]
            return [session.get_one(Person, person).account for person in people]

    def _actor(self, account: str) -> Actor:
        token = self.sign_in(account)
        with reading() as session:
            signed = sessions.signed_in_by(session, token)
        assert signed is not None
        return signed.actor

    def _vote(self, members: dict[str, Actor], *, keep_back: Sequence[str]) -> None:
        """Let everybody vote who has not, but these."""
        for number, (account, member) in enumerate(members.items()):
            if account not in keep_back and account not in self._voted:
                choice = "no" if number % 9 == AGAINST else "yes"
                casting.cast(member, self.question, Ballot(uuid4().hex, choice, ""))
                self._voted.add(account)

    def _pair(self, page: Page) -> None:
        """Pair the screen with the meeting and wait for what it shows."""
        cookie = {str(cookie.get("name")): str(cookie.get("value")) for cookie in page.context.cookies()}
        with transaction() as session:
            screen = hall.known_screen(session, cookie)
            assert screen is not None
            assert screen.code is not None
            hall.pair(session, self._secretary, self.meeting, screen.code)
        page.reload()
        expect(page.locator(".hall-title")).to_be_visible()


def _drawn(page: Page) -> None:
    """Wait until the page that is open has been drawn."""
    expect(page.locator("[data-first]")).to_have_count(0)


def _checked(page: Page) -> None:
    """Have the page check every ballot and unfold what it checked of the first."""
    page.locator("[data-check-all]").click()
    expect(page.locator('[data-ballot] [data-verdict="checking"]')).to_have_count(0)
    expect(page.locator("[data-ballot] [data-details]:not([hidden])").first).to_be_visible()
    page.locator("[data-ballot] summary").first.click()
