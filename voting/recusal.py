"""Who has no part in the ballots of an opened question because of a conflict of interest: by the frozen roll, in writing by a later bar too."""

from sqlalchemy.orm import Session

from agenda_docs import reading
from voting.ballots import Line
from voting.box import LockedBox
from voting.engine.rule import Form


def is_recused(session: Session, locked_box: LockedBox, *lines: Line | None) -> bool:
    """Say whether one of these members, who cast or for whom is cast, is recused now."""
    members = [line for line in lines if line is not None]
    if any(line.recused for line in members):
        return True
    # A circulation lasts days, and a bar may come meanwhile. It only stops what is cast or recalled from then on: the franchise was frozen at
    # the opening, so what is in the box before it stays there and counts. In the room no ballot pays for this query.
    if locked_box.frozen.form is not Form.WRITTEN or not members:
        return False
    barred = reading.barred_people(session, locked_box.frozen.matter_id)
    return any(line.person_id in barred for line in members)
