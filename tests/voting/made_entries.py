"""A ballot box filled by hand: entries as the application writes them, without a database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from voting.engine.rule_book import NamedRule
from voting.engine.vote import RollMember
from voting.entries import EntryKind, Paper, Place, leaf_of, seen_of, write

OPTIONS = ("yes", "no", "abstain", "other")
AT = "2026-11-21T08:00:00.000Z"
KEY = "e-cabinet.0123456789abcdef"
OFFICIALS = ({"id": "91", "name": "Secretary"}, {"id": "92", "name": "Second secretary"})
NOTHING_SO: dict[str, object] = {"present": [], "attending": [], "classified": {}, "deadline_passed": None}


@dataclass
class Box:
    """A ballot box being filled."""

    question: str
    named: NamedRule
    roll: Sequence[RollMember]
    papers: Sequence[Paper] = ()
    text: str = "Thông qua dự thảo Nghị định?"
    bodies: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.enter(
            EntryKind.OPENED,
            text=self.text,
            form=self.named.rule.form.value,
            rule=self.named.as_json(),
            roll=[line.as_json() for line in self.roll],
            papers=[paper.as_json() for paper in self.papers],
            options=list(OPTIONS),
            labels={},
            present=[],
            deadline="",
            grace=0,
            key=KEY,
        )

    def enter(self, kind: EntryKind, **fields: object) -> None:
        """Append an entry."""
        previous = leaf_of(self.bodies[-1]) if self.bodies else None
        self.bodies.append(write(kind, Place(self.question, len(self.bodies), previous, AT), fields))

    def cast(
        self,
        member: str,
        choice: str,
        text: str = "",
        *,
        by: str | None = None,
        discuss: bool = False,
        reserved: str = "",
    ) -> None:
        """Append a ballot."""
        seen = seen_of(text=self.text, options=OPTIONS, labels={}, language="vi", papers=self.papers)
        self.enter(
            EntryKind.CAST,
            member=member,
            by=by or member,
            cast_id=f"cast-{len(self.bodies)}",
            choice=choice,
            text=text,
            discuss=discuss,
            reserved=reserved,
            language="vi",
            seen=seen,
            step_up="totp:1",
            assertion=None,
        )

    def paper(self, member: str, choice: str) -> None:
        """Append a ballot that two officials entered."""
        self.enter(
            EntryKind.PAPER,
            member=member,
            channel="paper",
            cast_id=f"cast-{len(self.bodies)}",
            choice=choice,
            text="",
            discuss=False,
            reserved="",
            evidence="Safe 2, envelope 7",
            entered_by=OFFICIALS[0],
            confirmed_by=OFFICIALS[1],
        )

    def recall(self, member: str) -> None:
        """Append a member's recall of what they answered."""
        self.enter(EntryKind.RECALLED, member=member, by=member, cast_id=f"cast-{len(self.bodies)}", step_up="totp:1")

    def take_out(self, by: str) -> None:
        """Append that a member took the question out of its block."""
        self.enter(EntryKind.TAKEN_OUT, by=by, reason="To be debated")

    def withdraw(self, number: int) -> None:
        """Append a ruling that takes a ballot out."""
        self.enter(EntryKind.WITHDRAWN, entry=number, reason="Sent from a stolen tablet", ruled_by=OFFICIALS[0])

    def extend(self) -> None:
        """Append a later end."""
        self.enter(EntryKind.EXTENDED, deadline=AT, reason="The network was down", extended_by=OFFICIALS[0])

    def close(self, result: Mapping[str, object] | None = None) -> None:
        """Append the closing entry; nothing is counted here."""
        counted = result or {"outcome": "fail", "figures": {}, "steps": []}
        self.enter(
            EntryKind.CLOSED,
            entries=len(self.bodies),
            head=leaf_of(self.bodies[-1]),
            root="00" * 32,
            circumstances=NOTHING_SO,
            missing=[],
            versions={"format": "2", "application": "test"},
            **counted,
        )

    def correct(self) -> None:
        """Append a correction."""
        self.enter(
            EntryKind.CORRECTED,
            outcome="pass",
            figures={},
            steps=[],
            circumstances=NOTHING_SO,
            missing=[],
            reason="One was counted as present who was not",
            entered_by=OFFICIALS[0],
            confirmed_by=OFFICIALS[1],
        )

    def annul(self) -> None:
        """Append an annulment."""
        self.enter(EntryKind.ANNULLED, reason="Wrong text", entered_by=OFFICIALS[0], confirmed_by=OFFICIALS[1])
