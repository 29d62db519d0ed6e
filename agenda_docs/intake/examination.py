"""The way of an uploaded PDF: cleaned, scanned again, every page rendered; each step a process of its own."""

from dataclasses import dataclass
from pathlib import Path

from agenda_docs.intake import limits, process
from agenda_docs.intake.process import Step
from agenda_docs.intake.verdict import Outcome, Reason, Rejected, Remark, Signature, Verdict, outcome_of


def examine(original: Path, workspace: Path) -> Verdict:
    """Say whether the file may be read by others, and make what they will read, in `workspace`.

    Takes seconds and waits cooperatively under gevent. A bad file is a verdict, never an exception.
    The caller removes the workspace when it has taken the files out.
    """
    try:
        return _Examination(original, workspace).run()
    except Rejected as rejection:
        return Verdict(Outcome.REJECTED, (rejection.remark,))


@dataclass(frozen=True)
class _Cleaned:
    """What the cleaning said, checked."""

    pages: int
    remarks: tuple[Remark, ...]
    signatures: tuple[Signature, ...]


class _Examination:
    """One file on its way; keeps count of the time it has used."""

    def __init__(self, original: Path, workspace: Path) -> None:
        self.original = original
        self.workspace = workspace
        self.processor_seconds = 0.0
        self.wall_seconds = 0.0

    def run(self) -> Verdict:
        """Go all the way. Raises `Rejected` at the first step that does not let the file pass."""
        self._check_size()
        cleaned = self._clean()
        served = process.take(
            self.workspace / "clean" / "served.pdf", self.workspace / "served.pdf", limits.SERVED_BYTES
        )
        self._scan(served, cleaned.pages)
        texts = self._render(served, cleaned.pages)
        first_page = process.take(
            self.workspace / "render-1" / "cover.jpg", self.workspace / "first.jpg", limits.FILE_BYTES
        )
        return Verdict(
            outcome_of(cleaned.remarks), cleaned.remarks, cleaned.pages, served, first_page, texts, cleaned.signatures
        )

    def _check_size(self) -> None:
        size = self.original.stat().st_size
        if size == 0:
            raise Rejected(Reason.EMPTY)
        if size > limits.FILE_BYTES:
            raise Rejected(Reason.TOO_LARGE, limit=limits.FILE_BYTES // limits.MEGABYTE)

    def _clean(self) -> _Cleaned:
        # The child allows itself the time of a long paper only once it has counted the pages.
        step = Step(
            "clean",
            {},
            limits.SHORT_SECONDS,
            limits.reading_seconds(limits.PAGES),
            lambda folder: limits.CLOCK_SECONDS * limits.reading_seconds(_pages_counted(folder)),
            Remark(Reason.UNREADABLE),
        )
        return _checked(self._step(step, self.original, "clean"))

    def _scan(self, served: Path, pages: int) -> None:
        allowed = limits.reading_seconds(pages)
        seconds = self._processor_left(pages, allowed - self.processor_seconds)
        wall = max(limits.CLOCK_SECONDS * allowed - self.wall_seconds, 1.0)
        step = Step("scan", {"pages": pages}, seconds, seconds, lambda _: wall, Remark(Reason.SECOND_CHECK))
        self._step(step, served, "scan")

    def _render(self, served: Path, pages: int) -> tuple[str, ...]:
        texts: list[str] = []
        for first in range(1, pages + 1, limits.BATCH_PAGES):
            last = min(first + limits.BATCH_PAGES - 1, pages)
            seconds = self._processor_left(pages, limits.BATCH_SECONDS)
            step = Step(
                "render",
                {"first": first, "last": last, "cover": first == 1},
                seconds,
                seconds,
                lambda _: limits.CLOCK_SECONDS * limits.BATCH_SECONDS,
                Remark(Reason.PAGES_FAIL, {"first": first, "last": last}),
            )
            result = self._step(step, served, f"render-{first}")
            texts.extend(_checked_texts(result, last - first + 1, step.killed))
        return tuple(texts)

    def _step(self, step: Step, source: Path, folder: str) -> dict[str, object]:
        result = process.run(step, source, self.workspace / folder)
        seconds = result.found.get("seconds")
        self.processor_seconds += seconds if isinstance(seconds, float) and seconds > 0 else 0.0
        self.wall_seconds += result.wall_seconds
        return result.found

    def _processor_left(self, pages: int, long_seconds: float) -> float:
        return limits.SHORT_SECONDS - self.processor_seconds if pages <= limits.SHORT_PAGES else long_seconds


def _pages_counted(folder: Path) -> int:
    """The number a child wrote down as soon as it had counted; it is another program's word, so it is bounded."""
    try:
        count = int(process.read_plain(folder / "pages", 8))
    except (OSError, ValueError):
        return 0
    return min(max(count, 0), limits.PAGES)


def _checked(result: dict[str, object]) -> _Cleaned:
    pages = result.get("pages")
    if not isinstance(pages, int) or not 1 <= pages <= limits.PAGES:
        raise Rejected(Reason.UNREADABLE)
    try:
        return _Cleaned(
            pages,
            tuple(Remark.from_json(stored) for stored in _dictionaries(result.get("remarks"))),
            tuple(Signature.from_json(stored) for stored in _dictionaries(result.get("signatures"))),
        )
    except ValueError:
        raise Rejected(Reason.UNREADABLE) from None


def _dictionaries(stored: object) -> list[dict[str, object]]:
    if not isinstance(stored, list) or not all(isinstance(each, dict) for each in stored):
        raise ValueError("not a list of objects")
    return stored


def _checked_texts(result: dict[str, object], number: int, killed: Remark) -> list[str]:
    texts = result.get("texts")
    if isinstance(texts, list) and len(texts) == number and all(isinstance(text, str) for text in texts):
        return texts
    raise Rejected(killed.reason, **killed.values)
