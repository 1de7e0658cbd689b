"""A clip played into a microphone without hardware, recorded through PortAudio and the window."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt

from desktop_app import paths
from desktop_app.capture.microphone import SystemMicrophones
from desktop_app.engine.pack.read import load_pack
from desktop_app.engine.recognition.recogniser import Recogniser
from desktop_app.ui.capture_model import MicState
from desktop_app.ui.session import Entry
from tests.tiny_pack import RATE, clip
from tests.ui.conftest import LONG, Desk
from tests.virtual_microphone import MICROPHONE, VirtualMicrophone, missing

pytestmark = [
    pytest.mark.virtual_microphone,
    pytest.mark.skipif(bool(missing()), reason=missing()),
]


@pytest.fixture
def cable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[VirtualMicrophone]:
    cable = VirtualMicrophone(tmp_path / "sound")
    for name, value in cable.environment.items():
        monkeypatch.setenv(name, value)
    yield cable
    cable.close()


ROOT = Path(__file__).parents[2]
SHIPPED = paths.default_pack()
TAKES = 5
LOUD_DB = -30.0  # no noise comes near it
shipped_pack = pytest.mark.skipif(not SHIPPED.is_dir(), reason="no pack ships yet")


@pytest.fixture
def studio(desk: Desk, cable: VirtualMicrophone) -> Desk:  # noqa: ARG001 - the server must be there first
    """The window with the machine's own microphones, the virtual one chosen."""
    # the one that hears the same in a voice with a second of silence about it; the tests' tiny pack does not
    desk.pack = SHIPPED if SHIPPED.is_dir() else desk.pack
    desk.microphones = SystemMicrophones()  # type: ignore[assignment]
    desk.settings.update(introduced=True, microphone_name=MICROPHONE, microphone_host_api="ALSA")
    window = desk.make()
    with desk.qtbot.waitSignal(window.owner.opened, timeout=LONG):
        window.show()
    desk.wait_state(MicState.READY)
    assert window.record.microphones.currentText() == MICROPHONE
    return desk


def record(desk: Desk, cable: VirtualMicrophone, wav: Path) -> Entry:
    """A take of the file; one in which the device says that it lost samples, on a busy machine, is taken again."""
    capture = desk.window.capture
    for _ in range(TAKES):
        before = capture.reading.overflows
        desk.start()
        cable.play(wav)
        # on a busy machine what was played long ago is still on its way: it has come when its silence has
        desk.qtbot.waitUntil(lambda: capture.reading.level.peak_db > LOUD_DB, timeout=LONG)
        desk.qtbot.waitUntil(lambda: capture.reading.zeros_s > 1.0 and not cable.is_playing(), timeout=LONG)
        lost = capture.reading.overflows > before
        entry = desk.stop()
        if not lost:
            return entry
    raise AssertionError(f"the device lost samples in each of {TAKES} takes")


def correlation(clip_path: Path, recording: Path) -> float:
    """Of the samples, at the delay where they fit best."""
    sound, rate = soundfile.read(clip_path)
    recorded, recorded_rate = soundfile.read(recording)
    assert rate == recorded_rate == RATE
    size = 1 << (len(sound) + len(recorded)).bit_length()
    fit = np.fft.irfft(np.fft.rfft(recorded, size) * np.conj(np.fft.rfft(sound, size)), size)
    delay = int(np.argmax(fit[: len(recorded)]))
    same = recorded[delay : delay + len(sound)]
    return float(np.corrcoef(sound[: len(same)], same)[0, 1]) if len(same) == len(sound) else 0.0


def same_label(desk: Desk, entry: Entry, wav: Path) -> None:
    expected = Recogniser(load_pack(desk.pack)).recognise_file(wav)
    assert entry.recognition is not None
    assert entry.recognition.label == expected.label
    said = desk.window.answer.answer.text()  # "Neutral or sad" where two labels are left open
    assert said == "Uncertain" if entry.recognition.abstained else said.startswith(expected.label.capitalize())


def test_a_clip_comes_back_sample_for_sample(studio: Desk, cable: VirtualMicrophone, wav: Callable[..., Path]) -> None:
    path = wav("happy", 3, seconds=3.0)
    entry = record(studio, cable, path)
    assert correlation(path, entry.path) > 0.99


@shipped_pack
def test_a_synthetic_voice_comes_back_with_the_same_label(studio: Desk, cable: VirtualMicrophone) -> None:
    path = paths.assets() / "sample" / "sample.wav"
    entry = record(studio, cable, path)
    assert correlation(path, entry.path) > 0.99
    same_label(studio, entry, path)


