"""What intake says about a file, in words a secretary understands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from ecabinet.refusals import N_, Refused


class Outcome(StrEnum):
    """The three verdicts."""

    ACCEPTED = "accepted"
    CLEANED = "cleaned"
    REJECTED = "rejected"


class Reason(StrEnum):
    """Why a file is rejected, and what was done to one that is not."""

    EMPTY = N_("This file is empty. Send it again.")
    TOO_LARGE = N_("This file is larger than %(limit)s MB. Split it and send the parts one by one.")
    NOT_PDF = N_("This file is not a PDF. Save the paper as PDF and send that file.")
    CUT_OFF = N_("The end of this PDF is missing; it was probably cut off on the way. Send it again.")
    PASSWORD = N_("This PDF opens only with a password. Save it without a password and send it again.")
    UNREADABLE = N_(
        "This PDF is damaged and cannot be read. Make it again from the source document and send the new file."
    )
    NO_PAGES = N_("This PDF has no pages. Make it again from the source document and send the new file.")
    TOO_MANY_PAGES = N_(
        "This PDF has %(pages)s pages; at most %(limit)s are taken. Split it and send the parts one by one."
    )
    TOO_MANY_OBJECTS = N_(
        "This PDF is made of %(objects)s pieces; at most %(limit)s are taken. Print it to PDF and send the new file."
    )
    INTERACTIVE_FORM = N_(
        "The pages of this PDF are made by the program that opens it, so two readers could see different things. "
        "Print it to PDF and send the new file."
    )
    TOO_SLOW = N_("Reading this PDF takes longer than is allowed. Print it to PDF and send the new file.")
    TOO_MUCH_MEMORY = N_("Reading this PDF takes more memory than is allowed. Print it to PDF and send the new file.")
    SECOND_CHECK = N_("A second, independent check could not read this PDF. Print it to PDF and send the new file.")
    STILL_ACTIVE = N_("This PDF still holds commands after cleaning. Print it to PDF and send the new file.")
    PAGE_FAILS = N_("Page %(page)s of this PDF cannot be displayed. Print it to PDF and send the new file.")
    PAGES_FAIL = N_(
        "A page from %(first)s to %(last)s of this PDF stops the program that displays it. "
        "Print it to PDF and send the new file."
    )

    SIGNED = N_(
        "Digital signatures in this PDF: %(number)s. The signed original is kept as evidence; "
        "readers see a copy made from it, on which the signatures cannot be checked."
    )
    REPAIRED = N_("This PDF was damaged and has been repaired. Compare every page with the source document.")
    DECRYPTED = N_("This PDF was locked against copying or changing; readers see a copy without the lock.")
    SCRIPTS = N_("Programs inside this PDF (JavaScript) were removed: %(number)s.")
    ACTIONS = N_("Commands that start programs, open other files or send data were removed: %(number)s.")
    LINKS = N_("Links to anything but web pages and e-mail addresses were removed: %(number)s.")
    ATTACHMENTS = N_("Files attached inside this PDF were removed: %(number)s. Send them as documents of their own.")
    MEDIA = N_("Sound, video and 3D content was removed: %(number)s.")
    FORM = N_("The form program inside this PDF (XFA) was removed; the pages stay as they are displayed.")
    PORTFOLIO = N_(
        "This PDF was a folder of files; only its own pages are kept. Send the files as documents of their own."
    )
    FOREIGN = N_("The file held bytes that do not belong to the PDF; they were removed.")


# These say what was taken out of the content, so the file is `cleaned`; the others leave it `accepted`.
CLEANING = frozenset(
    {
        Reason.DECRYPTED,
        Reason.SCRIPTS,
        Reason.ACTIONS,
        Reason.LINKS,
        Reason.ATTACHMENTS,
        Reason.MEDIA,
        Reason.FORM,
        Reason.PORTFOLIO,
        Reason.FOREIGN,
    }
)


@dataclass(frozen=True)
class Remark:
    """One sentence of a verdict with the values for its places."""

    reason: Reason
    values: Mapping[str, int | str] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """The remark as it is stored."""
        return {"reason": self.reason.name, "values": dict(self.values)}

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> "Remark":
        """The stored remark. Raises `ValueError` for anything else."""
        name, values = stored.get("reason"), stored.get("values")
        if not isinstance(name, str) or name not in Reason.__members__ or not isinstance(values, dict):
            raise ValueError("not a remark")
        if not all(isinstance(key, str) and isinstance(value, int | str) for key, value in values.items()):
            raise ValueError("not a remark")
        return cls(Reason[name], values)


class SignatureState(StrEnum):
    """What is known about a signature."""

    PRESENT = N_("Present, not checked yet")


@dataclass(frozen=True)
class Signature:
    """A digital signature that the original carries; `signer` is what its certificate says, or empty."""

    field: str
    signer: str
    state: SignatureState = SignatureState.PRESENT

    def as_json(self) -> dict[str, object]:
        """The signature as it is stored."""
        return {"field": self.field, "signer": self.signer, "state": self.state.name}

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> "Signature":
        """The stored signature. Raises `ValueError` for anything else."""
        name, signer, state = stored.get("field"), stored.get("signer"), stored.get("state")
        if not isinstance(name, str) or not isinstance(signer, str) or state not in SignatureState.__members__:
            raise ValueError("not a signature")
        return cls(name, signer, SignatureState[str(state)])


@dataclass(frozen=True)
class Verdict:
    """All that intake found. The paths lie in the workspace and are gone with it."""

    outcome: Outcome
    remarks: tuple[Remark, ...]
    pages: int = 0
    served: Path | None = None
    first_page: Path | None = None
    texts: tuple[str, ...] = ()
    signatures: tuple[Signature, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether there is a file to serve."""
        return self.outcome is not Outcome.REJECTED

    @property
    def signed(self) -> bool:
        """Whether the original carries signatures: then it is evidence, and readers see a copy without them."""
        return bool(self.signatures)

    @property
    def needs_confirmation(self) -> bool:
        """Whether the uploader must look at the pages and confirm: something was taken out or repaired."""
        return self.accepted and any(
            remark.reason in CLEANING or remark.reason is Reason.REPAIRED for remark in self.remarks
        )

    def refusal(self) -> Refused:
        """A rejected verdict as the refusal of a command."""
        remark = self.remarks[0]
        return Refused(remark.reason, **remark.values)


class Rejected(Exception):  # noqa: N818 - an answer of intake, not an error
    """A step found why the file cannot be taken."""

    def __init__(self, reason: Reason, **values: int | str) -> None:
        super().__init__(reason.name)
        self.remark = Remark(reason, values)


def outcome_of(remarks: tuple[Remark, ...]) -> Outcome:
    """The outcome of a file that passed every step."""
    return Outcome.CLEANED if any(remark.reason in CLEANING for remark in remarks) else Outcome.ACCEPTED
