"""A microphone over a stand-in for PortAudio: what is asked of the library, and what becomes of a block."""

import sys
import threading
import time
from collections.abc import Iterator
from importlib.abc import MetaPathFinder
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from desktop_app.capture import microphone
from desktop_app.capture.microphone import BLOCK, MicrophoneSource, SystemMicrophones, portaudio
from desktop_app.capture.source import Microphone
from desktop_app.errors import DeviceError


class PortAudioError(Exception):
    pass


class PortAudio:
    """Devices, the first of which are not ours; one takes the rates and channels given, and is opened as `opened`
    tells."""

    PortAudioError = PortAudioError

    def __init__(self, channels: int, rates: tuple[int, ...], fewest_channels: int = 1) -> None:
        self.default = SimpleNamespace(device=[1, 0])
        self._channels, self._rates, self._fewest = channels, rates, fewest_channels
        self.opened: dict[str, Any] = {}
        self.calls: list[str] = []
        self.names = [("Loudspeaker", 0, 0), ("Desk", channels, 0)]  # name, input channels, host API
        self.api_defaults = [1, -1]
        self.refuses = False
        self.answers = threading.Event()
        self.answers.set()

    def _exit_handler(self) -> None:
        self.calls.append("exit")

    def _terminate(self) -> None:
        self.calls.append("terminate")

    def _initialize(self) -> None:
        self.calls.append("initialize")

    def query_hostapis(self) -> list[dict[str, Any]]:
        names = zip(("ALSA", "JACK"), self.api_defaults, strict=True)
        return [{"name": name, "default_input_device": index} for name, index in names]

    def query_devices(self, index: int | None = None) -> Any:
        devices = [
            {"name": name, "hostapi": api, "max_input_channels": n, "default_samplerate": float(self._rates[-1])}
            for name, n, api in self.names
        ]
        return devices[index] if index is not None else devices

    def check_input_settings(self, *, device: int, samplerate: int, channels: int, dtype: Any) -> None:
        assert dtype is np.float32
        assert device == 1
        if samplerate not in self._rates or not self._fewest <= channels <= self._channels:
            raise PortAudioError

    def InputStream(self, **asked: Any) -> Any:  # noqa: N802 - PortAudio's name
        if self.refuses:
            raise PortAudioError
        self.opened = asked

        def close(ignore_errors: bool) -> None:
            assert ignore_errors
            self.calls.append("close")
            asked["finished_callback"]()

        def abort(ignore_errors: bool) -> None:
            assert ignore_errors
            self.calls.append("abort")
            assert self.answers.wait(60)

        return SimpleNamespace(
            samplerate=asked["samplerate"], start=lambda: self.calls.append("start"), abort=abort, close=close
        )


@pytest.fixture(autouse=True)
def none_open() -> Iterator[None]:
    yield
    assert not microphone._open_sources, "a microphone was left open"


def opened(monkeypatch: pytest.MonkeyPatch, device: PortAudio) -> tuple[MicrophoneSource, list[np.ndarray], list[str]]:
    monkeypatch.setattr(microphone, "portaudio", lambda: device)
    blocks: list[np.ndarray] = []
    ends: list[str] = []
    source = MicrophoneSource(Microphone("Desk", "ALSA", True))
    source.start(lambda block, _: blocks.append(block.copy()), lambda: ends.append("end"))
    return source, blocks, ends


def test_sixteen_kilohertz_mono_is_asked_for_first(monkeypatch: pytest.MonkeyPatch) -> None:
    device = PortAudio(channels=2, rates=(16_000, 48_000))
    source, blocks, _ = opened(monkeypatch, device)
    assert (device.opened["samplerate"], device.opened["channels"]) == (16_000, 1)
    assert (device.opened["device"], device.opened["blocksize"], device.opened["dtype"]) == (1, 512, np.float32)
    assert device.calls == ["start"]
    assert (source.name, source.sample_rate) == ("Desk", 16_000)
    sound = np.linspace(-0.5, 0.5, BLOCK, dtype=np.float32)
    device.opened["callback"](sound[:, None], BLOCK, None, SimpleNamespace(input_overflow=False))
    np.testing.assert_array_equal(blocks[0], sound)
    source.stop()


def test_the_channels_of_a_device_that_has_no_mono_are_averaged(monkeypatch: pytest.MonkeyPatch) -> None:
    device = PortAudio(channels=2, rates=(48_000,), fewest_channels=2)
    source, blocks, _ = opened(monkeypatch, device)
    assert (source.sample_rate, device.opened["channels"]) == (48_000, 2)
    left, right = np.full(BLOCK, 0.75, np.float32), np.full(BLOCK, -0.25, np.float32)
    device.opened["callback"](np.stack([left, right], axis=1), BLOCK, None, SimpleNamespace(input_overflow=False))
    np.testing.assert_allclose(blocks[0], 0.25)
    source.stop()


def test_an_end_that_nobody_asked_for_is_told_and_one_that_was_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    device = PortAudio(channels=1, rates=(16_000,))
    source, _, ends = opened(monkeypatch, device)
    device.opened["finished_callback"]()  # unplugged
    assert ends == ["end"]
    source.stop()
    assert ends == ["end"]
    assert device.calls == ["start", "abort", "close"]
    source.stop()  # once more is harmless
    assert device.calls == ["start", "abort", "close"]


