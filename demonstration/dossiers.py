"""The dossiers of the demonstration: which papers each has, how they are made, and how they reach the secretariat."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from agenda_docs import documents, service
from agenda_docs.models import DocumentKind
from agenda_docs.upload import Examined, take_in
from demonstration import history
from demonstration.papers import paper
from demonstration.people import Name, officer_of
from demonstration.stage import Stage
from demonstration.subjects import SUBJECTS, Subject
from ecabinet.blobs import Blobs
from ecabinet.config import Config
from ecabinet.database import transaction

AT_ONCE = 2  # intake reads every page in a process of its own
SUBJECT = {subject.symbol: subject for subject in SUBJECTS}


@dataclass(frozen=True)
class Paper:
    """One paper of a dossier. Its own title follows the kind; the first of a dossier bears the dossier's title and symbol."""

    title: Name
    kind: DocumentKind
    pages: int
    restricted: bool = False


@dataclass(frozen=True)
class Dossier:
    """One dossier by the symbol of its first paper, with that paper's length and the papers after it."""

    symbol: str
    pages: int
    more: tuple[Paper, ...] = ()
    by_committee: bool = False

    @property
    def subject(self) -> Subject:
        """What the dossier is about."""
        return SUBJECT[self.symbol]


def _draft(pages: int) -> Paper:
    return Paper(("Dự thảo văn bản", "Draft of the text"), DocumentKind.DRAFT, pages)


APPRAISAL = Paper(
    ("Báo cáo thẩm định của Bộ Tư pháp", "Appraisal by the Ministry of Justice"), DocumentKind.APPRAISAL, 2
)
OPINIONS = Paper(
    ("Bảng tổng hợp, giải trình ý kiến các bộ", "Opinions of the ministries and how they were met"),
    DocumentKind.REPORT,
    4,
)
INVENTORY = Paper(
    ("Phụ lục: danh mục tài sản công theo địa phương", "Annex: public property by province"), DocumentKind.OTHER, 300
)
COSTS = Paper(("Dự toán kinh phí (hạn chế)", "Estimate of costs (restricted)"), DocumentKind.OTHER, 2, restricted=True)

LAST_MEETING = (
    Dossier("312/BC-BTC", 4),
    Dossier("76/TTr-BTP", 3, (OPINIONS,)),
    Dossier("98/TTr-BNV", 3),
    Dossier("188/TTr-BXD", 3, (APPRAISAL,)),
    Dossier("83/TTr-BNG", 2),
    Dossier("131/TTr-BCT", 3),
)
THIS_MEETING = (
    Dossier("145/TTr-BTC", 3, (_draft(8), APPRAISAL, INVENTORY)),
    Dossier("159/TTr-BYT", 3, (_draft(6), COSTS)),
    Dossier("72/TTr-NHNN", 3, (_draft(5),)),
    Dossier("277/BC-BCT", 2),
    Dossier("57/ĐA-BVHTTDL", 2),
    Dossier("216/BC-BCA", 2),
)
NEXT_MEETING = (Dossier("205/BC-BTP", 2),)
OPEN_OPINION = Dossier("142/TTr-BGDĐT", 3, (_draft(4),))
CLOSED_OPINION = Dossier("64/ĐA-BXD", 4)
COMMITTEE = (
    Dossier("88/ĐA-BKHCN", 3, by_committee=True),
    Dossier("119/TTr-BKHCN", 3, by_committee=True),
    Dossier("233/BC-BGDĐT", 2, by_committee=True),
)
WAITING = (Dossier("101/ĐA-BNV", 2), Dossier("194/BC-TTCP", 2))
SENT_BACK = Dossier("301/BC-BYT", 2)
ALL = (
    *LAST_MEETING,
    CLOSED_OPINION,
    *THIS_MEETING,
    *NEXT_MEETING,
    OPEN_OPINION,
    *COMMITTEE,
    *WAITING,
    SENT_BACK,
)

REASON: Name = (
    "Đề nghị bổ sung bảng tổng hợp hợp đồng mua sắm tập trung và ý kiến của Bộ Tài chính.",
    "Please add the table of central purchase contracts and the opinion of the Ministry of Finance.",
)


