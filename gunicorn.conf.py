"""How gunicorn serves the application: by one gevent worker."""

import gc
import os
import sys

from ecabinet.config import ConfigurationError, check_hosts, or_end

_config = or_end()

bind = list(_config.bind)
worker_class = "gevent"
workers = 1  # within one gunicorn nothing leads a tablet to the same process again; docs/operations.md says how to run several
worker_connections = 10_000  # two sockets a member: the default of 1,000 stalls at 600 members
timeout = 60
graceful_timeout = 5
keepalive = 75
control_socket = os.environ.get("ECABINET_CONTROL_SOCKET", "")
control_socket_disable = not control_socket  # gunicorn would put one into the home directory
forwarded_allow_ips = ""  # what proxies say is believed in one place: ECABINET_PROXIES, in app.py
accesslog = None
errorlog = "-"
loglevel = "warning"


def on_starting(server: object) -> None:
    """Look once more where the server will listen: an option of the command line outweighs this file."""
    addresses = server.cfg.address  # type: ignore[attr-defined]
    try:
        check_hosts(_config.mode, (address[0] if isinstance(address, tuple) else address for address in addresses))
    except ConfigurationError as error:
        sys.exit(str(error))


def post_worker_init(worker: object) -> None:
    """Start the loops beside the requests; then tell the collector that what was imported stays."""
    from app import start_loops  # noqa: PLC0415 - not in the parent process, which has not been patched by gevent

    start_loops(worker.wsgi)  # type: ignore[attr-defined]
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
