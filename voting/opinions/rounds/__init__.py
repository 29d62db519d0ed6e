"""Rounds of a written procedure: where a paper got a newer version, the next round asks about what changed, and carries the rest over."""
