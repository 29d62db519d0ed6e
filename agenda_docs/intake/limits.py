"""The limits of intake, in one place."""

import math

MEGABYTE = 1024 * 1024

FILE_BYTES = 100 * MEGABYTE
SERVED_BYTES = 150 * MEGABYTE  # taking protection and old compression off makes a file larger
PAGES = 5_000
OBJECTS = 500_000
MEMORY_BYTES = 1024 * MEGABYTE
RESULT_BYTES = 64 * MEGABYTE
TEXT_PER_PAGE = 100_000
NAME_LENGTH = 200

SHORT_PAGES = 200
SHORT_SECONDS = 10.0  # of processor time for all steps of a short paper
BATCH_PAGES = 100
BATCH_SECONDS = 10.0  # of processor time for one batch of a long paper

# On a busy machine a child gets a part of a processor only: these seconds of the clock are allowed for each of processor time.
CLOCK_SECONDS = 3.0

THUMBNAIL_WIDTH = 160
FIRST_PAGE_WIDTH = 1668  # what a tablet shows across, two points to a pixel
PIXELS = 12_000_000


def reading_seconds(pages: int) -> float:
    """How much processor time cleaning and scanning may take together."""
    return 15.0 + 0.02 * pages


def whole_seconds(seconds: float) -> int:
    """Processor time is limited in whole seconds: round up, one at least."""
    return max(1, math.ceil(seconds))
