"""When a question may be amended, armed, opened, answered, closed and withdrawn: values in, a refusal or nothing out."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from ecabinet.refusals import N_, Refused
from voting import choosing
from voting.engine.rule import Choice, Form, Rule, Silence

# What reaches the box this long after the stated end still counts; nothing later does, whether or not the close has run.
GRACE = {Form.MEETING: timedelta(0), Form.WRITTEN: timedelta(seconds=60)}
LONGEST_OPINION = 4000
LONGEST_TEXT = 2000
LONGEST_MINUTES = 24 * 60
# Who agrees, or chooses an option, needs no discussion of it.
DISCUSSED_WITH = (Choice.NO.value, Choice.ABSTAIN.value, Choice.OTHER.value)
CAST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


class Procedure(StrEnum):
    """How a question is put: to a vote, or the chair asks whether anybody objects, or members choose among persons or options."""

    VOTE = "vote"
    NO_OBJECTION = "no_objection"
    CHOICE = "choice"


class QuestionState(StrEnum):
    """The life of a question; only forward."""

    DRAFT = "draft"
    ARMED = "armed"
    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    ANNULLED = "annulled"
    TAKEN_OUT = "taken_out"


# A vote that does not count, whatever is in its box.
VOID = (QuestionState.ANNULLED, QuestionState.TAKEN_OUT)
# What has a box.
OPENED = (QuestionState.OPEN, QuestionState.CLOSED, *VOID)


class Reason(StrEnum):
    """Why a question or a ballot is refused."""

    NOT_OPEN = N_("Voting on this question is not open.")
    TOO_LATE = N_("The time for this question ended at %(ended)s. Your ballot came later and does not count.")
    NOT_ENTITLED = N_("You are not on the roll of this question, so you cannot vote on it.")
    RECUSED = N_("You are recused from this question because of a conflict of interest, so you cannot vote on it.")
    NOT_OFFERED = N_("Choose one of the offered answers.")
    OPINION_MISSING = N_("Write your opinion in words, or choose another answer.")
    OPINION_TOO_LONG = N_("Your text is too long: at most %(most)s characters.")
    DISCUSSION_AGREED = N_(
        "Who agrees cannot ask for a discussion as well. Disagree, or choose to request a discussion."
    )
    DISCUSSION_MISSING = N_("Write what should be discussed in a meeting, and why.")
    NOTHING_TO_RECALL = N_("There is no answer of yours that counts now, so there is nothing to recall.")
    RECALL_IN_WRITING = N_("Only an answer in writing can be recalled. In a meeting, vote again instead.")
    RECALL_NOT_ALLOWED = N_("The rule of this question allows no change of an answer, so it cannot be recalled.")
    TAKEN_OUT_IN_MEETING = N_("Only a question put in a meeting can be taken out of a block.")
    SENT_BEFORE = N_("A ballot with this mark was sent before with another content. Reload the page and vote again.")
    SEEN_OTHER = N_("What you saw is not what was opened. Reload the page and vote again.")
    ALREADY_VOTED = N_(
        "A ballot is in the box already, and the rule of this question allows no change of it. Nothing was added."
    )
    NO_PROXY = N_("You do not hold the proxy of this member, so you cannot cast their ballot.")
    NOT_DURABLE = N_(
        "Voting cannot be opened: the database is not set to survive a power cut. Tell the administrator (operations manual, “Durability”)."
    )
    NOT_READABLE = N_("This ballot could not be read, and nothing was added. Reload the page and vote again.")
    NO_MARK = N_("This ballot carries no mark of its own. Reload the page and vote again.")
    TEXT_MISSING = N_("Write the question first.")
    TEXT_TOO_LONG = N_("The question is too long: at most %(most)s characters.")
    NOT_AMENDABLE = N_("The text of a question is frozen once it has been opened. Prepare a new question instead.")
    NOT_A_DRAFT = N_("This question was put already. Reload the page to see where it stands.")
    NOT_ARMED = N_("Show the question on the tablets first, then open it.")
    NOT_RUNNING = N_("The meeting is not running. Start it first.")
    ANOTHER_OPEN = N_("Another question is open in this meeting. Close it first.")
    IN_BLOCK = N_("This question belongs to a block. Show, open or withdraw the block, or take the item out of it.")
    VOTED_IN_BLOCK = N_("This question is put in a block. Vote there, or object to its item.")
    CLOSED_BEFORE = N_("This question was closed already. Its result stands.")
    NOT_CLOSABLE = N_("This vote was annulled or taken out, so there is nothing to close.")
    STILL_RUNNING = N_("The members may answer until %(until)s. The question closes by itself then.")
    NOT_WITHDRAWABLE = N_("A question that was opened cannot be withdrawn. Close it, and record what became of it.")
    ITEM_OVER = N_("This agenda item is over. Put the question on an item that is still to come.")
    NO_MATTER = N_("A question needs a dossier. Give the agenda item one first.")
    NOT_ACCEPTED = N_("The dossier has not been accepted yet. Accept it first.")
    RULE_OF_OTHER_FORM = N_("This voting rule is made for another way of deciding. Choose one that fits.")
    NOBODY_ENTITLED = N_("Nobody could vote on this question. Enter the members of the body first.")
    DAYS_OUT_OF_RANGE = N_("The members must have at least %(least)s and at most %(most)s working days.")
    VOTE_IN_WRITING = N_("Asking for objections needs a meeting. In writing, put the question to a vote.")


def options_of(procedure: Procedure, rule: Rule, labels: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the answers that are offered: where the chair asks for objections, only the objection; where members choose, the options."""
    if procedure is Procedure.CHOICE:
        return (*choosing.options_of(labels), Choice.ABSTAIN.value)
    if procedure is Procedure.NO_OBJECTION:
        return (Choice.NO.value,)
    offered = (Choice.YES, Choice.NO, Choice.ABSTAIN, Choice.OTHER)
    return tuple(choice.value for choice in offered if choice is not Choice.ABSTAIN or rule.abstention_allowed)


