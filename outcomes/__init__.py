"""Decisions, the archive and its verification."""
