"""Pooling: learned weights begin as plain statistics, padding never counts, the graph answers as PyTorch does."""

import numpy as np
import onnxruntime
import pytest
import torch
from torch import Tensor

from tests.trainer.model.test_backbone import batch, speechlike
from tests.trainer.tiny_backbones import tiny_backbone
from trainer.data.features import pooled_columns
from trainer.model.backbone import BackboneError, FrontEnd
from trainer.model.pooling import LogMelStatistics, PooledBackbone, StatisticsPooling
from trainer.recipe import BackboneRecipe, Statistic
from trainer.results.export import export_graph

LEARNED = [(True, False), (False, True), (True, True)]
IDS = ["weighted sum", "attention", "both"]


def with_weights(model: PooledBackbone) -> PooledBackbone:
    """Sets weights as training might."""
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for parameter in model.pooling.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator))
    return model.eval()


def states_and_masks() -> tuple[list[Tensor], Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    states = [torch.randn(2, 7, 5, generator=generator) for _ in range(3)]
    mask = torch.tensor([[1.0] * 7, [1.0] * 4 + [0.0] * 3])
    speech = mask.clone()
    speech[:, 0] = 0.0
    return states, mask, speech


def test_learned_pooling_starts_as_statistics_of_the_layers_mean() -> None:
    states, mask, speech = states_and_masks()
    plain = StatisticsPooling(5, (0,), ("all", "speech"))
    learned = StatisticsPooling(5, (0, 2), ("all", "speech"), weighted_sum=True, attention=True)
    assert learned.dim == plain.dim == 20
    expected = plain([(states[0] + states[2]) / 2], mask, speech)
    torch.testing.assert_close(learned(states, mask, speech), expected)


def test_cached_rows_hold_what_the_pooling_gives() -> None:
    states, mask, speech = states_and_masks()
    every = StatisticsPooling(5, (0, 1, 2), ("all", "speech"))(states, mask, speech)
    choices: list[tuple[Statistic, ...]] = [("mean",), ("deviation", "mean")]
    for statistics in choices:
        recipe = BackboneRecipe(pooled_layers=(2, 1), pools=("all", "speech"), statistics=statistics)
        chosen = StatisticsPooling(5, (2, 1), ("all", "speech"), statistics=statistics)
        assert chosen.dim == 5 * 2 * 2 * len(statistics)
        expected = chosen(states, mask, speech)
        torch.testing.assert_close(every[:, pooled_columns(recipe, hidden_dim=5, n_layers=3)], expected)


def test_weights_choose_layer_and_frame() -> None:
    states, mask, speech = states_and_masks()
    pooling = StatisticsPooling(5, (0, 1, 2), weighted_sum=True, attention=True)
    assert pooling.layer_scores is not None
    assert pooling.attention is not None
    marked = states[1].clone()
    marked[:, 2] = 100.0  # the frame that attention is told to look for
    with torch.no_grad():
        pooling.layer_scores.copy_(torch.tensor([-1e4, 0.0, -1e4]))
        pooling.attention[0].hidden.weight.fill_(1.0)
        pooling.attention[0].hidden.bias.fill_(-100.0)
        pooling.attention[0].score.weight.fill_(10.0)
    pooled = pooling([states[0], marked, states[2]], mask, speech)
    torch.testing.assert_close(pooled[:, :5], torch.full((2, 5), 100.0))
    torch.testing.assert_close(pooled[:, 5:], torch.full((2, 5), 1e-4))


@pytest.mark.parametrize(("weighted_sum", "attention"), LEARNED, ids=IDS)
@pytest.mark.parametrize("family", ["whisper", "wav2vec2"])
def test_padding_never_changes_an_answer_and_the_graph_agrees(family: str, weighted_sum: bool, attention: bool) -> None:
    model = with_weights(PooledBackbone(tiny_backbone(family), (0, 1, 2), ("all", "speech"), weighted_sum, attention))
    graph = export_graph(
        model,
        batch([speechlike(1.0), speechlike(0.7)]),
        ["waveform", "lengths"],
        ["pooled"],
        {"waveform": {0: "b", 1: "n"}, "lengths": {0: "b"}, "pooled": {0: "b"}},
    )
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    clips = [speechlike(s, i) for i, s in enumerate((0.375, 1.9, 0.02))]
    waveform, lengths = batch(clips, extra=3_000)
    with torch.inference_mode():
        together = model(waveform, lengths)
        for clip, row in zip(clips, together, strict=True):
            alone = model(clip[None], torch.tensor([len(clip)]))[0]
            torch.testing.assert_close(row, alone, atol=1e-5, rtol=1e-5)
            (answer,) = session.run(None, {"waveform": clip[None].numpy(), "lengths": np.array([len(clip)])})
            assert np.abs(answer[0] - row.numpy()).max() <= 1e-4
    (answers,) = session.run(None, {"waveform": waveform.numpy(), "lengths": lengths.numpy()})
    assert np.abs(answers - together.numpy()).max() <= 1e-4


def test_statistics_of_the_log_mel_are_of_the_quiet_the_louder_and_the_loudest_frames() -> None:
    rng = np.random.default_rng(0)
    mel = rng.standard_normal((30, 6)) + rng.permutation(30)[:, None]  # frames of clearly different levels
    padded = np.concatenate([mel, np.zeros((7, 6))]).T[None]
    found = LogMelStatistics()(torch.from_numpy(padded).float(), torch.tensor([30]))[0].numpy()
    by_level = mel[np.argsort(mel.mean(1))]
    louder = by_level[15:]
    expected = [by_level[:3].mean(0), louder.mean(0), by_level[24:].mean(0), louder.std(0)]
    np.testing.assert_allclose(found, np.concatenate(expected), atol=1e-4)


def test_the_log_mel_block_follows_the_encoders_and_padding_never_changes_it() -> None:
    backbone = tiny_backbone("whisper", FrontEnd("peak", 8.0, 35.0))
    model = PooledBackbone(backbone, (1, 2), statistics=("mean",), experts=("encoder", "log_mel")).eval()
    plain = PooledBackbone(backbone, (1, 2), statistics=("mean",)).eval()
    waveform, lengths = batch([speechlike(1.9, 0), speechlike(0.4, 1)], extra=3_000)
    with torch.inference_mode():
        pooled, encoder = model(waveform, lengths), plain(waveform, lengths)
        assert model.blocks == (plain.pooled_dim, 4 * backbone.log_mel.n_mels)
        torch.testing.assert_close(pooled[:, : plain.pooled_dim], encoder)
        alone = model(waveform[1:, : int(lengths[1])], lengths[1:])
    torch.testing.assert_close(pooled[1:], alone, atol=1e-5, rtol=1e-5)
    assert model.fingerprint() != plain.fingerprint()
    with pytest.raises(BackboneError, match=r"`experts.log_mel` needs"):
        PooledBackbone(tiny_backbone("wav2vec2"), (1,), experts=("encoder", "log_mel"))


def test_the_fingerprint_changes_with_what_is_pooled() -> None:
    backbone = tiny_backbone("whisper")
    plain = PooledBackbone(backbone, (1, 2))
    learned = with_weights(PooledBackbone(backbone, (1, 2), attention=True))
    prints = {plain.fingerprint(), learned.fingerprint(), PooledBackbone(backbone, (2,)).fingerprint()}
    assert len(prints) == 3
