"""A question in the hands of a random conduct, held against a model so simple that it can be read: who has which ballots, and where it stands."""

import json
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)
from sqlalchemy import delete, select

from agenda_docs.models import Bar
from ecabinet.database import reading, transaction
from ecabinet.refusals import NotFound, Refused
from tests.faults.question_model import A_DAY, Conduct, Model, Sent
from tests.voting import room as rooms
from tests.world import MEMBERS
from voting import box, casting, entries, service
from voting.ballots import Ballot
from voting.conduct import QuestionState
from voting.models import Box, Question
from voting.rulings import annulment, correction, paper_ballots
from voting.rulings import service as rulings
from voting.rulings.paper_ballots import Given, Read
from voting.rulings.rules import Channel

RULE = "plain/majority_of_present"  # more than half of those present; more than half of all have to be
CHOICES = ("yes", "no", "abstain", "other")
WHY = "Theo kết luận của chủ tọa"
BEFORE_OPENING = frozenset({"draft", "armed"})
members = st.sampled_from(MEMBERS)
choices = st.sampled_from(CHOICES)


def machine_of(conducted: Conduct) -> "type[QuestionMachine]":
    """Return the machine that conducts questions in this room, one a run."""

    class Put(QuestionMachine):
        where = conducted

    return Put


class QuestionMachine(RuleBasedStateMachine):
    """Every command in any order; what the model says is refused has to be, and changes nothing."""

    where: Conduct
    runs = 0
    ballots = 0
    sent = Bundle("sent")

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        with transaction() as session:
            session.execute(delete(Bar))
        self.question_id = rooms.prepared(self.where.room, self.where.actors["secretary"], rule_name=RULE)

    def teardown(self) -> None:
        """Leave the room to the next question; what is still open is counted."""
        type(self).runs += 1
        type(self).ballots += len(self.model.ballots) + len(self.model.withdrawn)
        if self.model.is_open:
            self.close()
            self.the_database_agrees()

    @initialize(
        target=sent,
        barred=st.sets(members, max_size=2),
        first=st.lists(st.tuples(members, choices), max_size=8),
        with_end=st.booleans(),
    )
    def begin(self, barred: set[str], first: list[tuple[str, str]], *, with_end: bool) -> Any:
        """Most runs begin with an open question and ballots in it, since little can be done before."""
        for member in sorted(barred):
            self.recuse(member)
        if not first:
            return multiple()
        self.arm()
        self.open_question(with_end=with_end)
        able = [each for each in first if each[0] not in self.model.recused]
        return multiple(*(self._send(member, choice) for member, choice in able))

    @precondition(lambda self: self.model.state in BEFORE_OPENING)
    @rule()
    def arm(self) -> None:
        """Show the question."""
        if self._try(self.model.state is QuestionState.DRAFT, self._do, "secretary", service.arm):
            self.model.state = QuestionState.ARMED

    @precondition(lambda self: not self.model.is_open or self.model.kinds[-1] == "extended")
    @rule(with_end=st.booleans())
    def open_question(self, *, with_end: bool) -> None:
        """Open it, perhaps with an end."""
        able = self.model.state is QuestionState.ARMED
        end = A_DAY if with_end else None
        if self._try(able, self._do, "prime_minister", service.open_question, closes_in=end):
            self.model.state, self.model.has_end = QuestionState.OPEN, with_end
            self.model.recused = set(self.model.barred)
            self.model.kinds.append("opened")

    @rule(target=sent, member=members, choice=choices)
    def cast(self, member: str, choice: str) -> Any:
        """Cast a ballot with a mark of its own: the first, or another one."""
        taken = self._send(member, choice)
        return multiple() if taken is None else taken

    @rule(ballot=sent)
    def send_again(self, ballot: Sent) -> None:
        """The same ballot again has the same number, after the close too."""
        assert self._cast(ballot.member, ballot.mark, ballot.choice) == ballot.number

    @rule(ballot=sent, choice=choices)
    def send_another_under_its_mark(self, ballot: Sent, choice: str) -> None:
        """Another choice under the same mark is refused."""
        if choice != ballot.choice:
            self._try(False, self._cast, ballot.member, ballot.mark, choice)  # noqa: FBT003 - never able

    @rule(member=members)
    def recuse(self, member: str) -> None:
        """A conflict of interest is recorded: before the opening it counts, afterwards the roll stays as frozen."""
        if member not in self.model.barred and member != "prime_minister":
            rooms.bar(self.where.room, member)
            self.model.barred.add(member)

    @rule(member=members, choice=choices)
    def enter_on_paper(self, member: str, choice: str) -> None:
        """Two officials enter a ballot."""
        able = self.model.is_open and member not in self.model.recused
        if self._try(able, self._on_paper, member, choice):
            self._entered("paper", member, choice)

    @rule(ballot=consumes(sent))
    def withdraw(self, ballot: Sent) -> None:
        """The chair takes a ballot out of the count, once."""
        able = self.model.is_open and ballot.number not in self.model.withdrawn
        if self._try(able, self._do, "prime_minister", rulings.withdraw_ballot, ballot.number, WHY):
            self.model.kinds.append("withdrawn")
            self.model.withdrawn.add(ballot.number)
            del self.model.ballots[ballot.number]

    @rule()
    def extend(self) -> None:
        """Move the end, where there is one."""
        able = self.model.is_open and self.model.has_end
        if self._try(able, self._do, "secretary", rulings.extend, by=5, reason=WHY):
            self.model.kinds.append("extended")

    @precondition(lambda self: len(self.model.kinds) > 8 or not self.model.is_open)
    @rule()
    def close(self) -> None:
        """Close it: the outcome is what the model counts."""
        if self._try(self.model.is_open, self._do, "secretary", service.close):
            self.model.state = QuestionState.CLOSED
            self.model.kinds.append("closed")
            self.model.present = set(MEMBERS)

    @rule(present=st.sets(members))
    def correct(self, present: set[str]) -> None:
        """Two officials say who was really present."""
        able = self.model.state is QuestionState.CLOSED and present != self.model.present
        if self._try(able, self._correct, present):
            self.model.kinds.append("corrected")
            self.model.present = present

    @precondition(lambda self: len(self.model.kinds) > 10)
    @rule()
    def annul(self) -> None:
        """Two officials take the vote back."""
        able = self.model.state in (QuestionState.OPEN, QuestionState.CLOSED)
        if self._try(able, self._annul):
            self.model.state = QuestionState.ANNULLED
            self.model.kinds.append("annulled")

    @invariant()
    def the_database_agrees(self) -> None:
        """State, entries, ballots that stand, how many have voted, and the result."""
        with reading() as session:
            question = session.get_one(Question, self.question_id)
            bodies = box.bodies(session, self.question_id)
            voted = session.scalar(select(Box.voted).where(Box.question_id == self.question_id))
        assert question.state is self.model.state
        assert [json.loads(body)["type"] for body in bodies] == self.model.kinds
        assert entries.check_chain(bodies) is None
        standing = self.model.standing()
        found = {member: ballot.choice for member, ballot in entries.standing(bodies).items()}
        assert found == {self.where.seat(member): choice for member, choice in standing.items()}
        assert (voted or 0) == len(standing)
        if self.model.state is QuestionState.CLOSED:
            self._check_result(json.loads(bodies[-1]), question)

    def _check_result(self, last: dict[str, Any], question: Question) -> None:
        outcome, yes, present = self.model.outcome(self.model.present)
        assert (last["outcome"], last["figures"]["yes"], last["figures"]["present"]) == (outcome, yes, present)
        assert question.outcome == outcome
        without = set(MEMBERS) - self.model.recused - self.model.standing().keys()
        assert last["missing"] == sorted(self.where.seat(member) for member in without)

    def _send(self, member: str, choice: str) -> Sent | None:
        mark, able = rooms.mark(), self.model.is_open and member not in self.model.recused
        number = self._try(able, self._cast, member, mark, choice)
        if number is None:
            return None
        assert number == self._entered("cast", member, choice)
        return Sent(member, mark, choice, number)

    def _entered(self, kind: str, member: str, choice: str) -> int:
        number = len(self.model.kinds)
        self.model.kinds.append(kind)
        self.model.ballots[number] = (member, choice)
        return number

    def _try(self, able: bool, call: Callable[..., Any], *given: Any, **named: Any) -> Any:  # noqa: FBT001
        """Call; what comes back is the answer where the model says it may be done, and None where it must be refused and was."""
        try:
            answer = call(*given, **named)
        except (Refused, NotFound):
            assert not able, "it was refused, and the model says it may be done"
            return None
        assert able, "it was done, and the model says it must be refused"
        return True if answer is None else answer

    def _do(self, who: str, verb: Callable[..., Any], *given: Any, **named: Any) -> Any:
        with transaction() as session:
            verb(session, self.where.actors[who], self.question_id, *given, **named)

    def _cast(self, member: str, mark: str, choice: str) -> int:
        text = "Cần bổ sung" if choice == "other" else ""
        return casting.cast(self.where.actors[member], self.question_id, Ballot(mark, choice, text)).number

    def _on_paper(self, member: str, choice: str) -> None:
        read = Read(self.where.room.world.membership(member), choice, "Cần bổ sung" if choice == "other" else "")
        given = Given(Channel.PAPER, "Két số 2")
        with transaction() as session:
            paper_id = paper_ballots.enter(session, self.where.actors["secretary"], self.question_id, read, given)
            session.flush()
            entered = paper_id.id
        self._do("prime_minister", paper_ballots.confirm, entered, read)

    def _correct(self, present: set[str]) -> None:
        there = [self.where.seat(member) for member in present]
        self._by_two(correction.ask, correction.confirm, present=there, classified={}, reason=WHY)

    def _annul(self) -> None:
        self._by_two(annulment.ask, annulment.confirm, WHY)

    def _by_two(self, ask: Callable[..., Any], confirm: Callable[..., Any], *given: Any, **named: Any) -> None:
        with transaction() as session:
            asked = ask(session, self.where.actors["secretary"], self.question_id, *given, **named)
            session.flush()
            ruling_id = asked.id
        self._do("second_secretary", confirm, ruling_id)
