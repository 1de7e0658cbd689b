"""Recordings that are wrong in every way that was thought of, written to a folder."""

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import soundfile

from tests.tiny_pack import RATE, clip

CAPABILITY_VERSION_3 = 0x20080522
READ_ANYTHING = 1 << 1 | 1 << 2
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH of Linux' capabilities(7)."""


@contextmanager
def permissions_count() -> Iterator[None]:
    """Within it a file that forbids reading can't be read, by root either; threads begun within it included."""
    if sys.platform != "linux" or os.geteuid() != 0:
        yield
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; then the same of the capabilities from 32 up
    assert libc.capget(header, sets) == 0
    effective = sets[0]
    sets[0] = effective & ~READ_ANYTHING
    assert libc.capset(header, sets) == 0
    try:
        yield
    finally:
        sets[0] = effective
        assert libc.capset(header, sets) == 0


def write_bad_audio(folder: Path) -> dict[str, Path]:
    """What is wrong -> the file; each of them must give one sentence, and none may hang.

    Read them within `permissions_count`.
    """
    good = clip("happy", seconds=1.0)
    files = {
        "text": folder / "text.wav",
        "text as vox": folder / "text.vox",
        "text as raw": folder / "text.raw",
        "text as mp3": folder / "text.mp3",
        "empty": folder / "empty.wav",
        "no samples": folder / "no samples.wav",
        "one sample": folder / "one sample.wav",
        "one sample at 44.1 kHz": folder / "one sample 44100.wav",
        "cut header": folder / "cut header.wav",
        "cut flac": folder / "cut.flac",
        "nan": folder / "nan.wav",
        "infinity": folder / "infinity.wav",
        "integers in floats": folder / "integers.wav",
        "absurd rate": folder / "rate.wav",
        "folder": folder / "folder.wav",
        "missing": folder / "missing.wav",
        "no name of a file": Path("a\0b.wav"),
        "endless name": folder / ("n" * 400 + ".wav"),
    }
    for kind in ("text", "text as vox", "text as raw", "text as mp3"):
        files[kind].write_text("This is no sound. " * 2_000)
    files["empty"].touch()
    soundfile.write(files["no samples"], good[:0], RATE)
    soundfile.write(files["one sample"], good[:1], RATE)
    soundfile.write(files["one sample at 44.1 kHz"], good[:1], 44_100)
    soundfile.write(folder / "whole.wav", good, RATE)
    files["cut header"].write_bytes((folder / "whole.wav").read_bytes()[:30])
    soundfile.write(folder / "whole.flac", good, RATE)
    files["cut flac"].write_bytes((folder / "whole.flac").read_bytes()[:100])
    for kind, value in (("nan", np.nan), ("infinity", -np.inf)):
        broken = good.copy()
        broken[-5] = value
        soundfile.write(files[kind], broken, RATE, subtype="FLOAT")
    soundfile.write(files["integers in floats"], good * 32_768, RATE, subtype="FLOAT")
    header = bytearray((folder / "whole.wav").read_bytes())
    header[24:28] = (1).to_bytes(4, "little")  # one sample a second: resampled, the file would be 16,000 times as long
    files["absurd rate"].write_bytes(header)
    files["folder"].mkdir()
    for name in ("whole.wav", "whole.flac"):
        (folder / name).unlink()
    if hasattr(os, "mkfifo"):
        files["pipe"] = folder / "pipe.wav"
        os.mkfifo(files["pipe"])
        files["no permission"] = folder / "forbidden.wav"
        soundfile.write(files["no permission"], good, RATE)
        files["no permission"].chmod(0)
        files["link to a pipe"] = folder / "link.wav"
        files["link to a pipe"].symlink_to(files["pipe"])
        files["link to itself"] = folder / "loop.wav"
        files["link to itself"].symlink_to(files["link to itself"])
        files["device"] = Path("/dev/zero")
    return files
