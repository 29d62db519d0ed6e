"""Decisions about the organisation, without a database."""

from datetime import date

import pytest

from ecabinet.organisation import rules
from ecabinet.organisation.rules import Reason
from ecabinet.refusals import Refused

MAY, JUNE, JULY = date(2027, 5, 1), date(2027, 6, 1), date(2027, 7, 1)


@pytest.mark.parametrize(
    ("first", "second", "meet"),
    [
        ((MAY, JUNE), (JUNE, JULY), True),  # both ends are counted in
        ((MAY, JUNE), (JULY, None), False),
        ((MAY, None), (JULY, None), True),
        ((JULY, None), (MAY, JUNE), False),
        ((MAY, MAY), (MAY, MAY), True),
    ],
)
def test_two_periods_meet_when_they_share_a_day(
    first: tuple[date, date | None], second: tuple[date, date | None], *, meet: bool
) -> None:
    assert rules.overlaps(first, second) is meet
    assert rules.overlaps(second, first) is meet


def test_what_is_below_a_unit_is_found_at_every_depth_and_a_ring_does_not_trap() -> None:
    parents = {1: None, 2: 1, 3: 2, 4: 1, 5: None, 6: 7, 7: 6}
    assert rules.below(parents, [2]) == {2, 3}
    assert rules.below(parents, [1, 99]) == {1, 2, 3, 4}
    assert rules.below(parents, [6]) == {6, 7}
    assert rules.below(parents, []) == frozenset()


def test_a_unit_is_never_hung_below_itself() -> None:
    parents = {1: None, 2: 1, 3: 2}
    for below in (1, 2, 3):
        with pytest.raises(Refused) as refusal:
            rules.check_may_be_placed(parents, 1, below)
        assert refusal.value.reason is Reason.UNIT_BELOW_ITSELF
    rules.check_may_be_placed(parents, 3, 1)
    rules.check_may_be_placed(parents, 3, None)


@pytest.mark.parametrize(
    ("confirmer", "reason"), [(1, Reason.CONFIRMED_BY_ANOTHER), (2, Reason.CONFIRMED_BY_ANOTHER), (3, None)]
)
def test_a_role_is_confirmed_by_neither_its_giver_nor_its_holder(confirmer: int, reason: Reason | None) -> None:
    def confirm(*, in_force: bool = False, has_ended: bool = False) -> None:
        rules.check_may_confirm(
            in_force=in_force, has_ended=has_ended, confirmer_id=confirmer, granter_id=1, person_id=2
        )

    if reason is None:
        confirm()
        for late in ({"in_force": True}, {"has_ended": True}):
            with pytest.raises(Refused):
                confirm(**late)
        return
    with pytest.raises(Refused) as refusal:
        confirm()
    assert refusal.value.reason is reason


def test_what_is_over_keeps_its_last_day_and_what_is_to_come_may_be_moved() -> None:
    rules.check_may_end(None, JUNE, today=JUNE)
    rules.check_may_end(JULY, JUNE, today=JUNE)
    rules.check_may_end(JUNE, JULY, today=JUNE)
    with pytest.raises(Refused) as refusal:
        rules.check_may_end(MAY, JULY, today=JUNE)
    assert refusal.value.reason is Reason.HAS_ENDED


@pytest.mark.parametrize("name", ["Prime Minister", "x", "_chair", "chair_", "thủ_tướng", "a" * 60, ""])
def test_a_role_of_the_roll_is_written_as_rules_name_it(name: str) -> None:
    rules.check_role_name("prime_minister")
    with pytest.raises(Refused):
        rules.check_role_name(name)


@pytest.mark.parametrize("zone", ["", "Asia", "../etc/passwd", "Asia/Nowhere", "UTC+7"])
def test_a_zone_that_does_not_exist_is_refused(zone: str) -> None:
    rules.check_zone("Asia/Ho_Chi_Minh")
    with pytest.raises(Refused) as refusal:
        rules.check_zone(zone)
    assert refusal.value.reason is Reason.NO_SUCH_ZONE


@pytest.mark.parametrize("name", ["", "viet_nam", "viet_nam/", "/meeting", "a/b/c", "../x"])
def test_a_rule_is_named_by_rulebook_and_name(name: str) -> None:
    rules.check_rule_name("viet_nam/meeting")
    with pytest.raises(Refused):
        rules.check_rule_name(name)
