"""The encoders: padding changes nothing, states are those of transformers, and the ONNX graph agrees with PyTorch."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from torch import Tensor
from transformers import WhisperFeatureExtractor

from desktop_app.engine.pack.graph import check_graph
from tests.trainer.tiny_backbones import FAMILIES, save_tiny, tiny_backbone, tiny_model
from trainer.model.backbone import BackboneError, LogMel, load_backbone
from trainer.model.pooling import PooledBackbone
from trainer.recipe import FrontEnd
from trainer.results.export import export_graph

FRONT_ENDS = (FrontEnd(), FrontEnd("peak", 8.0, 35.0), FrontEnd("rms"))


def speechlike(seconds: float, seed: int = 0) -> Tensor:
    """Noise that swells and fades, with silence at both ends."""
    n = int(seconds * 16_000)
    noise = torch.randn(n, generator=torch.Generator().manual_seed(seed))
    return 0.2 * noise * torch.sin(torch.linspace(0, torch.pi, n)) ** 4


def batch(clips: list[Tensor], extra: int = 0) -> tuple[Tensor, Tensor]:
    """Padded with garbage rather than zeros, since samples beyond a clip's length must not matter."""
    longest = max(len(c) for c in clips) + extra
    padded = 0.5 * torch.randn(len(clips), longest, generator=torch.Generator().manual_seed(9))
    for row, clip in zip(padded, clips, strict=True):
        row[: len(clip)] = clip
    return padded, torch.tensor([len(c) for c in clips])


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("front_end", FRONT_ENDS, ids=lambda f: f.level)
def test_padding_never_changes_an_answer(family: str, front_end: FrontEnd) -> None:
    model = PooledBackbone(tiny_backbone(family, front_end), (0, 1, 2), ("all", "speech")).eval()
    clips = [speechlike(s, i) for i, s in enumerate((0.31, 1.0, 0.6, 0.01))]
    with torch.inference_mode():
        together = model(*batch(clips, extra=3_000))
        for clip, row in zip(clips, together, strict=True):
            alone = model(clip[None], torch.tensor([len(clip)]))[0]
            torch.testing.assert_close(row, alone, atol=1e-5, rtol=1e-5)
    assert torch.isfinite(together).all()


@pytest.mark.parametrize("family", FAMILIES)
def test_exports_with_parity_at_three_lengths_and_in_a_padded_batch(family: str) -> None:
    model = PooledBackbone(tiny_backbone(family, FrontEnd("peak", 8.0, 35.0)), (1, 2), ("all", "speech")).eval()
    graph = export_graph(
        model,
        batch([speechlike(1.0), speechlike(0.7)]),
        ["waveform", "lengths"],
        ["pooled"],
        {"waveform": {0: "b", 1: "n"}, "lengths": {0: "b"}, "pooled": {0: "b"}},
    )
    check_graph(graph, "encoder.onnx")  # a pack with it is let in
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    cases = [[speechlike(s)] for s in (0.375, 1.0, 2.7183)] + [
        [speechlike(0.5), speechlike(1.9, 1), speechlike(0.02, 2)]
    ]
    for clips in cases:
        waveform, lengths = batch(clips)
        with torch.inference_mode():
            expected = model(waveform, lengths).numpy()
        (answer,) = session.run(None, {"waveform": waveform.numpy(), "lengths": lengths.numpy()})
        assert np.abs(answer - expected).max() <= 1e-4


@pytest.mark.parametrize("family", ["wav2vec2", "wav2vec2 stable", "hubert", "wavlm"])
def test_states_are_those_of_the_library(family: str) -> None:
    model = tiny_model(family)
    waveform = speechlike(1.0)[None]
    with torch.inference_mode():
        expected = model(waveform, output_hidden_states=True).hidden_states
        states, _, _ = tiny_backbone(family, n_layers=3)(waveform, torch.tensor([waveform.shape[1]]))
    n = expected[1].shape[1]
    kept = states[:3] if "stable" in family else states  # the library's last state there is after a norm
    for ours, theirs in zip(kept, expected, strict=False):
        torch.testing.assert_close(ours[:, :n], theirs, atol=1e-5, rtol=1e-5)


