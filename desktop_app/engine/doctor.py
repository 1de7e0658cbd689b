"""Collects what a bug report needs to know about the engine: versions, the pack, the time for an answer. No names."""

import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from time import perf_counter

import numpy as np

from desktop_app import __version__, paths
from desktop_app.engine.pack.read import load_pack
from desktop_app.engine.recognition.recogniser import Recogniser
from desktop_app.engine.sound import ffmpeg
from desktop_app.engine.sound.audio import SAMPLE_RATE
from desktop_app.errors import VoiceKinError

DISTRIBUTIONS = ("annoy", "numpy", "onnxruntime", "PySide6-Essentials", "sounddevice", "soundfile", "soxr")

TIMED_S = 4.0
TIMED_RUNS = 5


@dataclass(frozen=True)
class Finding:
    """One line of the report; `ok` is False for a problem that keeps the app from working."""

    name: str
    value: str
    ok: bool = True


def engine_findings(pack_path: Path) -> Iterator[Finding]:
    """The findings, line by line; problems are findings too and are not raised."""
    yield Finding("VoiceKin", __version__ + (" (frozen)" if getattr(sys, "frozen", False) else ""))
    yield Finding("Python", f"{platform.python_version()} {platform.python_implementation()}")
    yield Finding("System", f"{platform.platform()}, {platform.machine()}, {os.cpu_count()} CPUs")
    yield Finding("Libraries", ", ".join(f"{name} {_version(name)}" for name in DISTRIBUTIONS))
    yield Finding("ffmpeg", ffmpeg.version())
    yield Finding("User data", f"{paths.user_data()} ({'there' if paths.user_data().is_dir() else 'not made yet'})")
    yield Finding("Log", str(paths.user_log()))
    try:
        start = perf_counter()
        pack = load_pack(pack_path)
        recogniser = Recogniser(pack)
        opened_ms = (perf_counter() - start) * 1e3
        m = pack.manifest
        yield Finding("Pack", f"{m.name} {m.version} at {pack.root}")
        yield Finding("", f"{m.backbone}; {len(pack.items)} recordings; {', '.join(m.labels)}")
        yield Finding("", f"encoder {pack.encoder_sha256[:12]}; opened in {opened_ms:.0f} ms")
        yield Finding("One answer", _timed(recogniser))
    except VoiceKinError as error:
        yield Finding("Pack", f"{pack_path}: {error}", ok=False)


def without_home(text: str) -> str:
    """The text with the user's home folder, which often contains their name, replaced by ~."""
    home = str(Path.home())
    return text.replace(home, "~") if len(home) > 1 else text


def _timed(recogniser: Recogniser) -> str:
    """The median time of a few answers for TIMED_S seconds of noise."""
    noise = 0.05 * np.random.default_rng(0).standard_normal(round(TIMED_S * SAMPLE_RATE))
    timings = []
    for _ in range(TIMED_RUNS):
        start = perf_counter()
        answer = recogniser.answer(recogniser.analyse(noise.astype(np.float32)))
        timings.append((perf_counter() - start, answer.timing_ms))
    whole_s, t = sorted(timings, key=lambda one: one[0])[TIMED_RUNS // 2]
    return (
        f"{whole_s * 1e3:.0f} ms for {TIMED_S:g} s of sound: finding speech {t.decode:.0f}, "
        f"encoding {t.encode:.0f}, head and neighbours {t.retrieve:.0f}"
    )


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "not found"