def last_moment(form: Form, closes_at: datetime | None) -> datetime | None:
    """Return the last instant at which the box takes a ballot, grace included; None where no end is set."""
    return None if closes_at is None else closes_at + GRACE[form]


def check_franchise(*, on_roll: bool, holds_proxy: bool, recused: bool) -> None:
    """Refuse a ballot of someone who has no vote on this question, or casts for a member who did not give them their proxy."""
    if not on_roll:
        raise Refused(Reason.NOT_ENTITLED)
    if not holds_proxy:
        raise Refused(Reason.NO_PROXY)
    if recused:
        raise Refused(Reason.RECUSED)


def check_may_cast(*, is_open: bool, now: datetime, last: datetime | None) -> None:
    """Refuse a ballot that comes before the opening or after the end, grace included."""
    if not is_open:
        raise Refused(Reason.NOT_OPEN)
    if last is not None and now > last:
        raise Refused(Reason.TOO_LATE, ended=last)


def check_change(*, has_voted: bool, allowed: bool) -> None:
    """Refuse a second ballot where the rule allows no change of the first."""
    if has_voted and not allowed:
        raise Refused(Reason.ALREADY_VOTED)


def check_seen(given: str, frozen: str) -> None:
    """Refuse a ballot of someone who had something else before them than what was opened; a page that does not say is believed."""
    if given and given != frozen:
        raise Refused(Reason.SEEN_OTHER)


def check_ballot(choice: str, text: str, options: Sequence[str], *, discuss: bool = False, reserved: str = "") -> None:
    """Refuse an answer that is not offered, another opinion without words, or a request for a discussion that nobody could follow."""
    if choice not in options:
        raise Refused(Reason.NOT_OFFERED)
    if discuss:
        check_discuss(choice, text)
    if choice == Choice.OTHER and not text:
        raise Refused(Reason.OPINION_MISSING)
    if len(text) > LONGEST_OPINION or len(reserved) > LONGEST_OPINION:
        raise Refused(Reason.OPINION_TOO_LONG, most=LONGEST_OPINION)


def check_discuss(choice: str, text: str) -> None:
    """Refuse to ask for a discussion beside an agreement, or without saying why."""
    if choice not in DISCUSSED_WITH:
        raise Refused(Reason.DISCUSSION_AGREED)
    if not text:
        raise Refused(Reason.DISCUSSION_MISSING)


def check_may_recall(*, form: Form, has_voted: bool, allowed: bool) -> None:
    """Refuse to recall an answer in a meeting, where the rule allows no change, or where there is none."""
    if form is not Form.WRITTEN:
        raise Refused(Reason.RECALL_IN_WRITING)
    if not allowed:
        raise Refused(Reason.RECALL_NOT_ALLOWED)
    if not has_voted:
        raise Refused(Reason.NOTHING_TO_RECALL)


def check_may_take_out(*, form: Form, is_open: bool) -> None:
    """Refuse to take out what is not put in a meeting, or not open."""
    if form is not Form.MEETING:
        raise Refused(Reason.TAKEN_OUT_IN_MEETING)
    if not is_open:
        raise Refused(Reason.NOT_OPEN)


