"""Runtime hook: sounddevice asks ctypes for PortAudio, which looks in the system only and never inside the bundle."""

import ctypes.util
import sys
from pathlib import Path

if sys.platform == "linux":
    _system_find_library = ctypes.util.find_library

    def find_library(name: str) -> str | None:
        """The bundle's PortAudio; anything else as the system has it."""
        if name == "portaudio":
            return str(Path(sys._MEIPASS) / "libportaudio.so.2")  # type: ignore[attr-defined]
        return _system_find_library(name)

    ctypes.util.find_library = find_library
