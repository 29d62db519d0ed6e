"""What a browser test begins with: dossiers with real papers, meetings published and running, made by the verbs the pages use."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select

from agenda_docs import documents
from agenda_docs import service as dossiers
from agenda_docs.models import DocumentKind
from agenda_docs.upload import Examined
from ecabinet import clock
from ecabinet.access import Actor
from ecabinet.database import reading, transaction
from ecabinet.organisation.models import Body, Person
from ecabinet.sign_in import sessions
from meetings import agenda, attendance, publishing, sitting
from meetings import service as meetings
from meetings.agenda import ItemForm
from meetings.models import ItemKind, Meeting, MeetingKind, Presence
from meetings.service import Plan
from tests.world import MEMBERS, ZONE, World
from voting import preparing, service
from voting.conduct import Procedure
from voting.entries import EntryKind
from voting.models import BoxEntry, Question
from voting.opinions import approval
from voting.opinions import service as written

QUESTION = "Thông qua Đề án với mức vốn 18.400 tỷ đồng?"


@dataclass(frozen=True)
class Scene:
    """A meeting with an opening item and two items with a dossier each."""

    meeting_id: int
    opening: int
    item: int
    matter: int
    second_item: int
    second_matter: int

    @property
    def page(self) -> str:
        """The address of the meeting."""
        return f"/meetings/{self.meeting_id}"


@dataclass
class Stage:
    """The small world, and the people in it as actors."""

    world: World
    paper: Examined
    _actors: dict[str, Actor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Sign those in who prepare things: one transaction cannot begin inside another."""
        for key in (*MEMBERS, "secretary", "officer"):
            self._actors[key] = self._sign_in_as_actor(key)

    def sign_in(self, key: str) -> str:
        """Sign a person in on one more device; return its cookie."""
        with transaction() as session:
            person = session.get_one(Person, self.world.person(key))
            return sessions.start(session, person, device="tests", address="127.0.0.1", stepped_up=True)

    def actor(self, key: str) -> Actor:
        """Return one of those who prepare things."""
        return self._actors[key]

    def _sign_in_as_actor(self, key: str) -> Actor:
        token = self.sign_in(key)
        with reading() as session:
            signed = sessions.signed_in_by(session, token)
        assert signed is not None
        return signed.actor

    def dossier(self, title: str, *, accepted: bool = True) -> int:
        """Lodge a dossier with one paper, accepted if wanted; return its id."""
        officer = self.actor("officer")
        with transaction() as session:
            matter = dossiers.lodge(
                session, officer, body_id=self.world.body_id, unit_id=self.world.unit("BYT"), title=title
            ).id
        with transaction() as session:
            documents.submit(
                session, officer, matter, "Tờ trình", DocumentKind.SUBMISSION, restricted=False, examined=self.paper
            )
            if accepted:
                dossiers.send_in(session, officer, matter)
        if accepted:
            with transaction() as session:
                dossiers.accept(session, self.actor("secretary"), matter)
        return matter

    def version_of(self, matter: int) -> int:
        """Return the id of a dossier's paper as it is now."""
        with reading() as session:
            return documents.current_papers(session, [matter])[matter][0].version_id

    def planned(self, title: str = "Phiên họp Chính phủ thường kỳ") -> int:
        """Plan a meeting that begins in five minutes; return its id."""
        starts = clock.in_zone(clock.now(), ZONE).replace(tzinfo=None, microsecond=0) + timedelta(minutes=5)
        chair = self.world.membership("prime_minister")
        plan = Plan(MeetingKind.REGULAR, title, starts, 120, "Phòng họp số 1", chair)
        with transaction() as session:
            return meetings.create(session, self.actor("secretary"), self.world.body_id, plan).id

    def add(self, meeting_id: int, title: str, kind: ItemKind = ItemKind.DECISION, matter: int | None = None) -> int:
        """Add an item; return its id."""
        form = ItemForm(kind, title, "Bộ trưởng Bộ Y tế", 20, matter)
        with transaction() as session:
            revision = session.get_one(Meeting, meeting_id).revision
            return agenda.add_item(session, self.actor("secretary"), meeting_id, form, revision=revision).id

    def publish(self, meeting_id: int) -> None:
        """Have the agenda approved and publish it."""
        secretary = self.actor("secretary")
        with transaction() as session:
            revision = publishing.propose(session, secretary, meeting_id).revision
        with transaction() as session:
            publishing.approve(session, self.actor("prime_minister"), meeting_id, revision=revision)
        with transaction() as session:
            publishing.publish(session, secretary, meeting_id)

    def published(self, title: str = "Đề án cấp nước sạch vùng đồng bằng") -> Scene:
        """A meeting whose first agenda is published."""
        meeting_id = self.planned()
        first, second = self.dossier(title), self.dossier("Nghị định về dữ liệu số")
        opening = self.add(meeting_id, "Khai mạc, thông qua chương trình", ItemKind.INFORMATION)
        item = self.add(meeting_id, title, matter=first)
        last = self.add(meeting_id, "Nghị định về dữ liệu số", matter=second)
        self.publish(meeting_id)
        return Scene(meeting_id, opening, item, first, last, second)

    def running(self, *, present: Sequence[str] = MEMBERS) -> Scene:
        """A meeting that has begun, with its second item called and these members there."""
        scene = self.published()
        with transaction() as session:
            sitting.start(session, self.actor("secretary"), scene.meeting_id)
        for key in present:
            with transaction() as session:
                attendance.check_in(session, self.actor(key), scene.meeting_id, Presence.IN_ROOM)
        self.call(scene.item)
        return scene

    def leave(self, scene: Scene, key: str) -> None:
        """Have a member leave the meeting."""
        with transaction() as session:
            attendance.leave(session, self.actor(key), scene.meeting_id)

    def call(self, item: int) -> None:
        """Call an item."""
        with transaction() as session:
            sitting.call_item(session, self.actor("secretary"), item)

    def question(self, item: int, text: str = QUESTION) -> int:
        """Prepare a question on an item; return its id."""
        with transaction() as session:
            return preparing.prepare(
                session, self.actor("secretary"), item_id=item, text=text, procedure=Procedure.VOTE
            ).id

    def armed(self, item: int) -> int:
        """Put a question on the tablets, not yet open; return its id."""
        question = self.question(item)
        with transaction() as session:
            service.arm(session, self.actor("secretary"), question)
        return question

    def opened(self, item: int) -> int:
        """Open the vote on an item; return the question's id."""
        question = self.armed(item)
        self.open(question)
        return question

    def open(self, question: int) -> None:
        """Open the vote on a question that is on the tablets."""
        with transaction() as session:
            service.open_question(session, self.actor("prime_minister"), question)

    def circulated(self, matter: int, text: str = QUESTION, options: str = "") -> int:
        """Ask the members for a written opinion on a dossier, or to choose among options; return the question's id."""
        secretary = self.actor("secretary")
        procedure = Procedure.CHOICE if options else Procedure.VOTE
        with transaction() as session:
            question = preparing.prepare_written(
                session, secretary, matter_id=matter, text=text, procedure=procedure, options=options
            ).id
        self.approved(question)
        with reading() as session:
            asked = session.get_one(Question, question)
            least, _most = written.period(session.get_one(Body, asked.body_id), asked)
        with transaction() as session:
            written.circulate(session, secretary, question, least)
        return question

    def approved(self, question: int) -> None:
        """Have a written draft proposed to the chair and approved."""
        with transaction() as session:
            seen = approval.propose(session, self.actor("secretary"), question).approved_hash
        with transaction() as session:
            approval.approve(session, self.actor("prime_minister"), question, seen=seen or "")

    def pass_the_deadline(self, question: int) -> None:
        """Move a question's deadline into the past, and leave it to somebody else to close it."""
        with transaction() as session:
            session.get_one(Question, question).closes_at = clock.now() - timedelta(minutes=5)

    def let_time_run_out(self, question: int) -> None:
        """Move a question's deadline, and the work that waits for it, into the past."""
        with transaction() as session:
            asked = session.get_one(Question, question)
            asked.closes_at = clock.now() - timedelta(minutes=5)
            service.ask_to_close(session, question, clock.now())

    def ballots(self, question: int) -> list[tuple[str, str]]:
        """Return who cast which choice, one for each ballot in the box."""
        with reading() as session:
            cast = (
                select(Person.name, BoxEntry.body)
                .join(BoxEntry, BoxEntry.person_id == Person.id)
                .where(BoxEntry.question_id == question, BoxEntry.kind == EntryKind.CAST)
                .order_by(BoxEntry.number)
            )
            return [(name, str(json.loads(body)["choice"])) for name, body in session.execute(cast)]
