"""The explanation-and-reception table: every comment of a closed written question, and what the drafting ministry makes of it."""
