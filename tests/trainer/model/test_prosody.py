"""The prosodic front end measures what synthetic sounds were made with, and only prosody affects it."""

import io

import numpy as np
import numpy.typing as npt
import onnx
import pytest
import torch
from torch import Tensor, nn

from desktop_app.engine.sound.pitch import pitch
from tests.trainer.tiny_backbones import tiny_backbone
from trainer.model.backbone import mask_waveform
from trainer.model.prosody import FRAMES_A_SECOND, PITCH, TIMBRE, TRACKS, Prosody, log_mel_statistics
from trainer.results.export import export_graph, session

RATE = 16_000
Samples = npt.NDArray[np.float64]


@pytest.fixture(scope="module")
def prosody() -> Prosody:
    return Prosody().eval()


def seconds(length: float) -> Samples:
    return np.arange(round(length * RATE)) / RATE


def voice(f0: Samples, tilt: float = 1.0) -> Samples:
    """Harmonics of a moving pitch up to 7 kHz, each falling off as its number to the power of `tilt`."""
    phase = 2 * np.pi * np.cumsum(f0) / RATE
    sound = np.zeros(len(f0))
    for number in range(1, 60):
        sound += np.where(number * f0 < 7000, np.sin(number * phase + number**2), 0.0) / number**tilt
    return 0.1 * sound


def noise(length: float, seed: int = 0) -> Samples:
    return 0.1 * np.random.default_rng(seed).standard_normal(round(length * RATE))


def phrase(seed: int = 0, length: float = 1.5) -> Samples:
    """Syllables of a gliding voice with hisses and pauses between them."""
    t = seconds(length)
    swell = np.clip(np.sin(2 * np.pi * 3 * t + seed), 0, 1)
    f0 = (140 + 30 * seed) * 2 ** (0.3 * np.sin(2 * np.pi * 0.9 * t))
    return swell * voice(f0) + 0.2 * (1 - swell) * noise(length, seed) * (np.sin(9 * t) > 0)


def batch(*clips: Samples, extra: int = 0) -> tuple[Tensor, Tensor]:
    """Padded with garbage, since samples beyond a clip's length must not matter."""
    longest = max(len(c) for c in clips) + extra
    padded = 0.5 * torch.randn(len(clips), longest, generator=torch.Generator().manual_seed(9))
    for row, clip in zip(padded, clips, strict=True):
        row[: len(clip)] = torch.from_numpy(clip).float()
    return padded, torch.tensor([len(c) for c in clips])


@torch.inference_mode()
def heard(prosody: Prosody, clip: Samples) -> dict[str, float]:
    pitch, timbre = prosody(*batch(clip))
    return dict(zip([*PITCH, *TIMBRE], torch.cat([pitch, timbre], 1)[0].tolist(), strict=True))


@torch.inference_mode()
def both(prosody: Prosody, *clips: Samples, extra: int = 0) -> Tensor:
    return torch.cat(prosody(*batch(*clips, extra=extra)), 1)


def semitones(hertz: float) -> float:
    return float(12 * np.log2(hertz / 60))


@pytest.mark.parametrize("hertz", [75, 90, 133, 210, 305, 440, 560])
def test_the_pitch_of_a_steady_voice_is_heard_within_a_tenth_of_a_semitone(prosody: Prosody, hertz: float) -> None:
    found = heard(prosody, voice(np.full(RATE, float(hertz))))
    assert found["f0_p20"] == pytest.approx(semitones(hertz), abs=0.1)
    assert found["f0_p80"] == pytest.approx(semitones(hertz), abs=0.1)
    assert found["voiced_share"] > 0.95
    assert found["f0_rise_std"] < 0.5


@pytest.mark.parametrize("hertz", [110, 180, 260])
def test_neither_a_strong_harmonic_nor_a_missing_first_moves_the_pitch_by_an_octave(
    prosody: Prosody, hertz: float
) -> None:
    f0 = np.full(RATE, float(hertz))
    phase = 2 * np.pi * hertz * seconds(1.0)
    for trap in (voice(f0) + 0.2 * np.sin(2 * phase), voice(f0) - 0.1 * np.sin(phase + 1)):
        assert heard(prosody, trap)["f0_p50"] == pytest.approx(semitones(hertz), abs=0.15)


@pytest.mark.parametrize("speed", [-18.0, -6.0, 6.0, 18.0])
def test_a_glide_has_its_slope(prosody: Prosody, speed: float) -> None:
    t = seconds(1.0)
    found = heard(prosody, voice(200 * 2 ** (speed * (t - 0.5) / 12)))
    if speed > 0:
        assert found["f0_rise"] == pytest.approx(speed, rel=0.1)
        assert found["f0_rising"] > 0.95
    else:
        assert found["f0_fall"] == pytest.approx(speed, rel=0.1)
        assert found["f0_rising"] < 0.05
    assert found["f0_range"] == pytest.approx(0.6 * abs(speed), rel=0.1)
    assert found["f0_trend"] * speed > 0


