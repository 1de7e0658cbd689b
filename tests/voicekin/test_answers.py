"""Many answers as dictionaries, as a table of pandas and as files."""

import csv
import json
import sys
from pathlib import Path

import pytest

import voicekin
from tests.tiny_pack import build_tiny_pack


@pytest.fixture
def kept(recogniser: voicekin.Recogniser, folder: Path) -> list[voicekin.Outcome]:
    return list(recogniser.classify(voicekin.find_recordings([folder])))


def test_a_table_has_the_columns_and_values_of_the_csv_export(kept: list[voicekin.Outcome], tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    table = voicekin.Answers(kept).to_pandas()
    voicekin.export(kept, "csv", tmp_path / "answers.csv")
    with (tmp_path / "answers.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(table.columns) == list(rows[0])
    assert len(table) == len(rows) == 7
    for (_, row), written in zip(table.iterrows(), rows, strict=True):
        assert row["path"] == written["path"]
        assert row["error"] == written["error"]
        if written["error"]:
            assert pandas.isna(row["confidence"])
            continue
        assert row["abstained"] == (written["abstained"] == "yes")
        assert row["label"] == written["label"]
        assert f"{row['confidence']:.6f}" == written["confidence"]
        assert f"{row['p_sad']:.6f}" == written["p_sad"]


def test_dimensions_are_there_where_the_pack_tells_them(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("pandas")
    telling = voicekin.load(build_tiny_pack(tmp_path / "pack", dimensions=True).root, examples="none")
    kept = list(telling.classify(voicekin.find_recordings([folder])))
    table = voicekin.Answers(kept).to_pandas()
    assert list(table.columns)[-3:] == ["arousal", "dominance", "valence"]
    assert [
        a.dimensions["arousal"] for a in kept if isinstance(a, voicekin.Recognition)
    ] == table.arousal.dropna().tolist()


def test_without_pandas_a_sentence_says_what_to_install(
    kept: list[voicekin.Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(voicekin.VoiceKinError, match="pip install pandas"):
        voicekin.Answers(kept).to_pandas()


def test_answers_as_dictionaries_and_files(kept: list[voicekin.Outcome], tmp_path: Path) -> None:
    answers = voicekin.Answers(kept).to_dict()
    (written,) = voicekin.export(iter(kept), "jsonl", tmp_path / "answers.jsonl")
    assert [json.loads(line) for line in written.read_text(encoding="utf-8").splitlines()] == answers
    assert len(voicekin.export(kept, "textgrid", tmp_path / "grids")) == 6
    with pytest.raises(voicekin.TargetExists):
        voicekin.export(kept, "jsonl", tmp_path / "answers.jsonl")
    with pytest.raises(voicekin.ExportError, match="no format called xlsx: choose one of csv"):
        voicekin.export(kept, "xlsx", tmp_path / "answers.xlsx")
