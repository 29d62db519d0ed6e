"""What officials may do to a box, always as new entries: paper ballots, withdrawals, extensions, annulments, corrections."""