def test_noise_has_no_pitch_and_a_voice_in_noise_keeps_its_own(prosody: Prosody) -> None:
    assert heard(prosody, noise(1.0))["voiced_share"] < 0.1
    clear = voice(np.full(RATE, 150.0))
    noisy = clear + noise(1.0) * clear.std() / 0.1 * 10 ** (-10 / 20)
    assert heard(prosody, noisy)["f0_p50"] == pytest.approx(semitones(150), abs=0.2)
    assert heard(prosody, noisy)["hnr_mean"] < heard(prosody, clear)["hnr_mean"] - 2


def test_bursts_give_the_rate_and_length_of_stretches_and_gaps(prosody: Prosody) -> None:
    t = seconds(3.2)
    on = (t % 0.4 < 0.25).astype(float)  # 2.5 a second, 0.25 s long, 0.15 s apart
    found = heard(prosody, on * voice(np.full(len(t), 160.0)))
    assert found["voiced_s"] == pytest.approx(0.25, abs=0.04)
    assert found["gap_s"] == pytest.approx(0.15, abs=0.04)
    assert found["voiced_s_std"] < 0.03
    assert found["gap_s_std"] < 0.03
    assert found["voiced_rate"] == pytest.approx(2.5, abs=0.3)
    slow = heard(prosody, (t % 0.8 < 0.5) * voice(np.full(len(t), 160.0)))
    assert slow["voiced_rate"] < 1.6
    assert slow["peak_rate"] < found["peak_rate"]


def test_a_swelling_sound_has_peaks_and_slopes_of_its_rate(prosody: Prosody) -> None:
    t = seconds(4.0)
    for rate in (2.0, 4.0):
        found = heard(prosody, (0.55 + 0.45 * np.sin(2 * np.pi * rate * t)) * voice(np.full(len(t), 160.0)))
        assert found["peak_rate"] == pytest.approx(rate, abs=0.5)
    louder = voice(np.full(RATE, 160.0)) * 10 ** (np.linspace(-20, 0, RATE) / 20)
    found = heard(prosody, louder)
    assert found["level_rise"] == pytest.approx(20, rel=0.1)  # dB a second
    assert found["level_trend"] > 5


def test_a_bright_voice_is_brighter_in_every_measure_of_tilt(prosody: Prosody) -> None:
    dull, bright = (heard(prosody, voice(np.full(RATE, 160.0), tilt)) for tilt in (2.0, 0.7))
    assert bright["centroid_mean"] > dull["centroid_mean"] + 0.2
    for falling in ("alpha_mean", "hammarberg_mean", "h1_h2_mean"):
        assert bright[falling] < dull[falling] - 3
    assert bright["slope_high_mean"] > dull["slope_high_mean"]


def test_the_first_two_formants_are_told_apart(prosody: Prosody) -> None:
    def vowel(first: float, second: float) -> Samples:
        frequency = np.fft.rfftfreq(RATE, 1 / RATE)
        gain = sum(1 / (1 + ((frequency - f) / 80) ** 2) for f in (first, second)) + 0.01
        return np.asarray(np.fft.irfft(np.fft.rfft(voice(np.full(RATE, 120.0))) * gain, RATE))

    open_vowel, close_vowel = heard(prosody, vowel(750, 1200)), heard(prosody, vowel(300, 2200))
    assert open_vowel["f1_mean"] > close_vowel["f1_mean"] + 0.2
    assert open_vowel["f2_mean"] < close_vowel["f2_mean"] - 0.5


def test_level_polarity_offset_and_padding_change_nothing(prosody: Prosody) -> None:
    for seed in (0, 1, 2):
        clip = phrase(seed)
        plain = both(prosody, clip)
        for other in (0.01 * clip, -clip):
            torch.testing.assert_close(both(prosody, other), plain, rtol=1e-3, atol=2e-3)
        torch.testing.assert_close(both(prosody, clip, extra=5000), plain, rtol=1e-4, atol=1e-4)
        shifted = both(prosody, clip + 0.05)
        torch.testing.assert_close(shifted[:, : len(PITCH)], plain[:, : len(PITCH)], rtol=1e-2, atol=2e-2)
        torch.testing.assert_close(shifted[:, len(PITCH) :], plain[:, len(PITCH) :], rtol=2e-2, atol=5e-2)


def test_a_clip_answers_in_a_batch_as_alone(prosody: Prosody) -> None:
    clips = [phrase(0), phrase(1, 0.8), noise(0.3), phrase(2, 2.0)]
    together = both(prosody, *clips, extra=333)
    for row, clip in zip(together, clips, strict=True):
        torch.testing.assert_close(row[None], both(prosody, clip), rtol=1e-4, atol=1e-4)


