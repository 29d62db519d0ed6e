"""Written opinions: the same question, roll, box and rule, answered in writing by a deadline."""
