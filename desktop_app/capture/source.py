"""What a source of live sound is: the one protocol behind the microphone and the fake."""

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
    """An input device, named as a person and a settings file can keep it: never by its index.

    Attributes:
        name: The device's name as the sound system gives it.
        host_api: The sound system that offers it ("ALSA", "Windows WASAPI", "Core Audio").
        is_default: True for the one the system would choose.
    """

    name: str
    host_api: str
    is_default: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """What the settings remember."""
        return self.name, self.host_api


class Source(Protocol):
    """Live sound, block by block."""

    @property
    def name(self) -> str:
        """What a person calls it."""

    @property
    def sample_rate(self) -> int:
        """Hz; known once started."""

    def start(self, on_block: BlockTaker, on_end: Callable[[], None]) -> None:
        """Begin. `on_end` is called once when the source ends by itself (unplugged, sound server gone), not by `stop`.

        Raises:
            DeviceError: when it can't be opened.
        """

    def stop(self) -> None:
        """End and let the device go; harmless when not started or already ended."""


class Microphones(Protocol):
    """The input devices at hand."""

    def available(self, rescan: bool = False) -> tuple[Microphone, ...]:
        """Every input device, the default one first; empty where there is none. `rescan` looks for devices plugged in
        since. Slow (up to seconds), so never called from the thread that paints.

        Raises:
            DeviceError: when the sound system itself is missing.
        """

    def open(self, microphone: Microphone) -> Source:
        """A source for it, not started yet.

        Raises:
            DeviceError: when it is no longer there.
        """