def test_log_mel_is_whispers_but_for_the_first_frames() -> None:
    """Whisper pads the start by reflection and the end with 30 s of silence; here both are zeros."""
    clip = speechlike(1.0) + 0.01 * torch.randn(16_000, generator=torch.Generator().manual_seed(5))
    expected = WhisperFeatureExtractor()(clip.numpy(), sampling_rate=16_000, return_tensors="pt").input_features[0]
    ours, valid, _ = LogMel(80, FrontEnd())(clip[None], torch.tensor([len(clip)]))
    assert valid.tolist() == [100]
    torch.testing.assert_close(ours[0, :, 2:98], expected[:, 2:98], atol=1e-3, rtol=0)


def test_level_and_silence_make_no_difference_if_the_front_end_removes_them() -> None:
    model = PooledBackbone(tiny_backbone("whisper", FrontEnd("peak", 8.0, 35.0)), (2,)).eval()
    clip = speechlike(1.0)
    quiet = torch.cat([torch.zeros(8_000), 0.1 * clip, torch.zeros(4_800)])
    with torch.inference_mode():
        loud_answer = model(clip[None], torch.tensor([len(clip)]))
        quiet_answer = model(quiet[None], torch.tensor([len(quiet)]))
    torch.testing.assert_close(loud_answer, quiet_answer, atol=1e-3, rtol=1e-3)


def test_digital_silence_gives_numbers() -> None:
    for family in FAMILIES:
        for front_end in FRONT_ENDS:
            model = PooledBackbone(tiny_backbone(family, front_end), (2,), ("all", "speech")).eval()
            with torch.inference_mode():
                assert torch.isfinite(model(torch.zeros(1, 8_000), torch.tensor([8_000]))).all()


@pytest.mark.parametrize("family", FAMILIES)
def test_loads_from_a_folder_and_from_the_models_folder(
    family: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_tiny(family, tmp_path / "tiny-encoder")
    by_folder = load_backbone(str(tmp_path / "tiny-encoder"), 2, FrontEnd(), 15.0)
    monkeypatch.setenv("VOICEKIN_MODELS", str(tmp_path))
    by_name = load_backbone("someone/tiny", 2, FrontEnd(), 15.0)
    assert by_folder.fingerprint == by_name.fingerprint
    assert by_folder.fingerprint != load_backbone("tiny", 1, FrontEnd(), 15.0).fingerprint
    assert by_folder.fingerprint != load_backbone("tiny", 2, FrontEnd("peak"), 15.0).fingerprint
    assert by_folder.n_layers == 2


def test_unusable_encoders_are_errors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(BackboneError, match="VOICEKIN_MODELS"):
        load_backbone(str(tmp_path / "nowhere"), 2, FrontEnd(), 15.0)
    with pytest.raises(BackboneError, match="has 3 layers"):
        tiny_backbone("whisper", n_layers=4)
    with pytest.raises(BackboneError, match="pooled_layers"):
        PooledBackbone(tiny_backbone("whisper", n_layers=2), (3,))


@pytest.mark.parametrize("family", FAMILIES)
def test_the_speech_pool_leaves_out_the_silence_at_both_ends(family: str) -> None:
    backbone = tiny_backbone(family)
    loud = 0.3 * torch.randn(16_000, generator=torch.Generator().manual_seed(0))
    clip = torch.cat([0.001 * loud[:8_000], loud, 0.001 * loud[:4_800]])  # 0.5 s, 1 s, 0.3 s
    with torch.inference_mode():
        _, mask, speech = backbone(clip[None], torch.tensor([len(clip)]))
    share = speech.sum() / mask.sum()
    assert share.item() == pytest.approx(1.0 / 1.8, abs=0.05)
    where = speech[0].nonzero()[:, 0] / mask.sum()
    assert where.min().item() == pytest.approx(0.5 / 1.8, abs=0.05)
