"""Plays a recording through the machine's loudspeaker."""

import threading
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from desktop_app.capture.microphone import portaudio
from desktop_app.capture.source import Block
from desktop_app.errors import DeviceError


class Player(Protocol):
    """Plays one sound at a time."""

    def play(self, samples: Block, sample_rate: int, on_end: Callable[[], None]) -> None:
        """Begin float32 [n]; what was playing before stops. `on_end` is called once, from another thread.

        Raises:
            DeviceError: when there is no loudspeaker.
        """

    def stop(self) -> None:
        """Silence."""


class SystemPlayer:
    """The system's default output, through PortAudio."""

    def __init__(self) -> None:
        self._stream: Any = None
        self._lock = threading.Lock()

    def play(self, samples: Block, sample_rate: int, on_end: Callable[[], None]) -> None:
        """See `Player.play`."""
        sd = portaudio()
        self.stop()
        position = 0

        def callback(outdata: Any, frames: int, time: Any, status: Any) -> None:  # noqa: ARG001 - PortAudio's signature
            nonlocal position
            block = samples[position : position + frames]
            outdata[: len(block), 0] = block
            outdata[len(block) :, 0] = 0.0
            position += frames
            if position >= len(samples):
                raise sd.CallbackStop

        with self._lock:
            try:
                self._stream = sd.OutputStream(
                    samplerate=sample_rate,
                    channels=1,
                    dtype=np.float32,
                    callback=callback,
                    finished_callback=on_end,
                )
                self._stream.start()
            except (sd.PortAudioError, ValueError) as error:
                self._stream = None
                raise DeviceError(
                    "There is no loudspeaker to play on. Connect one or choose one in the system's sound settings."
                ) from error

    def stop(self) -> None:
        """See `Player.stop`."""
        with self._lock:
            stream, self._stream = self._stream, None
            if stream is not None:
                stream.abort(ignore_errors=True)
                stream.close(ignore_errors=True)
