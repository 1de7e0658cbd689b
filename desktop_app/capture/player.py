"""Plays a recording of any length through the machine's loudspeaker."""

import logging
import queue
import threading
from collections.abc import Callable, Iterable
from typing import Any, Protocol

import numpy as np

from desktop_app.capture.microphone import portaudio
from desktop_app.capture.source import Block
from desktop_app.errors import DeviceError, VoiceKinError

log = logging.getLogger(__name__)

BLOCKS_AHEAD = 8
"""Number of blocks that are read before they are needed."""

LOOK_EVERY_S = 0.1
"""How soon a feeder that waits for space in its queue notices that the sound was stopped."""


class Player(Protocol):
    """Plays one sound at a time."""

    def play(self, blocks: Iterable[Block], sample_rate: int, on_end: Callable[[], None]) -> None:
        """Begins a sound that comes in blocks, float32 [n]; a sound that is playing stops.

        The blocks are asked for in another thread, a few ahead. `on_end` is called once, from another thread.

        Raises:
            DeviceError: when there is no loudspeaker.
        """

    def stop(self) -> None:
        """Silence."""


class SystemPlayer:
    """The system's default output, through PortAudio."""

    def __init__(self) -> None:
        self._stream: Any = None
        self._feeder: _Feeder | None = None
        self._lock = threading.Lock()

    def play(self, blocks: Iterable[Block], sample_rate: int, on_end: Callable[[], None]) -> None:
        """See `Player.play`."""
        sd = portaudio()
        self.stop()
        feeder = _Feeder(blocks)

        def callback(outdata: Any, frames: int, time: Any, status: Any) -> None:  # noqa: ARG001 - PortAudio's signature
            if feeder.fill(outdata[:, 0]):
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
                self._feeder = feeder
                feeder.start()
                self._stream.start()
            except (sd.PortAudioError, ValueError) as error:
                self._stream = None
                feeder.stop()
                raise DeviceError(
                    "There is no loudspeaker to play on. Connect one or choose one in the system's sound settings."
                ) from error

    def stop(self) -> None:
        """See `Player.stop`."""
        with self._lock:
            stream, self._stream = self._stream, None
            feeder, self._feeder = self._feeder, None
            if stream is not None:
                stream.abort(ignore_errors=True)
                stream.close(ignore_errors=True)
            if feeder is not None:
                feeder.stop()


class _Feeder:
    """Reads blocks ahead in a thread of its own, so that the audio callback never waits for a disk."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        self._blocks = blocks
        self._ready: queue.Queue[Block | None] = queue.Queue(BLOCKS_AHEAD)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._read, name="player", daemon=True)
        self._rest: Block = np.zeros(0, np.float32)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread and waits for it."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def fill(self, out: Block) -> bool:
        """Writes the next samples to `out`, silence where they are late; True once there are no more."""
        filled = 0
        while filled < len(out):
            if not len(self._rest):
                try:
                    block = self._ready.get_nowait()
                except queue.Empty:
                    out[filled:] = 0.0
                    return False
                if block is None:
                    self._ready.put(None)  # keep the end marker, in case the callback runs once more
                    out[filled:] = 0.0
                    return True
                self._rest = block
            part = self._rest[: len(out) - filled]
            out[filled : filled + len(part)] = part
            self._rest = self._rest[len(part) :]
            filled += len(part)
        return False

    def _read(self) -> None:
        try:
            for block in self._blocks:
                if not self._put(block):
                    return
        except VoiceKinError as error:  # damage in the middle of a file: what came before was played
            log.warning("%s", error)
        self._put(None)

    def _put(self, block: Block | None) -> bool:
        while not self._stopped.is_set():
            try:
                self._ready.put(block, timeout=LOOK_EVERY_S)
            except queue.Full:
                continue
            return True
        return False
