"""The only place that asks what time it is."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

HOME_ZONE = "Asia/Ho_Chi_Minh"  # whose day it is where no body says so


def now() -> datetime:
    """Return this instant in UTC, with its zone."""
    return datetime.now(UTC)


def in_zone(instant: datetime, zone: str) -> datetime:
    """Return the instant as wall time in an IANA zone such as `Asia/Ho_Chi_Minh`."""
    return instant.astimezone(ZoneInfo(zone))


def instant_of(wall_time: datetime, zone: str) -> datetime:
    """Return the UTC instant of a naive wall time in an IANA zone."""
    return wall_time.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def today(zone: str = HOME_ZONE) -> date:
    """Return the day it is now in an IANA zone."""
    return in_zone(now(), zone).date()
