"""Who is in the demonstration: offices, not persons. Each name is (Vietnamese, English)."""

from dataclasses import dataclass

from ecabinet.access import Role

Name = tuple[str, str]


@dataclass(frozen=True)
class Office:
    """One member of the Government: the account, the unit and what the holder is called."""

    account: str
    code: str
    unit: Name
    title: Name


GOVERNMENT: Name = ("Chính phủ", "The Government")
OFFICE: Name = ("Văn phòng Chính phủ", "Office of the Government")
COMMITTEE: Name = ("Ủy ban điều phối chuyển đổi số", "Coordinating Committee for Digital Transformation")


def _ministry(account: str, code: str, vietnamese: str, english: str) -> Office:
    return Office(
        account,
        code,
        (f"Bộ {vietnamese}", f"Ministry of {english}"),
        (f"Bộ trưởng Bộ {vietnamese}", f"Minister of {english}"),
    )


# The composition follows that of a government with eighteen ministries and four ministerial-level agencies: 27 members.
MEMBERS = (
    Office("chair", "CP", GOVERNMENT, ("Thủ tướng Chính phủ", "Prime Minister")),
    Office("deputy1", "CP", GOVERNMENT, ("Phó Thủ tướng thường trực", "Permanent Deputy Prime Minister")),
    Office("deputy2", "CP", GOVERNMENT, ("Phó Thủ tướng phụ trách kinh tế", "Deputy Prime Minister for the Economy")),
    Office("deputy3", "CP", GOVERNMENT, ("Phó Thủ tướng phụ trách xã hội", "Deputy Prime Minister for Social Affairs")),
    Office(
        "deputy4", "CP", GOVERNMENT, ("Phó Thủ tướng phụ trách nội chính", "Deputy Prime Minister for Internal Affairs")
    ),
    _ministry("defence", "BQP", "Quốc phòng", "National Defence"),
    _ministry("security", "BCA", "Công an", "Public Security"),
    _ministry("foreign", "BNG", "Ngoại giao", "Foreign Affairs"),
    _ministry("interior", "BNV", "Nội vụ", "Home Affairs"),
    _ministry("justice", "BTP", "Tư pháp", "Justice"),
    _ministry("planning", "BKHĐT", "Kế hoạch và Đầu tư", "Planning and Investment"),
    _ministry("finance", "BTC", "Tài chính", "Finance"),
    _ministry("trade", "BCT", "Công Thương", "Industry and Trade"),
    _ministry("agriculture", "BNN", "Nông nghiệp và Phát triển nông thôn", "Agriculture and Rural Development"),
    _ministry("transport", "BGTVT", "Giao thông vận tải", "Transport"),
    _ministry("construction", "BXD", "Xây dựng", "Construction"),
    _ministry("environment", "BTNMT", "Tài nguyên và Môi trường", "Natural Resources and Environment"),
    _ministry("information", "BTTTT", "Thông tin và Truyền thông", "Information and Communications"),
    _ministry("labour", "BLĐTBXH", "Lao động, Thương binh và Xã hội", "Labour and Social Affairs"),
    _ministry("culture", "BVHTTDL", "Văn hóa, Thể thao và Du lịch", "Culture, Sports and Tourism"),
    _ministry("science", "BKHCN", "Khoa học và Công nghệ", "Science and Technology"),
    _ministry("education", "BGDĐT", "Giáo dục và Đào tạo", "Education and Training"),
    _ministry("health", "BYT", "Y tế", "Health"),
    Office(
        "inspector",
        "TTCP",
        ("Thanh tra Chính phủ", "Government Inspectorate"),
        ("Tổng Thanh tra Chính phủ", "Inspector-General"),
    ),
    Office(
        "governor",
        "NHNN",
        ("Ngân hàng Nhà nước Việt Nam", "State Bank"),
        ("Thống đốc Ngân hàng Nhà nước", "Governor of the State Bank"),
    ),
    Office(
        "ethnic",
        "UBDT",
        ("Ủy ban Dân tộc", "Committee for Ethnic Affairs"),
        ("Bộ trưởng, Chủ nhiệm Ủy ban Dân tộc", "Minister-Chairman for Ethnic Affairs"),
    ),
    Office(
        "minister_office",
        "VPCP",
        OFFICE,
        ("Bộ trưởng, Chủ nhiệm Văn phòng Chính phủ", "Minister-Chairman of the Government Office"),
    ),
)

