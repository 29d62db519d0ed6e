"""What a trial found, in one line of figures."""

from dataclasses import dataclass, field


@dataclass
class Finding:
    """The figures of one trial. `wrong`: answers that no box agrees with, or errors where an answer was due; `broken`: boxes not whole."""

    trial: str
    database: str
    rounds: int = 0
    ballots: int = 0
    lost: int = 0
    doubled: int = 0
    wrong: int = 0
    broken: int = 0
    longest: float = 0.0  # seconds until a ballot had its receipt, or its refusal
    details: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether what must never happen did not."""
        return not (self.lost or self.doubled or self.wrong or self.broken)

    def note(self, detail: str) -> None:
        """Keep what may explain a finding; a few of them say as much as all."""
        if len(self.details) < 10:
            self.details.append(detail)

    def __str__(self) -> str:
        figures = f"{self.rounds} rounds, {self.ballots} ballots, {self.lost} lost, {self.doubled} doubled"
        rest = f"{self.wrong} wrong answers, {self.broken} boxes not whole, longest wait {self.longest:.2f} s"
        return "\n  ".join([f"{self.trial}, {self.database}: {figures}, {rest}", *self.details])
