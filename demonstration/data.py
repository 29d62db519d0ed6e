"""Fill an empty database with the demonstration, through the verbs people use; a filled one is left as it is.

A file in the instance's folder says that the content is complete. Where it is missing and there are people, filling was interrupted.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import select

import agenda_docs.jobs
import outcomes.jobs
import voting.jobs
from agenda_docs.upload import Examined
from demonstration import (
    before_the_sitting,
    committee,
    dossiers,
    history,
    last_meeting,
    opinions,
    organisation,
    stage,
    this_meeting,
)
from demonstration.progress import Progress
from demonstration.stage import Stage
from ecabinet import clock, database
from ecabinet.config import Config, ConfigurationError, Mode, from_environment
from ecabinet.database import reading, transaction
from ecabinet.jobs import Work
from ecabinet.notices import deliveries
from ecabinet.notices.installed import carriers_of
from ecabinet.organisation.models import Person
from ecabinet.refusals import N_
from ecabinet.translation import translated
from outcomes import archive as archives
from voting.opinions.reminders import queries as reminders
from voting.proof import starting

HALF_FILLED = N_(
    "The content of the demonstration is incomplete because filling it was interrupted: begin anew with ./run demo --fresh"
)

Make = Callable[[Config, date, Callable[[int, int], None]], Mapping[str, Examined]]


def main() -> int:
    """Fill the configured database, in demonstration mode only; return 1 where it is half-filled."""
    config = from_environment()
    if config.mode is not Mode.DEMONSTRATION:
        raise ConfigurationError(
            "The demonstration's data goes only into a demonstration: set ECABINET_MODE=demonstration."
        )
    database.connect(config.database_url)
    starting.use(config)
    if filled_mark(config).exists():
        return 0
    if _has_people():
        sys.stderr.write(f"{translated(config.language, HALF_FILLED)}\n")
        return 1
    fill(config)
    return 0


def filled_mark(config: Config) -> Path:
    """Return the file that says the content is complete."""
    return config.instance / "filled"


def fill(config: Config, *, make: Make = dossiers.examined) -> Stage:
    """Fill the empty database that is connected; `make` makes the papers and sends them through intake."""
    progress = Progress(config.language)
    now, starts_local = clock.now(), history.next_half_hour()
    today = starts_local.date()
    with progress.step(N_("People and bodies")), transaction() as session:
        cast = organisation.fill(session, config.language)
    with progress.counted(N_("Papers")) as counted:
        papers = make(config, today - timedelta(days=15), counted)
    scene = Stage(cast, papers, _work(config))
    with progress.step(N_("Last month's meeting, with its votes and archive")):
        last = last_meeting.play(scene, last_meeting.day_of(today), next_one=today)
    with progress.step(N_("Today's meetings")):
        planned = this_meeting.play(scene, starts_local, last)
        before_the_sitting.state_positions(scene, planned, now)
        committee.play(scene, history.next_half_hour(later=2))
    with progress.step(N_("Written opinions, dossiers that wait, next month's meeting")):
        opinions.play_closed(scene, today)
        dossiers.leave_waiting(scene, history.moment(today - timedelta(days=2), 9))
        asked = opinions.play_open(scene, now)
        before_the_sitting.ask_for_advice(scene, now)
        before_the_sitting.draft_an_answer(scene, asked, now)
        before_the_sitting.ask_the_chair(scene, now)
        this_meeting.play_next(scene, today)
    with progress.step(N_("Notices")):
        history.let_time_pass(scene.work, now)
        stage.sign_all_out()
    filled_mark(config).touch()
    return scene


def _work(config: Config) -> Mapping[str, Work]:
    """Return what the worker would do meanwhile, in this installation."""

    carriers = carriers_of(replace(config, smtp_url=None, sms_url=None))  # nothing made up leaves the house

    def send_notices() -> None:
        deliveries.send_due(carriers, config.home, reminders.is_moot)

    def write_archive(*, archive: int) -> None:
        archives.write(config, archive)

    return {
        **agenda_docs.jobs.WORK,
        **voting.jobs.WORK,
        **outcomes.jobs.WORK,
        deliveries.NAME: send_notices,
        "outcomes.write_archive": write_archive,
    }


def _has_people() -> bool:
    with reading() as session:
        return session.scalar(select(Person.id).limit(1)) is not None


if __name__ == "__main__":
    sys.exit(main())