PLAYED = ("chair", "health", "finance", "justice")  # by hand, with a link each
ABSENT = "defence"  # nobody sits here, so that a quorum and a missing ballot can be seen
SIMULATED = tuple(office.account for office in MEMBERS if office.account not in (*PLAYED, ABSENT))
SIMULATED_MARK: Name = ("(mô phỏng)", "(simulated)")

# Agencies whose officers lodge the dossiers; that of Health has a sign-in link and is written out below.
LODGING = (
    *("security", "foreign", "interior", "justice", "finance", "trade", "construction", "culture", "science"),
    *("education", "inspector", "governor"),
)


def _officer_account(account: str) -> str:
    return f"officer_{account}"


def _officer(office: Office) -> tuple[str, Name, tuple[Role, ...]]:
    name = (f"Chuyên viên {office.unit[0]}", f"Officer of the {office.unit[1]}")
    return office.code, name, (Role.OFFICER,)


def officer_of(unit: str) -> str:
    """Return the account of the officer who lodges for an agency, by its Vietnamese name."""
    account = next(office.account for office in MEMBERS if office.unit[0] == unit)
    return "officer" if account == "health" else _officer_account(account)


def head_of(unit: str) -> Name:
    """Return how the member is called who heads an agency, by its Vietnamese name."""
    return next(office.title for office in MEMBERS if office.unit[0] == unit)


# account: (unit code, name, roles in the Government)
STAFF: dict[str, tuple[str, Name, tuple[Role, ...]]] = {
    "secretary": ("VPCP", ("Thư ký phiên họp", "Secretary of the meeting"), (Role.SECRETARY,)),
    "secretary2": ("VPCP", ("Thư ký thứ hai", "Second secretary"), (Role.SECRETARY,)),
    "office": ("BYT", ("Thư ký Bộ trưởng Bộ Y tế", "Office of the Minister of Health"), (Role.OFFICE_READER,)),
    "officer": ("BYT", ("Chuyên viên Bộ Y tế", "Officer of the Ministry of Health"), (Role.OFFICER,)),
    "deputy_health": ("BYT", ("Thứ trưởng Bộ Y tế", "Deputy Minister of Health"), ()),
    "deputy_defence": ("BQP", ("Thứ trưởng Bộ Quốc phòng", "Deputy Minister of National Defence"), ()),
    "guest": ("BKHĐT", ("Khách mời: chuyên gia hệ thống điện", "Guest: expert on the power grid"), (Role.GUEST,)),
    "auditor": ("VPCP", ("Lưu trữ viên", "Archivist"), (Role.AUDITOR,)),
    "administrator": ("VPCP", ("Quản trị hệ thống", "System administrator"), (Role.ADMINISTRATOR,)),
    "administrator2": ("VPCP", ("Quản trị hệ thống thứ hai", "Second system administrator"), (Role.ADMINISTRATOR,)),
    **{_officer_account(office.account): _officer(office) for office in MEMBERS if office.account in LODGING},
}

# The committee can be played by hand: each of its five has a sign-in link.
COMMITTEE_MEMBERS = ("chair", "health", "finance", "justice", "secretary")
COMMITTEE_STAFF: dict[str, tuple[Role, ...]] = {
    "chair": (Role.CHAIR,),
    "secretary": (Role.SECRETARY,),
    "officer": (Role.OFFICER,),
    "officer_science": (Role.OFFICER,),
    "officer_education": (Role.OFFICER,),
    "auditor": (Role.AUDITOR,),
}
HOLIDAYS = (
    # (date, kind, name): public holidays of 2026 and 2027 as an example; an installation keeps its own table
    ("2026-09-02", "holiday", ("Quốc khánh", "National Day")),
    ("2026-11-24", "holiday", ("Ngày Văn hóa Việt Nam", "Culture Day")),
    ("2027-01-01", "holiday", ("Tết Dương lịch", "New Year's Day")),
    ("2027-02-05", "holiday", ("Tết Nguyên đán", "Lunar New Year")),
    ("2027-02-08", "holiday", ("Tết Nguyên đán", "Lunar New Year")),
    ("2027-02-09", "holiday", ("Tết Nguyên đán", "Lunar New Year")),
    ("2027-02-10", "holiday", ("Tết Nguyên đán", "Lunar New Year")),
    ("2027-02-11", "holiday", ("Tết Nguyên đán", "Lunar New Year")),
    ("2027-04-30", "holiday", ("Ngày Giải phóng miền Nam", "Reunification Day")),
)
