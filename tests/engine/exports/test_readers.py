"""Every format is read back by a reader that is not ours, with times equal to the millisecond."""

import csv
import io
import json
import os
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlparse
from urllib.request import url2pathname
from xml.etree import ElementTree

import pysrt
import pytest
from praatio import textgrid as praat
from pympi import Elan

from desktop_app.engine.exports import FORMATS, export
from desktop_app.engine.recognition.answer import Failure, Recognition
from desktop_app.engine.recognition.path_text import path_of

TIMES_MS = [(250, 2000), (2000, 4500), (3605012, 3672000)]
LABELS = ["angry", "sad", "happy"]


def written(name: str, recognition: Recognition, folder: Path) -> Path:
    form = next(f for f in FORMATS if f.name == name)
    (path,) = export([recognition], form, folder / f"Ergebnis ü 結果{form.suffix}")
    return path


def test_textgrid_with_praatio(recognition: Recognition, tmp_path: Path) -> None:
    grid = praat.openTextgrid(str(written("textgrid", recognition, tmp_path)), includeEmptyIntervals=True)
    assert grid.tierNames == ("emotion", "probabilities")
    assert (grid.minTimestamp, grid.maxTimestamp) == (0, 3672.0)
    for name in grid.tierNames:
        entries = grid.getTier(name).entries
        assert entries[0].start == 0
        assert entries[-1].end == 3672.0
        assert all(a.end == b.start for a, b in pairwise(entries)), "a hole in the tier"
        spoken = [e for e in entries if e.label]
        assert [(round(e.start * 1000, 6), round(e.end * 1000, 6)) for e in spoken] == TIMES_MS
    assert [e.label for e in grid.getTier("emotion").entries if e.label] == LABELS


def test_eaf_with_pympi(recognition: Recognition, tmp_path: Path) -> None:
    target = written("eaf", recognition, tmp_path)
    document = Elan.Eaf(str(target))
    assert [(a, b, value) for a, b, value, *_ in sorted(document.get_annotation_data_for_tier("emotion"))] == [
        (start, end, label) for (start, end), label in zip(TIMES_MS, LABELS, strict=True)
    ]
    assert "angry 0.70" in sorted(document.get_annotation_data_for_tier("probabilities"))[0][2]
    (media,) = document.get_linked_files()
    name = Path(recognition.path).name
    assert unquote(media["RELATIVE_MEDIA_URL"]) == f"./{name}"
    assert Path(url2pathname(urlparse(media["MEDIA_URL"]).path)) == Path(recognition.path)
    assert media["MIME_TYPE"] == "audio/x-wav"


def test_eaf_names_a_recording_in_another_folder(recognition: Recognition, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    root = ElementTree.parse(written("eaf", recognition, tmp_path / "out")).getroot()
    media = root.find("HEADER/MEDIA_DESCRIPTOR")
    assert media is not None
    assert unquote(media.attrib["RELATIVE_MEDIA_URL"]) == f"../{Path(recognition.path).name}"


def test_eaf_has_the_order_and_the_references_of_its_schema(recognition: Recognition, tmp_path: Path) -> None:
    root = ElementTree.parse(written("eaf", recognition, tmp_path)).getroot()
    assert [child.tag for child in root] == ["HEADER", "TIME_ORDER", "TIER", "TIER", "LINGUISTIC_TYPE"]
    slots = {slot.attrib["TIME_SLOT_ID"] for slot in root.iter("TIME_SLOT")}
    aligned = list(root.iter("ALIGNABLE_ANNOTATION"))
    assert {a.attrib[ref] for a in aligned for ref in ("TIME_SLOT_REF1", "TIME_SLOT_REF2")} == slots
    assert len({a.attrib["ANNOTATION_ID"] for a in aligned}) == len(aligned) == 6
    types = {kind.attrib["LINGUISTIC_TYPE_ID"] for kind in root.iter("LINGUISTIC_TYPE")}
    assert {tier.attrib["LINGUISTIC_TYPE_REF"] for tier in root.iter("TIER")} <= types


def test_srt_with_pysrt(recognition: Recognition, tmp_path: Path) -> None:
    subtitles = pysrt.open(str(written("srt", recognition, tmp_path)))
    assert [(s.start.ordinal, s.end.ordinal) for s in subtitles] == TIMES_MS
    assert [s.text for s in subtitles] == ["angry (70 %)", "sad (55 %)", "happy (90 %)"]


def test_audacity_labels(recognition: Recognition, tmp_path: Path) -> None:
    lines = written("audacity", recognition, tmp_path).read_text(encoding="utf-8").splitlines()
    fields = [line.split("\t") for line in lines]
    assert [(round(float(a) * 1000, 6), round(float(b) * 1000, 6)) for a, b, _ in fields] == TIMES_MS
    assert [text for *_, text in fields] == ["angry (70 %)", "sad (55 %)", "happy (90 %)"]


def test_segments_csv(recognition: Recognition, tmp_path: Path) -> None:
    content = written("segments-csv", recognition, tmp_path).read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content, newline="")))
    assert [(round(float(r["start_s"]) * 1000, 6), round(float(r["end_s"]) * 1000, 6)) for r in rows] == TIMES_MS
    assert [r["label"] for r in rows] == LABELS
    assert [r["label_set"] for r in rows] == ["angry", "sad or neutral", "happy"]
    assert {r["path"] for r in rows} == {recognition.path}
    assert float(rows[2]["p_happy"]) == pytest.approx(0.9)


