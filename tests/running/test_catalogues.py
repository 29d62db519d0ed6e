"""The translations are merged and checked: what is missing, left over, contradictory or wrongly filled is named."""

import gettext
from pathlib import Path

import pytest

from running import catalogues

HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\nPlural-Forms: nplurals=1; plural=0;\\n"\n'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for folder in ("translations/vi", "ecabinet", "templates"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.setattr(catalogues, "ROOT", tmp_path)
    monkeypatch.setattr(catalogues, "TRANSLATIONS", tmp_path / "translations")
    monkeypatch.setattr("running.places.ROOT", tmp_path)
    return tmp_path


def translate(project: Path, name: str, **messages: str) -> None:
    entries = "".join(f'\nmsgid "{message}"\nmsgstr "{words}"\n' for message, words in messages.items())
    (project / "translations/vi" / f"{name}.po").write_text(HEADER + entries)


def test_the_catalogues_of_all_packages_are_compiled_into_one(project: Path) -> None:
    translate(project, "meetings", Meeting="Phiên họp")
    translate(project, "voting", Ballot="Phiếu", Meeting="Phiên họp")
    catalogues.compile_all()
    translations = gettext.translation("messages", project / "translations", ["vi"])
    assert translations.gettext("Meeting") == "Phiên họp"
    assert translations.gettext("Ballot") == "Phiếu"


def test_two_translations_of_one_message_are_refused_naming_both_files(project: Path) -> None:
    translate(project, "meetings", Meeting="Phiên họp")
    translate(project, "voting", Meeting="Cuộc họp")
    with pytest.raises(catalogues.Conflict, match=r"Meeting.*meetings\.po.*voting\.po"):
        catalogues.merged("vi")


def test_a_message_of_code_or_page_without_translation_is_named_with_its_place(project: Path) -> None:
    (project / "ecabinet/rules.py").write_text('A = N_("In the code")\n')
    (project / "templates/page.html").write_text('<p>{{ _("On the page") }}</p>\n')
    found = list(catalogues.problems("vi"))
    assert any("ecabinet/rules.py:1" in problem and "In the code" in problem for problem in found)
    assert any("templates/page.html:1" in problem and "On the page" in problem for problem in found)


def test_an_empty_translation_is_none(project: Path) -> None:
    (project / "ecabinet/rules.py").write_text('A = N_("Meeting")\n')
    translate(project, "ecabinet", Meeting="")
    assert len(list(catalogues.problems("vi"))) == 1


def test_a_translation_that_nothing_uses_is_named(project: Path) -> None:
    translate(project, "ecabinet", Forgotten="Bỏ quên")
    assert list(catalogues.problems("vi")) == ["translations/vi/ecabinet.po: no longer used: 'Forgotten'"]


def test_placeholders_that_differ_are_named(project: Path) -> None:
    (project / "ecabinet/rules.py").write_text('A = N_("Until %(day)s")\n')
    (project / "translations/vi/ecabinet.po").write_text(f'{HEADER}\nmsgid "Until %(day)s"\nmsgstr "Đến %(ngay)s"\n')
    found = list(catalogues.problems("vi"))
    assert len(found) == 1
    assert "day, ngay" in found[0]


def test_a_message_used_in_the_plural_needs_plural_forms(project: Path) -> None:
    (project / "ecabinet/pages.py").write_text('ngettext("one ballot", "%(num)s ballots", 2)\n')
    translate(project, "ecabinet", **{"one ballot": "phiếu"})
    assert ["no translation" in problem for problem in catalogues.problems("vi")] == [True]
    (project / "translations/vi/ecabinet.po").write_text(
        f'{HEADER}\nmsgid "one ballot"\nmsgid_plural "%(num)s ballots"\nmsgstr[0] "%(num)s phiếu"\n'
    )
    assert not list(catalogues.problems("vi"))
