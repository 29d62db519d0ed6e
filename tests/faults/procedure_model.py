"""What should be so in a written procedure: who has answered what, until when, and what the rule makes of it, by way of a line of a file of votes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.faults.procedure_plans import ROLE, Act, Kind, Plan
from tests.world import MEMBERS, ZONE
from voting.engine import vote_line

GRACE = timedelta(seconds=60)
OFFICE_CLOSES = time(17)
HOLIDAYS = frozenset(date(2027, 2, day) for day in (5, 8, 9, 10))  # those of the small world
NEEDS_NO_AGREEMENT = ("no", "abstain", "other")
POPULATION = dict(zip(MEMBERS, ("12", "3.5", "9", "7", "1", "30.25"), strict=True))
VETO_HOLDERS = ("deputy_prime_minister", "justice_minister")
VETO_RULE = "un_security_council/written_2020"


def deadline_after(sent: datetime, days: int) -> datetime:
    """Return the closing hour of the n-th working day after the day of sending, reckoned here once more."""
    day = sent.astimezone(ZoneInfo(ZONE)).date()
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < 5 and day not in HOLIDAYS
    return datetime.combine(day, OFFICE_CLOSES, ZoneInfo(ZONE)).astimezone(UTC)


@dataclass
class Model:
    """A procedure as it should stand. `seats`: the members as the entries name them."""

    plan: Plan
    seats: Mapping[str, str]
    deadline: datetime
    is_open: bool = True
    entries: int = 1
    ballots: dict[int, tuple[str, str]] = field(default_factory=dict)  # those that stand: member and choice

    @property
    def last(self) -> datetime:
        """The last moment at which an answer counts."""
        return self.deadline + GRACE

    def answers(self) -> dict[str, str]:
        """Each member's last answer that stands."""
        return {member: choice for _number, (member, choice) in sorted(self.ballots.items())}

    def takes(self, act: Act, now: datetime) -> bool:
        """Say whether what is tried may be done at this moment."""
        if not self.is_open:
            return False
        if act.kind is Kind.CLOSE:
            return bool(self.outcome(passed=now >= self.last)["outcome"] != "open")
        if act.kind is Kind.EXTEND:
            return self._may_extend(act.days, now)
        if now > self.last:
            return False
        return self._takes_from(act)

    def enter(self, act: Act) -> int:
        """Note what was done, and return the number of its entry."""
        number = self.entries
        self.entries += 1
        if act.kind in (Kind.CAST, Kind.PAPER):
            self.ballots[number] = (act.member, act.choice)
        elif act.kind is Kind.RECALL:
            self.ballots = {each: ballot for each, ballot in self.ballots.items() if ballot[0] != act.member}
        elif act.kind is Kind.WITHDRAW:
            del self.ballots[self.number_of(act)]
        elif act.kind is Kind.EXTEND:
            self.deadline = deadline_after(self.plan.sent, act.days)
        return number

    def number_of(self, act: Act) -> int:
        """Return the number of the ballot of this member that counts; that of no ballot where there is none."""
        return max((number for number, ballot in self.ballots.items() if ballot[0] == act.member), default=0)

    def outcome(self, *, passed: bool, classified: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Decide what stands, as a file of votes is decided: outcome, figures, the sentence."""
        answered = vote_line.answer(json.dumps(self.line(passed=passed, classified=classified or {})).encode())
        assert "error" not in answered, answered
        return answered

    def line(self, *, passed: bool, classified: Mapping[str, str]) -> dict[str, Any]:
        """Write the procedure as a line of a file of votes."""
        ballots = {**self.answers(), **dict.fromkeys(self.plan.recused, "recused")}
        others = {member for member, choice in ballots.items() if choice == "other"}
        return {
            "vote_id": "procedure",
            "rule": self.plan.asked.in_a_line,
            "electorate": {self.seats[member]: {"population": POPULATION[member]} for member in MEMBERS},
            "ballots": {self.seats[member]: choice for member, choice in ballots.items()},
            "roles": {ROLE: self.seats[ROLE]},
            "veto_holders": [self.seats[member] for member in self._veto_holders()],
            "classified": {self.seats[member]: how for member, how in classified.items() if member in others},
            "deadline_passed": passed,
        }

    def missing(self) -> list[str]:
        """Return who gave no answer."""
        without = set(MEMBERS) - self.plan.recused - self.answers().keys()
        return sorted(self.seats[member] for member in without)

    def _veto_holders(self) -> tuple[str, ...]:
        return VETO_HOLDERS if self.plan.asked.name == VETO_RULE else ()

    def _may_extend(self, days: int, now: datetime) -> bool:
        least, most = self.plan.asked.period
        later = deadline_after(self.plan.sent, days) > self.deadline
        return now < self.deadline and least <= days <= most and later

    def _takes_from(self, act: Act) -> bool:
        if act.kind is Kind.WITHDRAW:
            return ROLE not in self.plan.recused and self.number_of(act) > 0  # the chair rules, and reads the dossier
        if act.member in self.plan.recused:
            return False
        has_answered = act.member in self.answers()
        if act.kind is Kind.RECALL:
            return has_answered and self.plan.asked.may_change
        return self._is_an_answer(act) and (self.plan.asked.may_change or not has_answered)

    def _is_an_answer(self, act: Act) -> bool:
        if act.choice == "abstain" and self.plan.asked.says["abstention"] == "forbidden":
            return False
        if act.choice == "other" and not act.words:
            return False
        return not act.discuss or (act.words and act.choice in NEEDS_NO_AGREEMENT)
