"""Advice: named agencies are asked about a dossier, each with a deadline of its own; what is not given by then is considered not given."""
