"""How steady a pack's answers are: how many labels change when only the recording is changed.

Each clip is changed as recorders, editors, phone lines and codecs do, written to a file and analysed as any file.
"""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile
import soxr
from scipy.signal import butter, fftconvolve, sosfilt

from desktop_app.engine.pack.format import Pack
from desktop_app.engine.pack.write import rewrite_card
from desktop_app.engine.recognition.recogniser import Recogniser
from desktop_app.errors import VoiceKinError
from trainer.data.corpora import Utterance
from trainer.data.table import SAMPLE_RATE, Progress, Waveform, bar, load_table, read_clip
from trainer.recipe import Recipe

Frames = npt.NDArray[Any]

SECTION, LIMITS_SECTION = "Steadiness", "Limits"

A_LABEL = 12
"""The number of clips of each label, drawn at random and as the hardest."""
DRAWN = 4
"""The hardest, those with the least certain answers, are found among this many times as many."""

PHONE_HZ = 8_000
WORST_HZ = (50.0, 60.0)


@dataclass(frozen=True)
class Change:
    """One way to change a clip.

    Attributes:
        name: For the table.
        apply: (samples float32 [n], its random generator) -> [m] or [m, channels] at `rate`.
        rate: Hz of what comes out.
        file: How soundfile writes it.
        own: Whether the front end should prevent any change of label.
    """

    name: str
    apply: Callable[[Waveform, np.random.Generator], Frames]
    rate: int = SAMPLE_RATE
    file: dict[str, Any] = field(default_factory=lambda: {"format": "WAV", "subtype": "FLOAT"})
    own: bool = False


@dataclass(frozen=True)
class Moved:
    """The share (0 to 1) of random and of the hardest clips whose label changes."""

    change: Change
    clips: float
    harder: float


def draw(utterances: Sequence[Utterance], recogniser: Recogniser, seed: int = 0) -> tuple[list[Utterance], ...]:
    """A_LABEL random clips of each of the pack's labels, and as many with the least certain answers.

    Raises:
        VoiceKinError: There are not enough clips.
    """
    rng = np.random.default_rng(seed)
    clips: list[Utterance] = []
    harder: list[Utterance] = []
    for label in recogniser.pack.manifest.labels:
        of_label = [u for u in utterances if u.label == label]
        if len(of_label) < 2 * A_LABEL:
            raise VoiceKinError(f"There are {len(of_label)} clips labelled {label!r}: {2 * A_LABEL} are needed.")
        drawn = [of_label[i] for i in rng.permutation(len(of_label))[: A_LABEL * (1 + DRAWN)]]
        clips += drawn[:A_LABEL]
        sure = [recogniser.recognise_file(u.path).confidence if _whole(u) else 1.0 for u in drawn[A_LABEL:]]
        harder += [drawn[A_LABEL:][i] for i in np.argsort(sure, kind="stable")[:A_LABEL]]
    return clips, harder


