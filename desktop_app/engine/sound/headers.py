"""What headers promise, of the files that libsndfile opens and reads in part without a word."""

import mmap
import os
import re
import struct
import zlib
from dataclasses import dataclass
from typing import BinaryIO

UNKNOWN = 0xFFFFFFFF
"""The length that a WAV header has while its recorder, or the program that wrote to a pipe, does not know better."""

MP3_PADDING = 300
"""Bytes of zeros that may follow the last frame of an MP3 that is whole."""

FLAC_REST = 8_192
"""Bytes that libFLAC reads at once; less than that after a FLAC's end may be in its hands already."""


KNOWN_CHUNKS = (b"LIST", b"id3 ", b"ID3 ", b"bext", b"iXML", b"cue ", b"smpl", b"axml", b"fact", b"JUNK", b"junk")


@dataclass(frozen=True)
class WavData:
    """The samples of a WAV file, in bytes.

    Attributes:
        declared: What the header says they take; None where it says that it does not know.
        present: What there is of them at most, to the end of the file.
        goes_on: Whether after the declared end comes something that is no chunk, so samples as it seems.
        bytes_per_s: Of the samples, as the header says.
    """

    declared: int | None
    present: int
    goes_on: bool
    bytes_per_s: int

    @property
    def declared_s(self) -> float | None:
        """The length in seconds that the header says."""
        return None if self.declared is None or not self.bytes_per_s else self.declared / self.bytes_per_s


def wav_data(file: BinaryIO) -> WavData | None:
    """Looks at a RIFF, RF64 or BW64 file; None for another one, or where no samples are found."""
    size = os.fstat(file.fileno()).st_size
    file.seek(0)
    if file.read(12)[:4] not in (b"RIFF", b"RF64", b"BW64"):
        return None
    at, long_size, bytes_per_s = 12, None, 0
    while (chunk := _chunk(file, at)) is not None:
        name, length = chunk
        if name == b"fmt ":
            file.seek(at + 8)
            bytes_per_s = struct.unpack("<8xI4x", file.read(16).ljust(16, b"\0"))[0]
        elif name == b"ds64":
            file.seek(at + 16)
            long_size = struct.unpack("<Q", file.read(8).ljust(8, b"\0"))[0]
        elif name == b"data":
            start = at + 8
            declared = (long_size or None) if length == UNKNOWN else length
            end = start + (size if declared is None else declared)
            return WavData(declared, size - start, end < size and not _chunks_to_the_end(file, end, size), bytes_per_s)
        at += 8 + length + length % 2
    return None


def _chunk(file: BinaryIO, at: int) -> tuple[bytes, int] | None:
    file.seek(at)
    head = file.read(8)
    return struct.unpack("<4sI", head) if len(head) == 8 else None


def _chunks_to_the_end(file: BinaryIO, at: int, size: int) -> bool:
    """Whether nothing but chunks follows; one that is known may be cut, and bytes of padding may follow the last."""
    at += at % 2
    while size - at > 8 and (chunk := _chunk(file, at)) is not None:
        name, length = chunk
        at += 8 + length + length % 2
        # four samples can look like a name: then the length that follows hardly fits
        if not all(32 <= character < 127 for character in name) or (at > size + 1 and name not in KNOWN_CHUNKS):
            return False
    return True


def film_is_cut(file: BinaryIO) -> bool:
    """Whether an AVI says that it is longer, in bytes, than it is."""
    size = os.fstat(file.fileno()).st_size
    file.seek(0)
    head = file.read(12)
    return head[:4] == b"RIFF" and head[8:] == b"AVI " and struct.unpack("<I", head[4:8])[0] + 8 > size


def log_tells_cut(log: str) -> bool:
    """Whether libsndfile notes, of another format than WAV, that a header counts more bytes than there are."""
    noted = ((int(said), int(there)) for said, there in re.findall(r": (\d+) \(should be (\d+)\)", log))
    return any(there < said < UNKNOWN for said, there in noted)


@dataclass(frozen=True)
class Mp3Frames:
    """The frames of an MP3 (or MP2, MP1) file.

    Attributes:
        samples: How many they hold for each channel, what an encoder put before and behind the sound included.
        damaged: Whether something else than a frame or a tag stands between them or behind them.
        ended: Whether the last one is whole, and not followed by nothing but zeros, as of a download that broke off.
    """

    samples: int
    damaged: bool
    ended: bool


