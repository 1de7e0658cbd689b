"""`classify --export parquet`, and `answer`, which goes on from its features."""

import json
from pathlib import Path
from typing import Any

import pyarrow.dataset
import pytest
import soundfile

from desktop_app import cli
from desktop_app.engine.pack.format import Pack
from desktop_app.engine.recognition.recogniser import Recogniser
from tests.tiny_pack import LABELS, RATE, clip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "clips"
    folder.mkdir()
    for i in range(6):
        soundfile.write(folder / f"clip {i}.wav", clip(LABELS[i % 4], i), RATE)
    (folder / "bad.wav").write_text("This is no sound.")
    return folder


def voicekin(command: str, pack: Pack, *arguments: object) -> int:
    return cli.main([command, "--pack", str(pack.root), *map(str, arguments)])


def rows(dataset: Path, table: str = "recordings") -> list[dict[str, Any]]:
    return pyarrow.dataset.dataset(dataset / table).to_table().to_pylist()  # type: ignore[no-any-return]


def test_parquet_says_what_json_says(
    tiny_pack: Pack, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert voicekin("classify", tiny_pack, "--json", folder) == 1
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    target = tmp_path / "clips.parquet"
    assert voicekin("classify", tiny_pack, "--export", "parquet", "-o", target, folder) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert f"Wrote {target}." in printed.err
    assert "6 answered" in printed.err
    found = rows(target)
    assert [row["path"] for row in found] == [line["path"] for line in lines]
    assert [row["label"] for row in found] == [line.get("label") for line in lines]
    assert voicekin("classify", tiny_pack, "--export", "parquet", "-o", target, folder) == 2
    assert "--overwrite replaces it" in capsys.readouterr().err


def test_an_archive_is_answered_again_without_its_sound(
    tiny_pack: Pack, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, again = tmp_path / "first.parquet", tmp_path / "again.parquet"
    assert voicekin("classify", tiny_pack, "--export", "parquet", "--features", "-o", first, folder) == 1
    monkeypatch.setattr(Recogniser, "analyse_file", None)  # there is no sound any more
    assert voicekin("answer", tiny_pack, first, "-o", again, "--voice", "none", "--alpha", 0.25) == 0
    assert "6 answered" in capsys.readouterr().err
    assert [row["path"] for row in rows(again)] == [row["path"] for row in rows(first)]
    assert {row["alpha"] for row in rows(again)} == {0.25, None}
    assert {row["voice"] for row in rows(again)} == {"none", None}
    assert {row["voice"] for row in rows(first)} == {"group", None}
    assert not (again / "features").exists()
    assert voicekin("answer", tiny_pack, again, "-o", tmp_path / "x") == 2
    assert "holds no features" in capsys.readouterr().err


def test_an_interrupted_archive_goes_on_with_the_features_that_are_noted(
    tiny_pack: Pack, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = ("--export", "parquet", "--features", "--resume", tmp_path / "journal", "-o", tmp_path / "a.parquet", folder)
    assert voicekin("classify", tiny_pack, *call) == 1
    with monkeypatch.context() as patch:
        patch.setattr(Recogniser, "analyse_file", None)
        assert voicekin("classify", tiny_pack, "--overwrite", *call[:-2], tmp_path / "b.parquet", folder) == 1
    for row, again in zip(
        rows(tmp_path / "a.parquet", "features"), rows(tmp_path / "b.parquet", "features"), strict=True
    ):
        assert row == again


def test_features_without_parquet_are_refused(
    tiny_pack: Pack, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert voicekin("classify", tiny_pack, "--features", folder) == 2
    assert "--export parquet" in capsys.readouterr().err
