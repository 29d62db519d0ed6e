"""The program of a child process: one step of intake, confined, in the current folder.

Started by its absolute path as `python -I child.py STEP ARGUMENTS`; reads the file from standard input, writes
`result.json` and, depending on the step, other files. It imports only what its step needs.
"""

import json
import sys
from importlib import import_module
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from agenda_docs.intake.confinement import confine
from agenda_docs.intake.verdict import Reason, Rejected, Remark

STEPS = {
    "clean": "agenda_docs.intake.cleaning",
    "scan": "agenda_docs.intake.scanning",
    "render": "agenda_docs.intake.rendering",
}
BROKEN = {"clean": Reason.UNREADABLE, "scan": Reason.SECOND_CHECK, "render": Reason.UNREADABLE}


def main() -> None:
    """Do one step and write its result."""
    step, arguments = sys.argv[1], json.loads(sys.argv[2])
    work = import_module(STEPS[step])
    confine(*arguments.pop("processor_seconds"))
    try:
        result = work.run(**arguments)
    except Rejected as rejection:
        result = {"rejected": rejection.remark.as_json()}
    except MemoryError:
        result = {"rejected": Remark(Reason.TOO_MUCH_MEMORY).as_json()}
    except Exception as error:  # noqa: BLE001 - whatever a library raises over a hostile file is about the file
        result = {"rejected": Remark(BROKEN[step]).as_json(), "detail": repr(error)[:500]}
    result["seconds"] = process_time()
    Path("result.json").write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main()
