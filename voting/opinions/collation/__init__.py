"""Collation of a written question: who stands where while it is open, and after the close every opinion, by member and by point."""
