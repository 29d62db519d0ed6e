"""`./run tally FILE.jsonl`: a file of votes decided line by line. One JSON object in, one out; exit code 1 if any had an error."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from voting.engine.vote_line import answer

EXIT_WRONG_USE = 2


def main(arguments: Sequence[str]) -> int:
    """Decide the votes of a file; return the exit code."""
    if len(arguments) != 1:
        sys.stderr.write("Name one file: ./run tally FILE.jsonl\n")
        return EXIT_WRONG_USE
    try:
        return _tally(Path(arguments[0]))
    except OSError as error:
        sys.stderr.write(f"The file {arguments[0]} cannot be read: {error.strerror}.\n")
        return EXIT_WRONG_USE


def _tally(path: Path) -> int:
    """Answer each line as it is read, so that a file may be as long as it likes."""
    wrong = False
    with path.open("rb") as file:
        for line in file:
            answered = answer(line)
            wrong = wrong or "error" in answered
            sys.stdout.write(json.dumps(answered) + "\n")
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
