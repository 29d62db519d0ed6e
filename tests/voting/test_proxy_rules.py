"""Proxies without a database: which may be given, and which of them hold when a question opens."""

import pytest

from ecabinet.refusals import Refused
from voting.franchise import proxy_rules
from voting.franchise.proxy_rules import Reason

NAMES = {member: f"member {member}" for member in (1, 2, 3, 4)}
ALL = (1, 2, 3, 4)


@pytest.mark.parametrize(
    ("member", "holder", "given", "is_over", "reason"),
    [
        (1, 2, {}, True, Reason.MEETING_OVER),
        (1, 1, {}, False, Reason.TO_ONESELF),
        (1, 2, {1: 3}, False, Reason.GIVEN_BEFORE),
        (1, 2, {2: 3}, False, Reason.HOLDER_GAVE_AWAY),
        (1, 2, {3: 1}, False, Reason.GIVER_HOLDS_ONE),
    ],
)
def test_a_proxy_that_could_never_hold_is_refused(
    *, member: int, holder: int, given: dict[int, int], is_over: bool, reason: Reason
) -> None:
    with pytest.raises(Refused) as refused:
        proxy_rules.check_may_give(member, holder, given=given, names=NAMES, is_over=is_over)
    assert refused.value.reason is reason


def test_one_member_may_be_asked_to_cast_for_several_whatever_the_rules_allow_then() -> None:
    proxy_rules.check_may_give(1, 2, given={3: 2}, names=NAMES, is_over=False)


def test_an_official_says_what_a_members_proxy_rests_on_and_the_member_need_not() -> None:
    proxy_rules.check_evidence("", is_own=True)
    proxy_rules.check_evidence("Văn bản số 12", is_own=False)
    with pytest.raises(Refused) as refused:
        proxy_rules.check_evidence("", is_own=False)
    assert refused.value.reason is Reason.EVIDENCE_MISSING


@pytest.mark.parametrize(
    ("given", "recused", "present", "entitled", "holds"),
    [
        ({1: 2, 3: 2}, (), (2,), ALL, {1: 2, 3: 2}),
        ({1: 2}, (), (), ALL, {1: 2}),  # the holder may take part from afar
        ({1: 2}, (), (1, 2), ALL, {}),  # who is checked in votes for themself
        ({1: 2}, (1,), (), ALL, {}),
        ({1: 2}, (2,), (2,), ALL, {}),
        ({1: 2}, (), (2,), (1, 3, 4), {}),
        ({1: 2}, (), (2,), (2, 3, 4), {}),
        ({1: 2, 2: 3}, (), (3,), ALL, {2: 3}),  # who is represented casts for nobody
        ({1: 2, 2: 3}, (), (2, 3), ALL, {1: 2}),  # who came after all casts again
        ({1: 2, 2: 3}, (3,), (), ALL, {1: 2}),
        ({1: 2, 2: 1}, (), (), ALL, {}),
        ({1: 1}, (), (), ALL, {}),
    ],
)
def test_at_the_opening_those_proxies_hold_whose_member_is_away_and_whose_holder_may_vote(
    given: dict[int, int],
    recused: tuple[int, ...],
    present: tuple[int, ...],
    entitled: tuple[int, ...],
    holds: dict[int, int],
) -> None:
    assert proxy_rules.holding(given, entitled=entitled, recused=recused, present=present) == holds
