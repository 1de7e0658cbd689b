"""Where exports are written, and that they never overwrite files unasked."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.engine.exports import FORMATS, export
from desktop_app.engine.exports.table import as_text
from desktop_app.engine.recognition.answer import Failure, Recognition
from desktop_app.errors import ExportError, TargetExists

CSV = next(f for f in FORMATS if f.name == "csv")
SRT = next(f for f in FORMATS if f.name == "srt")


@pytest.mark.parametrize("form", [CSV, SRT], ids=["csv", "srt"])
def test_never_over_a_file_unless_told(form, recognition: Recognition, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    target = tmp_path / "x"
    target.write_text("precious")
    with pytest.raises(TargetExists) as caught:
        export([recognition], form, target)
    assert caught.value.path == target
    assert target.read_text() == "precious"
    export([recognition], form, target, overwrite=True)
    assert "sad" in target.read_text(encoding="utf-8")
    assert list(tmp_path.iterdir()) == [target]


def test_dimensions_are_columns_where_an_answer_has_them(recognition: Recognition, tmp_path: Path) -> None:
    telling = replace(recognition, dimensions={"arousal": 0.75, "valence": 0.1})
    with export([recognition], CSV, tmp_path / "without.csv")[0].open(encoding="utf-8-sig") as file:
        assert "arousal" not in file.readline()
    (path,) = export([recognition, Failure("b.wav", "It is empty."), telling], CSV, tmp_path / "with.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["arousal"], row["valence"]) for row in rows] == [("", ""), ("", ""), ("0.750000", "0.100000")]
    assert rows[0]["p_sad"] == rows[2]["p_sad"] == "0.550000"


def test_many_recordings_become_a_folder_with_a_name_for_each(recognition: Recognition, tmp_path: Path) -> None:
    many = [replace(recognition, path=p) for p in ("a/x.wav", "b/c/x.wav", "ÿ.flac")]
    files = export([*many, Failure("d.wav", "It is empty.")], SRT, tmp_path / "out")
    assert [f.relative_to(tmp_path).as_posix() for f in files] == ["out/a/x.srt", "out/b/c/x.srt", "out/ÿ.srt"]
    assert sorted(p for p in (tmp_path / "out").rglob("*") if p.is_file()) == sorted(files)
    files[1].unlink()
    with pytest.raises(TargetExists):
        export(many, SRT, tmp_path / "out")
    assert not files[1].exists(), "one name is taken, so nothing is written"


def test_names_of_one_folder_tell_which_recording_they_are_of(recognition: Recognition, tmp_path: Path) -> None:
    names = ("talk.wav", "Talk.mp3", "other.wav", "a/talk.wav", "X.wav", "x.wav", "../talk.wav")
    files = export([replace(recognition, path=f"q/w/{p}") for p in names], SRT, tmp_path / "out")
    assert [f.relative_to(tmp_path / "out").as_posix() for f in files] == [
        *("w/talk.wav.srt", "w/Talk.mp3.srt", "w/other.srt", "w/a/talk.srt", "w/X.wav.srt", "w/x.wav (2).srt"),
        "talk.srt",
    ]


def test_a_failure_moves_no_file(recognition: Recognition, tmp_path: Path) -> None:
    (path,) = export(
        [replace(recognition, path="all/a/x.wav"), Failure("all/b/y.wav", "It is empty.")], SRT, _made(tmp_path / "out")
    )
    assert path == tmp_path / "out" / "a" / "x.srt"


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_one_recording_goes_into_a_folder_that_is_there(recognition: Recognition, tmp_path: Path) -> None:
    (path,) = export([replace(recognition, path="a/x.wav")], SRT, tmp_path)
    assert path == tmp_path / "x.srt"


def test_nothing_to_export(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no answer"):
        export([Failure("d.wav", "It is empty.")], CSV, tmp_path / "x.csv")
    assert list(tmp_path.iterdir()) == []


def test_text_for_the_clipboard_keeps_a_row_a_recording(recognition: Recognition) -> None:
    text = as_text([replace(recognition, path="a\tb\nc.wav"), Failure("d.wav", "It is empty.")])
    rows = [line.split("\t") for line in text.splitlines()]
    assert len(rows) == 3
    assert len({len(row) for row in rows}) == 1
    assert rows[1][0] == "a b c.wav"
    assert as_text([Failure("=x.wav", "It is empty.")]).splitlines()[1].startswith("'=x.wav\t")
