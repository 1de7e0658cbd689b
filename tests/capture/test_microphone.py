"""A microphone over a stand-in for PortAudio: what is asked of the library, and what becomes of a block."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from desktop_app.capture import microphone
from desktop_app.capture.microphone import BLOCK, MicrophoneSource
from desktop_app.capture.source import Microphone
from desktop_app.errors import DeviceError


class PortAudioError(Exception):
    pass


class PortAudio:
    """One device; it takes the settings that `takes` allows, and is opened as `opened` tells."""

    PortAudioError = PortAudioError

    def __init__(self, channels: int, rates: tuple[int, ...], fewest_channels: int = 1) -> None:
        self.default = SimpleNamespace(device=[0, 0])
        self._channels, self._rates, self._fewest = channels, rates, fewest_channels
        self.opened: dict[str, Any] = {}

    def query_hostapis(self) -> list[dict[str, Any]]:
        return [{"name": "ALSA", "default_input_device": 0}]

    def query_devices(self, index: int | None = None) -> Any:
        device = {
            "name": "Desk",
            "hostapi": 0,
            "max_input_channels": self._channels,
            "default_samplerate": float(self._rates[-1]),
        }
        return device if index is not None else [device]

    def check_input_settings(self, *, device: int, samplerate: int, channels: int, dtype: Any) -> None:  # noqa: ARG002
        if samplerate not in self._rates or not self._fewest <= channels <= self._channels:
            raise PortAudioError

    def InputStream(self, **asked: Any) -> Any:  # noqa: N802 - PortAudio's name
        self.opened = asked
        return SimpleNamespace(
            samplerate=asked["samplerate"],
            start=lambda: None,
            abort=lambda ignore_errors: None,  # noqa: ARG005
            close=lambda ignore_errors: asked["finished_callback"](),  # noqa: ARG005
        )


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


def test_a_device_that_is_gone_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(microphone, "portaudio", lambda: PortAudio(channels=1, rates=(16_000,)))
    with pytest.raises(DeviceError, match="Attic"):
        MicrophoneSource(Microphone("Attic", "ALSA", False)).start(lambda *_: None, lambda: None)
