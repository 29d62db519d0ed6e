"""Random ballot boxes, written and counted by the application's own code, without a database."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.faults.random_rolls import random_roll
from tests.faults.random_rules import CHOICES, Json, random_rule, some
from tests.outcomes.made_boxes import SIGNER
from voting import choosing, rules
from voting.conduct import DISCUSSED_WITH
from voting.engine.parsing import parse_rule
from voting.engine.rule import Choice, Rule
from voting.engine.rule_book import NamedRule
from voting.engine.vote import Circumstances, LiveBallot, RollMember, vote_of
from voting.entries import (
    FORMAT,
    EntryKind,
    Paper,
    Place,
    circumstances_as_json,
    leaf_of,
    seen_of,
    standing,
    write,
)
from voting.proof.tree import Tree

OPENS = datetime(2026, 11, 21, 8, tzinfo=UTC)
PAPERS = (Paper("12", 2, "ab" * 32), Paper("13", 1, "cd" * 32))
OFFICIALS = ({"id": "91", "name": "Thư ký phiên họp"}, {"id": "92", "name": "Chủ tọa"})
TEXTS = ("", "", "Đồng ý, với điều kiện", 'a\u2028b\\"\n\t\x7f', "\U0001f5f3 €", "ﬁ \ufb33")
ACTS = ("cast", "cast", "cast", "cast", "cast", "paper", "withdraw", "recall", "extend")


@dataclass
class RandomBox:
    """A box that is being filled, and what the application counted in the end."""

    number: int
    whim: random.Random
    named: NamedRule
    roll: list[RollMember]
    options: list[str]
    labels: dict[str, str]
    opened_present: list[str]
    favoured: list[str]  # what members are inclined to answer
    bodies: list[bytes] = field(default_factory=list)
    result: Json = field(default_factory=dict)
    deadline: datetime = OPENS

    @property
    def question(self) -> str:
        """The id of the question."""
        return str(self.number + 1)

    @property
    def rule(self) -> Rule:
        """The rule that decides."""
        return self.named.rule

    def enter(self, kind: EntryKind, **fields: object) -> int:
        """Append an entry and return its number."""
        number = len(self.bodies)
        previous = leaf_of(self.bodies[-1]) if self.bodies else None
        at = (OPENS + timedelta(seconds=number)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self.bodies.append(write(kind, Place(self.question, number, previous, at), fields))
        return number

    def checkpoints(self) -> str:
        """Return the one checkpoint that covers the box."""
        return (SIGNER.note(self.question, [bytes.fromhex(leaf_of(body)) for body in self.bodies]) + b"\n").decode()


def random_box(number: int, seed: int) -> RandomBox:
    """Return the box of this number in the series of this seed."""
    whim = random.Random(f"{seed}:{number}")
    made = _opened(number, whim)
    for _member in range(int(len(made.roll) * whim.choice([0, 0.5, 1, 1, 1.5]))):
        _cast(made)
    for _act in range(whim.choice([0, 0, 2, 5, 10])):
        _ACTS[whim.choice(ACTS)](made)
    _end(made)
    return made


def _opened(number: int, whim: random.Random) -> RandomBox:
    among_options = whim.random() < 0.08
    rule = parse_rule(random_rule(whim))
    named = NamedRule(
        "test/rule", {"en": "Rule"}, "Charter", "1", "made up", "", "seen", None, None, rule,
        change_of_ballot=whim.choice(["until_close", "until_close", "never"]),
        presence=whim.choice(["closing", "closing", "opening"]),
        counts_only=among_options,
    )  # fmt: skip
    roll = random_roll(whim, rule)
    labels = choosing.named([f"Phương án {each}" for each in range(whim.randrange(2, 5))]) if among_options else {}
    offered = [each for each in CHOICES if each != "abstain" or rule.abstention_allowed]
    box = RandomBox(
        number, whim, named, roll, options=[*labels, "abstain"] if among_options else offered, labels=labels,
        opened_present=[] if rule.is_written else sorted(some(whim, [line.member for line in roll], 0.6)),
        favoured=whim.choice([["yes"], ["yes"], ["yes", "no"], ["yes", "no"], []]),
    )  # fmt: skip
    box.enter(
        EntryKind.OPENED,
        text="Thông qua?",
        form=rule.form.value,
        rule=named.as_json(),
        roll=[line.as_json() for line in roll],
        papers=[paper.as_json() for paper in PAPERS],
        options=box.options,
        labels=labels,
        present=box.opened_present,
        deadline=_instant(box.deadline) if rule.is_written else "",
        grace=60 if rule.is_written else 0,
        key=SIGNER.name,
    )
    return box


def _cast(box: RandomBox) -> None:
    line = _voter(box)
    if line is None:
        return
    can_be_cast_for = line.proxy is not None and box.whim.random() < 0.8
    language = box.whim.choice(["vi", "en"])
    choice = _choice(box)
    box.enter(
        EntryKind.CAST,
        member=line.member,
        by=line.proxy if can_be_cast_for else line.member,
        cast_id=f"cast-{len(box.bodies)}",
        choice=choice,
        text=box.whim.choice(TEXTS),
        **_beside(box, choice),
        language=language,
        seen=seen_of(text="Thông qua?", options=box.options, labels=box.labels, language=language, papers=PAPERS),
        step_up=box.whim.choice(["totp:58311", "passkey:AAAA", "link"]),
        assertion=None,
    )


def _paper(box: RandomBox) -> None:
    line = _voter(box)
    if line is not None:
        choice = _choice(box)
        box.enter(
            EntryKind.PAPER,
            member=line.member,
            channel=box.whim.choice(["paper", "telephone"]),
            cast_id=f"cast-{len(box.bodies)}",
            choice=choice,
            text=box.whim.choice(TEXTS),
            **_beside(box, choice),
            evidence="Két số 2",
            entered_by=OFFICIALS[0],
            confirmed_by=OFFICIALS[1],
        )


def _beside(box: RandomBox, choice: str) -> Json:
    """What a member asks for, and keeps on record, beside the choice."""
    may_ask = box.rule.is_written and choice in DISCUSSED_WITH
    return {"discuss": may_ask and box.whim.random() < 0.3, "reserved": box.whim.choice(TEXTS)}


def _voter(box: RandomBox) -> RollMember | None:
    """Any member who may have a ballot now, rather one without."""
    voted, final = standing(box.bodies), box.named.change_of_ballot == "never"
    able = [line for line in box.roll if not line.recused]
    without = [line for line in able if line.member not in voted]
    if final or (without and box.whim.random() < 0.8):
        able = without
    return box.whim.choice(able) if able else None


def _choice(box: RandomBox) -> str:
    often = [each for each in box.options if each in box.favoured] * 4
    return box.whim.choice([*box.options, *often])


def _withdraw(box: RandomBox) -> None:
    standing_ones = [ballot.number for ballot in standing(box.bodies).values()]
    if standing_ones:
        number = box.whim.choice(standing_ones)
        box.enter(EntryKind.WITHDRAWN, entry=number, reason="Máy bị mất", ruled_by=OFFICIALS[1])


def _recall(box: RandomBox) -> None:
    """A member takes back what counts of theirs, in writing and where answers may be changed."""
    answered = [line for line in box.roll if line.member in standing(box.bodies)]
    if not box.rule.is_written or box.named.change_of_ballot == "never" or not answered:
        return
    line = box.whim.choice(answered)
    by = line.proxy if line.proxy is not None and box.whim.random() < 0.5 else line.member
    box.enter(EntryKind.RECALLED, member=line.member, by=by, cast_id=f"cast-{len(box.bodies)}", step_up="totp:58312")


def _extend(box: RandomBox) -> None:
    if box.rule.is_written:
        box.deadline += timedelta(days=1)
        until = _instant(box.deadline)
        box.enter(EntryKind.EXTENDED, deadline=until, reason="Mất mạng", extended_by=OFFICIALS[0])


_ACTS = {"cast": _cast, "paper": _paper, "withdraw": _withdraw, "recall": _recall, "extend": _extend}


def _end(box: RandomBox) -> None:
    """Close it, and perhaps correct and annul; a vote may be annulled before it is closed, too."""
    whim = box.whim
    able = [line.member for line in box.roll if not line.recused]
    if able and not box.rule.is_written and whim.random() < 0.04:
        box.enter(EntryKind.TAKEN_OUT, by=whim.choice(able), reason="Cần thảo luận")
        box.result = {"outcome": "taken_out", "figures": None, "missing": None}
        return
    if whim.random() > 0.04:
        _count(box, EntryKind.CLOSED)
        for _again in range(whim.choice([0, 0, 0, 1, 2])):
            if not box.labels:
                _count(box, EntryKind.CORRECTED)
    if not box.result or whim.random() < 0.05:
        box.enter(EntryKind.ANNULLED, reason="Sai dự thảo", entered_by=OFFICIALS[0], confirmed_by=OFFICIALS[1])
        box.result = {"outcome": "annulled", "figures": None, "missing": None}


def _count(box: RandomBox, kind: EntryKind) -> None:
    so = _circumstances(box, is_correction=kind is EntryKind.CORRECTED)
    ballots = standing(box.bodies)
    if box.labels:
        chosen = {member: ballot.choice for member, ballot in ballots.items()}
        recused = sum(line.recused for line in box.roll)
        counted = choosing.count(len(box.roll), recused, chosen, list(box.labels.values())).as_json()
    else:
        live = {member: LiveBallot(Choice(ballot.choice), ballot.by or "") for member, ballot in ballots.items()}
        counted = rules.decide(vote_of(box.rule, box.roll, live, so), box.rule, box.named.reference()).as_json()
    missing = sorted(line.member for line in box.roll if not line.recused and line.member not in ballots)
    said = {**counted, "circumstances": circumstances_as_json(so), "missing": missing}
    box.enter(kind, **said, **_last(box, kind))
    box.result = {"outcome": counted["outcome"], "figures": counted["figures"], "missing": missing}


def _last(box: RandomBox, kind: EntryKind) -> Json:
    if kind is EntryKind.CORRECTED:
        return {"reason": "Vắng mặt", "entered_by": OFFICIALS[0], "confirmed_by": OFFICIALS[1]}
    leaves = [leaf_of(body) for body in box.bodies]
    root = Tree(bytes.fromhex(leaf) for leaf in leaves).root().hex()
    versions = {"format": FORMAT, "application": "trial"}
    return {"entries": len(leaves), "head": leaves[-1], "root": root, "versions": versions}


def _circumstances(box: RandomBox, *, is_correction: bool) -> Circumstances:
    whim, members = box.whim, [line.member for line in box.roll]
    others = [member for member, ballot in standing(box.bodies).items() if ballot.choice == "other"]
    classes = [Choice.YES, Choice.NO, Choice.OTHER]
    classified = {member: whim.choice(classes) for member in some(whim, sorted(others), 0.7)}
    attending = tuple(some(whim, ["state_secretary", "clerk"], 0.6))
    if box.rule.is_written:
        passed = bool(box.labels) or whim.random() < 0.8
        return Circumstances((), attending, classified, deadline_passed=passed)
    frozen = box.named.presence == "opening" and not is_correction
    present = box.opened_present if frozen else some(whim, [*members, "999"], whim.choice([0.3, 0.7, 1]))
    return Circumstances(tuple(present), attending, classified, None)


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
