"""Intake against papers made to harm, and against a child process that was taken over."""

import os
import select
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from agenda_docs.intake import Outcome, Reason, Remark, Verdict, examine, limits, process
from agenda_docs.intake.active import is_harmless_address

PROJECT = Path(__file__).resolve().parents[2]
SECONDS_FOR_A_KILL = 20.0


def script(pdf: Pdf) -> pikepdf.Object:
    return pdf.make_indirect(Dictionary(S=Name.JavaScript, JS=String("app.alert(1)")))


def link(pdf: Pdf, action: pikepdf.Object) -> pikepdf.Object:
    return pdf.make_indirect(
        Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 50, 50]), A=action),
    )


class Making:
    """A paper of one page with something in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pdf = pikepdf.new()
        self.page = self.pdf.add_blank_page(page_size=(595, 842)).obj

    def examine(self) -> Verdict:
        original = self.folder / "original.pdf"
        self.pdf.save(original)
        workspace = self.folder / "workspace"
        workspace.mkdir()
        return examine(original, workspace)


@pytest.fixture
def making(tmp_path: Path) -> Making:
    return Making(tmp_path)


def launch_in_a_chain(made: Making) -> None:
    last = made.pdf.make_indirect(Dictionary(S=Name.Launch, F=String("calc.exe")))
    first = Dictionary(S=Name.GoTo, D=Array([made.page, Name.Fit]), Next=Array([last]))
    made.page.Annots = Array([link(made.pdf, first)])


def script_on_a_key_of_a_hidden_field(made: Making) -> None:
    field = Dictionary(FT=Name.Tx, T=String("hidden"), AA=Dictionary(K=script(made.pdf)))
    made.pdf.Root.AcroForm = Dictionary(Fields=Array([made.pdf.make_indirect(field)]))


def script_in_a_stream(made: Making) -> None:
    action = Dictionary(S=Name.JavaScript, JS=Stream(made.pdf, b"app.alert(1)"))
    made.pdf.Root.OpenAction = made.pdf.make_indirect(action)


def script_dressed_as_structure(made: Making) -> None:
    action = Dictionary(Type=Name.StructElem, S=Name.JavaScript, P=made.page, JS=String("app.alert(1)"))
    made.page.Annots = Array([link(made.pdf, action)])


def script_that_no_page_reaches(made: Making) -> None:
    made.pdf.Root.PieceInfo = Dictionary(Odd=Dictionary(Private=Dictionary(Deep=Array([script(made.pdf)]))))


def script_by_name(made: Making) -> None:
    made.pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("start"), script(made.pdf)])))


def form_sent_elsewhere(made: Making) -> None:
    made.page.AA = Dictionary(O=Dictionary(S=Name.SubmitForm, F=String("https://example.org/collect")))


def page_of_another_file(made: Making) -> None:
    made.page.Annots = Array([link(made.pdf, Dictionary(S=Name.GoToR, F=String("\\\\server\\share\\a.pdf"), D=0))])


def content_in_another_file(made: Making) -> None:
    content = Stream(made.pdf, b"")
    content[Name.F] = String("/etc/passwd")
    made.page.Contents = made.pdf.make_indirect(content)


def link_with_a_hidden_scheme(made: Making) -> None:
    made.page.Annots = Array([link(made.pdf, Dictionary(S=Name.URI, URI=String(" java\nscript:alert(1)")))])


def link_to_a_local_file(made: Making) -> None:
    made.page.Annots = Array([link(made.pdf, Dictionary(S=Name.URI, URI=String("FILE:///etc/passwd")))])


def attachment_on_the_page(made: Making) -> None:
    file = Dictionary(Type=Name.Filespec, F=String("a.exe"), EF=Dictionary(F=Stream(made.pdf, b"MZ")))
    annotation = Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment, Rect=Array([0, 0, 9, 9]), FS=file)
    made.page.Annots = Array([made.pdf.make_indirect(annotation)])


def film(made: Making) -> None:
    annotation = Dictionary(Type=Name.Annot, Subtype=Name.RichMedia, Rect=Array([0, 0, 9, 9]))
    annotation[Name.RichMediaContent] = Dictionary(Assets=Dictionary(Names=Array([])))
    made.page.Annots = Array([made.pdf.make_indirect(annotation)])


def old_form_program(made: Making) -> None:
    made.pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=Stream(made.pdf, b"<xdp/>"))


HARMS: list[tuple[Callable[[Making], None], Reason]] = [
    (launch_in_a_chain, Reason.ACTIONS),
    (script_on_a_key_of_a_hidden_field, Reason.SCRIPTS),
    (script_in_a_stream, Reason.SCRIPTS),
    (script_dressed_as_structure, Reason.SCRIPTS),
    (script_that_no_page_reaches, Reason.SCRIPTS),
    (script_by_name, Reason.SCRIPTS),
    (form_sent_elsewhere, Reason.ACTIONS),
    (page_of_another_file, Reason.ACTIONS),
    (content_in_another_file, Reason.ACTIONS),
    (link_with_a_hidden_scheme, Reason.LINKS),
    (link_to_a_local_file, Reason.LINKS),
    (attachment_on_the_page, Reason.ATTACHMENTS),
    (film, Reason.MEDIA),
    (old_form_program, Reason.FORM),
]
TRACES = (b"calc.exe", b"alert", b"example.org", b"server", b"/etc/passwd", b"MZ", b"xdp", b"JavaScript", b"/Launch")


@pytest.mark.parametrize(("harm", "reason"), HARMS, ids=lambda value: getattr(value, "__name__", None))
def test_active_content_is_taken_out_and_said(
    making: Making, harm: Callable[[Making], None], reason: Reason, tmp_path: Path
) -> None:
    harm(making)
    verdict = making.examine()
    assert verdict.outcome is Outcome.CLEANED
    assert [remark.reason for remark in verdict.remarks] == [reason]
    assert dict(verdict.remarks[0].values) in ({}, {"number": 1})
    assert verdict.served is not None
    plain = tmp_path / "plain.pdf"
    with pikepdf.open(verdict.served) as pdf:
        pdf.save(plain, object_stream_mode=pikepdf.ObjectStreamMode.disable, compress_streams=False)
    assert not [trace for trace in TRACES if trace in plain.read_bytes()]


def test_harmless_things_with_dangerous_names_stay(making: Making) -> None:
    pdf, page = making.pdf, making.page
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    drawing = Stream(pdf, b"", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 9, 9]))
    page.Resources = Dictionary(Font=Dictionary(AA=font, EF=font), XObject=Dictionary(JS=drawing))
    element = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Sound, P=pdf.Root, K=Array([])))
    element[Name.A] = Dictionary(O=Name.Layout, Placement=Name.Block)
    pdf.Root.StructTreeRoot = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot, K=element))
    page.Annots = Array([link(pdf, Dictionary(S=Name.URI, URI=String("https://chinhphu.vn")))])
    pdf.Root.OpenAction = Dictionary(S=Name.GoTo, D=Array([page, Name.Fit]))
    verdict = making.examine()
    assert (verdict.outcome, verdict.remarks) == (Outcome.ACCEPTED, ())
    assert verdict.served is not None
    with pikepdf.open(verdict.served) as served:
        resources = served.pages[0].obj.Resources
        assert {*resources.Font.keys(), *resources.XObject.keys()} == {"/AA", "/EF", "/JS"}
        assert served.Root.StructTreeRoot.K.A.Placement == Name.Block
        actions = [served.Root.OpenAction.S, served.pages[0].obj.Annots[0].A.S]
        assert actions == [Name.GoTo, Name.URI]


def test_names_that_are_no_text_are_no_reason_to_reject(making: Making) -> None:
    # Old programs write the names of fonts in the code page of their office.
    font = pikepdf.Object.parse(b"<< /Type /Font /Subtype /TrueType /BaseFont /T\xfape1 /\xcb\xce 1 /S /\xfa >>")
    making.page.Resources = Dictionary(Font=Dictionary(F1=making.pdf.make_indirect(font)))
    assert making.examine().outcome is Outcome.ACCEPTED


@pytest.mark.parametrize(
    ("address", "harmless"),
    [
        ("https://chinhphu.vn/a?b=javascript:c", True),
        ("mailto:vanphong@example.org", True),
        ("phu-luc.html#2", True),
        ("javascript:alert(1)", False),
        ("java\tscript:alert(1)", False),
        ("data:text/html,x", False),
        ("\ufefffile:///etc/passwd", False),
        ("ftp://example.org/a", False),
    ],
)
def test_only_web_and_mail_addresses_are_harmless(address: str, *, harmless: bool) -> None:
    assert is_harmless_address(address) is harmless


@pytest.mark.parametrize("content", [b"%PDF-1.7\n%%EOF", b"\x00" * 5000, b"<html>", b"PK\x03\x04 a document of Word"])
def test_garbage_is_rejected(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "original").write_bytes(content)
    verdict = examine(tmp_path / "original", tmp_path)
    assert verdict.outcome is Outcome.REJECTED
    assert verdict.remarks[0].reason in {Reason.NOT_PDF, Reason.UNREADABLE}


def test_a_file_over_the_limit_is_rejected_unread(tmp_path: Path) -> None:
    with (tmp_path / "original").open("wb") as file:
        file.truncate(limits.FILE_BYTES + 1)
    assert examine(tmp_path / "original", tmp_path).remarks == (Remark(Reason.TOO_LARGE, {"limit": 100}),)


def test_too_many_pages_are_rejected_with_their_number(making: Making) -> None:
    for _ in range(limits.PAGES):
        making.pdf.pages.append(making.pdf.pages[0])
    assert making.examine().remarks == (Remark(Reason.TOO_MANY_PAGES, {"pages": 5001, "limit": 5000}),)


def test_every_page_of_a_long_paper_is_rendered_in_batches(making: Making) -> None:
    for _ in range(204):
        making.pdf.add_blank_page(page_size=(100, 100))
    verdict = making.examine()
    assert (verdict.outcome, verdict.pages, len(verdict.texts)) == (Outcome.ACCEPTED, 205, 205)


@pytest.fixture
def examined_by(making: Making, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Verdict]:
    """Intake whose child runs other code, as one would that a file has taken over."""

    def examined(code: str) -> Verdict:
        child = tmp_path / "child.py"
        child.write_text(dedent(code), encoding="utf-8")
        monkeypatch.setattr(process, "_CHILD", child)
        return making.examine()

    return examined


CLEAN = '{"pages": 1, "remarks": [], "signatures": [], "seconds": 0.1}'
TAKEN_OVER = {
    "says nothing": ("", Reason.UNREADABLE),
    "crashes": ("import os; os.abort()", Reason.UNREADABLE),
    "talks nonsense": ("open('result.json', 'w').write('{')", Reason.UNREADABLE),
    "nests without end": ("open('result.json', 'w').write('[' * 100_000)", Reason.UNREADABLE),
    "says a list": ("open('result.json', 'w').write('[]')", Reason.UNREADABLE),
    "gives a reason of its own": (
        'open(\'result.json\', \'w\').write(\'{"rejected": {"reason": "X", "values": {}}}\')',
        Reason.UNREADABLE,
    ),
    "says no pages": ("open('result.json', 'w').write('{\"pages\": 0}')", Reason.UNREADABLE),
    "makes no file": (f"open('result.json', 'w').write('{CLEAN}')", Reason.UNREADABLE),
    "links to our file": (
        f"import os; os.symlink('/etc/hostname', 'served.pdf'); open('result.json', 'w').write('{CLEAN}')",
        Reason.UNREADABLE,
    ),
    "links its result": ("import os; os.symlink('/etc/hostname', 'result.json')", Reason.UNREADABLE),
    "makes its result a pipe": ("import os; os.mkfifo('result.json')", Reason.UNREADABLE),
    "uses up its time": (
        "import os, resource, signal; os.kill(os.getpid(), signal.SIGXCPU)",
        Reason.TOO_SLOW,
    ),
}


@pytest.mark.parametrize(("code", "reason"), TAKEN_OVER.values(), ids=TAKEN_OVER.keys())
def test_a_child_that_misbehaves_rejects_the_file_and_nothing_else(
    examined_by: Callable[[str], Verdict], code: str, reason: Reason
) -> None:
    verdict = examined_by(code)
    assert (verdict.outcome, verdict.remarks[0].reason) == (Outcome.REJECTED, reason)
    assert (verdict.served, verdict.first_page) == (None, None)


def test_a_child_that_hangs_is_killed_with_all_it_started(
    examined_by: Callable[[str], Verdict], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "started")
    started: list[str] = []

    def seconds(pages: int) -> float:
        if pages == 0 and not started:  # the child runs: wait until it has started another
            started.append((tmp_path / "started").read_text())
        return 0.05

    monkeypatch.setattr(limits, "reading_seconds", seconds)
    monkeypatch.setattr(process, "_SPARE_SECONDS", 0.0)
    verdict = examined_by(
        f"""
        import os, signal
        os.mkfifo("pages")  # whoever reads how many pages there are must not wait here
        mine = os.fork()
        if mine:
            with open({str(tmp_path / "started")!r}, "w") as file:
                file.write(str(mine))
        signal.pause()
        """
    )
    assert verdict.remarks == (Remark(Reason.TOO_SLOW),)
    assert ends(int(started[0]))


def ends(pid: int) -> bool:
    """Say whether a process has ended or does so soon; a kill that was sent takes effect when the system comes to it."""
    try:
        process_descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([process_descriptor], [], [], SECONDS_FOR_A_KILL)[0])
    finally:
        os.close(process_descriptor)


def test_a_child_is_told_nothing_of_our_environment(
    examined_by: Callable[[str], Verdict], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ECABINET_SECRET_KEY", "secret")
    examined_by(f"import os; open({str(tmp_path / 'told')!r}, 'w').write(repr(sorted(os.environ)))")
    assert "ECABINET" not in (tmp_path / "told").read_text()


CONFINED = """
import os, resource, socket, sys
sys.path.insert(0, {project!r})
from agenda_docs.intake.confinement import confine
confine(3, 5)
import xmlrpc.client  # a module of the library that nothing has loaded so far
print("user", os.geteuid(), os.getegid(), os.getgroups())
for name in ("AS", "CPU", "CORE", "NPROC"):
    print(name, *resource.getrlimit(getattr(resource, "RLIMIT_" + name)))