def measure(
    recogniser: Recogniser, utterances: Sequence[Utterance], seed: int = 0, progress: Progress | None = None
) -> tuple[Moved, ...]:
    """Analyses clips drawn from `utterances` unchanged and with each of CHANGES."""
    clips, harder = draw(utterances, recogniser, seed)
    sounds = [read_clip(u) for u in (*clips, *harder)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip"

        def label(change: Change, index: int) -> str:
            frames = change.apply(sounds[index], np.random.default_rng([seed, index]))
            soundfile.write(path, frames.astype(np.float32), change.rate, **change.file)
            return recogniser.recognise_file(path).label

        plain = [label(Change("", _as_it_is), i) for i in range(len(sounds))]
        rows = []
        for done, change in enumerate(CHANGES, start=1):
            moved = np.array([label(change, i) != plain[i] for i in range(len(sounds))])
            rows.append(Moved(change, float(moved[: len(clips)].mean()), float(moved[len(clips) :].mean())))
            if progress:
                progress(done, len(CHANGES))
    return tuple(rows)


def steadiness_table(rows: Sequence[Moved]) -> str:
    """As Markdown, for the model card."""
    lines = [
        f"How often labels change though the speech stays the same: per cent of {A_LABEL} clips per label like those",
        f"of training, and of the {A_LABEL} least confident of {A_LABEL * DRAWN} others per label. By",
        "`voicekin-train steadiness --recipe RECIPE --pack PACK`.",
        "",
        "| what is done to the recording | clips | harder ones |",
        "|---|---|---|",
        *(f"| {row.change.name} | {100 * row.clips:.0f} | {100 * row.harder:.0f} |" for row in rows),
    ]
    return "\n".join(lines) + "\n"


def steadiness_run(recipe: Recipe, pack: Pack) -> Pack:
    """Measures a pack on clips of its recipe's corpora and writes the table into its model card.

    Raises:
        VoiceKinError: The corpora are not there or too small.
    """
    rows = measure(Recogniser(pack), load_table(recipe.corpora), progress=bar("ways to change a clip"))
    return rewrite_card(pack, with_section(pack.model_card(), steadiness_table(rows)))


def with_section(card: str, table: str) -> str:
    """The card with the table under SECTION, replacing an old one, or before LIMITS_SECTION."""
    before, found, rest = card.partition(f"## {SECTION}\n")
    if not found:
        before, _, rest = card.partition(f"## {LIMITS_SECTION}\n")
    else:
        rest = rest.partition(f"## {LIMITS_SECTION}\n")[2]
    return f"{before}## {SECTION}\n\n{table}\n## {LIMITS_SECTION}\n{rest}"


def enough(utterances: Sequence[Utterance], labels: Sequence[str]) -> bool:
    """Whether there are enough clips to measure."""
    return all(sum(u.label == label for u in utterances) >= 2 * A_LABEL for label in labels)


def _whole(utterance: Utterance) -> bool:
    return utterance.start_s == 0.0 and utterance.end_s is None


def _as_it_is(x: Waveform, _: np.random.Generator) -> Frames:
    return x


def _rms(x: Frames) -> float:
    return float(np.sqrt(np.mean(np.square(x, dtype=np.float64))))


def _peak(db: float) -> Callable[[Waveform, np.random.Generator], Frames]:
    return lambda x, _: x * (10 ** (db / 20) / max(float(np.abs(x).max()), 1e-9))


def _hum(hz: float, harmonics: bool) -> Callable[[Waveform, np.random.Generator], Frames]:
    """A hum 20 dB under the speech."""

    def apply(x: Waveform, _: np.random.Generator) -> Frames:
        t = np.arange(len(x)) / SAMPLE_RATE
        parts = ((1, 1.0), (2, 0.5), (3, 0.4), (5, 0.2)) if harmonics else ((1, 1.0),)
        hum = np.sum([share * np.sin(2 * np.pi * hz * n * t + n) for n, share in parts], axis=0)
        return np.asarray(x + hum * (0.1 * _rms(x) / _rms(hum)))

    return apply


def _silence(x: Waveform, _: np.random.Generator) -> Frames:
    return np.pad(x, SAMPLE_RATE)


def _late(ms: float, gain: float = 1.0) -> Callable[[Waveform, np.random.Generator], Frames]:
    """A second channel with the same sound later; the delay may be a fraction of a sample."""

    def apply(x: Waveform, _: np.random.Generator) -> Frames:
        spectrum = np.fft.rfft(x, 2 * len(x))
        turn = np.exp(-2j * np.pi * np.arange(len(spectrum)) * ms / 1e3 * SAMPLE_RATE / (2 * len(x)))
        return np.stack([x, gain * np.fft.irfft(spectrum * turn, 2 * len(x))[: len(x)]], axis=1)

    return apply


def _hiss_beside(x: Waveform, rng: np.random.Generator) -> Frames:
    return np.stack([10 ** (-50 / 20) * rng.standard_normal(len(x)), x], axis=1)


def _resampled(rate: int) -> Callable[[Waveform, np.random.Generator], Frames]:
    return lambda x, _: soxr.resample(x, SAMPLE_RATE, rate)


def _noise(db: float) -> Callable[[Waveform, np.random.Generator], Frames]:
    return lambda x, rng: x + _rms(x) * 10 ** (-db / 20) * rng.standard_normal(len(x))


def _room_noise(db: float) -> Callable[[Waveform, np.random.Generator], Frames]:
    """The noise of a room: it falls by 6 dB an octave above 200 Hz."""

    def apply(x: Waveform, rng: np.random.Generator) -> Frames:
        noise = sosfilt(butter(1, 200, fs=SAMPLE_RATE, output="sos"), rng.standard_normal(len(x)))
        return np.asarray(x + noise * (_rms(x) / max(_rms(noise), 1e-9) * 10 ** (-db / 20)))

    return apply


def _room(x: Waveform, rng: np.random.Generator) -> Frames:
    """A room whose sound falls by 60 dB in 0.4 s, as loud as the direct sound."""
    n = round(0.4 * SAMPLE_RATE)
    tail = rng.standard_normal(n) * 10 ** (-3 * np.arange(n) / n)
    tail /= np.sqrt(np.square(tail).sum())
    tail[0] = 1.0
    return np.asarray(0.5 * fftconvolve(x, tail)[: len(x)])


def _int16(fmt: str = "WAV", subtype: str = "PCM_16", **more: Any) -> dict[str, Any]:
    return {"format": fmt, "subtype": subtype, **more}


CHANGES = (
    Change("offset of 0.005", lambda x, _: x + np.float32(0.005), own=True),
    Change("polarity", lambda x, _: -x, own=True),
    Change("peak at -60 dBFS, float", _peak(-60), own=True),
    Change("peak at -50 dBFS, 16 bit", _peak(-50), file=_int16(), own=True),
    Change("peak at -40 dBFS, 16 bit", _peak(-40), file=_int16(), own=True),
    Change("a second of silence at both ends", _silence, own=True),
    Change("FLAC, 24 bit", _as_it_is, file=_int16("FLAC", "PCM_24"), own=True),
    Change("48 kHz, 16 bit", _resampled(48_000), 48_000, _int16(), own=True),
    Change("44.1 kHz, AIFF", _resampled(44_100), 44_100, _int16("AIFF"), own=True),
    *(Change(f"hum of {hz:.0f} Hz, 20 dB under the speech", _hum(hz, False), own=True) for hz in WORST_HZ),
    Change("the same with its harmonics (50 Hz)", _hum(50.0, True)),
    Change("stereo: the other microphone 1 ms later", _late(1.0), own=True),
    Change("stereo: 0.3 ms later and half as loud", _late(0.3, 0.5), own=True),
    Change("stereo: channels in opposite phase", lambda x, _: np.stack([x, -x], axis=1), own=True),
    Change("stereo: the other channel hiss at -50 dBFS", _hiss_beside, own=True),
    Change("telephone, A-law", _resampled(PHONE_HZ), PHONE_HZ, _int16(subtype="ALAW")),
    Change("telephone, GSM", _resampled(PHONE_HZ), PHONE_HZ, _int16(subtype="GSM610")),
    Change("MP3, 32 kbit/s", _as_it_is, file=_int16("MP3", "MPEG_LAYER_III", compression_level=0.77)),
    Change("Opus, 8 kbit/s", _as_it_is, file=_int16("OGG", "OPUS", compression_level=0.988)),
    Change("white noise, 20 dB under the speech", _noise(20.0)),
    Change("noise of a room, 10 dB under the speech", _room_noise(10.0)),
    Change("a room of 0.4 s", _room),
)
