"""Everything an installation holds in one file: the database, the files by hash and the archives.

The key that signs cookies is never in it. What the database keeps is: papers, hashes of passwords, seeds of authenticators.
"""


class BackupError(Exception):
    """It cannot be saved or brought back; the sentence tells the operator why, and what to do."""