def papers_of(dossier: Dossier) -> tuple[Paper, ...]:
    """Return the papers of a dossier in order; the first is the letter itself."""
    kind = DocumentKind.REPORT if dossier.subject.kind == "Báo cáo" else DocumentKind.SUBMISSION
    symbol = dossier.symbol
    first = Paper(
        (f"{dossier.subject.kind} số {symbol}", f"{_KINDS[dossier.subject.kind]} {symbol}"), kind, dossier.pages
    )
    return (first, *dossier.more)


_KINDS = {"Tờ trình": "Submission", "Báo cáo": "Report", "Đề án": "Project"}


def examined(config: Config, day: date, done: Callable[[int, int], None]) -> Mapping[str, Examined]:
    """Make every paper and send it through intake, two at a time; return them by key. `done` hears how many are finished."""
    wanted = dict(
        sorted(wanted_papers().items(), key=lambda each: -each[1].plan.pages)
    )  # no core waits for the longest
    made: dict[str, Examined] = {}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = {pool.submit(take_in_one, config, each, day): key for key, each in wanted.items()}
        for count, finished in enumerate(as_completed(running), start=1):
            made[running[finished]] = finished.result()
            done(count, len(wanted))
    return made


@dataclass(frozen=True)
class Wanted:
    """One file to be made: which paper of which dossier."""

    dossier: Dossier
    number: int  # in the dossier, from 0

    @property
    def plan(self) -> Paper:
        """What the paper is."""
        return papers_of(self.dossier)[self.number]


def wanted_papers() -> dict[str, Wanted]:
    """Return every file of the demonstration by its key."""
    each = (Wanted(dossier, number) for dossier in ALL for number in range(len(papers_of(dossier))))
    return {_key(wanted.dossier, wanted.number): wanted for wanted in each}


def _key(dossier: Dossier, number: int) -> str:
    return f"{dossier.symbol} {number}"


def take_in_one(config: Config, wanted: Wanted, day: date) -> Examined:
    """Make one paper and send it through intake; raise `Refused` where it does not pass."""
    dossier, plan = wanted.dossier, wanted.plan
    subject = dossier.subject
    title = subject.paper_title if wanted.number == 0 else f"{plan.title[0]} ({subject.title_vi})"
    made = paper(title, dossier.symbol, subject.unit, subject.paragraphs, plan.pages, day)
    name = f"{dossier.symbol.replace('/', '-')}-{wanted.number + 1}.pdf"
    result = take_in(made, name, originals=Blobs(config.originals), blobs=Blobs(config.blobs))
    if not result.verdict.accepted:
        raise result.verdict.refusal()
    return result


def lodge(stage: Stage, dossiers: Iterable[Dossier], when: datetime) -> None:
    """Let the agencies' officers lodge dossiers; the secretariat has accepted them the day after."""
    lodged = list(dossiers)
    with history.at(when):
        for dossier in lodged:
            stage.matters[dossier.symbol] = _send_in(stage, dossier)
    with history.at(when + timedelta(days=1)):
        secretary = stage.person("secretary")
        with transaction() as session:
            for dossier in lodged:
                service.accept(session, secretary, stage.matters[dossier.symbol])


def leave_waiting(stage: Stage, when: datetime) -> None:
    """Lodge what the secretariat has not looked at yet, and what it sent back."""
    with history.at(when):
        returned = _send_in(stage, SENT_BACK)
        for dossier in WAITING:
            _send_in(stage, dossier)
    with history.at(when + timedelta(hours=3)):
        secretary = stage.person("secretary")
        with transaction() as session:
            service.send_back(session, secretary, returned, stage.said(REASON))


def _send_in(stage: Stage, dossier: Dossier) -> int:
    subject = dossier.subject
    officer = stage.person(officer_of(subject.unit))
    body_id = stage.cast.committee if dossier.by_committee else stage.cast.government
    with transaction() as session:
        matter = service.lodge(
            session,
            officer,
            body_id=body_id,
            unit_id=next(iter(officer.units)),
            title=stage.said((subject.title_vi, subject.title_en)),
            abstract=stage.said((subject.abstract_vi, subject.abstract_en)),
        )
        for number, plan in enumerate(papers_of(dossier)):
            file = stage.papers[_key(dossier, number)]
            documents.submit(session, officer, matter.id, stage.said(plan.title), plan.kind, plan.restricted, file)
        service.send_in(session, officer, matter.id)
    return matter.id
