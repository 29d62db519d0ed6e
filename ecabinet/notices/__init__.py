"""Notices to one person: in the application at once, by e-mail and SMS through an outbox. What leaves the house carries no title and no content."""

from ecabinet.notices.models import Channel, Delivery, DeliveryState, Notice
from ecabinet.notices.sentences import Kind, Sentence, kind_of
from ecabinet.notices.telling import latest, mark_read, office_of, tell, tell_office, unread_count

__all__ = [
    "Channel",
    "Delivery",
    "DeliveryState",
    "Kind",
    "Notice",
    "Sentence",
    "kind_of",
    "latest",
    "mark_read",
    "office_of",
    "tell",
    "tell_office",
    "unread_count",
]
