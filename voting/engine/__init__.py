"""The rule engine: what may be said of a rule and of a vote, and how the one is counted under the other. Pure."""
