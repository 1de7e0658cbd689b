"""Clips of the four kinds, a recogniser of the tiny pack, and the command line to compare it with."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import soundfile

import voicekin
from desktop_app import cli
from desktop_app.engine.pack.format import Pack
from tests.cli.conftest import tiny_pack_was_tried  # noqa: F401 - for every test here
from tests.tiny_pack import LABELS, RATE, clip

Lines = list[dict[str, Any]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six clips and a file that is no sound; in a folder below, one clip by itself."""
    folder = tmp_path / "clips"
    (folder / "deeper").mkdir(parents=True)
    for i in range(6):
        soundfile.write(folder / f"clip {i}.wav", clip(LABELS[i % 4], i), RATE)
    (folder / "bad.wav").write_text("This is no sound.")
    soundfile.write(folder / "deeper" / "ü.flac", clip("sad", 9), RATE)
    return folder


@pytest.fixture
def recogniser(tiny_pack: Pack) -> Iterator["voicekin.Recogniser"]:
    with voicekin.load(tiny_pack) as one:
        yield one


@pytest.fixture
def printed(tiny_pack: Pack, capsys: pytest.CaptureFixture[str]) -> Callable[..., Lines]:
    """What `voicekin classify --json` prints with these arguments, without the times that it took."""

    def lines(*arguments: object) -> Lines:
        capsys.readouterr()
        cli.main(["classify", "--json", "--pack", str(tiny_pack.root), *map(str, arguments)])
        return without_timing(json.loads(line) for line in capsys.readouterr().out.splitlines())

    return lines


def without_timing(answers: Any) -> Lines:
    return [{key: value for key, value in answer.items() if key != "timing_ms"} for answer in answers]
