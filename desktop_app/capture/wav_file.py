"""Writes a WAV file that is valid on the disk at any moment, and repairs one whose writer was killed."""

import errno
import os
import struct
import wave
from pathlib import Path
from types import TracebackType

import numpy as np

from desktop_app.capture.source import Block

HEADER_BYTES = 44  # what `wave` writes for 16-bit PCM: RIFF (12) + fmt (24) + data (8)
BYTES_A_SAMPLE = 2
MOST_BYTES = 2**32 - HEADER_BYTES  # of samples: the header's sizes have 32 bits; 37 hours at 16 kHz, 12 at 48 kHz


class WavWriter:
    """Writes mono 16-bit PCM block by block.

    The sizes in the header are updated with every block (`wave` does so for a seekable file), so the file is valid even
    if the process is killed between two blocks.
    """

    def __init__(self, path: Path, sample_rate: int) -> None:
        self.path = path
        self.sample_rate = sample_rate
        self.n_samples = 0
        self._file = path.open("xb")
        self._wave = wave.open(self._file, "wb")  # noqa: SIM115 - closed in close()
        self._wave.setnchannels(1)
        self._wave.setsampwidth(BYTES_A_SAMPLE)
        self._wave.setframerate(sample_rate)

    def write(self, block: Block) -> None:
        """Appends float32 [n], -1..1, and flushes it to the operating system.

        Raises:
            OSError: the disk is full or gone, or the file as large as a WAV file can be.
        """
        if (self.n_samples + len(block)) * BYTES_A_SAMPLE > MOST_BYTES:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
        pcm = np.clip(np.rint(block * 32768.0), -32768, 32767).astype("<i2")
        self._wave.writeframes(pcm.tobytes())
        self._file.flush()
        self.n_samples += len(block)

    def close(self) -> None:
        """Finishes the file and syncs it to the disk."""
        if self._file.closed:
            return
        try:
            self._wave.close()
            self._file.flush()
            os.fsync(self._file.fileno())
        finally:
            self._file.close()

    def __enter__(self) -> "WavWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def repair(path: Path) -> float:
    """Corrects the sizes in the header of a file whose writer was killed; returns its length in seconds.

    Returns 0.0 and leaves the file unchanged if it holds no samples or has no header written by `WavWriter`.
    """
    size = path.stat().st_size
    if size <= HEADER_BYTES:
        return 0.0
    n_bytes = (size - HEADER_BYTES) // BYTES_A_SAMPLE * BYTES_A_SAMPLE
    with path.open("r+b") as file:
        header = file.read(HEADER_BYTES)
        if header[:4] != b"RIFF" or header[36:40] != b"data":
            return 0.0
        sample_rate: int = struct.unpack_from("<I", header, 24)[0]
        file.seek(4)
        file.write(struct.pack("<I", HEADER_BYTES - 8 + n_bytes))
        file.seek(40)
        file.write(struct.pack("<I", n_bytes))
        file.truncate(HEADER_BYTES + n_bytes)
    return n_bytes / BYTES_A_SAMPLE / sample_rate if sample_rate else 0.0
