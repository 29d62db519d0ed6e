"""F16: of tampered exports every one is rejected, and where an entry was changed it is named."""

from tests.faults.tampering import KINDS, tampered


def test_every_tampered_export_is_rejected_and_the_entry_named() -> None:
    figures = tampered(seed=1, count=300)
    assert figures.unnoticed == []
    assert figures.misnamed == []
    assert figures.count == 300
    assert set(figures.kinds) == set(KINDS)
