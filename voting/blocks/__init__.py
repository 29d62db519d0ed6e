"""The block vote: items that nobody contests are put to one vote, each recorded by name and by item."""
