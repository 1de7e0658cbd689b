"""Recordings as people have them, written to a folder by the ffmpeg of the tests' environment."""

import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import soundfile

from tests.tiny_pack import RATE, clip

SECONDS = 2.0
KINDS = {
    "memo.m4a": "-c:a aac -ar 44100",
    "lossless.m4a": "-c:a alac",
    "raw.aac": "-c:a aac -f adts",
    "meeting.mp4": "-c:a aac -ar 48000 -ac 2",
    "screen.mov": "-c:a aac -movflags +faststart",
    "meeting.mkv": "-c:a ac3 -ar 48000",
    "browser.webm": "-c:a libopus -ar 48000",
    "phone.amr": "-c:a libopencore_amrnb -ar 8000",
    "phone.3gp": "-c:a libopencore_amrnb -ar 8000",
    "old.wma": "-c:a wmav2 -ar 44100",
    "film.ac3": "-c:a ac3 -ar 48000",
    "film.eac3": "-c:a eac3 -ar 48000",
    "transport.m2ts": "-c:a mp2 -ar 48000 -f mpegts",
    "old.avi": "-c:a libmp3lame -ar 44100",
    "wave.wv": "-c:a wavpack",
    "true.tta": "-c:a tta",
    "flash.flv": "-c:a aac -ar 44100",
    "core.caf": "-c:a alac",
    "packed.oga": "-c:a flac",
    "radio.rm": "-c:a ac3 -ar 44100",
    "law.w64": "-c:a pcm_alaw",
    "broadcast.mxf": "-c:a pcm_s16le -ar 48000",
}
"""Name -> how ffmpeg is told to write it. What it can't encode (Speex, Monkey's Audio, WMA Pro) is not here."""

PICTURES = "-f lavfi -i color=c=gray:s=64x64:r=5 -c:v mpeg4"
FILMS = ("meeting.mp4", "screen.mov", "meeting.mkv", "old.avi", "broadcast.mxf")


def sound(seconds: float = SECONDS) -> np.ndarray:
    """What all of them hold, float32 [n] at RATE."""
    return clip("happy", seconds=seconds)


def write(folder: Path, name: str, options: str | None = None, seconds: float = SECONDS, more: str = "") -> Path:
    """One of KINDS, or the sound in whatever way `options` say."""
    source, target = folder / "source.wav", folder / name
    soundfile.write(source, sound(seconds), RATE, subtype="FLOAT")
    inputs = ["-i", str(source), *more.split()]
    if name in FILMS and not more:
        pictures = (
            PICTURES if name != "broadcast.mxf" else PICTURES.replace("mpeg4", "mpeg2video").replace("r=5", "r=25")
        )
        inputs += [*pictures.split(), "-t", f"{seconds:g}"]
    encode(*inputs, *(KINDS[name] if options is None else options).split(), str(target))
    source.unlink()
    return target


def encode(*arguments: str) -> None:
    """Runs ffmpeg as an encoder."""
    program = imageio_ffmpeg.get_ffmpeg_exe()  # which encodes; the one that decodes may be another
    subprocess.run(
        [program, "-hide_banner", "-nostdin", "-y", "-v", "error", *arguments],
        check=True,
        timeout=60,
        capture_output=True,
    )
