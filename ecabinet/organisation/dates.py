"""Rows with a first and a last day: they end, and never vanish."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from ecabinet import clock
from ecabinet.organisation import rules
from ecabinet.organisation.models import Designation, Membership, Post, RoleAssignment

Dated = Post | Membership | Designation | RoleAssignment


def end(row: Dated, last_day: date) -> None:
    """Give a row its last day; what is over stays as it is."""
    rules.check_dates(row.starts_on, last_day)
    rules.check_may_end(row.ends_on, last_day, clock.today())
    row.ends_on = last_day


def cut(row: Dated, last_day: date) -> None:
    """End a row because what it hangs on ends; one that begins later keeps its first day as its last."""
    row.ends_on = max(row.starts_on, last_day)


def not_over(table: Any, last_day: date) -> ColumnElement[bool]:  # noqa: ANN401 - any table with a last day
    """Return the condition that a row reaches past this day."""
    condition: ColumnElement[bool] = table.ends_on.is_(None) | (table.ends_on > last_day)
    return condition


def overlap(
    session: Session, table: type[Dated], period: tuple[date, date | None], *which: ColumnElement[bool]
) -> bool:
    """Say whether one of these rows shares a day with the period."""
    rows: Any = session.scalars(select(table).where(*which))
    return any(rules.overlaps((row.starts_on, row.ends_on), period) for row in rows)
