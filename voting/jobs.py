"""What runs later: the reminders of written opinions, the time-stamps of closed boxes. Their close is in `outcomes.jobs`."""

from ecabinet.jobs import Work
from voting.opinions.reminders import jobs as reminders
from voting.proof import time_stamps

WORK: dict[str, Work] = {**reminders.WORK, time_stamps.JOB: time_stamps.stamp}
