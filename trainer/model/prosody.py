"""How a clip is said, in numbers that means over an encoder's states lose: pitch, loudness, tempo, voice and spectrum.

A front end of VoiceKin's own at the level of functionals, after the sets of openSMILE (eGeMAPS: Eyben et al., 2016) and
Praat (Boersma, 1993), made of plain operators alone so that it lies in a pack's graph. Nothing here changes with the
level, the polarity or a steady offset of the sound, nor with what a batch is padded with.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from trainer.model.backbone import (
    SAMPLE_RATE,
    WHISPER_BINS,
    WHISPER_HOP,
    WHISPER_WINDOW,
    frame_mask,
    mask_waveform,
    range_mask,
)

FRAMES_A_SECOND = SAMPLE_RATE // WHISPER_HOP
FAR = 1e6  # stands for what is masked where the smallest counts

# pitch: autocorrelation of frames of three periods of the lowest voice, of what lies under 1.6 kHz
DECIMATION = 4
PITCH_RATE = SAMPLE_RATE // DECIMATION
PITCH_TAPS = 64
PITCH_CUT = 900.0  # Hz, of the slow low pass: half of what it gives at 0
PITCH_WINDOW = 160  # samples at 4 kHz, 40 ms
PITCH_FOURIER = 256  # >= window + longest lag, so that no lag folds onto another
PITCH_BINS = 103  # frequencies up to 1.6 kHz
LOWEST_F0, HIGHEST_F0 = 60.0, 620.0  # Hz
STEPS = 3  # candidates a semitone
CANDIDATES = int(12 * math.log2(HIGHEST_F0 / LOWEST_F0)) * STEPS + 1
OCTAVE_COST = 0.02  # of the normalised autocorrelation, an octave lower
ROUNDS = 4
LINK = 0.4
REACH = 2  # candidates from one frame to the next, 2/3 of a semitone in 10 ms
VOICED = 0.5  # least normalised autocorrelation of a voiced frame
VOICED_DB = 25.0  # a voiced frame is at most so much under the loud ones
SPOKEN_DB = 30.0  # and a spoken one

LOUDNESS = 0.3  # Stevens' exponent

BAND_EDGES = (100.0, 5500.0)  # Hz; codecs and microphones differ above
BANDS = 26
BIN_HZ = SAMPLE_RATE / WHISPER_WINDOW
FIRST_BIN = 2  # 80 Hz: a steady offset leaks into the two below
CEPSTRA = 8
FORMANTS = ((250.0, 1000.0), (850.0, 2600.0), (2200.0, 3800.0))  # Hz, where the first three lie
SILENT = 1e-9  # of the loudest bin, added to a power: 90 dB under it

PEAK = 1.1  # a peak of the loudness is so much over the mean of the 0.4 s around it
BEATS = (("fast", 5), ("syllable", 13), ("word", 31))  # frames that the loudness is smoothed over
TRACKS = (
    "alpha",  # dB, 80-1000 Hz over 1-5 kHz
    "hammarberg",  # dB, loudest bin under 2 kHz over that of 2-5 kHz
    "slope_low",  # dB a kHz up to 0.6 kHz
    "slope_mid",  # 0.5-1.6 kHz
    "slope_high",  # 1.5-5 kHz
    "centroid",  # kHz
    "f1",  # kHz, centres of power where the formants lie, as the stand-in for them
    "f2",
    "f3",
    "a1",  # dB, the power there over the whole
    "a2",
    "a3",
    "hnr",  # dB, harmonics over noise under 1.6 kHz
    "h1_h2",  # dB, first over second harmonic
    *(f"mfcc{n}" for n in range(1, CEPSTRA + 1)),
)
"""What is known of the spectrum and the voice in each frame, in the order of Prosody.tracks."""

VERSION = 1  # of the numbers: a head answers for those it was trained with
SLOPES = ("rise", "rise_std", "fall", "fall_std", "rising")
PITCH = (
    *(f"f0_{n}" for n in ("mean", "std", "p20", "p50", "p80", "range", "reach", "skew", *SLOPES, "bend")),
    *(f"loud_{n}" for n in ("mean", "std", "p20", "p50", "p80", *SLOPES)),
    *(f"level_{n}" for n in ("voiced_mean", "voiced_std", *SLOPES)),
    *("f0_trend", "level_trend", "f0_loud"),
    *("voiced_share", "voiced_rate", "voiced_s", "voiced_s_std", "gap_s", "gap_s_std", "spoken_share", "peak_rate"),
    *(f"beat_{name}" for name, _ in BEATS),
)
TIMBRE = (
    *(f"{track}_{n}" for track in TRACKS for n in ("mean", "std", "move")),
    *("flux_mean", "flux_std", "flux_unvoiced", "shimmer"),
)


@dataclass(frozen=True)
class Frames:
    """What is known of each frame of 10 ms, all float32 [b, t, ...].

    Attributes:
        power: Of each frequency over that of the clip's loudest, [b, 201, t].
        energy: Of the filters in `band_filters`, [b, filters, t].
        level: dB from 100 Hz to 5 kHz over the clip's loud frames (95 % are quieter), -40..20.
        f0: Semitones over 60 Hz of the best candidate, also where nothing is voiced.
        likeness: The normalised autocorrelation there, 0..0.999.
        first_harmonic, second_harmonic: Their levels, dB.
        span: 1 from the first to the last spoken frame, both included; all where none is.
        voiced: 1 where voiced; the whole span where fewer than three frames are.
        spoken: 1 where the level is that of speech.
        sounding: Share of the span that is voiced, [b].
    """

    power: Tensor
    energy: Tensor
    level: Tensor
    f0: Tensor
    likeness: Tensor
    first_harmonic: Tensor
    second_harmonic: Tensor
    span: Tensor
    voiced: Tensor
    spoken: Tensor
    sounding: Tensor

    @property
    def seconds(self) -> Tensor:
        """Length of the span, [b]."""
        return self.span.sum(1).clamp(min=1) / FRAMES_A_SECOND


class Prosody(nn.Module):
    """waveform float32 [b, n] at 16 kHz, lengths int64 [b] in samples -> pitch and timbre functionals of each clip."""

    def __init__(self) -> None:
        super().__init__()
        self.fourier = _constant(fourier(WHISPER_WINDOW, WHISPER_WINDOW, WHISPER_BINS))
        self.bands = _constant(band_filters()[:, :, None])
        self.low_pass = _constant(low_pass(PITCH_TAPS, PITCH_CUT / SAMPLE_RATE)[None, None])
        self.pitch_fourier = _constant(fourier(PITCH_WINDOW, PITCH_FOURIER, PITCH_BINS))
        self.likeness = _constant(likeness_filters()[:, :, None])
        lower = torch.arange(CANDIDATES - 1, -1, -1) / STEPS / 12  # octaves under the highest candidate
        self.octave_cost = _constant(OCTAVE_COST * lower[None, :, None])
        numbers = torch.arange(1, CEPSTRA + 1)[:, None]
        cosines = torch.cos(torch.pi * numbers * (torch.arange(BANDS)[None, :] + 0.5) / BANDS)
        self.cepstrum = _constant(cosines[:, :, None] * math.sqrt(2 / BANDS))
        self.slopes = _constant(slope_filters()[:, :, None])

    def forward(self, waveform: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Functionals in the order of PITCH, float32 [b, len(PITCH)], and of TIMBRE; finite for any sound."""
        frames = self.frames(waveform, lengths)
        pitch, timbre = pitch_functionals(frames), timbre_functionals(frames, self.tracks(frames))
        return torch.stack([pitch[n] for n in PITCH], 1), torch.stack([timbre[n] for n in TIMBRE], 1)

    def frames(self, waveform: Tensor, lengths: Tensor) -> Frames:
        """Frames are centred on multiples of 160 samples; those that an end of the clip cuts don't count."""
        # as LogMel does it, so that in one graph the two transforms are one
        waveform = mask_waveform(waveform, lengths, "peak")
        padded = functional.pad(waveform, (WHISPER_WINDOW // 2, WHISPER_WINDOW // 2))
        spectrum = functional.conv1d(padded[:, None, :], self.fourier, stride=WHISPER_HOP)[:, :, :-1]
        power = spectrum[:, :WHISPER_BINS] ** 2 + spectrum[:, WHISPER_BINS:] ** 2
        n_frames = power.shape[2]
        last = torch.div(lengths - WHISPER_WINDOW // 2, WHISPER_HOP, rounding_mode="floor")
        first = torch.minimum(torch.full_like(lengths, 2), last)
        whole = range_mask(first, last, n_frames)
        power = torch.where(whole[:, None, :] > 0, power, 0.0)
        power = power / (power[:, FIRST_BIN:].amax(dim=(1, 2), keepdim=True) + 1e-20)
        energy = functional.conv1d(power, self.bands)
        level = decibel(energy[:, 0])
        level = (level - percentiles(level, whole, (0.95,))[0][:, None]).clamp(-40.0, 20.0)
        f0, likeness, first_harmonic, second_harmonic = self.pitch(waveform, lengths, n_frames)

        spoken = (level > -SPOKEN_DB).float() * whole
        index = torch.arange(n_frames, device=level.device)[None, :]
        span = range_mask(
            torch.where(spoken > 0, index, n_frames).amin(1), torch.where(spoken > 0, index, 0).amax(1), n_frames
        )
        span = torch.where(spoken.sum(1, keepdim=True) > 0, span, whole)
        harmonic = (likeness > VOICED).float() * (level > -VOICED_DB).float() * whole
        sides = functional.pad(harmonic, (1, 1))
        voiced = ((sides[:, :-2] + sides[:, 1:-1] + sides[:, 2:]) > 1.5).float() * whole  # no frame alone
        sounding = voiced.sum(1) / span.sum(1).clamp(min=1)
        voiced = torch.where(voiced.sum(1, keepdim=True) >= 3, voiced, span)
        return Frames(
            power, energy, level, f0, likeness, first_harmonic, second_harmonic, span, voiced, spoken, sounding
        )

    def pitch(self, waveform: Tensor, lengths: Tensor, n_frames: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """f0, likeness, first_harmonic and second_harmonic of Frames.

        The autocorrelation over that of the window (Boersma, 1993) at candidates a third of a semitone apart, refined
        by a parabola. In place of his search for the cheapest path, which is sequential, each candidate takes in what
        its neighbours in time and pitch have, ROUNDS times.
        """
        mask = frame_mask(lengths, waveform.shape[1])
        mean = waveform.sum(1, keepdim=True) / mask.sum(1, keepdim=True).clamp(min=1)
        half = PITCH_TAPS // 2
        centred = functional.pad((waveform - mean) * mask, (half, half))[:, None, :]
        slow = functional.conv1d(centred, self.low_pass, stride=DECIMATION)
        slow = functional.pad(slow, (PITCH_WINDOW // 2, PITCH_WINDOW // 2))
        spectrum = functional.conv1d(slow, self.pitch_fourier, stride=WHISPER_HOP // DECIMATION)[:, :, :n_frames]
        power = spectrum[:, :PITCH_BINS] ** 2 + spectrum[:, PITCH_BINS:] ** 2
        power = power / (power.amax(dim=(1, 2), keepdim=True) + 1e-20) + SILENT
        likeness = functional.conv1d(power, self.likeness)
        likeness = likeness[:, 1:] / likeness[:, :1]
        score = functional.relu(likeness - self.octave_cost)
        best = score
        for _ in range(ROUNDS):
            near = functional.max_pool1d(best.transpose(1, 2), 2 * REACH + 1, 1, REACH).transpose(1, 2)
            sides = functional.pad(near, (1, 1))
            best = score + LINK * (sides[:, :, :-2] + sides[:, :, 2:])
        index = best[:, 1:-1].argmax(1, keepdim=True) + 1
        low, peak, high = (torch.gather(likeness, 1, index + step)[:, 0] for step in (-1, 0, 1))
        bend = (low - 2 * peak + high).clamp(max=-1e-4)
        shift = (0.5 * (low - high) / bend).clamp(-1, 1)
        f0 = (index[:, 0] + shift) / STEPS
        first = LOWEST_F0 * 2 ** (f0 / 12) * PITCH_FOURIER / PITCH_RATE  # bins
        return (
            f0,
            (peak - 0.25 * (low - high) * shift).clamp(0, 0.999),
            self._harmonic(power, first),
            self._harmonic(power, 2 * first),
        )

    @staticmethod
    def _harmonic(power: Tensor, place: Tensor) -> Tensor:
        """dB of the loudest of the three bins around `place` [b, t]."""
        nearest = place.round().long().clamp(1, PITCH_BINS - 2)[:, None, :]
        around = [torch.gather(power, 1, nearest + step)[:, 0] for step in (-1, 0, 1)]
        return decibel(torch.maximum(torch.maximum(around[0], around[1]), around[2]))

    def tracks(self, frames: Frames) -> Tensor:
        """float32 [b, len(TRACKS), t]."""
        bands = decibel(frames.energy[:, 1 : BANDS + 1])
        low, high, weighted, *formants = frames.energy[:, BANDS + 1 :].unbind(1)
        total = frames.energy[:, 0]
        strongest = frames.power[:, FIRST_BIN:51].amax(1), frames.power[:, 51:126].amax(1)
        likeness = frames.likeness.clamp(0.05, 0.995)
        tracks = [
            decibel(low) - decibel(high),
            decibel(strongest[0]) - decibel(strongest[1]),
            *functional.conv1d(bands, self.slopes).unbind(1),
            weighted / (total + SILENT),
            *(moment / (energy + SILENT) for moment, energy in zip(formants[::2], formants[1::2], strict=True)),
            *(decibel(energy) - decibel(total) for energy in formants[1::2]),
            decibel(likeness / (1 - likeness)),
            frames.first_harmonic - frames.second_harmonic,
            *functional.conv1d(bands, self.cepstrum).unbind(1),
        ]
        return torch.stack(tracks, dim=1)


def pitch_functionals(frames: Frames) -> dict[str, Tensor]:
    """Pitch in semitones, loudness relative to the clip's loud frames and tempo, float32 [b] each."""
    f0, level, voiced, span = frames.f0, frames.level, frames.voiced, frames.span
    loudness = 10 ** (LOUDNESS / 10 * level)
    found: dict[str, Tensor] = {}
    found["f0_mean"], found["f0_std"] = moments(f0, voiced)
    lowest, low, median, high, highest = percentiles(f0, voiced, (0.05, 0.2, 0.5, 0.8, 0.95))
    found |= {"f0_p20": low, "f0_p50": median, "f0_p80": high}
    found |= {"f0_range": high - low, "f0_reach": highest - lowest, "f0_skew": highest + lowest - 2 * median}
    found |= slopes("f0", f0, voiced)
    found["f0_bend"] = bend(f0, voiced, 3.0)
    found["loud_mean"], found["loud_std"] = moments(loudness, span)
    low, median, high = percentiles(loudness, span, (0.2, 0.5, 0.8))
    found |= {"loud_p20": low, "loud_p50": median, "loud_p80": high}
    found |= slopes("loud", loudness, span)
    found["level_voiced_mean"], found["level_voiced_std"] = moments(level, voiced)
    found |= slopes("level", level, voiced)

    found |= {"f0_trend": trend(f0, frames), "level_trend": trend(level, frames)}
    found["f0_loud"] = correlation(f0, level, voiced)

    # tempo
    found |= {"voiced_share": frames.sounding, **stretches(voiced, frames.seconds)}
    found["spoken_share"] = masked_mean(frames.spoken, span)
    smooth = smoothed(loudness, span, 7)
    top = functional.max_pool1d(smooth[:, None], 13, 1, 6)[:, 0]
    rises = smooth > functional.pad(smooth, (1, 0))[:, :-1]  # a plateau's first frame alone
    peaks = (smooth >= top) & rises & (smooth > PEAK * smoothed(loudness, span, 41))
    found["peak_rate"] = (peaks.float() * span).sum(1) / frames.seconds
    for name, width in BEATS:
        beat = smoothed(loudness, span, width) - smoothed(loudness, span, 2 * width + 1)
        found[f"beat_{name}"] = moments(beat, span)[1]
    return found


def timbre_functionals(frames: Frames, tracks: Tensor) -> dict[str, Tensor]:
    """Of the spectrum and the voice, float32 [b] each; `tracks` as Prosody.tracks gives them."""
    voiced, unvoiced = frames.voiced, frames.spoken * (1 - frames.voiced)
    found: dict[str, Tensor] = {}
    mean, deviation = moments(tracks, voiced[:, None, :])
    # over two frames: how much the mouth and the voice move
    steps = (tracks[:, :, 2:] - tracks[:, :, :-2]).abs()
    moves = masked_mean(steps, (voiced[:, 2:] * voiced[:, 1:-1] * voiced[:, :-2])[:, None, :])
    for number, name in enumerate(TRACKS):
        found |= {f"{name}_mean": mean[:, number], f"{name}_std": deviation[:, number]}
        found[f"{name}_move"] = moves[:, number]
    bands = decibel(frames.energy[:, 1 : BANDS + 1])
    flux = functional.pad((bands[:, :, 1:] - bands[:, :, :-1]).abs().mean(1), (1, 0))
    found["flux_mean"], found["flux_std"] = moments(flux, voiced)
    found["flux_unvoiced"] = masked_mean(flux, unvoiced)
    found["shimmer"] = bend(frames.level, voiced, 10.0)
    return found


def log_mel_statistics(mel: Tensor, valid: Tensor) -> Tensor:
    """Of LogMel's log-mel [b, m, t] and its valid frames [b], float32 [b, 4 * m].

    Means over the quietest tenth, the louder half and the loudest fifth of the frames, deviation over the louder half.
    """
    mask = frame_mask(valid, mel.shape[2])
    level = torch.where(mask > 0, mel.mean(1), FAR)
    ordered = torch.sort(level, dim=1).values
    n = valid[:, None].float()

    def at(place: Tensor) -> Tensor:
        return torch.gather(ordered, 1, place.clamp(min=0).long())

    quiet = (level <= at((0.1 * n).ceil() - 1)).float() * mask
    half, fifth = ((level >= at((share * n).floor())).float() * mask for share in (0.5, 0.8))
    mean, deviation = moments(mel, half[:, None, :])
    parts = [masked_mean(mel, quiet[:, None, :]), mean, masked_mean(mel, fifth[:, None, :]), deviation]
    return torch.cat(parts, dim=1)


def _constant(values: Tensor) -> nn.Buffer:
    return nn.Buffer(values.float(), persistent=False)


def fourier(window: int, length: int, bins: int) -> Tensor:
    """Cosines and sines under a Hann window, float64 [2 * bins, 1, window], of a transform of `length` points."""
    time = torch.arange(window, dtype=torch.float64)
    angle = 2 * torch.pi * torch.arange(bins, dtype=torch.float64)[:, None] * time[None, :] / length
    hann = torch.hann_window(window, dtype=torch.float64)
    return torch.cat([torch.cos(angle) * hann, torch.sin(angle) * hann])[:, None, :]


def low_pass(taps: int, cut: float) -> Tensor:
    """A windowed sinc of unit gain, float64 [taps + 1]; `cut` in cycles a sample."""
    time = torch.arange(taps + 1, dtype=torch.float64) - taps / 2
    kernel = torch.sinc(2 * cut * time) * torch.hann_window(taps + 1, periodic=False, dtype=torch.float64)
    return kernel / kernel.sum()


def likeness_filters() -> Tensor:
    """From power to the autocorrelation, float64 [1 + CANDIDATES, PITCH_BINS].

    At lag 0, then at each candidate's period over the window's own (Boersma, 1993, eq. 8 and 9).
    """
    f0 = LOWEST_F0 * 2 ** (torch.arange(CANDIDATES, dtype=torch.float64) / STEPS / 12)
    frequency = torch.arange(PITCH_BINS, dtype=torch.float64) * PITCH_RATE / PITCH_FOURIER
    heard = ((frequency - 40) / 40).clamp(0, 1)  # nothing under 40 Hz, all from 80 Hz
    lags = torch.cos(2 * torch.pi * frequency[None, :] / f0[:, None]) * heard
    share = PITCH_RATE / f0 / PITCH_WINDOW  # of the window that the lag takes
    own = (1 - share) * (2 / 3 + torch.cos(2 * torch.pi * share) / 3) + torch.sin(2 * torch.pi * share) / (2 * torch.pi)
    return torch.cat([heard[None, :], lags / own[:, None]])


def band_centres() -> Tensor:
    """Edges and centres of the bands, Hz, evenly spaced in mel, float64 [BANDS + 2]."""
    low, high = (2595 * math.log10(1 + hertz / 700) for hertz in BAND_EDGES)
    return 700 * (10 ** (torch.linspace(low, high, BANDS + 2, dtype=torch.float64) / 2595) - 1)


def band_filters() -> Tensor:
    """Rows over the frequencies, float64 [filters, 201].

    100 Hz to 5 kHz; the bands, triangles; 80 Hz to 1 kHz; 1 to 5 kHz; 100 Hz to 5 kHz times kHz; each formant's range
    times kHz and plain.
    """
    frequency = torch.arange(WHISPER_BINS, dtype=torch.float64) * BIN_HZ

    def between(low: float, high: float) -> Tensor:
        return ((frequency >= max(low, FIRST_BIN * BIN_HZ)) & (frequency < high)).double()

    places = band_centres()
    rows = [between(100, 5001)]
    for left, centre, right in zip(places[:-2], places[1:-1], places[2:], strict=True):
        # wide enough for the narrowest band to hold a frequency
        rise = (frequency - left) / (centre - left) if centre - left > 60 else (frequency - centre + 60) / 60
        fall = (right - frequency) / (right - centre) if right - centre > 60 else (centre + 60 - frequency) / 60
        rows.append(torch.minimum(rise, fall).clamp(min=0) * between(0, SAMPLE_RATE))
    rows += [between(80, 1000), between(1000, 5000), between(100, 5001) * frequency / 1000]
    for low, high in FORMANTS:
        rows += [between(low, high) * frequency / 1000, between(low, high)]
    return torch.stack(rows)


def slope_filters() -> Tensor:
    """Least squares over band levels, dB a kHz, float64 [3, BANDS]."""
    centre = band_centres()[1:-1] / 1000
    rows = []
    for low, high in ((0.0, 0.6), (0.5, 1.6), (1.5, 5.0)):
        inside = ((centre >= low) & (centre <= high)).double()
        x = (centre - (centre * inside).sum() / inside.sum()) * inside
        rows.append(x / (x * x).sum())
    return torch.stack(rows)


def decibel(power: Tensor) -> Tensor:
    return 10 * torch.log10(power + SILENT)


def masked_mean(x: Tensor, mask: Tensor) -> Tensor:
    """Over time of what is masked in, [..., t] -> [...]; 0 of nothing."""
    return (x * mask).sum(-1) / mask.sum(-1).clamp(min=1)


def moments(x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation over time of what is masked in, [..., t] -> [...]."""
    mean = masked_mean(x, mask)
    variance = masked_mean((x - mean[..., None]) ** 2, mask)
    return mean, torch.sqrt(variance + 1e-8)


def percentiles(x: Tensor, mask: Tensor, shares: tuple[float, ...]) -> list[Tensor]:
    """Of what is masked in, interpolated, [b, t] -> [b] each; 0 of nothing."""
    ordered = torch.sort(torch.where(mask > 0, x, FAR), dim=1).values
    n = mask.sum(1, keepdim=True)
    last = (n - 1).clamp(min=0)
    found = []
    for share in shares:
        place = last * share
        below = place.floor()
        low = torch.gather(ordered, 1, below.long())
        high = torch.gather(ordered, 1, torch.minimum(below + 1, last).long())
        found.append(torch.where(n > 0, low + (high - low) * (place - below), 0.0)[:, 0])
    return found


def smoothed(x: Tensor, mask: Tensor, width: int) -> Tensor:
    """Mean over those of `width` frames around each, an odd number, that are masked in, [b, t]; 0 outside."""
    both = functional.avg_pool1d(torch.stack([x * mask, mask], dim=1), width, 1, width // 2)
    return both[:, 0] / both[:, 1].clamp(min=1e-3) * mask


def all_around(mask: Tensor, reach: int) -> Tensor:
    """1 where all frames up to `reach` away are masked in, [b, t]."""
    padded = functional.pad(mask, (reach, reach))[:, None]
    return (functional.avg_pool1d(padded, 2 * reach + 1, 1)[:, 0] > 0.99).float()


def slopes(name: str, x: Tensor, mask: Tensor) -> dict[str, Tensor]:
    """Of x [b, t] a second, by least squares over five frames: rising and falling ones, and the share that rises."""
    kernel = torch.tensor([[[-2.0, -1.0, 0.0, 1.0, 2.0]]], device=x.device) / 10 * FRAMES_A_SECOND
    slope = functional.conv1d(functional.pad(x, (2, 2))[:, None], kernel)[:, 0]
    inside = all_around(mask, 2)
    rising = inside * (slope > 0).float()
    up, up_deviation = moments(slope, rising)
    down, down_deviation = moments(slope, inside - rising)
    return {
        f"{name}_rise": up,
        f"{name}_rise_std": up_deviation,
        f"{name}_fall": down,
        f"{name}_fall_std": down_deviation,
        f"{name}_rising": masked_mean(rising, inside),
    }


def bend(x: Tensor, mask: Tensor, most: float) -> Tensor:
    """Mean of the second difference's size, each at most `most`, [b, t] -> [b]: what jitter and shimmer leave in it."""
    padded = functional.pad(x, (1, 1))
    return masked_mean((padded[:, :-2] - 2 * x + padded[:, 2:]).abs().clamp(max=most), all_around(mask, 1))


def trend(x: Tensor, frames: Frames) -> Tensor:
    """Of a line through the voiced frames, from the beginning of the span to its end, [b, t] -> [b]."""
    index = torch.arange(x.shape[1], device=x.device)[None, :].float()
    time = index / FRAMES_A_SECOND / frames.seconds[:, None]
    time = time - masked_mean(time, frames.voiced)[:, None]
    centred = x - masked_mean(x, frames.voiced)[:, None]
    return (time * centred * frames.voiced).sum(1) / ((time**2 * frames.voiced).sum(1) + 0.1)


def correlation(x: Tensor, y: Tensor, mask: Tensor) -> Tensor:
    """Pearson's, over time, [b, t] -> [b]."""
    a = (x - masked_mean(x, mask)[:, None]) * mask
    b = (y - masked_mean(y, mask)[:, None]) * mask
    return (a * b).sum(1) / torch.sqrt((a**2).sum(1) * (b**2).sum(1) + 1e-6)


def stretches(voiced: Tensor, seconds: Tensor) -> dict[str, Tensor]:
    """Voiced stretches a second, their lengths and those of the gaps between them, in seconds."""
    padded = functional.pad(voiced, (1, 1))
    starts, ends = voiced * (1 - padded[:, :-2]), voiced * (1 - padded[:, 2:])
    index = torch.arange(voiced.shape[1], device=voiced.device)[None, :].float()
    first, last = (torch.sort(torch.where(at > 0, index, FAR), dim=1).values for at in (starts, ends))
    n = starts.sum(1, keepdim=True)
    length, stretch = (last - first + 1) / FRAMES_A_SECOND, (index < n).float()
    gap, between = (first[:, 1:] - last[:, :-1] - 1) / FRAMES_A_SECOND, (index < n - 1).float()[:, :-1]
    mean, deviation = moments(torch.where(stretch > 0, length, 0.0), stretch)
    gap_mean, gap_deviation = moments(torch.where(between > 0, gap, 0.0), between)
    found = {"voiced_rate": n[:, 0] / seconds, "voiced_s": mean, "voiced_s_std": deviation}
    return found | {"gap_s": gap_mean, "gap_s_std": gap_deviation}
