"""The page about a recording: read back as a browser and a PDF reader would."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pypdf
import pytest
from PySide6.QtWidgets import QFileDialog

from tests.tiny_pack import LABELS, build_tiny_pack
from tests.ui.conftest import LONG, Desk


class Page(HTMLParser):
    """The words of a page, and what it refers to."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]


def export(desk: Desk, kind: str, target: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(target), ""))
    with desk.qtbot.waitSignal(desk.window.export.told, timeout=LONG):
        desk.window.export.menu.aboutToShow.emit()
        desk.window.export.actions[kind].trigger()
    return target.read_bytes()


def test_a_report_says_what_the_window_says(
    desk: Desk, wav: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.pack = build_tiny_pack(tmp_path / "telling", dimensions=True).root
    window = desk.open()
    entry = desk.wait_entry(lambda: desk.drop(wav("happy", name="<b>Ümläut & co.wav")))
    assert entry.recognition is not None
    page = Page()
    page.feed(export(desk, "html", tmp_path / "page.html", monkeypatch).decode())
    said = " ".join(page.words)
    for part in (
        "<b>Ümläut & co.wav",  # as text, not as markup
        f"{window.answer.answer.text()} {window.answer.share.text()}",
        window.answer.agreement.text(),
        window.answer.rests.text(),
        window.neighbours.sentence.text(),
        "not what someone feels",
        *(f"{bar.row.mix:.0%}" for bar in window.answer.bars.values()),
        *(f"{axis.amount:.2f}" for axis in window.answer.dimensions.values()),
        "(each from 0 to 1)",
    ):
        assert part in said
    assert page.links == [], "it rests on no other file, and on no network"


def test_a_report_of_a_long_recording_is_a_pdf_of_few_pages(
    desk: Desk, interview: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = desk.open()
    desk.wait_entry(lambda: desk.drop(interview))
    html = export(desk, "html", tmp_path / "page.html", monkeypatch).decode()
    assert re.findall(r'(?:src|href)="([^"]{16})', html) == ["data:image/png;b"]
    spoken = re.search(r'alt="([^"]+)"', html)
    assert spoken is not None
    assert [part.split()[1] for part in spoken[1].split("; ")] == list(LABELS), (
        "what a screen reader says of the picture"
    )
    export(desk, "pdf", tmp_path / "page.pdf", monkeypatch)
    document = pypdf.PdfReader(tmp_path / "page.pdf")
    assert 1 <= len(document.pages) <= 2
    text = " ".join(" ".join(page.extract_text() for page in document.pages).split())
    for part in ("interview.wav", window.answer.answer.text(), "Over time", "not what someone feels"):
        assert part in text
    assert any(len(page.images) == 1 for page in document.pages), "the timeline"