def test_silence_around_what_is_said_changes_little(prosody: Prosody) -> None:
    clip = phrase(1, 2.0)
    plain = heard(prosody, clip)
    silent = np.concatenate([np.zeros(RATE // 2), clip, np.zeros(RATE)])
    found = heard(prosody, silent)
    for name in ("f0_mean", "f0_std", "loud_p50", "voiced_rate", "voiced_s", "gap_s", "alpha_mean", "mfcc1_mean"):
        assert found[name] == pytest.approx(plain[name], rel=0.03, abs=0.05), name


@pytest.mark.parametrize("length", [160, 200, 1600, 1999, 16_000])
def test_any_sound_gives_finite_numbers(prosody: Prosody, length: int) -> None:
    whistle = np.sin(2 * np.pi * 3000 * np.arange(length) / RATE)
    click = np.zeros(length)
    click[length // 2] = 1.0
    for clip in (
        np.zeros(length),
        np.full(length, 0.3),
        1e-6 * noise(1.0)[:length],
        noise(1.0)[:length],
        whistle,
        click,
    ):
        found = both(prosody, clip)
        assert torch.isfinite(found).all()
        assert found.abs().max() < 1e4
    assert torch.isfinite(both(prosody, np.zeros(length), phrase())).all()


def test_functionals_have_one_name_each(prosody: Prosody) -> None:
    assert len({*PITCH, *TIMBRE}) == len(PITCH) + len(TIMBRE)
    frames = prosody.frames(*batch(phrase()))
    assert prosody.tracks(frames).shape == (1, len(TRACKS), round(1.5 * FRAMES_A_SECOND))


def test_log_mel_statistics_are_those_of_the_frames_by_loudness() -> None:
    """Compared with a plain sort, for clips of different lengths padded with garbage."""
    mel = torch.randn(3, 8, 50, generator=torch.Generator().manual_seed(0))
    valid = torch.tensor([50, 31, 1])
    found = log_mel_statistics(mel, valid).numpy()
    for row, clip, n in zip(found, mel.numpy(), valid.tolist(), strict=True):
        ranked = clip[:, :n][:, np.argsort(clip[:, :n].mean(0))]
        half = ranked[:, n // 2 :]
        quiet, loud = ranked[:, : int(np.ceil(0.1 * n))], ranked[:, int(0.8 * n) :]
        expected = np.concatenate([quiet.mean(1), half.mean(1), loud.mean(1), half.std(1)])
        np.testing.assert_allclose(row, expected, atol=2e-4)


class Beside(nn.Module):
    """A Whisper's log-mel and the prosody in one graph, as in a pack."""

    def __init__(self, log_mel: nn.Module, prosody: Prosody) -> None:
        super().__init__()
        self.log_mel, self.prosody = log_mel, prosody

    def forward(self, waveform: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        mel, valid, _ = self.log_mel(mask_waveform(waveform, lengths, "peak"), lengths)
        return (log_mel_statistics(mel, valid), *self.prosody(waveform, lengths))


def test_the_graph_answers_as_pytorch_does_and_transforms_once(prosody: Prosody) -> None:
    model = Beside(tiny_backbone("whisper").log_mel, prosody).eval()
    outputs = ["log_mel", "pitch", "timbre"]
    axes = {"waveform": {0: "batch", 1: "samples"}, **{name: {0: "batch"} for name in ["lengths", *outputs]}}
    graph = export_graph(model, batch(phrase(), phrase(1, 1.2)), ["waveform", "lengths"], outputs, axes)
    operators = {node.op_type for node in onnx.load(io.BytesIO(graph)).graph.node}
    assert not operators & {"Loop", "Scan", "If"}
    opened = session(graph)
    for clips in ([phrase(2, 2.3)], [phrase(0, 0.7), noise(1.1), phrase(1, 3.0)], [noise(0.1)]):
        waveform, lengths = batch(*clips)
        answers = opened.run(outputs, {"waveform": waveform.numpy(), "lengths": lengths.numpy()})
        with torch.inference_mode():
            expected = model(waveform, lengths)
        for answer, wanted in zip(answers, expected, strict=True):
            np.testing.assert_allclose(answer, wanted.numpy(), rtol=1e-3, atol=2e-3)


@torch.inference_mode()
def test_the_curve_that_the_window_draws_is_the_pitch_that_a_pack_hears(prosody: Prosody) -> None:
    clip = phrase(1, 3.0).astype(np.float32)
    drawn = pitch(clip)
    frames = prosody.frames(*batch(clip))
    n = min(len(drawn), frames.f0.shape[1])
    heard_hz = 60 * 2 ** (frames.f0[0, :n].numpy() / 12)
    is_voiced, is_drawn = frames.voiced[0, :n].numpy() > 0.5, ~np.isnan(drawn[:n])
    assert (is_voiced & is_drawn).sum() > 0.8 * (is_voiced | is_drawn).sum()
    apart = np.abs(12 * np.log2(drawn[:n] / heard_hz))[is_voiced & is_drawn]
    assert np.percentile(apart, 95) < 0.1  # semitones