def words_kept(form: Form, choice: str, text: str) -> str:
    """Return the words that are kept with a ballot: in the room they belong to another opinion only, in writing to any answer."""
    return text if form is Form.WRITTEN or choice == Choice.OTHER else ""


def discuss_kept(form: Form, *, discuss: bool) -> bool:
    """Say whether a request for a discussion is kept with a ballot: in writing only; in the room it is asked for aloud."""
    return discuss and form is Form.WRITTEN


def check_cast_id(cast_id: str) -> None:
    """Refuse a ballot that the tablet gave no mark, so that sending it again could not be told from voting again."""
    if not CAST_ID.fullmatch(cast_id):
        raise Refused(Reason.NO_MARK)


def check_text(text: str) -> None:
    """Refuse a question without words, or with too many."""
    if not text:
        raise Refused(Reason.TEXT_MISSING)
    if len(text) > LONGEST_TEXT:
        raise Refused(Reason.TEXT_TOO_LONG, most=LONGEST_TEXT)


def check_may_prepare(*, form: Form, procedure: Procedure, rule: Rule) -> None:
    """Refuse a rule, or a way of asking, that does not fit where the question is answered."""
    if rule.form is not form:
        raise Refused(Reason.RULE_OF_OTHER_FORM)
    if form is Form.WRITTEN and procedure is Procedure.NO_OBJECTION:
        raise Refused(Reason.VOTE_IN_WRITING)


def check_may_amend(state: QuestionState) -> None:
    """Refuse to touch the text of a question that was opened."""
    if state not in (QuestionState.DRAFT, QuestionState.ARMED):
        raise Refused(Reason.NOT_AMENDABLE)


def check_alone(block_id: int | None) -> None:
    """Refuse to conduct a question of a block on its own."""
    if block_id is not None:
        raise Refused(Reason.IN_BLOCK)


def check_in_block(block_id: int | None, *, in_block: bool) -> None:
    """Refuse a single ballot on a question of a block: the block has one vote for all, and its rule offers no rejection of the whole."""
    if block_id is not None and not in_block:
        raise Refused(Reason.VOTED_IN_BLOCK)


def check_may_arm(state: QuestionState, *, is_running: bool) -> None:
    """Refuse to load a question on the tablets outside a running meeting, or a second time."""
    if state is not QuestionState.DRAFT:
        raise Refused(Reason.NOT_A_DRAFT)
    if not is_running:
        raise Refused(Reason.NOT_RUNNING)


def check_may_open(state: QuestionState, *, is_running: bool, another_open: bool) -> None:
    """Refuse to open what is not armed, or two questions of one meeting at a time."""
    if state in OPENED:
        raise Refused(Reason.NOT_A_DRAFT)
    if state is not QuestionState.ARMED:
        raise Refused(Reason.NOT_ARMED)
    if not is_running:
        raise Refused(Reason.NOT_RUNNING)
    if another_open:
        raise Refused(Reason.ANOTHER_OPEN)


def check_may_close(*, has_box: bool, is_open: bool, is_void: bool) -> None:
    """Refuse to close what was never opened, what was annulled or taken out, or twice."""
    if not has_box:
        raise Refused(Reason.NOT_OPEN)
    if is_void:
        raise Refused(Reason.NOT_CLOSABLE)
    if not is_open:
        raise Refused(Reason.CLOSED_BEFORE)


def check_may_withdraw(state: QuestionState) -> None:
    """Refuse to withdraw what was opened: the box keeps what is in it."""
    if state not in (QuestionState.DRAFT, QuestionState.ARMED):
        raise Refused(Reason.NOT_WITHDRAWABLE)


def check_days(days: int, least: int, most: int) -> None:
    """Refuse a period that the rules of the body do not allow."""
    if not least <= days <= most:
        raise Refused(Reason.DAYS_OUT_OF_RANGE, least=least, most=most)


def may_settle_early(rule: Rule) -> bool:
    """Say whether a question under this rule may be over before its deadline."""
    return rule.is_written and (rule.early_close or rule.silence is Silence.OBJECTION_STOPS)


def is_settled(rule: Rule, *, voted: int, entitled: int, objected: bool) -> bool:
    """Say whether a written question need not wait for its deadline: all have answered, or an objection has stopped it."""
    if not rule.is_written:
        return False
    all_in = rule.early_close and voted >= entitled
    return all_in or (rule.silence is Silence.OBJECTION_STOPS and objected)
