"""Votes and ballot boxes made for tests, in words: so many said yes, so many no, the Prime Minister among them."""

from collections.abc import Mapping

from hypothesis import strategies as st

from voting.engine.parsing import parse_rule
from voting.engine.rule import Choice, Form, Rule
from voting.engine.rule_book import NamedRule
from voting.engine.vote import Vote


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


def named(made: Rule) -> NamedRule:
    """Give a rule a name."""
    return NamedRule("test/rule", {"en": "Test"}, "Charter", "1", "made for a test", "", "seen", None, None, made)


def some_criteria(form: Form) -> st.SearchStrategy[list[object]]:
    """Any list of criteria that the form allows."""
    bases = ["all", "entitled", "present", "cast", *(["answered"] if form is Form.WRITTEN else [])]
    waivers: list[object] = [None, None, 2, {"fewest_over": {"measure": "heads", "fraction": "35/100"}, "plus": 1}]
    one = st.builds(
        lambda base, fraction, strict, waiver: {
            "measure": "heads",
            "base": base,
            "fraction": fraction,
            "strict": strict,
            "waived_if_blockers_below": waiver if base in ("all", "entitled") else None,
        },
        st.sampled_from(bases),
        st.sampled_from(["1/2", "2/3", "3/5", "3/4", "1/3", "55/100", "1/1"]),
        st.booleans(),
        st.sampled_from(waivers),
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
        "represented": st.booleans(),
    },
)


@st.composite
def some_rule(draw: st.DrawFn) -> Rule:
    """Draw any rule that counts heads."""
    form = draw(st.sampled_from(Form))
    flags = {key: draw(st.booleans()) for key in ("double_counts_for_min_yes", "early_close")}
    rare = {key: draw(st.integers(0, 5)) == 0 for key in ("no_blocks", "absence_blocks")}
    ties: list[object] = ["fails", {"side_of": "chair"}, {"counts_double": "chair"}, {"decides": "chair"}]
    raw = {
        "form": form.value,
        "criteria": draw(some_criteria(form)),
        "min_yes": draw(st.integers(0, 4)),
        "must_approve": draw(st.sampled_from([[], [], [], ["chair"]])),
        "veto": draw(st.sampled_from(["none", "none", "final", "suspensive"])),
        "quorum": draw(st.none() | SOME_QUORUM),
        "tie": draw(st.sampled_from(ties)),
        "tie_when": draw(st.sampled_from(["yes_is_half_of_base", "yes_equals_no"])),
        "silence": draw(st.sampled_from(["not_a_yes", "consent", "absent", "objection_stops"])),
        "objections": draw(st.sampled_from([["no"], ["no", "other"], []])),
        "proxies_per_member": draw(st.integers(0, 2)),
        "recused_leave": draw(st.lists(st.sampled_from(["present", "entitled", "quorum", "all"]), unique=True)),
        **flags,
        **rare,
    }
    return parse_rule(raw)
