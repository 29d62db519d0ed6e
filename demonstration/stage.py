"""What every scene of the demonstration shares: the people with a session each, the papers that have been through intake, the words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from agenda_docs.upload import Examined
from demonstration.organisation import Cast
from demonstration.people import Name
from ecabinet import clock
from ecabinet.access import Actor
from ecabinet.database import reading, transaction
from ecabinet.jobs import Work
from ecabinet.organisation.models import Person
from ecabinet.sign_in import sessions
from ecabinet.sign_in.models import DeviceSession

DEVICE = "Demonstration content"


@dataclass
class Stage:
    """The people, the papers by the key of their file, and the dossiers accepted so far by the symbol of their first paper."""

    cast: Cast
    papers: Mapping[str, Examined]
    work: Mapping[str, Work]  # what the worker would do
    matters: dict[str, int] = field(default_factory=dict)
    _signed_in: dict[str, tuple[date, Actor]] = field(default_factory=dict)

    def said(self, name: Name) -> str:
        """Return words in the language of the demonstration."""
        return self.cast.said(name)

    def person(self, account: str) -> Actor:
        """Return somebody as the gate would know them: signed in today, with a second factor."""
        day = clock.today()
        known = self._signed_in.get(account)
        if known is None or known[0] != day:
            known = self._signed_in[account] = (day, self._sign_in(account))
        return known[1]

    def _sign_in(self, account: str) -> Actor:
        with transaction() as session:
            person = session.get_one(Person, self.cast.people[account])
            token = sessions.start(
                session, person, device=DEVICE, address="127.0.0.1", stepped_up=True, lease=sessions.LIFE
            )
        with reading() as session:
            signed = sessions.signed_in_by(session, token)
        if signed is None:
            raise RuntimeError(f"{account} could not sign in")
        return signed.actor


def sign_all_out() -> None:
    """End the sessions through which the content was entered."""
    with transaction() as session:
        people = session.scalars(select(DeviceSession.person_id).distinct()).all()
        for person_id in people:
            sessions.revoke_all(session, person_id)