@shipped_pack
@pytest.mark.corpora
@pytest.mark.skipif("VOICEKIN_CORPORA" not in os.environ, reason="VOICEKIN_CORPORA names no folder of corpora")
def test_a_corpus_clip_comes_back_with_the_same_label(studio: Desk, cable: VirtualMicrophone, tmp_path: Path) -> None:
    clips = sorted((Path(os.environ["VOICEKIN_CORPORA"]) / "ravdess" / "Actor_01").glob("03-01-0[345]-02-*.flac"))
    recogniser = Recogniser(load_pack(studio.pack))
    # a clip of which the pack is sure: on a busy machine many seconds of silence come before it and after it
    sound, rate = soundfile.read(max(clips, key=lambda flac: recogniser.recognise_file(flac).confidence))
    path = tmp_path / "corpus clip.wav"
    soundfile.write(path, sound, rate)
    entry = record(studio, cable, path)
    assert correlation(path, entry.path) > 0.99
    same_label(studio, entry, path)


def test_a_dead_sound_server_ends_the_take_with_all_its_sound(
    studio: Desk, cable: VirtualMicrophone, tmp_path: Path
) -> None:
    window = studio.window
    studio.start()
    path = tmp_path / "long.wav"
    soundfile.write(path, clip("sad", 1, 20.0), RATE)
    cable.play(path)
    # it is the sound that is waited for, then a second of it
    studio.qtbot.waitUntil(lambda: window.capture.reading.level.peak_db > LOUD_DB, timeout=LONG)
    begun_s = window.capture.reading.recorded_s
    studio.qtbot.waitUntil(lambda: window.capture.reading.recorded_s > begun_s + 2.0, timeout=LONG)
    heard_s = window.capture.reading.recorded_s
    entry = studio.wait_entry(cable.kill)
    assert entry.recognition is not None
    assert entry.recognition.duration_s >= heard_s
    sound, _ = soundfile.read(path)
    recorded, _ = soundfile.read(entry.path)
    from_its_first = recorded[int(np.argmax(np.abs(recorded) > 1e-3)) - int(np.argmax(np.abs(sound) > 1e-3)) :]
    assert len(from_its_first) > RATE
    assert np.max(np.abs(from_its_first - sound[: len(from_its_first)])) < 1e-3  # no sample is missing, to the last
    assert "is gone" in window.notice.message.text()
    studio.qtbot.mouseClick(window.notice.buttons[0], Qt.MouseButton.LeftButton)
    studio.qtbot.waitUntil(
        lambda: window.capture.state in (MicState.NONE, MicState.CLOSED, MicState.READY), timeout=LONG
    )


RECORDS = """
import sys
import onnxruntime
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from desktop_app.ui.application import build
from desktop_app.ui.capture_model import MicState
app = QApplication([])
window = build(app, Path(sys.argv[1]), pack=Path(sys.argv[2]))
capture = window.capture
begun = []

def tell(state):
    if state is MicState.READY:
        window.record.button.click()
        begun.append(capture._recorder.total_samples)

def heard():
    if capture.state is MicState.RECORDING:
        print(capture._recorder.total_samples - begun[0], flush=True)

capture.state_changed.connect(tell)
timer = QTimer()
timer.timeout.connect(heard)
timer.start(50)
window.show()
sys.exit(app.exec())
"""


def test_a_killed_app_loses_at_most_a_second_and_the_next_one_offers_the_take(
    desk: Desk, cable: VirtualMicrophone, tmp_path: Path
) -> None:
    path = tmp_path / "long.wav"
    soundfile.write(path, clip("sad", 1, 20.0), RATE)
    desk.settings.update(introduced=True, microphone_name=MICROPHONE, microphone_host_api="ALSA")
    cable.play(path)
    with subprocess.Popen(
        [sys.executable, "-c", RECORDS, str(desk.home), str(desk.pack)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as app:
        assert app.stdout is not None
        heard = next(n for n in map(int, app.stdout) if n > 3 * RATE)
        app.kill()
    assert app.returncode == -signal.SIGKILL
    window = desk.make()
    with desk.qtbot.waitSignal(window.notice.said, timeout=LONG):
        window.show()
    assert "did not close properly" in window.notice.message.text()
    entry = desk.wait_entry(lambda: desk.qtbot.mouseClick(window.notice.buttons[0], Qt.MouseButton.LeftButton))
    assert entry.recognition is not None
    assert entry.recognition.duration_s >= heard / RATE - 1.0
    assert correlation_within(path, entry.path) > 0.99


def correlation_within(clip_path: Path, recording: Path) -> float:
    """Of a recording with the stretch of a longer sound that fits it best."""
    sound, _ = soundfile.read(clip_path)
    recorded, _ = soundfile.read(recording)
    size = 1 << (len(sound) + len(recorded)).bit_length()
    delay = int(np.argmax(np.fft.irfft(np.fft.rfft(sound, size) * np.conj(np.fft.rfft(recorded, size)), size)))
    return float(np.corrcoef(sound[delay : delay + len(recorded)], recorded)[0, 1])
