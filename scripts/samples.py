"""Makes the recordings to try VoiceKin with, assets/sample/*.flac: synthetic voices that say one sentence in four ways.

    python scripts/samples.py

Needs espeak-ng; those in the repository are by version 1.51. Pace, pitch and loudness are chosen after what is known of
acted emotions (Scherer, 2003): anger is fast, loud and wide in pitch, sadness slow, low and narrow, joy high and wide.
A synthetic voice has nothing else of an emotion, so VoiceKin's answers to these are not very sure.
"""

import io
import subprocess
import sys
from pathlib import Path

import soundfile
import soxr

RATE = 16_000  # Hz
SENTENCE = "I never thought that I would see you here again."
WAYS = {
    "even": ("en-gb+m3", 35, "20%", 130, 60),
    "slow-and-low": ("en-us", 20, "10%", 105, 40),
    "fast-and-loud": ("en-us+f3", 45, "x-high", 230, 150),
    "high-and-lively": ("en-us+f3", 75, "200%", 190, 110),
}
"""Name: (voice, pitch from 0 to 99, range of pitch, words a minute, loudness up to 200)."""


def spoken(voice: str, pitch: int, extent: str, pace: int, loudness: int) -> bytes:
    """What espeak-ng says, as a WAV file."""
    text = f'<speak><prosody range="{extent}">{SENTENCE}</prosody></speak>'
    how = ("-v", voice, "-p", str(pitch), "-s", str(pace), "-a", str(loudness))
    return subprocess.run(
        ["espeak-ng", *how, "-m", "--stdout", text], check=True, capture_output=True, timeout=60
    ).stdout


def main() -> None:
    folder = Path(__file__).resolve().parents[1] / "assets" / "sample"
    for name, way in WAYS.items():
        samples, rate = soundfile.read(io.BytesIO(spoken(*way)), dtype="float32")
        soundfile.write(folder / f"{name}.flac", soxr.resample(samples, rate, RATE), RATE, subtype="PCM_16")


if __name__ == "__main__":
    sys.exit(main())