def test_recordings_csv_has_failures_and_answers_of_other_packs(recognition: Recognition, tmp_path: Path) -> None:
    other = replace(recognition, path="b.wav", label="calm", probabilities={"calm": 0.8, "sad": 0.2})
    failed = Failure('kaputt, "x".wav', "It is\nempty.")
    export([recognition, failed, other], FORMATS[0], tmp_path / "all.csv")
    with (tmp_path / "all.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [r["path"] for r in rows] == [recognition.path, failed.path, "b.wav"]
    assert [r["error"] for r in rows] == ["", failed.error, ""]
    assert [(r["p_sad"], r["p_calm"], r["p_angry"]) for r in rows] == [
        ("0.550000", "", "0.150000"),
        ("", "", ""),
        ("0.200000", "0.800000", ""),
    ]
    assert rows[0]["duration_s"] == "3672.000"


@pytest.mark.parametrize(
    "name", ["=cmd|'/c calc'!A1.wav", "+1.wav", "-x", "@sum.wav", "\tx", "\rx", "＝x", "'quoted", "a=b"]
)
@pytest.mark.parametrize("form", ["csv", "segments-csv"])
def test_no_cell_begins_a_formula_and_the_way_back_is_exact(
    name: str, form: str, recognition: Recognition, tmp_path: Path
) -> None:
    cells = _cells(written(form, replace(recognition, path=name, label=name), tmp_path))
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r", "＝")]
    assert name in [cell.removeprefix("'") for cell in cells]


@pytest.mark.parametrize("form", ["csv", "segments-csv", "jsonl"])
def test_names_that_are_no_text_stay_apart_and_come_back(form: str, recognition: Recognition, tmp_path: Path) -> None:
    raw = (b"caf\xe9.wav", b"caf\xe8.wav", rb"caf\xe9.wav", rb"caf\x5cxe9.wav", "café.wav".encode(), rb"c:\xyz.wav")
    found = []
    for i, name in enumerate(raw):
        (tmp_path / str(i)).mkdir()
        path = written(form, replace(recognition, path=os.fsdecode(name)), tmp_path / str(i))
        path.read_bytes().decode("utf-8-sig")
        if form == "jsonl":
            line = path.read_text(encoding="utf-8")
            assert "\\ud" not in line, "half a pair, which most readers of JSON replace"
            found.append(json.loads(line)["path"])
        else:
            found.append(_rows(path)[1][0])
    assert len(set(found)) == len(raw)
    assert tuple(os.fsencode(path_of(text)) for text in found) == raw
    assert found[4:] == ["café.wav", r"c:\xyz.wav"], "most are written as they are"


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def _cells(path: Path) -> list[str]:
    return [cell for row in _rows(path) for cell in row]


def test_json_lines(recognition: Recognition, tmp_path: Path) -> None:
    failed = Failure("x.wav", "It is empty.")
    form = next(f for f in FORMATS if f.name == "jsonl")
    export([recognition, failed], form, tmp_path / "all.jsonl")
    text = (tmp_path / "all.jsonl").read_text(encoding="utf-8")
    assert "Šárka" in text
    first, second = (json.loads(line) for line in text.splitlines())
    assert second == {"path": "x.wav", "error": "It is empty."}
    assert first["path"] == recognition.path
    assert [(s["start_s"], s["end_s"]) for s in first["segments"]] == [(0.25, 2.0), (2.0, 4.5), (3605.012, 3672.0)]


def test_strange_labels_survive(strange: Recognition, tmp_path: Path) -> None:
    """White space becomes one space and what XML can't hold becomes a replacement character; nothing else changes."""
    plain = ['say "no"', "two lines", "a b", "<fear> & dread", "bell\x07", "怒り"]
    grid = praat.openTextgrid(str(written("textgrid", strange, tmp_path)), includeEmptyIntervals=False)
    assert [e.label for e in grid.getTier("emotion").entries] == plain
    document = Elan.Eaf(str(written("eaf", strange, tmp_path)))
    values = [value for _, _, value, *_ in sorted(document.get_annotation_data_for_tier("emotion"))]
    assert values == [label.replace("\x07", "\ufffd") for label in plain]
    assert len(pysrt.open(str(written("srt", strange, tmp_path)))) == 6
    assert len(written("audacity", strange, tmp_path).read_text(encoding="utf-8").splitlines()) == 6
    rows = list(
        csv.DictReader(io.StringIO(written("segments-csv", strange, tmp_path).read_text("utf-8-sig"), newline=""))
    )
    assert [r["label"] for r in rows] == list(strange.probabilities)


@pytest.mark.parametrize("form", FORMATS, ids=lambda f: f.name)
def test_a_name_that_is_not_text_and_a_recording_without_segments(
    form, recognition: Recognition, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    odd = replace(recognition, path="caf\udce9.wav", segments=(), duration_s=0.0)
    (path,) = export([odd], form, tmp_path / f"out{form.suffix}")
    path.read_bytes().decode("utf-8-sig")
