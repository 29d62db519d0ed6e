"""What may happen to a meeting, its agenda and its items: values in, nothing or a refusal out."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from enum import StrEnum

from ecabinet.refusals import N_, Refused

EARLIEST_YEAR, LATEST_YEAR = 2000, 2100
LONGEST_DELEGATION = timedelta(days=366)


class MeetingState(StrEnum):
    """The life of a meeting."""

    PLANNED = "planned"
    RUNNING = "running"
    CLOSED = "closed"


class AgendaState(StrEnum):
    """Where the agenda being worked on stands with the chair."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    RETURNED = "returned"
    APPROVED = "approved"
    PUBLISHED = "published"


class ItemState(StrEnum):
    """The life of an agenda item."""

    PLANNED = "planned"
    CURRENT = "current"
    DONE = "done"
    DEFERRED = "deferred"
    WITHDRAWN = "withdrawn"


class Reason(StrEnum):
    """Why a command about a meeting was refused."""

    AGENDA_CHANGED_BY_ANOTHER = N_(
        "Someone else has changed this agenda since you opened it. Nothing was overwritten: reload the page and make your change again."
    )
    MEETING_CLOSED = N_("This meeting is closed; nothing about it can be changed.")
    MEETING_NOT_RUNNING = N_("This meeting has not started. Start it first.")
    MEETING_STARTED = N_("This meeting has already started.")
    MEETING_YEAR = N_("The meeting must begin between the years 2000 and 2100.")
    CHAIR_NO_MEMBER = N_("The person presiding must be a member of the body on the day of the meeting.")
    NOTHING_PUBLISHED = N_("Publish the agenda before the meeting starts.")
    AGENDA_EMPTY = N_("This agenda has no items. Add at least one.")
    AGENDA_NOT_TO_PROPOSE = N_("This agenda is already with the chair or approved.")
    AGENDA_NOT_PROPOSED = N_("This agenda does not wait for the chair's answer.")
    AGENDA_NOT_APPROVED = N_("The chair has not approved this agenda as it stands now. Propose it to the chair first.")
    REMARK_MISSING = N_("Write a remark that says what should change.")
    MATTERS_NOT_ACCEPTED = N_("These dossiers are not accepted, so their items cannot be published: %(titles)s.")
    MATTER_NOT_ACCEPTED = N_("The dossier “%(title)s” is not accepted. Accept it before it goes on an agenda.")
    MATTER_OF_ANOTHER_BODY = N_("The dossier “%(title)s” belongs to another body.")
    MATTER_TWICE = N_("The dossier “%(title)s” is already on this agenda.")
    ITEM_TITLE_MISSING = N_("Write a title, or choose a dossier whose title the item takes.")
    ITEM_HELD = N_(
        "“%(title)s” can no longer be changed, moved or withdrawn: a question is open on it, or it is decided."
    )
    ITEM_DONE = N_("“%(title)s” has been dealt with and can no longer be changed.")
    ITEM_WITHDRAWN = N_("“%(title)s” was withdrawn from this agenda.")
    ITEM_DEFERRED = N_("“%(title)s” was deferred to a later meeting.")
    ITEM_NOT_CURRENT = N_("“%(title)s” is not the current item.")
    ITEM_NOT_PUBLISHED = N_("“%(title)s” is not on the published agenda. Publish it first.")
    ITEM_NOT_HERE = N_("This item is no longer on the agenda. Reload the page.")
    TOO_DEEP = N_("A sub-item cannot have sub-items of its own.")
    NOWHERE_TO_MOVE = N_("The item cannot be moved further in this direction.")
    GUEST_UNKNOWN = N_("Choose guests from the list of this body's guests.")
    NOT_THE_DAY = N_("You can check in on the day of the meeting, or when it has started.")
    NOT_PRESENT = N_("%(name)s is not checked in.")
    SEAT_TAKEN_BY_MEMBER = N_("%(name)s is present. A deputy sits in only while the member is away.")
    NOT_A_PARTICIPANT = N_("This person is neither a member, nor a deputy, nor a guest of this meeting.")
    DATES_REVERSED = N_("The last day must not be before the first day.")
    DELEGATION_OVER = N_("The last day is already over.")
    DELEGATION_TOO_LONG = N_("A delegation lasts a year at most. Choose an earlier last day.")
    DEPUTY_OF_ANOTHER_UNIT = N_("Choose a deputy from the member's own unit who is not a member of the body.")
    DELEGATED_ALREADY = N_("There is already a delegation on some of these days. End it first.")
    DEPUTY_BUSY = N_("%(name)s already sits in for another member on some of these days.")
    DELEGATION_ENDED = N_("This delegation has already ended.")
    HALL_CODE_UNKNOWN = N_("No screen shows this code. Codes last ten minutes: read the screen again.")
    HALL_TOO_MANY = N_("Too many screens ask for a code. Wait a few minutes and reload this page.")


def check_start(starts_local: datetime) -> None:
    """Refuse a meeting in a year that is a slip of the keyboard."""
    if not EARLIEST_YEAR <= starts_local.year < LATEST_YEAR:
        raise Refused(Reason.MEETING_YEAR)


