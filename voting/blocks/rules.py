"""When items may be put to one vote, taken out of it, opened and closed: values in, a refusal or a value out."""

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from ecabinet.refusals import N_, Refused

LONGEST_REASON = 1000
MOST_ITEMS = 100
MARK = re.compile(r"[A-Za-z0-9_-]{8,40}")  # with the question's number it makes a cast_id


class BlockState(StrEnum):
    """The life of a block; only forward."""

    PREPARED = "prepared"
    ARMED = "armed"
    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


LIVE = (BlockState.PREPARED, BlockState.ARMED, BlockState.OPEN)
NOT_OPENED = (BlockState.PREPARED, BlockState.ARMED)


class Reason(StrEnum):
    """Why a command about a block is refused."""

    NOTHING_CHOSEN = N_("Choose at least one item for the block.")
    TOO_MANY = N_("A block has at most %(most)s items. Make a second one of the rest.")
    MEETING_OVER = N_("This meeting is closed. Nothing can be put to the vote in it.")
    ANOTHER_BLOCK = N_("There is a block in this meeting already. Close or withdraw it first.")
    NOT_UNCONTESTED = N_("“%(title)s” is contested, so it is debated and voted on its own.")
    NOT_FOR_DECISION = N_("“%(title)s” is not an item for decision with a dossier on the published agenda.")
    NOT_WAITING = N_("“%(title)s” has been called or dealt with already. Leave it out of the block.")
    HAS_QUESTION = N_("A question is prepared on “%(title)s” already. Withdraw it first, or put the item on its own.")
    BARRED = N_(
        "You have a conflict of interest on “%(title)s”. Another official conducts this block, or the item is left out of it."
    )
    NOT_PREPARED = N_("This block was shown, opened or ended already. Reload the page.")
    NOT_ARMED = N_("Show the block on the tablets first, then open it.")
    NOT_RUNNING = N_("The meeting is not running. Start it first.")
    ANOTHER_OPEN = N_("Another question is open in this meeting. Close it first.")
    NOT_OPEN = N_("Voting on this block is not open.")
    NOT_WITHDRAWABLE = N_(
        "A block that was opened cannot be withdrawn. Close it; what each item decided stands for itself."
    )
    OVER = N_("This block is over. What was decided on its items stands.")
    NOT_IN_BLOCK = N_("“%(title)s” is no longer in the block. Reload the page.")
    NOT_ENTITLED = N_("Only a member with a ballot on this item can take it out of the block by an objection.")
    RECUSED = N_("You are recused from this item because of a conflict of interest, so you cannot take it out.")
    REASON_TOO_LONG = N_("Your text is too long: at most %(most)s characters.")
    NO_MARK = N_("This ballot carries no mark of its own. Reload the page and vote again.")
    NOT_OFFERED = N_(
        "In a block you approve or abstain. To vote against one item, object to it: it is then voted on its own."
    )
    NOTHING_LEFT = N_("No item is left in this block on which you have a ballot.")
    NOT_CLOSED = N_("Close the block first; what passed is declared after that.")
    NOTHING_TO_DECLARE = N_("There is nothing left to declare in this block.")


def check_choice_of_items(count: int) -> None:
    """Refuse a block of nothing, and one that nobody could survey."""
    if not count:
        raise Refused(Reason.NOTHING_CHOSEN)
    if count > MOST_ITEMS:
        raise Refused(Reason.TOO_MANY, most=MOST_ITEMS)


def check_may_take_in(
    *, title: str, is_for_decision: bool, is_readable: bool, is_waiting: bool, has_question: bool, is_contested: bool
) -> None:
    """Refuse an item that does not belong into a block."""
    if not is_for_decision:
        raise Refused(Reason.NOT_FOR_DECISION, title=title)
    if not is_readable:
        raise Refused(Reason.BARRED, title=title)
    if not is_waiting:
        raise Refused(Reason.NOT_WAITING, title=title)
    if has_question:
        raise Refused(Reason.HAS_QUESTION, title=title)
    if is_contested:
        raise Refused(Reason.NOT_UNCONTESTED, title=title)


def check_may_prepare(*, is_over: bool, has_block: bool) -> None:
    """Refuse a block in a closed meeting, and a second one beside one that is not over."""
    if is_over:
        raise Refused(Reason.MEETING_OVER)
    if has_block:
        raise Refused(Reason.ANOTHER_BLOCK)


def check_may_arm(state: BlockState, *, is_running: bool) -> None:
    """Refuse to show a block twice, or outside a running meeting."""
    if state is not BlockState.PREPARED:
        raise Refused(Reason.NOT_PREPARED)
    if not is_running:
        raise Refused(Reason.NOT_RUNNING)


def check_may_open(state: BlockState, *, is_running: bool, another_open: bool) -> None:
    """Refuse to open what the members have not been shown, or beside another vote."""
    if state is not BlockState.ARMED:
        raise Refused(Reason.NOT_ARMED if state is BlockState.PREPARED else Reason.NOT_PREPARED)
    if not is_running:
        raise Refused(Reason.NOT_RUNNING)
    if another_open:
        raise Refused(Reason.ANOTHER_OPEN)


def check_may_close(state: BlockState) -> None:
    """Refuse to close what is not open."""
    if state is not BlockState.OPEN:
        raise Refused(Reason.OVER if state in (BlockState.CLOSED, BlockState.WITHDRAWN) else Reason.NOT_OPEN)


def check_may_withdraw(state: BlockState) -> None:
    """Refuse to withdraw a block that was opened: the boxes keep what is in them."""
    if state is BlockState.OPEN:
        raise Refused(Reason.NOT_WITHDRAWABLE)
    if state not in NOT_OPENED:
        raise Refused(Reason.OVER)


def check_may_take_out(state: BlockState, *, title: str, is_in: bool) -> None:
    """Refuse to take an item out of a block that is over, or twice."""
    if state not in LIVE:
        raise Refused(Reason.OVER)
    if not is_in:
        raise Refused(Reason.NOT_IN_BLOCK, title=title)


def check_may_object(*, on_roll: bool, recused: bool, reason: str) -> None:
    """Refuse an objection of somebody who has no ballot on the item, and too many words."""
    if not on_roll:
        raise Refused(Reason.NOT_ENTITLED)
    if recused:
        raise Refused(Reason.RECUSED)
    if len(reason) > LONGEST_REASON:
        raise Refused(Reason.REASON_TOO_LONG, most=LONGEST_REASON)


def check_ballot(mark: str, choice: str, offered: Collection[str]) -> None:
    """Refuse a ballot for a block that carries no mark, or says what a block does not offer."""
    if not MARK.fullmatch(mark):
        raise Refused(Reason.NO_MARK)
    if choice not in offered:
        raise Refused(Reason.NOT_OFFERED)


def cast_id_of(mark: str, question_id: int) -> str:
    """Return the mark of one ballot of the block: the same on every repetition, another in every box."""
    return f"{mark}-{question_id}"


def minutes_taken(opened_at: datetime, closed_at: datetime) -> int:
    """Return how many minutes a block took, each begun one counted."""
    return max(1, -(-(closed_at - opened_at) // timedelta(minutes=1)))
