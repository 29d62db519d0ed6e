"""Votes and ballot boxes made for tests, in words: so many said yes, so many no, the Prime Minister among them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from voting.engine.parsing import parse_rule
from voting.engine.rule import Choice, Form, Rule
from voting.engine.rule_book import NamedRule
from voting.engine.vote import Circumstances, RollMember, Vote, vote_of
from voting.entries import Paper, cast_body, closed_body, leaf_of, opened_body, seen_of
from voting.rules import decide

OPTIONS = ("yes", "no", "abstain", "other")
AT = "2026-11-21T08:00:00Z"


def vote(roles: Mapping[str, str | None] | None = None, *, passed: bool | None = None, **heads: int) -> Vote:
    """Make a vote of so many heads a choice; members are named `yes-1`, `absent-2` and so on."""
    ballots = {f"{choice}-{n}": Choice(choice) for choice, count in heads.items() for n in range(1, count + 1)}
    return Vote(tuple(ballots), ballots, roles=roles or {}, deadline_passed=passed)


def rule(**entries: object) -> Rule:
    """Make a rule: more than half of all members, and whatever is said besides."""
    majority = {"measure": "heads", "base": "all", "fraction": "1/2", "strict": True}
    return parse_rule({"criteria": [majority], **entries})


def majority(base: str, fraction: str = "1/2", *, strict: bool = True) -> list[object]:
    """Make the criteria of a plain majority."""
    return [{"measure": "heads", "base": base, "fraction": fraction, "strict": strict}]


@dataclass
class Box:
    """A ballot box being filled."""

    question: str
    named: NamedRule
    roll: Sequence[RollMember]
    papers: Sequence[Paper] = ()
    text: str = "Thông qua dự thảo Nghị định?"

    def __post_init__(self) -> None:
        self.ballots: dict[str, Choice] = {}
        self.bodies = [
            opened_body(
                question=self.question,
                text=self.text,
                rule=self.named.as_json(),
                roll=self.roll,
                papers=self.papers,
                options=OPTIONS,
                at=AT,
            )
        ]

    def cast(self, member: str, choice: Choice, text: str = "", **changed: object) -> None:
        """Append a ballot; `changed` plants a wrong field."""
        seen = seen_of(text=self.text, options=OPTIONS, language="vi", papers=self.papers)
        fields: dict[str, object] = {
            "question": self.question,
            "number": len(self.bodies),
            "previous": leaf_of(self.bodies[-1]),
            "member": member,
            "cast_id": f"cast-{len(self.bodies)}",
            "choice": choice.value,
            "text": text,
            "language": "vi",
            "seen": seen,
            "at": AT,
        }
        self.ballots[member] = choice
        self.bodies.append(cast_body(**{**fields, **changed}))  # type: ignore[arg-type] # the point is to plant what is wrong

    def close(self, circumstances: Circumstances | None = None) -> None:
        """Decide and append the closing entry."""
        so = circumstances or Circumstances()
        result = decide(vote_of(self.named.rule, self.roll, self.ballots, so), self.named.rule, self.named.reference())
        missing = [line.member for line in self.roll if line.member not in self.ballots and not line.recused]
        number, previous = len(self.bodies), leaf_of(self.bodies[-1])
        self.bodies.append(
            closed_body(
                question=self.question,
                number=number,
                previous=previous,
                result=result,
                circumstances=so,
                missing=missing,
                at=AT,
            )
        )


def named(made: Rule) -> NamedRule:
    """Give a rule a name."""
    return NamedRule("test/rule", {"en": "Test"}, "Charter", "1", "made for a test", "", "seen", None, None, made)


def some_criteria(form: Form) -> st.SearchStrategy[list[object]]:
    """Any list of criteria that the form allows."""
    bases = ["all", "entitled", "present", "cast", *(["answered"] if form is Form.WRITTEN else [])]
    one = st.builds(
        lambda base, fraction, strict: {"measure": "heads", "base": base, "fraction": fraction, "strict": strict},
        st.sampled_from(bases),
        st.sampled_from(["1/2", "2/3", "3/5", "3/4", "1/3", "55/100", "1/1"]),
        st.booleans(),
    )
    half = st.sampled_from(bases).map(lambda base: majority(base)[0])
    return st.lists(half, min_size=1, max_size=1) | st.lists(one, min_size=1, max_size=2)


SOME_QUORUM = st.fixed_dictionaries(
    {"fraction": st.sampled_from(["1/2", "2/3", "1/3"])},
    optional={
        "of": st.sampled_from(["all", "entitled"]),
        "strict": st.booleans(),
        "at_least": st.integers(0, 6),
        "roles": st.sampled_from([[], ["chair"]]),
        "except_roles": st.sampled_from([[], ["chair"]]),
        "attending": st.sampled_from([[], ["state_secretary"]]),
        "substitutes": st.booleans(),
    },
)


@st.composite
def some_rule(draw: st.DrawFn) -> Rule:
    """Draw any rule that is supported."""
    form = draw(st.sampled_from(Form))
    flags = {key: draw(st.booleans()) for key in ("double_counts_for_min_yes", "early_close")}
    rare = {key: draw(st.integers(0, 5)) == 0 for key in ("no_blocks", "absence_blocks")}
    ties: list[object] = ["fails", {"side_of": "chair"}, {"counts_double": "chair"}]
    raw = {
        "form": form.value,
        "criteria": draw(some_criteria(form)),
        "min_yes": draw(st.integers(0, 4)),
        "quorum": draw(st.none() | SOME_QUORUM),
        "tie": draw(st.sampled_from(ties)),
        "tie_when": draw(st.sampled_from(["yes_is_half_of_base", "yes_equals_no"])),
        "silence": draw(st.sampled_from(["not_a_yes", "consent", "absent", "objection_stops"])),
        "objections": draw(st.sampled_from([["no"], ["no", "other"], []])),
        "recused_leave": draw(st.lists(st.sampled_from(["present", "entitled", "quorum", "all"]), unique=True)),
        **flags,
        **rare,
    }
    return parse_rule(raw)
