"""Matters and their dossiers, documents and versions, safe intake, who may read what, search. It knows nothing of meetings or votes."""
