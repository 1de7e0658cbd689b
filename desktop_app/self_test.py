"""`voicekin --self-test`: checks that an installation works, step by step, with a temporary user profile.

A step fails if anything else is written to the terminal (warnings of Qt, ONNX Runtime or Python): on a user's machine
nobody would see them.
"""

import os
import re
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from desktop_app import paths
from desktop_app.errors import VoiceKinError

SAMPLE = paths.assets() / "sample" / "sample.wav"
"""A synthetic voice, made for this test; the same sound as M4A is beside it."""

SOUND_SYSTEM_TALK = re.compile(r"^(ALSA lib |Cannot connect to server |jack server |JackShm|attempt to connect )")
"""What ALSA and JACK print while PortAudio asks them for devices; it is not ours and no error."""

WINDOW_SECONDS = 120.0
MICROPHONE_SECONDS = 10.0


Step = Callable[[], str]
"""Runs a step and returns its line of output; raises if the step fails."""


class StepError(Exception):
    """A step that failed; the message says why."""


def run() -> int:
    """Runs every step and prints its line; returns 0 if all succeeded, else 1."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    failures = 0
    with tempfile.TemporaryDirectory(prefix="voicekin-self-test-", ignore_cleanup_errors=True) as profile:
        os.environ["VOICEKIN_HOME"] = profile
        for name, step in STEPS.items():
            held, said = attempt(step)
            failures += not held
            print(f"{'ok    ' if held else 'FAILED'} {name}: {said}", flush=True)
    return 1 if failures else 0


def attempt(step: Step) -> tuple[bool, str]:
    """Runs a step: whether it succeeded, and its line."""
    with _heard() as words:
        try:
            said = step()
        except (StepError, VoiceKinError) as error:
            return False, str(error)
        except Exception as error:  # a bug, or a part of the app that was not packed with it
            return False, f"{type(error).__name__}: {error}"
    unexpected = [word for word in words if not SOUND_SYSTEM_TALK.match(word)]
    if unexpected:
        return False, f"{said}; unexpected output: {' | '.join(unexpected)}"
    return True, said


@contextmanager
def _heard() -> Iterator[list[str]]:
    """Collects the lines that this process, including its libraries, writes to stdout and stderr inside the block."""
    words: list[str] = []
    with tempfile.TemporaryFile() as file:
        sys.stdout.flush()
        sys.stderr.flush()
        kept = [(number, os.dup(number)) for number in (1, 2)]
        for number, _ in kept:
            os.dup2(file.fileno(), number)
        try:
            yield words
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for number, copy in kept:
                os.dup2(copy, number)
                os.close(copy)
            file.seek(0)
            words += [line for line in file.read().decode("utf-8", "replace").splitlines() if line.strip()]


def _pack() -> str:
    from desktop_app.engine.recognition.verify import verify_pack

    checks = verify_pack(paths.default_pack())
    for check in checks:
        if not check.ok:
            raise StepError(f"{check.name}: {check.detail}")
    return "; ".join(check.detail for check in checks)


def _decode() -> str:
    from desktop_app.engine.sound.audio import load_audio

    audio = load_audio(SAMPLE)
    return f"{audio.duration_s:.2f} s of {SAMPLE.name}, {len(audio.samples)} samples"


def _memo() -> str:
    from desktop_app.engine.sound import ffmpeg
    from desktop_app.engine.sound.audio import load_audio

    memo = load_audio(SAMPLE.with_suffix(".m4a"))
    expected_s = load_audio(SAMPLE).duration_s
    if abs(memo.duration_s - expected_s) > 0.2:
        raise StepError(f"{memo.duration_s:.2f} s of {expected_s:.2f}")
    return f"{memo.duration_s:.2f} s of {memo.path.name} by ffmpeg {ffmpeg.version()}"


def _classify() -> str:
    from desktop_app.engine.pack.read import load_pack
    from desktop_app.engine.recognition.recogniser import Recogniser

    recogniser = Recogniser(load_pack(paths.default_pack()))
    recognition = recogniser.answer(recogniser.analyse_file(SAMPLE))
    total = sum(recognition.probabilities.values())
    if abs(total - 1) > 1e-6:
        raise StepError(f"the probabilities add up to {total}")
    nearest = recognition.neighbours
    if len(nearest) != recogniser.pack.manifest.knn.k:
        raise StepError(f"{len(nearest)} neighbours instead of {recogniser.pack.manifest.knn.k}")
    return (
        f"{recognition.label} {recognition.confidence:.2f}, nearest of {len(recogniser.pack.items)}: "
        f"{nearest[0].label} of {nearest[0].corpus} at {nearest[0].distance:.3f}; {recognition.timing_ms.encode:.0f} ms"
    )


def _window() -> str:
    from PySide6.QtCore import QEventLoop, QTimer
    from PySide6.QtWidgets import QApplication

    from desktop_app.ui.application import build
    from desktop_app.ui.session import Entry, EntryState

    started = time.perf_counter()
    app = QApplication.instance() or QApplication([sys.argv[0]])
    assert isinstance(app, QApplication)
    window = build(app)
    window.show()
    app.processEvents()
    if window.grab().isNull():
        raise StepError("the window stays empty")
    shown_ms = (time.perf_counter() - started) * 1e3

    loop = QEventLoop()
    finished: list[Entry] = []

    def follow(entry: Entry) -> None:
        if entry.state in (EntryState.DONE, EntryState.FAILED):
            finished.append(entry)
            loop.quit()

    window.session.entry_changed.connect(follow)
    QTimer.singleShot(round(WINDOW_SECONDS * 1000), loop.quit)
    window.open_paths((SAMPLE,))
    if not finished:
        loop.exec()
    platform = app.platformName()
    window.close()
    if not finished:
        raise StepError(f"no answer within {WINDOW_SECONDS:.0f} s")
    if finished[0].recognition is None:
        raise StepError(finished[0].error)
    return f"shown in {shown_ms:.0f} ms ({platform}), answered {finished[0].recognition.label}"


def _microphone() -> str:
    from desktop_app.capture.microphone import SystemMicrophones
    from desktop_app.capture.source import Block

    microphones = SystemMicrophones()
    available = microphones.available()
    if not available:
        return "PortAudio runs; there is no microphone here to open"
    came = threading.Event()
    blocks: list[int] = []

    def take(block: Block, lost: bool) -> None:  # noqa: ARG001 - the audio thread's signature
        blocks.append(len(block))
        came.set()

    source = microphones.open(available[0])
    source.start(take, came.set)
    came.wait(MICROPHONE_SECONDS)
    source.stop()
    if not blocks:
        raise StepError(f"{available[0].name} opens but gives no sound")
    return f"{available[0].name} ({available[0].host_api}) gives sound at {source.sample_rate} Hz"


STEPS: dict[str, Step] = {
    "pack": _pack,
    "decode": _decode,
    "memo": _memo,
    "classify": _classify,
    "window": _window,
    "microphone": _microphone,
}
