"""Safe intake: what an uploaded PDF goes through, in limited processes of its own, before anyone may read it."""

from agenda_docs.intake.examination import examine
from agenda_docs.intake.verdict import Outcome, Reason, Remark, Signature, SignatureState, Verdict

__all__ = ["Outcome", "Reason", "Remark", "Signature", "SignatureState", "Verdict", "examine"]
