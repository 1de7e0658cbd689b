"""The report's figures by hand, its intervals against their formula, and that it holds all of itself."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from desktop_app.engine.archives.dataset import DatasetWriter
from desktop_app.engine.archives.report import report, shares, write_report
from desktop_app.engine.recognition.answer import Failure, Outcome, Recognition, Segment, Timing
from desktop_app.errors import ExportError, TargetExists

LABELS = ("angry", "sad")


def answer(
    path: str, *stretches: tuple[str, float, float], doubtful: bool = False, channel: int | None = None
) -> Outcome:
    """Stretches follow one another: (label, seconds, confidence)."""
    segments, at = [], 0.0
    for label, seconds, confidence in stretches:
        p = {name: confidence if name == label else 1 - confidence for name in LABELS}
        segments.append(Segment(at, at + seconds, label, p, (label,)))
        at += seconds
    whole = dict.fromkeys(LABELS, 0.5)
    return Recognition(
        path, at, "sad", 0.5, doubtful, "", 0.0, at, whole, whole, whole, (), 1, 0.5, tuple(segments), Timing(),
        channel=channel,
    )  # fmt: skip


def written(tmp_path: Path, *outcomes: tuple[Outcome, str]) -> Path:
    with DatasetWriter(tmp_path / "calls & more.parquet") as dataset:
        for outcome, speaker in outcomes:
            dataset.add(replace(outcome, said_speaker=speaker) if isinstance(outcome, Recognition) else outcome)
    return tmp_path / "calls & more.parquet"


class Words(HTMLParser):
    """The text of each table's rows, and every address."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.in_cell = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self.in_cell = True

    def handle_endtag(self, tag: str) -> None:
        self.in_cell &= tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self.in_cell:
            self.rows[-1][-1] += data

    def row(self, first: str) -> list[str]:
        return next(row for row in self.rows if row[0].strip() == first)


def archive(tmp_path: Path) -> Path:
    """Ann's recordings are angry for a quarter of the time, Bo's for all; one of a third is too few."""
    outcomes: list[tuple[Outcome, str]] = []
    for i in range(8):
        ann = answer(
            f"2024-0{1 + i // 4}-05/ann{i}.wav", ("angry", 1.0, 0.6), ("sad", 3.0, 0.9), doubtful=i < 2, channel=0
        )
        outcomes += [(ann, "Ann"), (answer(f"2024-01-06/bo{i}.wav", ("angry", 4.0, 0.8), channel=1), "Bo")]
    rare = answer('2024-03-01/<b>"x".wav', ("sad", 2.0, 0.99))
    return written(tmp_path, *outcomes, (rare, "Cy"), (Failure("2024-03-01/d.wav", "It is empty."), ""))


def test_figures_by_hand(tmp_path: Path) -> None:
    text = report(archive(tmp_path))
    words = Words(text)
    seconds = {"angry": 8 * 1.0 + 8 * 4.0, "sad": 8 * 3.0 + 2.0}
    for label, expected in seconds.items():
        share = words.row(label)[1]
        assert share.startswith(f"{expected / sum(seconds.values()):.1%} (")
    assert "17 recordings" in text
    assert "1 got no answer" in text
    assert f"{2 / 17:.1%}" in text, "the share that is not to be relied on"
    assert words.row("Ann")[1:3] == ["8", "25.0% (25.0% to 25.0%)"], "all alike, so nothing varies"
    assert words.row("Bo")[2].startswith("100.0%")
    assert [row[0] for row in words.rows if row and row[0] in ("Ann", "Bo", "Cy")] == ["Ann", "Bo"]
    assert words.row("1")[1:3] == ["8", "25.0% (25.0% to 25.0%)"]
    assert words.row("2024-01")[1] == "12"
    assert "2024-02" not in [row[0] for row in words.rows if row], "four are too few"


def test_what_to_listen_to(tmp_path: Path) -> None:
    words = Words(report(archive(tmp_path)))
    listed = [row for row in words.rows if row and row[-1].endswith("%") and "/" in row[0]]
    surest, least = listed[:10], listed[10:]
    assert surest[0][0] == '2024-03-01/<b>"x".wav'
    assert (surest[0][1], surest[0][3]) == ("0:00 to 0:02", "99%")
    assert {row[3] for row in surest[1:]} == {"90%", "80%"}
    assert not {"ann0", "ann1"} & {Path(row[0]).stem for row in surest}, "an answer that is not to be relied on"
    assert {row[3] for row in least[:8]} == {"60%"}


def test_all_of_it_is_in_the_file_and_it_runs_nothing(tmp_path: Path) -> None:
    text = report(archive(tmp_path))
    words = Words(text)
    assert not {"script", "link", "img", "iframe", "b"} & words.tags
    assert all(link.startswith("file:///") for link in words.links)
    assert "http" not in re.sub(r"http://www.w3.org/2000/svg", "", text)
    assert "<title>calls &amp; more.parquet</title>" in text


def test_without_dates_time_is_the_order(tmp_path: Path) -> None:
    outcomes = [(answer(f"{i}.wav", ("angry" if i < 50 else "sad", 1.0, 0.9)), "") for i in range(100)]
    words = Words(report(written(tmp_path, *outcomes)))
    assert [words.row(f"{part:02d}")[2].split()[0] for part in (1, 5, 6, 10)] == ["100.0%", "100.0%", "0.0%", "0.0%"]


def test_the_course_of_long_recordings(tmp_path: Path) -> None:
    parts = [("sad", 1.0, 0.9)] * 12
    outcomes = [(answer(f"{i}.wav", *parts), "") for i in range(6)]
    words = Words(report(written(tmp_path, *outcomes)))
    assert words.row("0 to 10 %")[1] == "6"


def test_intervals_are_those_of_a_proportion() -> None:
    rng = np.random.default_rng(1)
    rows = np.zeros((900, 2))
    rows[np.arange(900), (rng.random(900) < 0.7).astype(int)] = 1.0
    share, low, high = shares(rows)
    half = 1.96 * np.sqrt(share[0] * share[1] / 900)
    assert low[0] == pytest.approx(share[0] - half, abs=0.15 * half)
    assert high[0] == pytest.approx(share[0] + half, abs=0.15 * half)


def test_a_report_is_never_partly_written_and_overwrites_no_other(tmp_path: Path) -> None:
    source = archive(tmp_path)
    write_report(source, tmp_path / "x.html")
    with pytest.raises(TargetExists):
        write_report(source, tmp_path / "x.html")
    (tmp_path / "none").mkdir()
    nothing = written(tmp_path / "none", (Failure("a", "b."), ""))
    with pytest.raises(ExportError, match="nothing to report"):
        write_report(nothing, tmp_path / "y.html")