def test_a_device_that_never_answers_is_left_open_and_nothing_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    device = PortAudio(channels=1, rates=(16_000,))
    source, _, ends = opened(monkeypatch, device)
    at_exit = []
    monkeypatch.setattr(microphone, "STOPS_WITHIN_S", 0.05)
    monkeypatch.setattr("atexit.unregister", at_exit.append)
    device.answers.clear()
    source.stop()
    assert device.calls == ["start", "abort"]
    assert at_exit == [device._exit_handler]
    assert SystemMicrophones().available(rescan=True), "the devices known are told, and not looked for anew"
    assert device.calls == ["start", "abort"]
    device.answers.set()
    while "close" not in device.calls:
        time.sleep(0.01)
    assert ends == []
    microphone._open_sources.discard(source)


def test_a_device_that_is_gone_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(microphone, "portaudio", lambda: PortAudio(channels=1, rates=(16_000,)))
    with pytest.raises(DeviceError, match="Attic"):
        MicrophoneSource(Microphone("Attic", "ALSA", False)).start(lambda *_: None, lambda: None)


@pytest.mark.parametrize(
    ("channels", "rates", "fewest", "asked_for"),
    [
        (1, (48_000, 16_000), 1, (16_000, 1)),
        (2, (16_000,), 2, (16_000, 2)),
        (8, (16_000, 48_000), 2, (16_000, 2)),
        (8, (44_100,), 3, (44_100, 8)),
        (1, (44_100,), 5, (44_100, 1)),  # it takes nothing that is asked: opening it tells why
    ],
)
def test_as_near_to_sixteen_kilohertz_mono_as_the_device_can(
    monkeypatch: pytest.MonkeyPatch, channels: int, rates: tuple[int, ...], fewest: int, asked_for: tuple[int, int]
) -> None:
    device = PortAudio(channels, rates, fewest)
    source, _, _ = opened(monkeypatch, device)
    assert (device.opened["samplerate"], device.opened["channels"]) == asked_for
    source.stop()


def test_lost_sound_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    device, lost = PortAudio(1, (16_000,)), []
    monkeypatch.setattr(microphone, "portaudio", lambda: device)
    source = MicrophoneSource(Microphone("Desk", "ALSA"))
    source.start(lambda _, overflowed: lost.append(overflowed), lambda: None)
    for overflow in (True, False):
        device.opened["callback"](np.zeros((8, 1), np.float32), 8, None, SimpleNamespace(input_overflow=overflow))
    assert lost == [True, False]
    source.stop()


def test_a_device_that_others_hold_is_said_and_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    device = PortAudio(1, (16_000,))
    device.refuses = True
    with pytest.raises(DeviceError, match="“Desk” can't be opened"):
        opened(monkeypatch, device)


def test_the_default_microphone_comes_first_and_twins_get_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    device = PortAudio(1, (16_000,))
    device.names = [("Attic", 1, 0), ("Loudspeaker", 0, 0), ("Desk", 2, 0), ("Attic", 4, 0), ("Attic", 1, 1)]
    device.default.device = [2, 1]
    monkeypatch.setattr(microphone, "portaudio", lambda: device)
    found = SystemMicrophones().available()
    assert found[0] == Microphone("Desk", "ALSA", is_default=True)
    assert found[1:] == (Microphone("Attic", "ALSA"), Microphone("Attic (2)", "ALSA"), Microphone("Attic", "JACK"))
    assert device.calls == []
    for default in (-1, None):  # nobody has chosen one: the first sound system that has its own
        device.default.device = [default, 1]
        device.api_defaults = [-1, 0]
        assert [m.is_default for m in SystemMicrophones().available()] == [True, False, False, False]
        device.api_defaults = [-1, -1]
        assert not any(m.is_default for m in SystemMicrophones().available())
    device.default.device = [0, 1]
    assert SystemMicrophones().available()[0] == Microphone("Attic", "ALSA", is_default=True)


def test_devices_are_looked_for_anew_unless_one_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    device = PortAudio(1, (16_000,))
    monkeypatch.setattr(microphone, "portaudio", lambda: device)
    microphones = SystemMicrophones()
    (desk,) = microphones.available(rescan=True)
    assert device.calls == ["terminate", "initialize"]
    source = microphones.open(desk)
    source.start(lambda *_: None, lambda: None)
    device.calls.clear()
    microphones.available(rescan=True)
    assert device.calls == [], "PortAudio would take the open one away"
    source.stop()
    device.calls.clear()
    microphones.available(rescan=True)
    assert device.calls == ["terminate", "initialize"]


def test_a_missing_sound_library_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    class NoLibrary(MetaPathFinder):
        def find_spec(self, name: str, *_: Any) -> None:
            if name == "sounddevice":
                raise OSError("PortAudio library not found")

    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(sys, "meta_path", [NoLibrary(), *sys.meta_path])
    with pytest.raises(DeviceError, match="PortAudio is missing"):
        portaudio()
