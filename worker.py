"""The worker beside the server: it runs what is due, such as closing a written opinion at its deadline."""

import logging
import sys
import time
from collections.abc import Mapping

import agenda_docs.jobs
import outcomes.jobs
import voting.jobs
from ecabinet import database, jobs, mail
from ecabinet.config import Config, or_end
from ecabinet.jobs import Work
from ecabinet.translation import words_of_a_notice
from voting.proof import starting
from voting.proof.starting import CannotStart


def work_of(config: Config) -> Mapping[str, Work]:
    """Return what each job name does in this installation."""

    def send_notices() -> None:
        send = mail.sender_for(config.smtp_url, config.instance / "mail")
        mail.send_waiting(send, config.mail_sender, words_of_a_notice)

    return {
        mail.JOB: send_notices,
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
    jobs.run_for_ever(work_of(config), time.sleep)


if __name__ == "__main__":
    main()
