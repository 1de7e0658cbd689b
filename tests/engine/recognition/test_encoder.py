"""The graphs: padding changes nothing, the head alone gives what the whole gives, and failures are sentences."""

import numpy as np
import pytest

from desktop_app.engine.pack.format import Pack
from desktop_app.engine.recognition.encoder import Encoder
from desktop_app.errors import PackError
from tests.tiny_pack import EMBEDDING, LABELS, POOLED, clip


@pytest.fixture(scope="module")
def encoder(tiny_pack: Pack) -> Encoder:
    return Encoder(tiny_pack, threads=1)


def test_a_padded_batch_gives_what_each_clip_gives_alone(encoder: Encoder) -> None:
    clips = [clip("angry", seconds=0.7), clip("sad", seconds=3.0), clip("happy", seconds=1.9)]
    together = encoder.encode(clips).pooled
    alone = np.concatenate([encoder.encode([c]).pooled for c in clips])
    assert together.shape == (3, POOLED)
    assert together == pytest.approx(alone, abs=1e-5)


def test_the_head_broadcasts_one_baseline_and_takes_one_each(encoder: Encoder) -> None:
    pooled = encoder.encode([clip("angry"), clip("sad")]).pooled
    voice = np.linspace(-1, 1, POOLED, dtype=np.float32)
    one = encoder.head(pooled, voice)
    each = encoder.head(pooled, np.stack([voice, voice]))
    assert one.logits.shape == (2, len(LABELS))
    assert one.embedding.shape == (2, EMBEDDING)
    assert np.array_equal(one.logits, each.logits)
    assert np.linalg.norm(one.embedding, axis=1) == pytest.approx([1.0, 1.0], abs=1e-5)
    # a baseline is what is taken off the pooled features before the head
    shifted = encoder.head(pooled - voice, np.zeros(POOLED, np.float32))
    assert one.logits == pytest.approx(shifted.logits, abs=1e-5)


def test_the_whole_graph_and_the_head_agree(tiny_pack: Pack, encoder: Encoder) -> None:
    import onnxruntime

    sound, voice = clip("neutral"), np.full((1, POOLED), 0.3, np.float32)
    session = onnxruntime.InferenceSession(str(tiny_pack.path("encoder.onnx")), providers=["CPUExecutionProvider"])
    feed = {"waveform": sound[None], "lengths": np.array([len(sound)]), "baseline": voice}
    logits, embedding = session.run(["logits", "embedding"], feed)
    headed = encoder.head(encoder.encode([sound]).pooled, voice[0])
    assert headed.logits == pytest.approx(logits, abs=1e-5)
    assert headed.embedding == pytest.approx(embedding, abs=1e-5)


def test_what_is_not_a_number_is_said_and_not_shown(encoder: Encoder) -> None:
    with pytest.raises(PackError, match="not a number"):
        encoder.head(np.full((1, POOLED), np.nan, np.float32), np.zeros(POOLED, np.float32))


def test_a_graph_that_fails_is_a_sentence(encoder: Encoder) -> None:
    with pytest.raises(PackError, match=r"encoder\.onnx failed"):
        encoder.encode([np.zeros(10, np.float32)])  # shorter than one window of the front end


def test_opening_and_running_prints_nothing(tiny_pack: Pack, capfd: pytest.CaptureFixture[str]) -> None:
    encoder = Encoder(tiny_pack)
    encoder.encode([clip("sad")])
    with pytest.raises(PackError):
        encoder.encode([np.zeros(10, np.float32)])
    assert capfd.readouterr() == ("", "")