def mp3_frames(file: BinaryIO) -> Mp3Frames | None:
    """Walks over every frame, by its header (ISO 11172-3, 2.4.2.3; 13818-3); None for a file that does not begin so."""
    at = first = id3_bytes(file)
    file.seek(at)
    if file.read(1) != b"\xff":
        return None
    samples = 0
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        size = len(data)
        while at + 4 <= size and (frame := _MP3_FRAMES.get(data[at : at + 3])) is not None:
            at += frame[0]
            samples += frame[1]
        if at == first:
            return None
        rest = data[at : at + 32]
        is_tag = rest.startswith((b"TAG", b"APETAGEX", b"LYRICSBEGIN")) or not any(rest)
        return Mp3Frames(samples, not is_tag, at <= size and (any(rest) or size - at < MP3_PADDING))


def id3_bytes(file: BinaryIO) -> int:
    """The length of the ID3v2 tag that a file begins with; 0 without one."""
    file.seek(0)
    head = file.read(10)
    if head[:3] != b"ID3" or len(head) < 10:
        return 0
    return 10 + sum((byte & 127) << 7 * (3 - n) for n, byte in enumerate(head[6:])) + (head[5] & 16 and 10)


def _mp3_frame(second: int, third: int) -> tuple[int, int] | None:
    """Bytes and samples of a frame whose header goes on with these two bytes; None where they are no header's."""
    version, layer, kbits, rate = second >> 3 & 3, 4 - (second >> 1 & 3), third >> 4, third >> 2 & 3
    if version == 1 or layer == 4 or kbits in (0, 15) or rate == 3:
        return None
    is_first = version == 3
    hertz = (44_100, 48_000, 32_000)[rate] // {3: 1, 2: 2, 0: 4}[version]
    bits_a_second = 1_000 * _MP3_KBITS[layer if is_first else min(layer, 2) + 3][kbits - 1]
    padding = third >> 1 & 1
    if layer == 1:
        return 4 * (12 * bits_a_second // hertz + padding), 384
    samples = 576 if layer == 3 and not is_first else 1_152
    return samples // 8 * bits_a_second // hertz + padding, samples


_MP3_KBITS = {
    1: (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    2: (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    3: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    4: (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    5: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""By layer; 4 and 5 are layer 1 and layers 2 and 3 at the lower sampling rates."""

_MP3_FRAMES = {
    bytes((0xFF, second, third)): frame
    for second in range(0xE0, 0x100)
    for third in range(0x100)
    if (frame := _mp3_frame(second, third)) is not None
}


@dataclass(frozen=True)
class OggPages:
    """What the pages of an Ogg file say.

    Attributes:
        streams: How many there are, one after the other or side by side; libsndfile reads the first.
        damaged: Whether a page is not what its checksum says, or something else stands between pages.
        ended: Whether the last page says that it is the last.
    """

    streams: int
    damaged: bool
    ended: bool


def ogg_pages(file: BinaryIO) -> OggPages | None:
    """Looks at every page of an Ogg file (RFC 3533, section 6); None for another one."""
    size = os.fstat(file.fileno()).st_size
    streams = at = 0
    ended = False
    while at < size:
        file.seek(at)
        head = file.read(27)
        if head[:4] != b"OggS":
            return OggPages(streams, True, ended) if at else None
        if len(head) < 27:
            return OggPages(streams, False, False)
        lacing = file.read(head[26])
        body = file.read(sum(lacing))
        at += 27 + len(lacing) + len(body)
        if len(lacing) < head[26] or len(body) < sum(lacing):
            return OggPages(streams, False, False)
        if _ogg_checksum(head[:22] + bytes(4) + head[26:] + lacing + body) != struct.unpack("<I", head[22:26])[0]:
            return OggPages(streams, True, ended)
        streams += bool(head[5] & 2)
        ended = bool(head[5] & 4)
    return OggPages(streams, False, ended)


_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def _ogg_checksum(page: bytes) -> int:
    """Ogg's CRC-32 begins with 0 and takes each byte's highest bit first; zlib's is its mirror image."""
    mirrored = zlib.crc32(page.translate(_MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(mirrored.to_bytes(4, "little").translate(_MIRRORED), "big")
