"""Writes real A4 PDFs in the form of Vietnamese administrative papers, for the demonstration and for tests."""

import json
from collections.abc import Sequence
from datetime import date as Date  # noqa: N812 - the parameter is called `date`
from pathlib import Path

import typst

NOTICE = "Tài liệu minh họa, không có giá trị pháp lý"
_TEMPLATE = Path(__file__).with_name("paper.typ")
_KINDS = ("Tờ trình", "Báo cáo", "Đề án", "Dự thảo Nghị quyết", "Dự thảo Nghị định", "Dự thảo Quyết định", "Kế hoạch")
_OFFICES = {
    "Ngân hàng Nhà nước Việt Nam": "Thống đốc",
    "Thanh tra Chính phủ": "Tổng Thanh tra Chính phủ",
    "Văn phòng Chính phủ": "Bộ trưởng, Chủ nhiệm",
}
_PLACES = ("Như trên;", "Các bộ, cơ quan ngang bộ;", "Văn phòng Chính phủ;", "Lưu: VT.")
_TASKS = (
    "Hoàn thiện thể chế, chính sách",
    "Cải cách thủ tục hành chính",
    "Chuyển đổi số và cơ sở dữ liệu",
    "Đào tạo, bồi dưỡng cán bộ",
    "Kiểm tra, giám sát thực hiện",
    "Đầu tư cơ sở vật chất",
    "Thông tin, truyền thông",
    "Hợp tác quốc tế",
)


def paper(
    title: str,
    symbol: str,
    unit: str,
    paragraphs: Sequence[str],
    pages: int,
    date: Date,
    *,
    office: str | None = None,
) -> bytes:
    """A PDF with selectable text: a letter of these paragraphs (one that begins with `# ` is a heading), then annexes.

    It has exactly `pages` pages, or more where the letter alone needs more. The signer is an office, never a person.
    The same arguments give the same bytes.
    """
    kind, subject = _parted(title)
    words = {
        "title": title,
        "kind": kind,
        "subject": subject,
        "symbol": symbol,
        "above": "Chính phủ" if unit == "Văn phòng Chính phủ" else "",
        "unit": unit,
        "dated": f"Hà Nội, ngày {date.day:02d} tháng {date.month:02d} năm {date.year}",
        "to": "Chính phủ" if kind in {"Tờ trình", "Báo cáo"} else "",
        "paragraphs": list(paragraphs),
        "places": _PLACES,
        "office": office or _OFFICES.get(unit, "Bộ trưởng"),
        "tasks": _TASKS,
        "notice": NOTICE,
        "pages": pages,
    }
    made = typst.compile(
        _TEMPLATE.read_bytes(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"paper": json.dumps(words, ensure_ascii=False)},
        timestamp=int(date.toordinal() - Date(1970, 1, 1).toordinal()) * 86_400,
    )
    if not isinstance(made, bytes):
        raise TypeError("one PDF was asked for")
    return made


def _parted(title: str) -> tuple[str, str]:
    """The kind of paper, which stands on a line of its own, and what it is about."""
    for kind in _KINDS:
        if title.startswith(kind + " "):
            about = title.removeprefix(kind).strip()
            return kind, about[:1].upper() + about[1:]
    return "", title
