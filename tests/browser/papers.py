"""The papers of the browser tests: real PDFs, from the collection beside the project where it stands, else made here."""

from collections.abc import Sequence
from datetime import date

from demonstration.papers import paper
from ecabinet.config import PROJECT

REAL = PROJECT.parent / "shared" / "data" / "real"
FOUND_ONCE = "cấp nước sạch cho vùng đồng bằng"


def letter(pages: int = 6) -> bytes:
    """Return a paper whose text is known."""
    text: Sequence[str] = (
        f"Bộ Y tế trình Chính phủ xem xét Đề án {FOUND_ONCE} giai đoạn 2027–2035.",
        "# Sự cần thiết",
        "Tổng mức vốn dự kiến là 18.400 tỷ đồng, trong đó ngân sách trung ương bảo đảm một nửa.",
    )
    return paper("Tờ trình về Đề án cấp nước sạch", "412/TTr-BYT", "Bộ Y tế", text, pages, date(2026, 11, 2))


def real_or_made(name: str) -> bytes:
    """Return a real paper of this name, or one made here where the collection is not on this machine."""
    path = REAL / name
    return path.read_bytes() if path.exists() else letter()
