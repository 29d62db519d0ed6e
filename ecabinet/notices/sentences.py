"""What notices say inside the application, and of which kind each is: the kind is all that anybody else learns."""

from enum import StrEnum

from ecabinet.refusals import N_


class Sentence(StrEnum):
    """What a notice says inside the application; `%(title)s` is filled from its values."""

    OPINION_CIRCULATED = N_("Your written opinion is asked for: %(title)s. Answer by %(deadline)s.")
    OPINION_PROPOSED = N_("A written question waits for your approval before it is sent: %(title)s.")
    OPINION_APPROVED = N_("The chair approved your written question; it can be sent: %(title)s.")
    OPINION_RETURNED = N_("The chair returned your written question with a reason: %(title)s.")
    OPINION_MOVED = N_("After the written opinions, this goes on the agenda of a meeting: %(title)s.")
    OPINION_REMINDER = N_("Your written opinion is still missing: %(title)s. Answer by %(deadline)s.")
    OPINION_REMINDER_TO_OFFICE = N_(
        "The written opinion of %(member)s is still missing: %(title)s. It has to be sent by %(deadline)s."
    )
    OPINION_SILENT_NO_YES = N_(
        "The time for your written opinion on %(title)s is over, and there was no answer from you: you are not counted as agreeing."
    )
    OPINION_SILENT_CONSENT = N_(
        "The time for your written opinion on %(title)s is over, and there was no answer from you: you are counted as agreeing."
    )
    OPINION_SILENT_ABSENT = N_(
        "The time for your written opinion on %(title)s is over, and there was no answer from you: you are counted as absent."
    )
    OPINION_SILENT_NO_OBJECTION = N_(
        "The time for your written opinion on %(title)s is over, and there was no answer from you: you are counted as not objecting."
    )
    OPINION_SILENT_NO_CHOICE = N_(
        "The time for your written opinion on %(title)s is over, and there was no answer from you: you are counted as having chosen nothing."
    )
    OPINION_TO_DRAFT = N_("An answer of %(member)s can be drafted: %(title)s.")
    OPINION_DRAFT_READY = N_("Your office has drafted your written opinion: %(title)s.")
    OPINION_DRAFT_COMMENTED = N_("There is a comment on the draft of a written opinion: %(title)s.")
    OPINION_CLASSIFIED = N_("Two officials have said how your other opinion counts: %(title)s.")
    OPINION_CLOSED = N_("The written opinions on %(title)s are closed.")
    OPINION_EXTENDED = N_("There is more time for your written opinion on %(title)s: until %(deadline)s.")
    COMMENTS_TO_ANSWER = N_(
        "%(count)s comments of the written opinions on %(title)s wait for the answer of your agency."
    )
    COMMENT_SENT_BACK = N_("The secretariat sent an answer of yours to a comment back with a reason: %(title)s.")
    COMMENTS_ANSWERED = N_("Every comment of the written opinions on %(title)s has been answered.")
    PAPER_BALLOT_ENTERED = N_(
        "Officials entered ballot no. %(number)s for you, given on paper or by telephone: %(title)s. If it was not given by you, tell the chair that number at once."
    )
    BALLOT_WITHDRAWN = N_(
        "The chair withdrew your ballot no. %(number)s by a ruling: %(title)s. It does not count; you may vote again while the question is open."
    )
    EARLIER_BALLOT_COUNTS = N_(
        "The chair withdrew your ballot no. %(number)s by a ruling: %(title)s. Your earlier ballot no. %(standing)s counts again; you may vote again while the question is open."
    )
    NEWER_BALLOT_STANDS = N_(
        "The chair withdrew your ballot no. %(number)s by a ruling: %(title)s. Your newer ballot no. %(standing)s still counts."
    )
    PROXY_GIVEN = N_("%(holder)s casts for %(member)s while that member is away: %(title)s.")
    PROXY_ENDED = N_("%(holder)s casts for %(member)s no more: %(title)s.")
    VOTE_ANNULLED = N_("The vote on %(title)s was annulled. It does not count.")
    RESULT_CORRECTED = N_("The result of the vote on %(title)s was corrected.")
    AGENDA_PROPOSED = N_("The agenda of %(title)s waits for your approval.")
    AGENDA_RETURNED = N_("The chair returned the agenda of %(title)s with a remark.")
    AGENDA_APPROVED = N_("The chair approved the agenda of %(title)s.")
    AGENDA_PUBLISHED = N_("The agenda of %(title)s was published.")
    MATTER_LODGED = N_("A dossier was lodged: %(title)s.")
    MATTER_ACCEPTED = N_("Your dossier was accepted: %(title)s.")
    MATTER_SENT_BACK = N_("Your dossier was sent back with a reason: %(title)s.")
    ADVICE_ASKED = N_("%(agency)s is asked for advice by %(deadline)s: %(title)s.")
    ADVICE_REMINDER = N_("Advice of %(agency)s is due by %(deadline)s: %(title)s.")
    ADVICE_EXTENDED = N_("%(agency)s has until %(deadline)s for its advice: %(title)s.")
    ADVICE_GIVEN = N_("%(agency)s gave its advice: %(title)s.")
    ADVICE_NOT_GIVEN = N_("Advice of %(agency)s counts as not given: %(title)s.")
    ROLE_TO_CONFIRM = N_("A role waits for your confirmation: %(title)s.")
    PHONE_TO_CONFIRM = N_("The reset of a lost phone waits for your confirmation: %(title)s.")
    PHONE_REPLACED = N_(
        "Your phone for signing in was replaced. If this was not you, tell the secretariat at once: %(title)s."
    )
    PASSKEY_ADDED = N_(
        "A passkey was added to your account: %(title)s. If this was not you, tell the secretariat at once."
    )
    PASSKEY_REMOVED = N_(
        "A passkey was removed from your account: %(title)s. If this was not you, tell the secretariat at once."
    )


class Kind(StrEnum):
    """What a notice is about, in the words that a message outside and the list of deliveries may use."""

    OPINIONS = N_("Written opinions")
    VOTES = N_("Votes")
    MEETINGS = N_("Meetings")
    DOSSIERS = N_("Dossiers")
    ACCOUNT = N_("Account")
    OTHER = N_("Other notices")


# The kind of a sentence by how its name begins.
KINDS = {
    Kind.OPINIONS: ("OPINION_", "COMMENT_", "COMMENTS_"),
    Kind.VOTES: ("PAPER_BALLOT_", "BALLOT_", "EARLIER_BALLOT_", "NEWER_BALLOT_", "PROXY_", "VOTE_", "RESULT_"),
    Kind.MEETINGS: ("AGENDA_", "MEETING_", "POSITION_", "BLOCK_"),
    Kind.DOSSIERS: ("MATTER_", "ADVICE_"),
    Kind.ACCOUNT: ("ROLE_", "PHONE_", "PASSKEY_"),
}

# What cannot wait until the morning: somebody else may be at work on one's account or ballot.
AT_ONCE = frozenset(
    {Sentence.PAPER_BALLOT_ENTERED, Sentence.PHONE_REPLACED, Sentence.PASSKEY_ADDED, Sentence.PASSKEY_REMOVED}
)


def kind_of(sentence: str) -> Kind:
    """Return the kind of a notice by the name of its sentence."""
    return next((kind for kind, beginnings in KINDS.items() if sentence.startswith(beginnings)), Kind.OTHER)
