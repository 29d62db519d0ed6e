"""Print the sign-in links of the demonstration, one a role."""

import argparse

from demonstration.roles import ROLES
from demonstration.views import key_of
from ecabinet.config import from_environment
from ecabinet.translation import translated


def main() -> None:
    """Print one line a role for the port the server listens on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    port = parser.parse_args().port
    config = from_environment()
    width = max(len(translated(config.language, title)) for title in ROLES.values())
    for account, title in ROLES.items():
        link = f"http://localhost:{port}/demonstration/{account}/{key_of(config, account)}"
        print(f"  {translated(config.language, title):<{width}}  {link}")


if __name__ == "__main__":
    main()
