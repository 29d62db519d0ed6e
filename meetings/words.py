"""How the closed sets of this package are called on a page, in the reader's language."""

from collections.abc import Mapping

from flask_babel import gettext as _

from ecabinet.refusals import N_
from meetings.import_rules import Finding
from meetings.models import Capacity, ItemKind, MeetingKind, Presence
from meetings.rules import AgendaState, ItemState, MeetingState

KINDS: Mapping[MeetingKind, str] = {
    MeetingKind.REGULAR: N_("Regular meeting"),
    MeetingKind.THEMATIC: N_("Thematic meeting"),
    MeetingKind.EXTRAORDINARY: N_("Extraordinary meeting"),
}
STATES: Mapping[MeetingState, str] = {
    MeetingState.PLANNED: N_("Planned"),
    MeetingState.RUNNING: N_("In session"),
    MeetingState.CLOSED: N_("Closed"),
}
AGENDA_STATES: Mapping[AgendaState, str] = {
    AgendaState.DRAFT: N_("Draft"),
    AgendaState.PROPOSED: N_("With the chair"),
    AgendaState.RETURNED: N_("Returned by the chair"),
    AgendaState.APPROVED: N_("Approved"),
    AgendaState.PUBLISHED: N_("Published"),
}
ITEM_KINDS: Mapping[ItemKind, str] = {
    ItemKind.DECISION: N_("Decision"),
    ItemKind.DISCUSSION: N_("Discussion"),
    ItemKind.INFORMATION: N_("Information"),
    ItemKind.REPORTED_DECISION: N_("Reported decision"),
}
ITEM_STATES: Mapping[ItemState, str] = {
    ItemState.PLANNED: N_("Planned"),
    ItemState.CURRENT: N_("Now"),
    ItemState.DONE: N_("Done"),
    ItemState.DEFERRED: N_("Deferred"),
    ItemState.WITHDRAWN: N_("Withdrawn"),
}
PRESENCES: Mapping[Presence, str] = {Presence.IN_ROOM: N_("In the room"), Presence.REMOTE: N_("Remote")}
CAPACITIES: Mapping[Capacity, str] = {
    Capacity.MEMBER: N_("Member"),
    Capacity.DEPUTY: N_("Deputy"),
    Capacity.GUEST: N_("Guest"),
}


def meeting_kind(kind: MeetingKind) -> str:
    """Return a kind of meeting in words."""
    return _(KINDS[kind])


def meeting_state(state: MeetingState) -> str:
    """Return the state of a meeting in words."""
    return _(STATES[state])


def agenda_state(state: AgendaState) -> str:
    """Return the state of an agenda in words."""
    return _(AGENDA_STATES[state])


def item_kind(kind: str) -> str:
    """Return a kind of item in words."""
    return _(ITEM_KINDS[ItemKind(kind)])


def item_state(state: ItemState) -> str:
    """Return the state of an item in words."""
    return _(ITEM_STATES[state])


def presence(presence: Presence) -> str:
    """Return from where somebody attends in words."""
    return _(PRESENCES[presence])


def capacity(capacity: Capacity) -> str:
    """Return as what somebody attends in words."""
    return _(CAPACITIES[capacity])


def meeting_kinds() -> list[tuple[str, str]]:
    """Return the kinds of meeting to choose from."""
    return [(kind.value, meeting_kind(kind)) for kind in MeetingKind]


def item_kinds() -> list[tuple[str, str]]:
    """Return the kinds of item to choose from."""
    return [(kind.value, item_kind(kind)) for kind in ItemKind]


def presences() -> list[tuple[str, str]]:
    """Return the places from which one can attend."""
    return [(one.value, presence(one)) for one in Presence]


def finding(finding: Finding) -> str:
    """Return what is wrong with a row of an import as a sentence."""
    return _(finding.reason.value, **dict(finding.values))
