"""The Parquet dataset: other programs can read it, and answers recomputed from it equal those from the audio."""

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.dataset
import pyarrow.parquet
import pytest
import soundfile

from desktop_app.engine.archives import dataset as archive
from desktop_app.engine.archives.again import answer_again
from desktop_app.engine.archives.dataset import Dataset, DatasetWriter
from desktop_app.engine.batch.classify import Asked, Batch
from desktop_app.engine.recognition.answer import Failure, Outcome, Recognition, VoiceUsed
from desktop_app.engine.recognition.path_text import path_of
from desktop_app.engine.recognition.recogniser import Recogniser
from desktop_app.engine.sound.audio import load_audio
from desktop_app.errors import ExportError, PackError, TargetExists
from desktop_app.paths import assets as default_assets
from tests.tiny_pack import LABELS, POOLED, RATE, build_tiny_pack, clip


@pytest.fixture(scope="module")
def recogniser(tmp_path_factory: pytest.TempPathFactory) -> Recogniser:
    return Recogniser(build_tiny_pack(tmp_path_factory.mktemp("packs") / "tiny", dimensions=True), threads=1)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two folders of six, of which the first is heard against itself, one of two, a broken one and a long one."""
    root = tmp_path_factory.mktemp("calls")
    paths = []
    for folder, count in (("a", 6), ("b", 6), ("c", 2)):
        (root / folder).mkdir()
        for i in range(count):
            paths.append(root / folder / f"{i}.wav")
            soundfile.write(paths[-1], clip(LABELS[i % 4], i), RATE)
    paths[7].write_text("This is no sound.")
    spoken = load_audio(default_assets() / "sample" / "sample.wav").samples
    paths.append(root / "c" / "long.wav")
    soundfile.write(paths[-1], np.concatenate([spoken, np.zeros(RATE, np.float32)] * 7), RATE)
    return paths


def answers(recogniser: Recogniser, files: list[Path], asked: Asked) -> list[Outcome]:
    return list(Batch(recogniser, files, asked).outcomes())


def written(outcomes: list[Outcome], target: Path) -> Path:
    with DatasetWriter(target) as writer:
        for outcome in outcomes:
            writer.add(outcome)
    return target


def without_time(outcome: Outcome) -> Outcome:
    return replace(outcome, timing_ms=None, neighbours=()) if isinstance(outcome, Recognition) else outcome  # type: ignore[arg-type]


def test_the_tables_as_others_read_them(recogniser: Recogniser, files: list[Path], tmp_path: Path) -> None:
    outcomes = answers(recogniser, files, Asked())
    root = written(outcomes, tmp_path / "calls.parquet")
    recordings = pyarrow.dataset.dataset(root / "recordings").to_table().to_pylist()
    assert [row["path"] for row in recordings] == [str(path) for path in files]
    assert [row["recording"] for row in recordings] == list(range(len(files)))
    broken = recordings[7]
    assert broken["error"] == outcomes[7].error  # type: ignore[union-attr]
    assert broken["label"] is None
    for row, answer in zip(recordings, outcomes, strict=True):
        if isinstance(answer, Recognition):
            assert (row["label"], row["confidence"]) == (answer.label, answer.confidence)
            assert {label: row[f"p_{label}"] for label in LABELS} == answer.probabilities
            assert row["voice"] == answer.rests_on.voice.kind
            assert {name: row[name] for name in ("arousal", "dominance", "valence")} == answer.dimensions
            assert row["error"] is None
    stretches = pyarrow.dataset.dataset(root / "stretches").to_table().to_pandas()
    long = stretches[stretches.path == str(files[-1])]
    of_long = outcomes[-1]
    assert isinstance(of_long, Recognition)
    assert len(of_long.segments) > 4
    assert list(zip(long.start_s, long.end_s, long.label, strict=True)) == [
        (s.start_s, s.end_s, s.label) for s in of_long.segments
    ]
    assert long.stretch.tolist() == list(range(1, len(long) + 1))
    assert not (root / "features").exists(), "nobody asked for them"
    noted = json.loads(pyarrow.parquet.read_schema(root / "recordings" / "part-00000.parquet").metadata[b"voicekin"])
    assert noted["schema"] == archive.SCHEMA


def test_features_are_those_that_were_heard(recogniser: Recogniser, files: list[Path], tmp_path: Path) -> None:
    outcomes = answers(recogniser, files, Asked(features=True))
    root = written(outcomes, tmp_path / "calls.parquet")
    rows = pyarrow.dataset.dataset(root / "features").to_table()
    pooled = np.array(rows["pooled"].to_pylist(), np.float32)
    heard = recogniser.analyse_file(files[-1])
    assert pooled.shape[1] == POOLED
    assert pooled[-len(heard.spans) :].tobytes() == heard.pooled.tobytes()
    kept = list(Dataset(root).heard())
    assert isinstance(kept[7], Failure)
    for one, path in zip(kept, files, strict=True):
        if not isinstance(one, Failure):
            again = recogniser.analyse_file(path)
            unlike = {key for key, value in vars(again).items() if key != "pooled" and vars(one)[key] != value}
            assert unlike <= {"decode_ms", "encode_ms"}
            assert one.pooled.tobytes() == again.pooled.tobytes()


@pytest.mark.parametrize("company", ["beside", "none", "known"])
@pytest.mark.parametrize("at_once", [1, 10_000])
def test_answers_made_again_are_those_of_the_sound(
    company: str,
    at_once: int,
    recogniser: Recogniser,
    files: list[Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = written(answers(recogniser, files, Asked(features=True)), tmp_path / "calls.parquet")
    monkeypatch.setattr("desktop_app.engine.archives.again.AT_ONCE", at_once)
    asked = Asked(company="none" if company == "none" else "beside", k=5 if company == "none" else None)
    if company == "known":
        voice = recogniser.estimate_voice([recogniser.analyse_file(path) for path in files[:6]])
        asked = Asked((voice.baseline, VoiceUsed("saved", "Anna", 6, voice.settled)), alpha=0.7)
    expected = answers(recogniser, files, asked)
    found = list(answer_again(recogniser, Dataset(root), asked))
    assert [o.path for o in found] == [o.path for o in expected]
    for again, first in zip(found, expected, strict=True):
        if isinstance(first, Failure):
            assert again == first
            continue
        assert isinstance(again, Recognition)
        assert (again.label, again.label_set, again.abstained_because, again.rests_on, again.k) == (
            *(first.label, first.label_set, first.abstained_because, first.rests_on, first.k),
        )
        for name in ("probabilities", "model_probabilities", "neighbour_probabilities"):
            assert getattr(again, name) == pytest.approx(getattr(first, name), abs=1e-6)
        assert again.dimensions == pytest.approx(first.dimensions, abs=1e-6)
        assert again.novelty == pytest.approx(first.novelty, abs=1e-6)
        assert again.alpha == pytest.approx(first.alpha)
        assert [(s.start_s, s.end_s, s.label) for s in again.segments] == [
            (s.start_s, s.end_s, s.label) for s in first.segments
        ]


def test_parts_hold_the_same_recordings_in_every_table(
    recogniser: Recogniser, files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "PART_RECORDINGS", 4)
    root = written(answers(recogniser, files, Asked(features=True)), tmp_path / "calls.parquet")
    names = sorted(p.name for p in (root / "recordings").iterdir())
    assert names == [f"part-{i:05d}.parquet" for i in range(4)]
    assert sorted(p.name for p in (root / "features").iterdir()) == names
    assert [one.path for one in Dataset(root).heard()] == [str(path) for path in files]


def test_only_failures_and_file_names_that_are_not_text(tmp_path: Path) -> None:
    raw = os.fsdecode(b"caf\xe9.wav")
    root = written([Failure(raw, f"{raw} is empty.")], tmp_path / "x.parquet")
    (row,) = pyarrow.dataset.dataset(root / "recordings").to_table().to_pylist()
    assert path_of(row["path"]) == raw
    with pytest.raises(ExportError, match="no features"):
        list(Dataset(root).heard())


def test_no_partial_dataset_is_left_and_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    with pytest.raises(KeyError), DatasetWriter(tmp_path / "x.parquet"):
        raise KeyError
    assert not (tmp_path / "x.parquet").exists()
    written([Failure("a", "b.")], tmp_path / "x.parquet")
    with pytest.raises(TargetExists):
        DatasetWriter(tmp_path / "x.parquet")
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "a.wav").touch()
    with pytest.raises(ExportError, match="no answers"):
        DatasetWriter(tmp_path / "precious", overwrite=True)
    with DatasetWriter(tmp_path / "x.parquet", overwrite=True) as writer:
        writer.add(Failure("c", "d."))
    assert [str(source) for source in Dataset(tmp_path / "x.parquet").sources()] == ["c"]
    assert sorted(p.name for p in tmp_path.iterdir() if p.name != "voicekin-home") == ["precious", "x.parquet"]


@pytest.mark.parametrize("what", ["empty", "text", "other", "newer"])
def test_a_folder_without_a_dataset_is_an_error(what: str, tmp_path: Path) -> None:
    root = written([Failure("a", "b.")], tmp_path / "x.parquet")
    part = root / "recordings" / "part-00000.parquet"
    if what == "empty":
        part.unlink()
    elif what == "text":
        part.write_text("no Parquet")
    else:
        noted = {"schema": archive.SCHEMA + 1, "labels": [], "encoder_sha256": ""} if what == "newer" else None
        table = pyarrow.parquet.read_table(part)
        metadata = {"voicekin": json.dumps(noted)} if noted else {}
        pyarrow.parquet.write_table(table.replace_schema_metadata(metadata), part)
    with pytest.raises(ExportError, match="update VoiceKin" if what == "newer" else "dataset|no answers"):
        Dataset(root)


def test_features_of_another_encoder_are_refused(
    recogniser: Recogniser, files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = written(answers(recogniser, files[:2], Asked(features=True)), tmp_path / "x.parquet")
    monkeypatch.setattr(recogniser.encoder, "encoder_sha256", "0" * 64)
    with pytest.raises(PackError, match="another pack's encoder"):
        list(answer_again(recogniser, Dataset(root), Asked()))


def test_without_pyarrow_a_sentence_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(ExportError, match=r"voicekin\[archives\]"):
        DatasetWriter(tmp_path / "x.parquet")
