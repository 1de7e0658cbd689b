"""Decoding, mixing down, resampling; and every file that is no recording gets a sentence."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile

from desktop_app.engine.sound import audio, decode
from desktop_app.engine.sound.audio import AudioInfo, load_audio, probe, read_blocks, to_mono_at
from desktop_app.engine.sound.channels import ChannelTurns
from desktop_app.errors import AudioError
from tests.engine.sound.bad_audio import permissions_count, write_bad_audio
from tests.tiny_pack import clip


def correlation(a: audio.Waveform, b: audio.Waveform) -> float:
    n = min(len(a), len(b))
    return float(np.corrcoef(a[:n], b[:n])[0, 1])


@pytest.mark.parametrize(
    ("name", "rate", "channels", "options", "least"),
    [
        ("plain.wav", 16_000, 1, {}, 0.9999),
        ("studio.wav", 96_000, 6, {"subtype": "PCM_24"}, 0.999),
        ("wide.wav", 192_000, 8, {}, 0.999),
        ("cd.flac", 44_100, 2, {}, 0.999),
        ("float.wav", 22_050, 1, {"subtype": "DOUBLE"}, 0.999),
        ("phone.wav", 8_000, 1, {"subtype": "PCM_U8"}, 0.98),
        ("law.wav", 16_000, 1, {"subtype": "ULAW"}, 0.99),
        ("speech.ogg", 48_000, 1, {}, 0.98),
        ("speech.mp3", 44_100, 2, {}, 0.98),
        ("speech.aiff", 32_000, 2, {}, 0.999),
    ],
)
def test_any_rate_and_format_comes_out_as_the_same_mono_sound(
    tmp_path: Path, name: str, rate: int, channels: int, options: dict[str, str], least: float
) -> None:
    sound = clip("neutral", seconds=1.5, rate=rate)
    soundfile.write(tmp_path / name, np.repeat(sound[:, None], channels, axis=1), rate, **options)
    loaded = load_audio(tmp_path / name)
    assert loaded.samples.dtype == np.float32
    assert loaded.samples.ndim == 1
    assert loaded.sample_rate == 16_000
    assert loaded.duration_s == pytest.approx(1.5, abs=0.001)
    assert correlation(loaded.samples, to_mono_at(sound, rate)) > least
    info = probe(tmp_path / name)
    assert (info.sample_rate, info.channels) == (rate, channels)
    assert info.duration_s == pytest.approx(1.5, abs=0.05)


@pytest.mark.parametrize("rate", [8_000, 11_025, 48_000])
def test_no_sample_is_added_or_lost_where_a_recording_is_resampled_in_parts(tmp_path: Path, rate: int) -> None:
    sound = clip("neutral", seconds=4.0, rate=rate)
    soundfile.write(tmp_path / "a.wav", sound, rate, subtype="FLOAT")
    loaded = load_audio(tmp_path / "a.wav").samples
    assert loaded == pytest.approx(to_mono_at(sound, rate), abs=1e-4)
    part = load_audio(tmp_path / "a.wav", start_s=1.0, end_s=3.0).samples
    assert part == pytest.approx(to_mono_at(sound[rate : 3 * rate], rate), abs=1e-4)


def test_the_content_decides_and_not_the_suffix(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.flac", clip("sad"), 16_000)
    (tmp_path / "a.flac").rename(tmp_path / "a.wav")
    assert load_audio(tmp_path / "a.wav").duration_s == pytest.approx(2.0)


def test_the_clearest_channel_is_heard_and_told_or_one_is_chosen(tmp_path: Path) -> None:
    left, right = np.zeros(32_000, np.float32), clip("sad")
    soundfile.write(tmp_path / "s.wav", np.stack([left, right], axis=1), 16_000, subtype="FLOAT")
    clearest = load_audio(tmp_path / "s.wav")
    assert np.array_equal(clearest.samples, right)
    assert clearest.remarks == ("It has 2 channels that differ; channel 2, the clearest, was heard.",)
    assert load_audio(tmp_path / "s.wav", channel=0).remarks == ()
    assert load_audio(tmp_path / "s.wav", channel=1).samples == pytest.approx(right, abs=1e-6)
    for channel in (2, -1):
        with pytest.raises(AudioError, match=f"2 channel.*no channel {channel + 1}"):
            load_audio(tmp_path / "s.wav", channel=channel)


@pytest.mark.parametrize("rate", [16_000, 44_100, 8_000])
def test_blocks_join_to_what_is_loaded_and_all_but_the_last_are_of_equal_size(tmp_path: Path, rate: int) -> None:
    soundfile.write(tmp_path / "long.wav", clip("happy", seconds=21.3, rate=rate), rate)
    blocks = list(read_blocks(tmp_path / "long.wav", 16_000, block_s=0.5))
    assert {len(b) for b in blocks[:-1]} == {8_000}
    assert 0 < len(blocks[-1]) <= 8_000
    assert np.array_equal(np.concatenate(blocks), load_audio(tmp_path / "long.wav").samples)


@pytest.mark.parametrize(
    ("seconds", "block_s", "sizes"), [(2.0, 0.5, [8_000] * 4), (21.0, 5.0, [80_000] * 4 + [16_000])]
)
def test_no_block_is_empty_and_each_is_of_the_size_that_was_asked_for(
    tmp_path: Path, seconds: float, block_s: float, sizes: list[int]
) -> None:
    sound = np.linspace(-1, 1, round(seconds * 16_000), dtype=np.float32)
    soundfile.write(tmp_path / "a.wav", sound, 16_000, subtype="FLOAT")
    blocks = list(read_blocks(tmp_path / "a.wav", 16_000, block_s))
    assert [len(block) for block in blocks] == sizes
    assert np.array_equal(np.concatenate(blocks), sound)
    assert len(next(read_blocks(tmp_path / "a.wav", 16_000))) == min(160_000, len(sound)), "ten seconds, if not told"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[np.ndarray]:
    """The blocks of a recording at 96 kHz that says no length, which is opened whatever the path."""
    blocks: list[np.ndarray] = []

    class Made(decode.Recording):
        def blocks(self, *_stretch: float | None) -> Iterator[np.ndarray]:
            yield from blocks

    @contextmanager
    def opened(path: Path) -> Iterator[decode.Recording]:
        yield Made(path, 96_000, blocks[0].shape[1] if blocks else 2, "MADE", None)

    monkeypatch.setattr(audio, "opened", opened)
    return blocks


@pytest.mark.usefixtures("made")
def test_a_length_that_is_not_said_is_0() -> None:
    assert probe(Path("a.wav")) == AudioInfo(0.0, 96_000, 2, "MADE")


def test_how_many_samples_were_no_sound_is_told(made: list[np.ndarray]) -> None:
    made += [np.zeros((1, 1), np.float32)] * 2
    with pytest.raises(AudioError, match=r"a\.wav holds no sound \(samples: 2\)"):
        load_audio(Path("a.wav"))
    assert len(load_audio(Path("a.wav"), 96_000).samples) == 2


@pytest.mark.parametrize("rate", [96_000, 16_000])
def test_full_scale_is_the_most_in_both_directions_and_eightfold_the_most_that_is_read(
    made: list[np.ndarray], rate: int
) -> None:
    made.append(np.repeat(np.array([8.0, -8.0, 0.5], np.float32), 9_600)[:, None])
    samples = load_audio(Path("a.wav"), rate).samples
    middles = samples[[len(samples) // 6, len(samples) // 2, 5 * len(samples) // 6]]
    assert (samples.max(), samples.min()) == (1.0, -1.0)
    assert middles == pytest.approx([1.0, -1.0, 0.5], abs=1e-3)
    assert to_mono_at(made[0], 96_000, rate)[[0, len(samples) // 2]] == pytest.approx([1.0, -1.0])
    made.append(np.full((9_600, 1), -8.01, np.float32))
    with pytest.raises(AudioError, match="goes 8 times beyond full scale"):
        load_audio(Path("a.wav"), rate)


def test_which_channel_was_heard_when_is_told_where_voices_have_one_each(tmp_path: Path) -> None:
    left, right = (np.concatenate([clip(label, 1, 3.0), np.zeros(48_000, np.float32)]) for label in ("angry", "sad"))
    soundfile.write(tmp_path / "two.wav", np.stack([left, right[::-1]], axis=1), 16_000, subtype="FLOAT")
    soundfile.write(tmp_path / "one.wav", left, 16_000)
    told: list[ChannelTurns] = []
    for name, times in (("one.wav", 0), ("two.wav", 1)):
        list(read_blocks(tmp_path / name, 16_000, 1.0, tell_turns=told.append))
        assert len(told) == times
    assert told[0].at(np.array([1.0, 5.0])).tolist() == [0, 1]


def test_a_long_file_is_never_held_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    soundfile.write(tmp_path / "hour.wav", np.zeros(16_000 * 60, np.int16), 16_000)
    read = []
    original = soundfile.SoundFile.read
    monkeypatch.setattr(soundfile.SoundFile, "read", lambda self, n, **kw: read.append(n) or original(self, n, **kw))
    blocks = read_blocks(tmp_path / "hour.wav", 16_000, block_s=1.0)
    next(blocks)
    assert sum(read) <= decode.READ_FRAMES


@pytest.mark.skipif(os.name == "nt", reason="libsndfile knows no descriptor of Python's there")
def test_decoding_calls_no_python_that_ctrl_c_could_be_lost_in(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.flac", np.zeros(16_000, np.float32), 16_000)
    called: set[str] = set()
    sys.setprofile(lambda frame, event, _: called.add(frame.f_code.co_name) if event == "call" else None)
    try:
        load_audio(tmp_path / "a.flac")
    finally:
        sys.setprofile(None)
    assert "read_blocks" in called
    assert not {name for name in called if name.startswith("vio_")}


def test_a_flac_that_was_cut_is_told_from_wherever_it_is_read(tmp_path: Path) -> None:
    noise = 0.1 * np.random.default_rng(0).standard_normal(20 * 16_000)
    soundfile.write(tmp_path / "whole.flac", noise, 16_000)
    whole = (tmp_path / "whole.flac").read_bytes()
    (tmp_path / "cut.flac").write_bytes(whole[: len(whole) // 2])
    beginning = load_audio(tmp_path / "cut.flac")
    assert beginning.duration_s == pytest.approx(10.0, abs=0.5)
    assert any("lasts 20.0 s" in remark for remark in beginning.remarks)
    for start_s in (12.0, 18.0):
        with pytest.raises(AudioError, match=r"damaged|no sound"):
            load_audio(tmp_path / "cut.flac", start_s=start_s)


def test_a_wav_that_was_cut_gives_what_is_there(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "whole.wav", clip("happy", seconds=2.0), 16_000)
    (tmp_path / "cut.wav").write_bytes((tmp_path / "whole.wav").read_bytes()[: 44 + 16_000 * 2])
    cut = load_audio(tmp_path / "cut.wav")
    assert cut.duration_s == pytest.approx(1.0, abs=0.01)
    assert cut.remarks == ("The file says that it lasts 2.0 s; 1.0 s of sound are in it and were heard.",)


def test_peaks_over_full_scale_are_clipped(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "hot.wav", 4 * clip("angry"), 16_000, subtype="FLOAT")
    assert np.abs(load_audio(tmp_path / "hot.wav").samples).max() == 1.0


@pytest.mark.timeout(600)
@pytest.mark.parametrize("channels", [1, 2])
def test_sound_far_beyond_full_scale_is_integers_by_mistake(tmp_path: Path, channels: int) -> None:
    for peak, taken in ((7.9, True), (8.1, False), (32_768.0, False)):
        sound = np.repeat(peak * clip("sad")[:, None] / np.abs(clip("sad")).max(), channels, axis=1)
        soundfile.write(tmp_path / "a.wav", sound.astype(np.float32), 16_000, subtype="FLOAT")
        if taken:
            assert np.abs(load_audio(tmp_path / "a.wav").samples).max() == 1.0
        else:
            with pytest.raises(AudioError, match=f"a.wav goes {peak:.0f} times beyond full scale"):
                load_audio(tmp_path / "a.wav")


BAD = {
    "empty": "is empty (0 bytes)",
    "text": "is not audio that can be read",
    "no samples": "holds no sound (samples: 0)",
    "one sample at 44.1 kHz": "holds no sound (samples: 1)",
    "nan": "holds values that are not numbers",
    "infinity": "holds values that are not numbers",
    "absurd rate": "says it has 1 samples a second",
    "folder": "is a folder",
    "missing": "does not exist",
    "endless name": "can't be read (File name too long)",
    "pipe": "a pipe or device",
    "link to a pipe": "a pipe or device",
    "device": "a pipe or device",
    "no permission": "may not be read",
}
"""What is said of a file; of others it matters only that something is."""


def test_whatever_is_no_recording_gets_one_sentence(tmp_path: Path) -> None:
    for kind, path in write_bad_audio(tmp_path).items():
        if kind == "one sample":  # a recording, if a short one: the recogniser says so
            assert len(load_audio(path).samples) == 1
            continue
        with permissions_count(), pytest.raises(AudioError) as error:
            load_audio(path)
        sentence = str(error.value)
        assert BAD.get(kind, "") in sentence
        assert sentence.endswith("."), kind
        assert "\n" not in sentence, kind
        assert "Error" not in sentence, kind


def test_to_mono_at_mixes_and_resamples() -> None:
    sound = clip("neutral", rate=48_000)
    stereo = np.stack([sound, sound], axis=1)
    assert len(to_mono_at(stereo, 48_000)) == 32_000
    assert to_mono_at(sound, 48_000, 48_000) == pytest.approx(sound)