try:
    bytearray(2 << 30)
    print("memory", "much")
except MemoryError:
    print("memory", "little")
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=5)
    print("network", "open")
except OSError:
    print("network", "closed")
"""


@pytest.fixture(scope="module")
def confined() -> dict[str, str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        code = CONFINED.format(project=str(PROJECT))
        done = subprocess.run(
            [sys.executable, "-I", "-c", code, str(server.getsockname()[1])],
            env={},
            capture_output=True,
            text=True,
            check=True,
        )
    return dict(line.split(" ", 1) for line in done.stdout.splitlines())


def test_a_child_has_little_memory_and_time_and_starts_nothing(confined: dict[str, str]) -> None:
    assert confined["memory"] == "little"
    assert confined["AS"] == f"{limits.MEMORY_BYTES} {limits.MEMORY_BYTES}"
    assert (confined["CPU"], confined["CORE"], confined["NPROC"]) == ("3 5", "0 0", "0 0")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_child_of_root_is_nobody(confined: dict[str, str]) -> None:
    user, group, others = confined["user"].split(" ", 2)
    assert user != "0"
    assert group != "0"
    assert others == "[]"


@pytest.mark.skipif(os.geteuid() != 0, reason="other users need the kernel's permission for this")
def test_a_child_has_no_network(confined: dict[str, str]) -> None:
    assert confined["network"] == "closed"


UNDER_GEVENT = """
import gevent.monkey
gevent.monkey.patch_all()
import sys, gevent
from pathlib import Path
sys.path.insert(0, {project!r})
from agenda_docs.intake import examine
turns = 0
def other_work():
    global turns
    while True:
        gevent.sleep(0.01)
        turns += 1
gevent.spawn(other_work)
folders = [Path(name) for name in sys.argv[2:]]
asked = [gevent.spawn(examine, Path(sys.argv[1]), folder) for folder in folders]
print(*[each.get().outcome for each in asked], turns > 20)
"""


def test_under_gevent_others_work_while_papers_are_examined(making: Making, tmp_path: Path) -> None:
    making.pdf.save(tmp_path / "original.pdf")
    folders = [tmp_path / str(number) for number in range(3)]
    for folder in folders:
        folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", UNDER_GEVENT.format(project=str(PROJECT)), tmp_path / "original.pdf", *folders],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["accepted", "accepted", "accepted", "True"]
