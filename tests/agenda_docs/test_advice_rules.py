"""When advice may be asked for, given, extended and taken back."""

from datetime import UTC, date, datetime, timedelta

import pytest

from agenda_docs.advice import rules
from agenda_docs.advice.rules import AdviceKind, Reason, RequestState
from agenda_docs.rules import MatterState
from ecabinet.organisation.rules import WorkingDays, working_days_before
from ecabinet.refusals import Refused

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


def refusal(check: object, **values: object) -> Reason | None:
    """Why it is refused, or nothing."""
    try:
        check(**values)  # type: ignore[operator]
    except Refused as refused:
        return refused.reason  # type: ignore[return-value]
    return None


ASKING = {"is_keeper": True, "state": MatterState.LODGED, "is_own_unit": False, "is_asked": False, "days": 3}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, None),
        ({"state": MatterState.DRAFT}, None),
        ({"state": MatterState.ACCEPTED}, None),
        ({"state": MatterState.WITHDRAWN}, Reason.MATTER_WITHDRAWN),
        ({"is_keeper": False}, Reason.ONLY_KEEPERS_ASK),
        ({"is_own_unit": True}, Reason.OWN_UNIT),
        ({"is_asked": True}, Reason.ASKED_ALREADY),
        ({"days": 0}, Reason.DAYS_OUT_OF_RANGE),
        ({"days": 1}, None),
        ({"days": 10}, None),
        ({"days": 11}, Reason.DAYS_OUT_OF_RANGE),
    ],
)
def test_who_may_ask_about_what_and_for_how_long(change: dict[str, object], why: Reason | None) -> None:
    assert refusal(rules.check_may_ask, **{**ASKING, **change}) is why


GIVING = {"is_of_unit": True, "state": RequestState.ASKED, "now": NOW, "due_at": LATER}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, None),
        ({"state": RequestState.GIVEN}, None),
        ({"now": LATER}, None),
        ({"now": LATER + timedelta(microseconds=1)}, Reason.TOO_LATE),
        ({"state": RequestState.NOT_GIVEN}, Reason.TOO_LATE),
        ({"state": RequestState.WITHDRAWN}, Reason.TAKEN_BACK),
        ({"is_of_unit": False}, Reason.NOT_YOUR_UNIT),
    ],
)
def test_advice_is_taken_from_the_agency_asked_until_its_deadline(
    change: dict[str, object], why: Reason | None
) -> None:
    assert refusal(rules.check_may_give, **{**GIVING, **change}) is why


def test_only_a_positive_advice_needs_no_words() -> None:
    assert refusal(rules.check_words, kind=AdviceKind.POSITIVE, text="") is None
    assert refusal(rules.check_words, kind=AdviceKind.WITH_REMARKS, text="") is Reason.WORDS_MISSING
    assert refusal(rules.check_words, kind=AdviceKind.NEGATIVE, text="") is Reason.WORDS_MISSING
    assert refusal(rules.check_words, kind=AdviceKind.NEGATIVE, text="Thiếu nguồn vốn") is None


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (RequestState.ASKED, None),
        (RequestState.NOT_GIVEN, None),
        (RequestState.GIVEN, Reason.GIVEN_ALREADY),
        (RequestState.WITHDRAWN, Reason.TAKEN_BACK),
    ],
)
def test_what_is_settled_gets_no_more_time_and_is_not_taken_back(state: RequestState, why: Reason | None) -> None:
    assert refusal(rules.check_may_extend, is_keeper=True, state=state, matter=MatterState.LODGED) is why
    assert refusal(rules.check_may_take_back, is_keeper=True, state=state) is why


def test_only_those_who_keep_the_dossier_move_or_take_back_a_request() -> None:
    values = {"is_keeper": False, "state": RequestState.ASKED}
    assert refusal(rules.check_may_extend, matter=MatterState.LODGED, **values) is Reason.ONLY_KEEPERS_ASK
    assert refusal(rules.check_may_take_back, **values) is Reason.ONLY_KEEPERS_ASK
    withdrawn = {"is_keeper": True, "state": RequestState.ASKED, "matter": MatterState.WITHDRAWN}
    assert refusal(rules.check_may_extend, **withdrawn) is Reason.MATTER_WITHDRAWN


def test_an_extension_gives_more_time() -> None:
    assert refusal(rules.check_later, stands=NOW, proposed=NOW) is Reason.NOT_LATER
    assert refusal(rules.check_later, stands=NOW, proposed=LATER) is None


@pytest.mark.parametrize(
    ("end", "days", "before"),
    [
        # Ha Noi, 17:00: Monday; the working day before is Friday, or the Saturday that is worked to make up.
        (datetime(2026, 11, 23, 10, tzinfo=UTC), 1, datetime(2026, 11, 20, 10, tzinfo=UTC)),
        (datetime(2026, 11, 30, 10, tzinfo=UTC), 1, datetime(2026, 11, 28, 10, tzinfo=UTC)),
        (datetime(2026, 11, 30, 10, tzinfo=UTC), 2, datetime(2026, 11, 26, 10, tzinfo=UTC)),  # Friday is a holiday
        (datetime(2026, 11, 25, 10, tzinfo=UTC), 3, datetime(2026, 11, 20, 10, tzinfo=UTC)),
    ],
)
def test_working_days_are_counted_backwards_over_weekends_and_holidays(
    end: datetime, days: int, before: datetime
) -> None:
    calendar = WorkingDays(
        weekend=frozenset({5, 6}),
        covers_until=date(2026, 12, 31),
        holidays=frozenset({date(2026, 11, 27)}),
        make_up_days=frozenset({date(2026, 11, 28)}),
    )
    assert working_days_before(end, days, "Asia/Ho_Chi_Minh", calendar) == before


def test_a_day_before_across_the_change_to_winter_time_keeps_its_hour() -> None:
    calendar = WorkingDays(weekend=frozenset(), covers_until=date(2026, 12, 31))
    end = datetime(2026, 10, 25, 16, tzinfo=UTC)  # 17:00 in Berlin, an hour later than the day before in UTC
    assert working_days_before(end, 1, "Europe/Berlin", calendar) == datetime(2026, 10, 24, 15, tzinfo=UTC)
