"""The dossiers of the demonstration: what each is called in both languages, and what its paper says."""

import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Subject:
    """One dossier; its paper is in Vietnamese."""

    kind: str
    symbol: str
    unit: str
    title_vi: str
    title_en: str
    abstract_vi: str
    abstract_en: str
    need: str
    content: str

    @property
    def paper_title(self) -> str:
        """The title as it stands on the paper: its kind, then what it is about."""
        if self.kind in {"Tờ trình", "Báo cáo"}:
            return f"{self.kind} về {self.title_vi[:1].lower()}{self.title_vi[1:]}"
        return f"{self.kind} {self.title_vi}"

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The paragraphs of the paper; `# ` marks a heading."""
        return (
            "# I. Sự cần thiết và cơ sở",
            f"Thực hiện Quy chế làm việc và Chương trình công tác của Chính phủ, {self.unit} đã chủ trì, phối hợp với "
            f"các bộ, cơ quan liên quan chuẩn bị hồ sơ “{self.title_vi}”.",
            self.need,
            "# II. Quá trình chuẩn bị",
            "Hồ sơ đã được gửi lấy ý kiến các bộ, cơ quan ngang bộ và Ủy ban nhân dân các tỉnh, thành phố; các ý kiến "
            "góp ý đã được tiếp thu, giải trình trong bảng tổng hợp kèm theo. Những vấn đề còn ý kiến khác nhau được "
            "nêu rõ để Chính phủ xem xét, thảo luận.",
            "# III. Nội dung chủ yếu",
            self.abstract_vi,
            self.content,
            "# IV. Kiến nghị",
            f"{self.unit} kính trình Chính phủ xem xét, cho ý kiến và biểu quyết thông qua tại phiên họp./.",
        )


def _read() -> tuple[Subject, ...]:
    written = tomllib.loads(Path(__file__).with_name("subjects.toml").read_text(encoding="utf-8"))
    return tuple(Subject(**entry) for entry in written["subject"])


SUBJECTS: tuple[Subject, ...] = _read()
