"""Who may do what: every role, every permission, on one screen. What is not written here is denied.

Permissions hold per body. Which papers a person may read is not decided here but by the rows of grants and bars (`agenda_docs`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ecabinet.refusals import Forbidden, StepUpNeeded


class Role(StrEnum):
    """What a person is to a body."""

    ADMINISTRATOR = "administrator"
    UNIT_ADMINISTRATOR = "unit_administrator"
    SECRETARY = "secretary"
    CHAIR = "chair"
    MEMBER = "member"
    OFFICE_READER = "office_reader"
    OFFICER = "officer"
    GUEST = "guest"
    AUDITOR = "auditor"


class Permission(StrEnum):
    """What a route or a verb asks for: package, thing, verb."""

    MANAGE_UNITS = "organisation:unit:manage"
    MANAGE_PEOPLE = "organisation:person:manage"
    GRANT_ROLES = "organisation:role:grant"
    CONFIRM_ROLE = "organisation:role:confirm"
    MANAGE_CALENDAR = "organisation:calendar:manage"
    RESET_PHONE = "sign_in:phone:reset"
    READ_AUDIT = "audit:entry:read"
    READ_DELIVERIES = "notices:delivery:read"
    LODGE_MATTER = "agenda_docs:matter:lodge"
    READ_MATTER = "agenda_docs:matter:read"
    ACCEPT_MATTER = "agenda_docs:matter:accept"
    SUBMIT_DOCUMENT = "agenda_docs:document:submit"
    READ_DOCUMENT = "agenda_docs:document:read"
    DECLARE_CONFLICT = "agenda_docs:conflict:declare"
    ASK_ADVICE = "agenda_docs:advice:ask"
    GIVE_ADVICE = "agenda_docs:advice:give"
    READ_MEETING = "meetings:meeting:read"
    PREPARE_MEETING = "meetings:meeting:prepare"
    APPROVE_AGENDA = "meetings:agenda:approve"
    CONDUCT_MEETING = "meetings:meeting:conduct"
    CHECK_IN = "meetings:attendance:check_in"
    RECORD_ATTENDANCE = "meetings:attendance:record"
    DELEGATE = "meetings:delegation:manage"
    CONFIRM_HALL = "meetings:hall:confirm"
    GIVE_PROXY = "voting:proxy:give"
    SET_WEIGHTS = "voting:weight:set"
    READ_RULES = "voting:rule:read"
    WRITE_RULES = "voting:rule:write"
    READ_QUESTION = "voting:question:read"
    PREPARE_QUESTION = "voting:question:prepare"
    CONDUCT_QUESTION = "voting:question:conduct"
    CAST_BALLOT = "voting:ballot:cast"
    DRAFT_ANSWER = "voting:answer:draft"
    TAKE_POSITION = "voting:position:take"
    READ_POSITIONS = "voting:position:read"
    PREPARE_BLOCK = "voting:block:prepare"
    ENTER_PAPER_BALLOT = "voting:paper:enter"
    RULE_ON_BALLOT = "voting:ballot:rule"
    ANNUL_QUESTION = "voting:question:annul"
    APPROVE_CIRCULATION = "voting:opinion:approve"
    READ_COMMENTS = "voting:comment:read"
    ANSWER_COMMENTS = "voting:comment:answer"
    READ_REPORT = "voting:report:read"
    DECLARE_OUTCOME = "outcomes:decision:declare"
    RECORD_DECISION = "outcomes:decision:record"
    READ_DECISION = "outcomes:decision:read"
    CLOSE_MEETING = "outcomes:meeting:close"
    READ_ARCHIVE = "outcomes:archive:read"
    READ_STATISTICS = "outcomes:statistics:read"


P = Permission
_READS = {P.READ_MATTER, P.READ_DOCUMENT, P.READ_MEETING}
_BLOCKS = {P.READ_POSITIONS, P.PREPARE_BLOCK}
_REPORTS = {P.READ_COMMENTS, P.READ_REPORT, P.READ_STATISTICS}

PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(
        {P.MANAGE_UNITS, P.MANAGE_PEOPLE, P.GRANT_ROLES, P.CONFIRM_ROLE, P.MANAGE_CALENDAR, P.RESET_PHONE, P.READ_AUDIT}
        | {P.READ_RULES, P.WRITE_RULES, P.SET_WEIGHTS}
    ),
    Role.UNIT_ADMINISTRATOR: frozenset({P.MANAGE_PEOPLE}),
    Role.SECRETARY: frozenset(
        _READS
        | {P.LODGE_MATTER, P.ACCEPT_MATTER, P.SUBMIT_DOCUMENT, P.DECLARE_CONFLICT, P.MANAGE_CALENDAR, P.RESET_PHONE}
        | {P.ASK_ADVICE, P.READ_DELIVERIES}
        | {P.CONFIRM_ROLE, P.PREPARE_MEETING, P.CONDUCT_MEETING, P.RECORD_ATTENDANCE, P.DELEGATE, P.CONFIRM_HALL}
        | {
            P.READ_RULES,
            P.READ_QUESTION,
            P.PREPARE_QUESTION,
            P.CONDUCT_QUESTION,
            P.GIVE_PROXY,
            P.ENTER_PAPER_BALLOT,
            P.ANNUL_QUESTION,
        }
        | {P.RECORD_DECISION, P.READ_DECISION, P.CLOSE_MEETING, P.READ_ARCHIVE}
        | _BLOCKS
        | _REPORTS
        | {P.ANSWER_COMMENTS}
    ),
    Role.CHAIR: frozenset(
        _READS
        | _BLOCKS
        | _REPORTS
        | {
            P.APPROVE_AGENDA,
            P.APPROVE_CIRCULATION,
            P.CONDUCT_MEETING,
            P.READ_RULES,
            P.READ_QUESTION,
            P.CONDUCT_QUESTION,
            P.DECLARE_OUTCOME,
            P.RECORD_DECISION,
        }
        | {P.ENTER_PAPER_BALLOT, P.RULE_ON_BALLOT, P.ANNUL_QUESTION, P.READ_DECISION, P.CLOSE_MEETING}
    ),
    Role.MEMBER: frozenset(
        _READS
        | {P.DECLARE_CONFLICT, P.GIVE_ADVICE, P.CHECK_IN, P.DELEGATE, P.TAKE_POSITION}
        | {P.READ_RULES, P.READ_QUESTION, P.CAST_BALLOT, P.READ_COMMENTS, P.GIVE_PROXY, P.READ_DECISION}
    ),
    Role.OFFICE_READER: frozenset(_READS | {P.READ_QUESTION, P.DRAFT_ANSWER, P.READ_COMMENTS, P.READ_DECISION}),
    Role.OFFICER: frozenset(
        {
            P.LODGE_MATTER,
            P.READ_MATTER,
            P.SUBMIT_DOCUMENT,
            P.READ_DOCUMENT,
            P.READ_COMMENTS,
            P.ANSWER_COMMENTS,
            P.ASK_ADVICE,
            P.GIVE_ADVICE,
        }
    ),
    Role.GUEST: frozenset({P.READ_MEETING, P.READ_MATTER, P.READ_DOCUMENT}),
    Role.AUDITOR: frozenset(
        _READS | _REPORTS | {P.READ_RULES, P.READ_QUESTION, P.READ_DECISION, P.READ_ARCHIVE, P.READ_AUDIT}
    ),
}

# Roles through which papers are read: nobody gives one to themselves, and a second person confirms it.
READING_ROLES = frozenset(role for role, permissions in PERMISSIONS.items() if P.READ_DOCUMENT in permissions)


@dataclass(frozen=True)
class Actor:
    """The person behind a request, as the database knew them when it began."""

    person_id: int | None
    name: str
    language: str
    session_id: int | None = None
    roles: Mapping[int, frozenset[Role]] = field(default_factory=dict)
    memberships: Mapping[int, int] = field(default_factory=dict)  # body -> own membership in force
    offices: frozenset[int] = frozenset()  # memberships whose papers this person reads as the member's office
    units: frozenset[int] = frozenset()  # units of the posts in force
    stepped_up_until: datetime | None = None
    stepped_up_by: str = ""  # what showed it: "totp:<step>", "passkey:<credential>", "link", "check-in"
    is_system: bool = False

    def may(self, permission: Permission, body_id: int | None = None) -> bool:
        """Say whether the actor has this permission in the body, or in any body where none is named."""
        if self.is_system:
            return True
        bodies = self.roles if body_id is None else ({body_id} & set(self.roles))
        return any(permission in PERMISSIONS[role] for body in bodies for role in self.roles[body])

    def must(self, permission: Permission, body_id: int) -> None:
        """Raise `Forbidden` unless the actor has this permission in the body."""
        if not self.may(permission, body_id):
            raise Forbidden(permission)

    def bodies_where(self, permission: Permission) -> frozenset[int]:
        """Return the bodies in which the actor has this permission."""
        return frozenset(body for body in self.roles if self.may(permission, body))

    def has_role(self, role: Role, body_id: int) -> bool:
        """Say whether the actor holds this role in the body."""
        return role in self.roles.get(body_id, frozenset())

    def must_have_stepped_up(self, now: datetime) -> None:
        """Raise `StepUpNeeded` unless a second factor was shown within the lease."""
        if not self.is_system and (self.stepped_up_until is None or self.stepped_up_until <= now):
            raise StepUpNeeded


SYSTEM = Actor(
    person_id=None, name="", language="vi", is_system=True
)  # what the clock does by itself: a close at the deadline
