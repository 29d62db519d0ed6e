"""Everything an installation holds in one file: the database, the files by hash and the archives. Keys are never in it."""


class BackupError(Exception):
    """It cannot be saved or brought back; the sentence tells the operator why, and what to do."""
