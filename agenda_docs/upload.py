"""What happens to a file before any transaction: it is examined, and what will be read is made and kept. This takes seconds."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from agenda_docs.intake import Verdict, examine
from ecabinet.blobs import Blob, Blobs

NAME_AT_MOST = 255


@dataclass(frozen=True)
class Examined:
    """A file that has been through intake; `served` and `first_page` are None where it was rejected, and nothing of it is kept then."""

    file_name: str
    original: Blob
    verdict: Verdict
    served: Blob | None = None
    first_page: Blob | None = None


def take_in(source: bytes | BinaryIO, file_name: str, *, originals: Blobs, blobs: Blobs) -> Examined:
    """Examine a file outside any transaction; keep the original and what is served only where it passes."""
    with TemporaryDirectory() as folder:
        workspace = Path(folder)
        waiting = Blobs(workspace / "upload", originals.limit)
        original = waiting.put(source)
        (workspace / "work").mkdir()
        verdict = examine(waiting.path(original.sha256), workspace / "work")
        name = _plain(file_name)
        if verdict.served is None or verdict.first_page is None:
            return Examined(name, original, verdict)
        with waiting.open(original.sha256) as file:
            originals.put(file)
        return Examined(name, original, verdict, _keep(blobs, verdict.served), _keep(blobs, verdict.first_page))


def _keep(blobs: Blobs, path: Path) -> Blob:
    with path.open("rb") as file:
        return blobs.put(file)


def _plain(file_name: str) -> str:
    """The last part of a path, without what no database keeps."""
    name = file_name.replace("\\", "/").rsplit("/", 1)[-1].replace("\0", "")
    return name.encode("utf-8", "ignore").decode()[-NAME_AT_MOST:]