def check_not_closed(state: MeetingState) -> None:
    """Refuse any change of a closed meeting."""
    if state is MeetingState.CLOSED:
        raise Refused(Reason.MEETING_CLOSED)


def check_may_edit(*, state: MeetingState, revision: int, made_on: int) -> None:
    """Refuse an edit of a closed meeting's agenda, and one that was made on an older revision than the agenda has now."""
    check_not_closed(state)
    if revision != made_on:
        raise Refused(Reason.AGENDA_CHANGED_BY_ANOTHER)


def state_after_edit(agenda_state: AgendaState) -> AgendaState:
    """Return the state of an agenda that was edited: what was returned stays so, all else is a draft that needs the chair again."""
    return AgendaState.RETURNED if agenda_state is AgendaState.RETURNED else AgendaState.DRAFT


def check_may_change_item(*, title: str, state: ItemState, held: bool) -> None:
    """Refuse to edit, move or withdraw an item that is held or no longer planned."""
    if held:
        raise Refused(Reason.ITEM_HELD, title=title)
    refusals = {
        ItemState.DONE: Reason.ITEM_DONE,
        ItemState.WITHDRAWN: Reason.ITEM_WITHDRAWN,
        ItemState.DEFERRED: Reason.ITEM_DEFERRED,
    }
    if state in refusals:
        raise Refused(refusals[state], title=title)


def check_may_propose(*, state: MeetingState, agenda_state: AgendaState, items: int) -> None:
    """Refuse to send the chair an empty agenda, or one that is already with the chair."""
    check_not_closed(state)
    if agenda_state not in (AgendaState.DRAFT, AgendaState.RETURNED):
        raise Refused(Reason.AGENDA_NOT_TO_PROPOSE)
    if items == 0:
        raise Refused(Reason.AGENDA_EMPTY)


def check_may_answer(*, state: MeetingState, agenda_state: AgendaState, revision: int, seen: int) -> None:
    """Refuse the chair's answer unless the agenda waits for it and is the one the chair has on screen."""
    check_not_closed(state)
    if agenda_state is not AgendaState.PROPOSED:
        raise Refused(Reason.AGENDA_NOT_PROPOSED)
    if revision != seen:
        raise Refused(Reason.AGENDA_CHANGED_BY_ANOTHER)


def check_remark(remark: str) -> None:
    """Refuse to return an agenda without saying why."""
    if not remark.strip():
        raise Refused(Reason.REMARK_MISSING)


def check_may_publish(*, state: MeetingState, agenda_state: AgendaState, unaccepted: Collection[str]) -> None:
    """Refuse to publish what the chair has not approved as it stands, or dossiers that nobody accepted."""
    check_not_closed(state)
    if agenda_state is not AgendaState.APPROVED:
        raise Refused(Reason.AGENDA_NOT_APPROVED)
    if unaccepted:
        raise Refused(Reason.MATTERS_NOT_ACCEPTED, titles="; ".join(sorted(unaccepted)))


def check_may_start(*, state: MeetingState, published_version: int) -> None:
    """Refuse to start a meeting twice, or one without a published agenda."""
    check_not_closed(state)
    if state is MeetingState.RUNNING:
        raise Refused(Reason.MEETING_STARTED)
    if published_version == 0:
        raise Refused(Reason.NOTHING_PUBLISHED)


def check_running(state: MeetingState) -> None:
    """Refuse what only happens in a running meeting."""
    check_not_closed(state)
    if state is not MeetingState.RUNNING:
        raise Refused(Reason.MEETING_NOT_RUNNING)


def check_may_call(*, title: str, state: ItemState, published: bool) -> None:
    """Refuse to call an item that the members do not have, or that left the agenda."""
    if not published:
        raise Refused(Reason.ITEM_NOT_PUBLISHED, title=title)
    refusals = {ItemState.WITHDRAWN: Reason.ITEM_WITHDRAWN, ItemState.DEFERRED: Reason.ITEM_DEFERRED}
    if state in refusals:
        raise Refused(refusals[state], title=title)


def check_may_check_in(*, state: MeetingState, meeting_day: date, today: date) -> None:
    """Refuse to check in to a closed meeting, or before its day."""
    check_not_closed(state)
    if state is not MeetingState.RUNNING and meeting_day != today:
        raise Refused(Reason.NOT_THE_DAY)


def check_delegation_days(*, starts_on: date, ends_on: date, today: date) -> None:
    """Refuse days in the wrong order, in the past, or without an end in sight."""
    if ends_on < starts_on:
        raise Refused(Reason.DATES_REVERSED)
    if ends_on < today:
        raise Refused(Reason.DELEGATION_OVER)
    if ends_on - starts_on > LONGEST_DELEGATION:
        raise Refused(Reason.DELEGATION_TOO_LONG)


def covers(*, starts_on: date, ends_on: date, meeting_day: date, today: date) -> bool:
    """Say whether a delegation that was not ended covers a meeting, and is not over by itself."""
    return starts_on <= meeting_day <= ends_on and today <= ends_on
