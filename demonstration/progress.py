"""Lines on the terminal that show how far filling has come."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ecabinet.translation import translated


class Progress:
    """Prints a line a step in one language, and counts within it where somebody is looking."""

    def __init__(self, language: str) -> None:
        self.language = language

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Print `name… 3 s` around a step."""
        with self.counted(name):
            yield

    @contextmanager
    def counted(self, name: str) -> Iterator[Callable[[int, int], None]]:
        """Print `name… 7/30`, then the time it took, around a step that counts what it has done."""
        shown = f"  {translated(self.language, name)}… "
        began = time.monotonic()
        print(shown, end="", flush=True)

        def count(done: int, of: int) -> None:
            if sys.stdout.isatty():
                print(f"\r{shown}{done}/{of} ", end="", flush=True)

        yield count
        print(f"{time.monotonic() - began:.0f} s", flush=True)
