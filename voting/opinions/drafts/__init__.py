"""Drafts of an answer: the member's office writes and comments, the member alone reads, changes and sends. Nothing of it is in any box, bag or export."""
