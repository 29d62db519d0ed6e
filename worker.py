"""The worker beside the server: it runs what is due, such as closing a written opinion at its deadline."""

import logging
import sys
import time
from collections.abc import Mapping

import agenda_docs.jobs
import outcomes.jobs
import voting.jobs
from ecabinet import database, jobs
from ecabinet.config import Config, or_end
from ecabinet.jobs import Work
from ecabinet.notices import deliveries
from ecabinet.notices.installed import carriers_of
from voting.opinions.reminders import queries as reminders
from voting.proof import starting
from voting.proof.starting import CannotStart


def work_of(config: Config) -> Mapping[str, Work]:
    """Return what each job name does in this installation."""

    carriers = carriers_of(config)

    def send_notices() -> None:
        deliveries.send_due(carriers, config.home, reminders.is_moot)

    return {
        deliveries.NAME: send_notices,
        **agenda_docs.jobs.WORK,
        **voting.jobs.WORK,
        **outcomes.jobs.WORK,
    }


def main() -> None:
    """Work until the process is stopped."""
    logging.basicConfig(level=logging.WARNING)
    config = or_end()
    database.connect(config.database_url)
    try:
        starting.start(config)
    except CannotStart as reason:
        sys.exit(str(reason))
    work = work_of(config)
    jobs.run_for_ever(work, time.sleep, work[deliveries.NAME])


if __name__ == "__main__":
    main()
