"""One random written procedure, from circulation to close and after: the real verbs, the worker and a moved clock, each answer held against the model."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

from sqlalchemy import delete

import outcomes.jobs
import voting.jobs
from agenda_docs.models import Bar
from ecabinet import clock, jobs
from ecabinet.database import reading, transaction
from ecabinet.jobs import Job
from ecabinet.organisation.models import Body
from ecabinet.refusals import Forbidden, NotFound, Refused
from tests.faults.procedure_model import Model, deadline_after
from tests.faults.procedure_plans import ROLE, Act, Kind, Plan, Until
from tests.faults.question_model import Conduct
from tests.voting import room as rooms
from tests.world import MEMBERS
from voting import box, casting, entries, recall, service
from voting.ballots import Ballot
from voting.conduct import QuestionState
from voting.engine.result import steps_from_json
from voting.engine.rule import Choice
from voting.engine.sentences import render
from voting.models import WrittenRulebook
from voting.rulings import correction, paper_ballots
from voting.rulings import service as rulings
from voting.rulings.paper_ballots import Given, Read
from voting.rulings.rules import Channel

SINCE = date(2026, 1, 1)
WHY = "Theo đề nghị của thành viên"
WORDS = "Đề nghị rà soát mục 3."
A_MOMENT = timedelta(milliseconds=1)
WORK = {**voting.jobs.WORK, **outcomes.jobs.WORK}
CLASSES = {"yes": Choice.YES, "no": Choice.NO, "neither": Choice.OTHER}


class Procedure:
    """One procedure on the database of this process. `outcomes`: as it closed, and as it was corrected."""

    def __init__(self, where: Conduct, plan: Plan) -> None:
        """Nothing is there yet but the plan; the clock stands at the moment of sending."""
        self.where, self.plan, self.now = where, plan, plan.sent
        seats = {member: where.seat(member) for member in MEMBERS}
        self.model = Model(plan, seats, deadline_after(plan.sent, plan.days))
        self.question_id = 0
        self.outcomes: list[str] = []

    def run(self) -> None:
        """Do it all; an assertion fails where anything differs from what should be so."""
        with patch.object(clock, "now", lambda: self.now):
            self._prepare()
            if not self._circulate():
                return
            for act in self.plan.acts:
                self._do(act)
            self._wait(Until.LAST_MOMENT)
            self._worker_looks()
            assert not self.model.is_open
            self._classify()

    def _prepare(self) -> None:
        """Take away what is left of the procedure before; recuse, and write the rule."""
        room = self.where.room
        with transaction() as session:
            session.execute(delete(Bar))
            session.execute(delete(Job))
            body = session.get_one(Body, room.world.body_id)
            body.circulation_approved = ROLE not in self.plan.recused  # nobody else of the small world could approve
            if self.plan.asked.written is not None:
                session.add(
                    WrittenRulebook(
                        name="trial",
                        toml=self.plan.asked.as_rulebook(),
                        effective_on=SINCE,
                        written_by_id=room.world.person("administrator"),
                        written_at=self.now,
                    )
                )
        for member in sorted(self.plan.recused):
            rooms.bar(room, member)

    def _circulate(self) -> bool:
        """Send it; where everybody is recused it must be refused."""
        able = len(self.plan.recused) < len(MEMBERS)
        is_approved = ROLE not in self.plan.recused
        secretary = self.where.actors["secretary"]
        found = self._try(
            able,
            rooms.circulated,
            self.where.room,
            secretary,
            days=self.plan.days,
            rule_name=self.plan.asked.name,
            is_approved=is_approved,
        )
        self.question_id = found or 0
        if found:
            assert rooms.question(found).closes_at == self.model.deadline
        return bool(found)

    def _do(self, act: Act) -> None:
        """Wait, try, and let the worker look where the plan says so."""
        self._wait(act.until)
        self.now += timedelta(minutes=act.minutes)
        able = self.model.takes(act, self.now)
        number = self._try(able, self._verbs()[act.kind], act)
        if able and act.kind is Kind.CLOSE:
            self._is_closed()
        elif able:
            assert number in (self.model.enter(act), True)
        if act.works:
            self._worker_looks()

    def _verbs(self) -> dict[Kind, Callable[[Act], Any]]:
        return {
            Kind.CAST: self._cast,
            Kind.PAPER: self._on_paper,
            Kind.RECALL: self._recall,
            Kind.WITHDRAW: self._withdraw,
            Kind.EXTEND: self._extend,
            Kind.CLOSE: self._close,
        }

    def _wait(self, until: Until) -> None:
        """Move the clock, never back."""
        moments = {
            Until.DEADLINE: self.model.deadline,
            Until.LAST_MOMENT: self.model.last,
            Until.TOO_LATE: self.model.last + A_MOMENT,
        }
        self.now = max(self.now, moments.get(until, self.now))

    def _worker_looks(self) -> None:
        """Run what is due: the question is closed then if and only if the rule engine would decide it now."""
        jobs.run_due(WORK)
        if not self.model.is_open:
            return
        decides = self.model.outcome(passed=self.now >= self.model.last)["outcome"] != "open"
        state = rooms.state_of(self.question_id)
        assert (state is QuestionState.CLOSED) == decides, f"the worker left it {state}, the engine decides: {decides}"
        if decides:
            self._is_closed()

    def _is_closed(self) -> None:
        """What was stored at the close is what a file of votes comes to."""
        expected = self.model.outcome(passed=self.now >= self.model.last)
        question = rooms.question(self.question_id)
        stored = question.result or {}
        assert question.state is QuestionState.CLOSED
        assert question.closed_at == self.now
        self._is_same(stored, expected)
        assert stored["missing"] == self.model.missing()
        self.model.is_open = False
        self.model.entries += 1
        self.outcomes.append(str(question.outcome))
        with reading() as session:
            bodies = box.bodies(session, self.question_id)
        assert len(bodies) == self.model.entries
        assert entries.check_chain(bodies) is None

    def _is_same(self, stored: dict[str, Any], expected: dict[str, Any]) -> None:
        question = rooms.question(self.question_id)
        assert (question.outcome, stored["figures"]) == (expected["outcome"], expected["figures"])
        assert render(steps_from_json(stored["steps"]), str) == expected["why"]

    def _classify(self) -> None:
        """Two officials say how other opinions count; nothing is asked where that would change nothing."""
        others = {member for member, choice in self.model.answers().items() if choice == "other"}
        said = {member: how for member, how in self.plan.classified.items() if member in others}
        closed_at = rooms.question(self.question_id).closed_at or self.now
        corrected = self.model.outcome(passed=closed_at >= self.model.last, classified=said)
        able = any(how != "neither" for how in said.values()) and corrected["outcome"] != "open"
        classified = {self.where.seat(member): CLASSES[how] for member, how in said.items()}
        asked = self._try(
            able, self._ruling, "secretary", correction.ask, present=(), classified=classified, reason=WHY
        )
        if not asked:
            return
        self._ruling("second_secretary", correction.confirm, asked)
        question = rooms.question(self.question_id)
        self._is_same(question.corrections[-1], corrected)
        self.outcomes.append(f"classified: {question.outcome}")

    def _ruling(self, who: str, verb: Callable[..., Any], *given: Any, **named: Any) -> int:
        with transaction() as session:
            done = verb(session, self.where.actors[who], self.question_id, *given, **named)
            session.flush()
            found: int = done.id
            return found

    def _try(self, able: bool, call: Callable[..., Any], *given: Any, **named: Any) -> Any:  # noqa: FBT001 - what the model says
        """Call; return the answer where the model says it may be done, and nothing where it must be refused and was."""
        refusal: Exception | None = None
        answer = None
        try:
            answer = call(*given, **named)
        except (Refused, NotFound, Forbidden) as refused:
            refusal = refused
        assert able == (refusal is None), f"the model says {able}, and what came is {refusal or answer}"
        return True if able and answer is None else answer

    def _cast(self, act: Act) -> int:
        ballot = Ballot(rooms.mark(), act.choice, _words(act), discuss=act.discuss, reserved=_reserved(act))
        return casting.cast(self.where.actors[act.member], self.question_id, ballot).number

    def _recall(self, act: Act) -> int:
        return recall.recall(self.where.actors[act.member], self.question_id, rooms.mark()).number

    def _on_paper(self, act: Act) -> int:
        seat = self.where.room.world.membership(act.member)
        read = Read(seat, act.choice, _words(act), discuss=act.discuss, reserved=_reserved(act))
        entered = self._ruling("secretary", paper_ballots.enter, read, Given(Channel.PAPER, "Két số 2"))
        with transaction() as session:
            second = self.where.actors["second_secretary"]
            return paper_ballots.confirm(session, second, self.question_id, entered, read)

    def _withdraw(self, act: Act) -> None:
        with transaction() as session:
            chair = self.where.actors[ROLE]
            rulings.withdraw_ballot(session, chair, self.question_id, self.model.number_of(act), WHY)

    def _extend(self, act: Act) -> None:
        with transaction() as session:
            secretary = self.where.actors["secretary"]
            until = rulings.extend(session, secretary, self.question_id, by=act.days, reason=WHY)
        assert until == deadline_after(self.plan.sent, act.days)

    def _close(self, _act: Act) -> None:
        with transaction() as session:
            service.close(session, self.where.actors["secretary"], self.question_id)


def _words(act: Act) -> str:
    return WORDS if act.words else ""


def _reserved(act: Act) -> str:
    return "Bảo lưu về nguồn vốn" if act.reserved else ""
