"""Several launched processes, through the command line: two give the same as one, also if one is killed."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch

from tests.trainer import made_corpora as made
from tests.trainer.tiny_backbones import save_tiny

ROOT = Path(__file__).parents[2]
LIMIT = 400  # seconds a command may take on a busy machine

RECIPE = """
name = "tiny"
[corpora]
names = ["ravdess"]
labels = ["angry", "happy", "neutral", "sad"]
[backbone]
name = "tiny"
layers = 1
pooled_layers = [1]
max_seconds = 1.0
[finetune]
layers = 1
epochs = {epochs}
batch_size = 8
learning_rate = 1e-3
kinds = ["volume"]
dropout = 0.0
patience = {epochs}
width = 16
embedding = 8
[knn]
k = [2]
alpha = [0.0, 0.5]
temperature = [0.1]
[protocol]
kind = "speaker-folds"
folds = 2
seeds = [0]
baseline_counts = [0]
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    made.ravdess(tmp_path / "corpora" / "ravdess", range(1, 5))
    save_tiny("whisper", tmp_path / "models" / "tiny")
    write_recipe(tmp_path)
    return tmp_path


def write_recipe(place: Path, epochs: int = 2) -> None:
    (place / "tiny.toml").write_text(RECIPE.format(epochs=epochs), encoding="utf-8")


def environment(place: Path, **more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ACCELERATE_", "VOICEKIN_"))}
    folders = {f"VOICEKIN_{name.upper()}": str(place / name) for name in ("corpora", "models", "cache")}
    return {**kept, **folders, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "", **more}


def train(command: str, run: str, *more: str) -> list[str]:
    return ["-m", "trainer.cli", command, "--recipe", "tiny.toml", "--run", run, "--threads", "1", *more]


def ended(place: Path, arguments: list[str], **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=place,
        env=environment(place, **more),
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )


def scores(run: Path) -> Any:
    """Scores, with the curves that led to them."""
    conditions = json.loads((run / "scores.json").read_text())["conditions"]
    return {name: {k: c[k] for k in ("ua_fused", "ua_model", "ua_knn", "wa")} for name, c in conditions.items()}


def assert_same(first: Path, second: Path) -> None:
    assert scores(second) == scores(first)
    weights = sorted(p.relative_to(first) for p in first.rglob("backbone.pt"))
    assert weights == sorted(p.relative_to(second) for p in second.rglob("backbone.pt"))
    for path in weights:
        for ours, theirs in zip(
            *(torch.load(r / path, weights_only=True).values() for r in (first, second)), strict=True
        ):
            torch.testing.assert_close(ours, theirs, atol=1e-3, rtol=1e-3)


@pytest.mark.timeout(3 * LIMIT)
def test_two_processes_give_the_scores_of_one(place: Path) -> None:
    alone = ended(place, train("evaluate", "one"))
    assert alone.returncode == 0, alone.stderr
    together = ended(place, train("report", "two", "--processes", "2"))
    assert together.returncode == 0, together.stderr
    assert together.stdout.count("Results are in two.") == 1
    assert_same(place / "one", place / "two")
    assert (place / "two" / "report.html").is_file()


@pytest.mark.timeout(3 * LIMIT)
def test_accelerates_own_launcher_makes_the_tables(place: Path) -> None:
    launch = ["-m", "accelerate.commands.launch", "--num_processes", "2"]
    tables = train("tables", "two", "--only", "3")
    # --multi_gpu: without it accelerate starts one process where there is no GPU, whatever number it is given
    done = ended(place, [*launch, "--multi_gpu", "--main_process_port", "0", *tables], ACCELERATE_USE_CPU="true")
    assert done.returncode == 0, done.stderr
    assert "Table 3, SCL and kNN" in done.stdout
    alone = ended(place, [*launch, "--cpu", *train("tables", "one", "--only", "3")])
    assert alone.returncode == 0, alone.stderr
    assert [p.name for p in sorted((place / "two" / "variants").iterdir())] == [
        p.name for p in sorted((place / "one" / "variants").iterdir())
    ]
    for variant in (place / "one" / "variants").iterdir():
        assert_same(variant, place / "two" / "variants" / variant.name)


def ranks_of(launcher: int) -> list[int]:
    """The processes that a launcher has started and that are at work in Python."""
    return sorted(c.pid for c in psutil.Process(launcher).children() if "trainer.cli" in " ".join(c.cmdline()))


@pytest.mark.timeout(4 * LIMIT)
def test_a_killed_process_ends_the_others_with_a_sentence_and_the_run_resumes(place: Path) -> None:
    write_recipe(place, epochs=30)
    whole = ended(place, train("evaluate", "one"))
    assert whole.returncode == 0, whole.stderr
    command = train("evaluate", "two", "--processes", "2")
    started = subprocess.Popen(
        [sys.executable, *command], cwd=place, env=environment(place), stderr=subprocess.PIPE, text=True
    )
    try:
        deadline = time.monotonic() + LIMIT
        while not list((place / "two").glob("*/0/finetune.pt")):
            assert started.poll() is None, started.stderr
            assert time.monotonic() < deadline
            time.sleep(0.02)
        os.kill(ranks_of(started.pid)[1], signal.SIGKILL)
        _, told = started.communicate(timeout=LIMIT)
    finally:
        started.kill()
    assert started.returncode == 1
    assert "Process 2 of 2 was ended by SIGKILL. The same command with --resume continues" in told
    assert "Traceback" not in told
    assert list((place / "two").glob("*/0/finetune.pt"))
    resumed = ended(place, [*command, "--resume"])
    assert resumed.returncode == 0, resumed.stderr
    assert_same(place / "one", place / "two")


@pytest.mark.timeout(LIMIT)
def test_after_an_error_no_process_waits_for_another(place: Path) -> None:
    made.write(place / "corpora" / "ravdess" / "odd.wav", made.tone(0, 0, 0))
    done = ended(place, train("evaluate", "two", "--processes", "2"))
    assert done.returncode == 1
    assert "odd.wav" in done.stderr
    assert "Traceback" not in done.stderr
