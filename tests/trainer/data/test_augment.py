"""The augmentations: reproducible from their seed, in range, and each does what its name says."""

import numpy as np
import pytest

from tests.trainer.made_corpora import tone
from trainer.data.augment import KINDS, augment

CLIP = np.concatenate([np.zeros(4_000, np.float32), tone(2, 3, 1, 1.0), np.zeros(4_000, np.float32)])
EVERY = (*KINDS, "mixed", "chain", "edges", "channel", "room")


def rms(samples: np.ndarray) -> float:  # type: ignore[type-arg]
    return float(np.sqrt(np.mean(samples.astype(np.float64) ** 2)))


def pitch_of(samples: np.ndarray) -> float:  # type: ignore[type-arg]
    """Hz of the strongest partial."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 1 << 17))
    return float(spectrum.argmax() * 16_000 / (1 << 17))


@pytest.mark.parametrize("kind", EVERY)
def test_a_seed_fixes_the_result_which_stays_in_range(kind: str) -> None:
    first, again, other = augment(CLIP, kind, 1), augment(CLIP, kind, 1), augment(CLIP, kind, 2)
    np.testing.assert_array_equal(first, again)
    assert first.shape != other.shape or not np.array_equal(first, other)
    assert first.dtype == np.float32
    assert np.isfinite(first).all()
    assert np.abs(first).max() <= 1.0
    assert kind in ("edges", "channel", "room") or len(first) == len(CLIP)
    assert not np.array_equal(first[: len(CLIP)], CLIP[: len(first)])


def test_noise_has_the_requested_level() -> None:
    for seed in range(10):
        noise = augment(CLIP, "noise", seed) - CLIP
        assert 4.5 < 20 * np.log10(rms(CLIP) / rms(noise)) < 25.5


def test_volume_changes_nothing_but_the_level() -> None:
    changed = augment(CLIP, "volume", 3)
    assert abs(np.corrcoef(changed, CLIP)[0, 1]) > 0.999 or np.abs(changed).max() == 1.0


def test_reverberation_continues_after_the_clip() -> None:
    tail = slice(4_000 + 16_000, None)
    assert rms(CLIP[tail]) == 0
    assert all(rms(augment(CLIP, "reverberation", seed)[tail]) > 1e-3 for seed in range(5))


def test_pitch_moves_the_partials_by_at_most_three_semitones() -> None:
    before = pitch_of(CLIP)
    moved = [12 * np.log2(pitch_of(augment(CLIP, "pitch", seed)) / before) for seed in range(4)]
    assert all(abs(m) < 3.2 for m in moved)
    assert max(abs(m) for m in moved) > 0.5


def test_edges_keep_the_speech() -> None:
    for seed in range(5):
        changed = augment(CLIP, "edges", seed)
        assert 16_000 - 800 <= len(changed) <= 16_000 + 2 * 9_600 + 320
        assert rms(changed) * np.sqrt(len(changed)) == pytest.approx(rms(CLIP) * np.sqrt(len(CLIP)), rel=0.05)


def test_clips_in_one_room_share_its_spectrum() -> None:
    """Noise in a room gets the spectrum of the room, for any clip and any part of it."""
    rng = np.random.default_rng(0)
    clips = [rng.standard_normal(64_000).astype(np.float32) * 0.1 for _ in range(2)]

    def curve(clip: np.ndarray, seed: int, room: int) -> np.ndarray:  # type: ignore[type-arg]
        """Level in dB of 16 bands up to 7.5 kHz, less their mean."""
        power = np.abs(np.fft.rfft(augment(clip, "room", seed, room))) ** 2
        bands = np.array_split(power[: len(power) * 15 // 16], 16)
        level = 10 * np.log10([band.mean() for band in bands])
        return np.asarray(level - level.mean())

    for room in range(6):
        one, other = curve(clips[0], 1, room), curve(clips[1], 2, room)
        elsewhere = curve(clips[1], 2, room + 100)
        assert np.abs(one - other).mean() < 1.5
        assert np.abs(one - elsewhere).mean() > 2 * np.abs(one - other).mean()


def test_mixed_draws_every_kind() -> None:
    correlations = [np.corrcoef(augment(CLIP, "mixed", seed), CLIP)[0, 1] for seed in range(16)]
    assert min(correlations) < 0.9 < max(correlations)


def test_a_clip_of_a_few_samples() -> None:
    for kind in EVERY:
        if kind != "pitch":
            assert np.isfinite(augment(CLIP[4_000:4_050], kind, 0)).all()


def test_an_unknown_kind() -> None:
    with pytest.raises(ValueError, match="no augmentation 'echo'"):
        augment(CLIP, "echo", 0)


def test_a_chain_goes_through_several_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    gone: list[str] = []
    for name in ("noise", "reverberation", "pitch"):
        monkeypatch.setattr(f"trainer.data.augment._{name}", lambda samples, _, name=name: gone.append(name) or samples)
    drawn = []
    for seed in range(24):
        gone.clear()
        augment(CLIP, "chain", seed)
        drawn.append(tuple(gone))
    assert {len(kinds) for kinds in drawn} >= {1, 2, 3}
    assert all(len(set(kinds)) == len(kinds) for kinds in drawn)
    assert {("noise", "pitch"), ("pitch", "noise")} & set(drawn)
