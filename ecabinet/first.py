"""`python -m ecabinet.first`: found an installation in its empty tables: a body, the unit that serves it, and two administrators.

Everybody else is added by administrators, and much needs a second person; so the first two have to come from here. Each sets
password and phone with a code that is printed once.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import time

from sqlalchemy import select
from sqlalchemy.orm import Session

from ecabinet import clock, database, signing
from ecabinet.access import SYSTEM, Role
from ecabinet.config import Config, or_end
from ecabinet.database import reading, transaction
from ecabinet.organisation import bodies, people, roles, units
from ecabinet.organisation.bodies import Settings
from ecabinet.organisation.models import Body, Person, RoleAssignment, Unit, WorkingCalendar
from ecabinet.organisation.queries import holds_on
from ecabinet.organisation.roles import Grant
from ecabinet.refusals import N_, Refused
from ecabinet.sign_in import resets, rules
from ecabinet.signing import NoKey
from ecabinet.translation import translated

HOW_MANY = 2
LONGEST_NAME, LONGEST_ACCOUNT, LONGEST_CODE = 200, 120, 40
CALENDAR, POSITION = N_("Working calendar"), N_("Administrator")
FILLED = (
    "This installation holds people or bodies already, so it was founded before: administrators add more on the pages."
)
NOBODY_WAITS = "Every administrator has set up a phone: two officials give reset codes on the page “Lost phones”."

Ask = Callable[[str], str]


class CannotBeFounded(Exception):  # noqa: N818 - an answer to the operator, not an error
    """It cannot be done; the sentence tells the operator why, and what to do."""


@dataclass(frozen=True)
class Founding:
    """What the operator says: the body, the unit that serves it, account and name of each administrator."""

    body: str
    unit: str
    administrators: tuple[tuple[str, str], ...]

    def check(self) -> None:
        """Raise `CannotBeFounded` where something is missing or too long for its column."""
        words = [(self.body, LONGEST_NAME), (self.unit, LONGEST_NAME)]
        for account, name in self.administrators:
            words += [(account, LONGEST_ACCOUNT), (name, LONGEST_NAME)]
        if len(self.administrators) != HOW_MANY:
            raise CannotBeFounded(f"Name {HOW_MANY} administrators: one asks, the other confirms.")
        if not all(0 < len(word) <= most for word, most in words):
            raise CannotBeFounded(
                f"Names have 1 to {LONGEST_NAME} characters, accounts 1 to {LONGEST_ACCOUNT}: say them again."
            )


@dataclass(frozen=True)
class Given:
    """The one-time code of an administrator."""

    account: str
    name: str
    code: str


def found(session: Session, language: str, founding: Founding) -> list[Given]:
    """Put calendar, unit, body and administrators into empty tables, and return the codes; refuse tables that hold something."""
    founding.check()
    if any(session.scalar(select(table.id).limit(1)) for table in (Person, Unit, Body, WorkingCalendar)):
        raise CannotBeFounded(FILLED)
    unit = units.add_unit(session, SYSTEM, code=initials(founding.unit), name=founding.unit, parent_id=None)
    body = bodies.add_body(session, SYSTEM, initials(founding.body), _settings(session, language, founding, unit.id))
    position = units.add_position(session, SYSTEM, unit.id, translated(language, POSITION))
    session.flush()
    return [
        _administrator(session, language, account, name, body_id=body.id, position_id=position.id)
        for account, name in founding.administrators
    ]


def codes_again(session: Session) -> list[Given]:
    """Return a new code for each administrator who has not set up a phone; raise `CannotBeFounded` where none is left."""
    waiting = session.scalars(
        select(Person)
        .where(
            Person.totp_secret.is_(None),
            Person.id.in_(
                select(RoleAssignment.person_id).where(
                    RoleAssignment.role == Role.ADMINISTRATOR,
                    RoleAssignment.in_force.is_(True),
                    *holds_on(RoleAssignment, clock.today()),
                )
            ),
        )
        .order_by(Person.id)
    ).all()
    if not waiting:
        raise CannotBeFounded(NOBODY_WAITS)
    return [Given(person.account, person.name, resets.give_first_code(session, person.id)) for person in waiting]


def initials(name: str) -> str:
    """Return the code of a unit or body: the first letters of its name, such as VPCP of Văn phòng Chính phủ."""
    return "".join(word[0] for word in name.split()).upper()[:LONGEST_CODE]


def _settings(session: Session, language: str, founding: Founding, unit_id: int) -> Settings:
    """What the administrators change on the pages. No holiday is known yet, so that no deadline is counted before they enter them."""
    calendar = WorkingCalendar(name=translated(language, CALENDAR), covers_until=clock.today())
    session.add(calendar)
    session.flush()
    return Settings(
        name=founding.body,
        unit_id=unit_id,
        calendar_id=calendar.id,
        zone=clock.HOME_ZONE,
        office_closes=time(17),
        meeting_rule="viet_nam/meeting",
        written_rule="viet_nam/opinion_form",
        written_days_least=2,
        written_days_most=5,
        step_up_minutes=15,
    )


def _administrator(
    session: Session, language: str, account: str, name: str, *, body_id: int, position_id: int
) -> Given:
    person = people.add_person(
        session, SYSTEM, account=account, name=name, email=None, language=language, position_id=position_id
    )
    roles.give(session, SYSTEM, body_id, Grant(person.id, Role.ADMINISTRATOR, (clock.today(), None)))
    return Given(person.account, name, resets.give_first_code(session, person.id))


def main(arguments: Sequence[str], ask: Ask = input) -> None:
    """Do what the command line says, ask for what it does not say, and print the codes."""
    given = _parser().parse_args(arguments)
    config = or_end()
    database.connect(config.database_url)
    try:
        signing.make(config)
        _print(config, _again() if given.codes else _founded(config, given, ask))
    except (CannotBeFounded, NoKey) as reason:
        sys.exit(str(reason))
    except Refused as refusal:
        sys.exit(str(refusal.reason.value) % refusal.values)
    except EOFError:
        sys.exit("Nobody answers here: say everything as options, see ./run install --help")


def _founded(config: Config, given: argparse.Namespace, ask: Ask) -> list[Given]:
    with reading() as session:  # before anything is asked
        if session.scalar(select(Person.id).limit(1)) is not None:
            raise CannotBeFounded(FILLED)
    founding = _asked(given, ask)
    with transaction() as session:
        return found(session, config.language, founding)


def _again() -> list[Given]:
    with transaction() as session:
        return codes_again(session)


def _asked(given: argparse.Namespace, ask: Ask) -> Founding:
    body = given.body or ask("Name of the body, such as Chính phủ: ")
    unit = given.unit or ask("Name of the unit that serves it, such as Văn phòng Chính phủ: ")
    administrators = [tuple(one) for one in given.administrator or ()]
    for which in ("first", "second")[len(administrators) :]:
        account = ask(f"Account of the {which} administrator, which they type to sign in: ")
        administrators.append((account, ask(f"Name of the {which} administrator: ")))
    return Founding(body.strip(), unit.strip(), tuple((one.strip(), name.strip()) for one, name in administrators))


def _print(config: Config, codes: Sequence[Given]) -> None:
    minutes = int(rules.CODE_LASTS.total_seconds()) // 60
    print(
        f"\nWithin {minutes} minutes each opens {config.origins[0]}/sign-in/phone and enters account, a new password and this code:\n"
    )
    for one in codes:
        print(f"  {one.code}   {one.account}   {one.name}")
    print(
        "\nThe codes are not shown again; ./run install --codes makes new ones for those who have not set up a phone."
        "\nThen enter the holidays under Organisation: until they are known no deadline can be counted."
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./run install", description="Found an installation in its empty tables. What is not said is asked for."
    )
    parser.add_argument("--body", help="the name of the body")
    parser.add_argument("--unit", help="the name of the unit that serves it")
    parser.add_argument(
        "--administrator",
        nargs=2,
        action="append",
        metavar=("ACCOUNT", "NAME"),
        help="one of the two administrators; to be given twice",
    )
    parser.add_argument("--codes", action="store_true", help="new codes for administrators who have no phone yet")
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])
