"""Signing in, decided without a database: the pace of tries, passwords, codes, resets."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from ecabinet.refusals import Refused
from ecabinet.sign_in import passwords, queries, rules
from ecabinet.sign_in.rules import Reason

NOW = datetime(2026, 11, 23, 8, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (4, 0), (5, 2), (6, 4), (7, 8), (8, 16), (9, 30), (10, 30), (100_000, 30)]
)
def test_after_five_failures_each_further_one_makes_the_next_try_wait_longer_but_never_over_half_a_minute(
    failures: int, seconds: int
) -> None:
    assert rules.seconds_to_wait(failures=failures, free=5, last=NOW if failures else None, now=NOW) == seconds


def test_the_wait_ends_by_itself() -> None:
    last = NOW - timedelta(seconds=29.5)
    assert rules.seconds_to_wait(failures=50, free=5, last=last, now=NOW) == 1
    assert rules.seconds_to_wait(failures=50, free=5, last=NOW - timedelta(seconds=30), now=NOW) == 0


def test_a_clock_that_was_set_back_does_not_lengthen_the_wait() -> None:
    assert rules.seconds_to_wait(failures=50, free=5, last=NOW + timedelta(hours=3), now=NOW) == rules.LONGEST_WAIT


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("a" * 13, Reason.PASSWORD_SHORT),
        ("aaaaaaaaaaaaaaaaaaaa", Reason.PASSWORD_POOR),
        ("healthhealthhealth", Reason.PASSWORD_POOR),
        ("x" * 201, Reason.PASSWORD_LONG),
    ],
)
def test_a_poor_password_is_refused_with_its_reason(password: str, reason: Reason) -> None:
    with pytest.raises(Refused) as refusal:
        rules.check_new_password(password, account="health")
    assert refusal.value.reason is reason


def test_a_password_of_several_words_is_accepted_when_typed_twice_alike() -> None:
    rules.check_new_password("sông núi mùa xuân", account="health", again="sông núi mùa xuân")
    with pytest.raises(Refused) as refusal:
        rules.check_new_password("sông núi mùa xuân", account="health", again="sông núi mùa thu")
    assert refusal.value.reason is Reason.PASSWORDS_DIFFER


def test_the_same_letters_of_two_keyboards_are_one_password_and_another_is_not() -> None:
    composed, decomposed = "mật khẩu rất dài", "mật khẩu rất dài"
    stored = passwords.hash_of(composed)
    assert stored.startswith("$argon2id$v=19$m=65536,t=4,p=2$")
    assert passwords.matches(stored, decomposed)
    assert not passwords.matches(stored, "mat khau rat dai")
    assert not passwords.matches("not a hash", composed)
    assert not passwords.matches(stored, "\ud800" * 14)


def test_a_code_is_known_one_half_minute_early_and_late_and_not_two() -> None:
    secret = passwords.new_secret()
    totp = pyotp.TOTP(secret)
    step = int(NOW.timestamp()) // 30
    assert {
        offset: passwords.step_shown(secret, totp.generate_otp(step + offset), NOW) for offset in (-2, -1, 0, 1, 2)
    } == {
        -2: None,
        -1: step - 1,
        0: step,
        1: step + 1,
        2: None,
    }


@pytest.mark.parametrize("nonsense", ["", "12345", "abcdef", "１２３４５６", "\ud800", "0" * 1000])
def test_nonsense_is_no_code(nonsense: str) -> None:
    assert passwords.step_shown("JBSWY3DPEHPK3PXP" * 2, nonsense, NOW) is None


def test_a_code_may_be_typed_with_a_space_as_authenticators_show_it() -> None:
    secret = passwords.new_secret()
    code = pyotp.TOTP(secret).at(NOW)
    assert passwords.step_shown(secret, f" {code[:3]} {code[3:]} ", NOW) is not None


def test_a_paper_code_is_read_however_it_is_grouped_and_is_never_the_same_twice() -> None:
    code = passwords.new_paper_code()
    assert code != passwords.new_paper_code()
    assert len(code.replace("-", "")) == 12
    assert passwords.hash_of_paper_code(code) == passwords.hash_of_paper_code(f" {code.lower().replace('-', ' ')} ")


def test_a_reset_needs_a_second_official_who_is_not_its_person_and_is_asked_in_time() -> None:
    def confirm(official: int, *, asked: timedelta = timedelta()) -> None:
        rules.check_may_confirm_reset(
            official_id=official, requested_by_id=1, person_id=2, requested_at=NOW - asked, now=NOW
        )

    confirm(3)
    for official, asked, reason in (
        (1, timedelta(), Reason.SECOND_OFFICIAL),
        (2, timedelta(), Reason.NOT_FOR_ONESELF),
        (3, timedelta(days=1), Reason.RESET_IS_OVER),
    ):
        with pytest.raises(Refused) as refusal:
            confirm(official, asked=asked)
        assert refusal.value.reason is reason


@pytest.mark.parametrize(
    ("browser", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:146.0) Gecko/20100101 Firefox/146.0", "Firefox · Windows"),
        (
            "Mozilla/5.0 (iPad; CPU OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Safari/604.1",
            "Safari · iPad",
        ),
        ("Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/142.0 Mobile Safari/537.36", "Chrome · Android"),
        ("curl/8.5", "curl/8.5"),
        ("", "?"),
    ],
)
def test_a_device_is_named_so_that_its_owner_knows_it(browser: str, name: str) -> None:
    assert queries.device_name(browser) == name
