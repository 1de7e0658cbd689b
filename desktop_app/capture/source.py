"""The protocol for a source of live sound, which the microphone and the simulated one follow."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Block = NDArray[np.float32]
"""Mono samples float32 [n], -1..1."""

BlockTaker = Callable[[Block, bool], None]
"""Takes a block, and whether the device lost samples before it. It may only copy: it runs in the audio thread."""


@dataclass(frozen=True)
class Microphone:
    """An input device, identified by its names, which people and the settings file use, and never by its index.

    Attributes:
        name: The device's name as the sound system gives it.
        host_api: The sound system that offers it ("ALSA", "Windows WASAPI", "Core Audio").
        is_default: True for the system's default device.
    """

    name: str
    host_api: str
    is_default: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """What the settings store to find the device again."""
        return self.name, self.host_api


class Source(Protocol):
    """Live sound, block by block."""

    @property
    def name(self) -> str:
        """The name to show to a user."""

    @property
    def sample_rate(self) -> int:
        """Hz; known once the source was started."""

    def start(self, on_block: BlockTaker, on_end: Callable[[], None]) -> None:
        """Begin. `on_end` is called once when the source ends by itself (unplugged, sound server gone), not by `stop`.

        Raises:
            DeviceError: when it can't be opened.
        """

    def stop(self) -> None:
        """Stops and releases the device; does nothing if not started or already ended."""


class Microphones(Protocol):
    """The available input devices."""

    def available(self, rescan: bool = False) -> tuple[Microphone, ...]:
        """Every input device, the default one first; empty where there is none. `rescan` looks for devices plugged in
        since. Slow (up to seconds), so never to be called from the window's thread.

        Raises:
            DeviceError: when the sound system itself is missing.
        """

    def open(self, microphone: Microphone) -> Source:
        """A source for the device, not started yet.

        Raises:
            DeviceError: when it is no longer there.
        """
