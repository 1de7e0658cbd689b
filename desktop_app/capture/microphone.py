"""The machine's microphones, through PortAudio."""

import atexit
import logging
import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from desktop_app.capture.source import BlockTaker, Microphone, Source
from desktop_app.errors import DeviceError

WANTED_RATE = 16_000  # Hz, the rate that packs are trained on: a device that delivers it needs no resampling here
STOPS_WITHIN_S = 5.0
BLOCK = 512  # frames; 0 would let PortAudio choose, which gives bursts with PulseAudio

log = logging.getLogger(__name__)
_lock = threading.Lock()
_open_sources: set["MicrophoneSource"] = set()


def portaudio() -> ModuleType:
    """The sounddevice module, which starts PortAudio on its first import.

    Raises:
        DeviceError: when the PortAudio library is not installed or does not start.
    """
    try:
        import sounddevice  # not at the top: it takes up to seconds, and the app must start without it
    except OSError as error:
        raise DeviceError(
            "The sound library PortAudio is missing. Install it (Debian: libportaudio2) and start VoiceKin again; "
            "dropped files work without it."
        ) from error
    return sounddevice  # type: ignore[no-any-return]


class SystemMicrophones:
    """The input devices that PortAudio finds."""

    def available(self, rescan: bool = False) -> tuple[Microphone, ...]:
        """Every input device, the default one first. A rescan is refused silently while a microphone is open, since
        PortAudio looks for devices only when it starts."""
        sd = portaudio()
        with _lock:
            if rescan and not _open_sources:
                sd._terminate()
                sd._initialize()
            found = [
                Microphone(name, host_api, index == _default_input(sd)) for index, name, host_api in _input_devices(sd)
            ]
        return tuple(sorted(found, key=lambda m: not m.is_default))

    def open(self, microphone: Microphone) -> Source:
        """A source for it."""
        return MicrophoneSource(microphone)


class MicrophoneSource:
    """One input device, recorded at 16 kHz if it supports that and at its own rate otherwise; channels are averaged."""

    def __init__(self, microphone: Microphone) -> None:
        self.microphone = microphone
        self.sample_rate = WANTED_RATE
        self._stream: Any = None
        self._stopping = False

    @property
    def name(self) -> str:
        """The device's name."""
        return self.microphone.name

    def start(self, on_block: BlockTaker, on_end: Callable[[], None]) -> None:
        """Open and start the device; see `Source.start`."""
        sd = portaudio()

        def callback(indata: Any, frames: int, time: Any, status: Any) -> None:  # noqa: ARG001 - PortAudio's signature
            on_block(indata[:, 0] if indata.shape[1] == 1 else indata.mean(axis=1), bool(status.input_overflow))

        def finished() -> None:
            # the only notice PortAudio gives when a device is unplugged or the sound server dies: callbacks just stop
            if not self._stopping:
                on_end()

        self._stopping = False
        with _lock:
            index = self._index(sd)
            sample_rate, channels = _settings(sd, index)
            try:
                stream = sd.InputStream(
                    device=index,
                    samplerate=sample_rate,
                    channels=channels,
                    blocksize=BLOCK,
                    dtype=np.float32,
                    callback=callback,
                    finished_callback=finished,
                )
                self.sample_rate = int(stream.samplerate)
                stream.start()
            except sd.PortAudioError as error:
                raise DeviceError(
                    f"“{self.name}” can't be opened. Check that no other program holds it and that VoiceKin may use "
                    "the microphone, or choose another one."
                ) from error
            self._stream = stream
            _open_sources.add(self)

    def stop(self) -> None:
        """Stop and close the device.

        One that never answers is left as it is after `STOPS_WITHIN_S`: PulseAudio's library waits for itself for ever
        when its server dies while a block is read. New devices are then found only after a restart.
        """
        self._stopping = True
        stream, self._stream = self._stream, None
        if stream is None:
            return

        def end() -> None:
            # abort, not stop: a dead sound server would keep `stop` waiting for its last buffers
            stream.abort(ignore_errors=True)
            stream.close(ignore_errors=True)

        with _lock:
            ending = threading.Thread(target=end, name="closes the device", daemon=True)
            ending.start()
            ending.join(STOPS_WITHIN_S)
            if not ending.is_alive():
                _open_sources.discard(self)
                return
        log.warning("%s does not answer and is left open", self.name)
        atexit.unregister(portaudio()._exit_handler)  # it would wait for this device as well

    def _index(self, sd: ModuleType) -> int:
        for index, name, host_api in _input_devices(sd):
            if (name, host_api) == self.microphone.key:
                return index
        raise DeviceError(f"“{self.name}” is no longer there. Plug it in and refresh, or choose another microphone.")


def _input_devices(sd: ModuleType) -> list[tuple[int, str, str]]:
    """(PortAudio's index, name, host API) of each; a second device of the same name gets a number after its name."""
    host_apis = [api["name"] for api in sd.query_hostapis()]
    seen: dict[tuple[str, str], int] = {}
    found = []
    for index, device in enumerate(sd.query_devices()):
        if device["max_input_channels"] < 1:
            continue
        key = (device["name"], host_apis[device["hostapi"]])
        seen[key] = seen.get(key, 0) + 1
        number = f" ({seen[key]})" if seen[key] > 1 else ""
        found.append((index, key[0] + number, key[1]))
    return found


def _default_input(sd: ModuleType) -> int:
    return (
        int(sd.default.device[0])
        if sd.default.device[0] is not None and sd.default.device[0] >= 0
        else _api_default(sd)
    )


def _api_default(sd: ModuleType) -> int:
    for api in sd.query_hostapis():
        if api["default_input_device"] >= 0:
            return int(api["default_input_device"])
    return -1


def _settings(sd: ModuleType, index: int) -> tuple[int, int]:
    """The first (sample rate, channels) that the device accepts: 16 kHz mono if it can."""
    device = sd.query_devices(index)
    own_rate = int(device["default_samplerate"])
    most = int(device["max_input_channels"])
    for sample_rate in (WANTED_RATE, own_rate):
        for channels in (1, min(2, most), most):
            try:
                sd.check_input_settings(device=index, samplerate=sample_rate, channels=channels, dtype=np.float32)
            except (sd.PortAudioError, ValueError):
                continue
            return sample_rate, channels
    return own_rate, 1
