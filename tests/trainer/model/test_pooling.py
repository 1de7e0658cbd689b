"""Pooling: learned weights begin as plain statistics, padding never counts, the graph answers as PyTorch does."""

import numpy as np
import onnxruntime
import pytest
import torch
from torch import Tensor

from tests.trainer.model.test_backbone import batch, speechlike
from tests.trainer.tiny_backbones import tiny_backbone
from trainer.data.features import pooled_columns
from trainer.model.pooling import PooledBackbone, StatisticsPooling
from trainer.recipe import BackboneRecipe, Statistic
from trainer.results.export import export_graph

LEARNED = [(True, False), (False, True), (True, True)]
IDS = ["weighted sum", "attention", "both"]


def with_weights(model: PooledBackbone) -> PooledBackbone:
    """As if it had learned something."""
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


def test_what_is_learned_begins_as_plain_statistics_of_the_layers_mean() -> None:
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


def test_a_part_of_a_clip_is_heard_among_the_whole() -> None:
    model = PooledBackbone(tiny_backbone("whisper"), (1, 2), ("all", "speech")).eval()
    waveform, lengths = batch([speechlike(1.9, 0), speechlike(0.4, 1)])
    share, place = 0.5, 0.25
    with torch.inference_mode():
        states, mask, _ = model.backbone(waveform, lengths)
        whole = model(waveform, lengths)
        part, again = model(waveform, lengths, torch.tensor([[[share, place], [1.0, 0.0]]] * 2)).unbind(1)
    torch.testing.assert_close(again, whole)
    torch.testing.assert_close(part[1], whole[1])  # 20 frames, less than half a second
    n = int(mask[0].sum())
    first = round((n - n // 2) * place)
    expected = states[1][0, first : first + n // 2].mean(0)
    torch.testing.assert_close(part[0, : len(expected)], expected)


def test_a_part_without_speech_between_silences_still_counts() -> None:
    model = PooledBackbone(tiny_backbone("whisper"), (1,), ("speech",)).eval()
    waveform = torch.cat([speechlike(1.0, 0), torch.zeros(32_000)])[None]
    with torch.inference_mode():
        pooled = model(waveform, torch.tensor([48_000]), torch.tensor([[[0.3, 1.0]]]))  # the end, where it is silent
    assert pooled.isfinite().all()


def test_the_fingerprint_changes_with_what_is_pooled() -> None:
    backbone = tiny_backbone("whisper")
    plain = PooledBackbone(backbone, (1, 2))
    learned = with_weights(PooledBackbone(backbone, (1, 2), attention=True))
    prints = {plain.fingerprint(), learned.fingerprint(), PooledBackbone(backbone, (2,)).fingerprint()}
    assert len(prints) == 3
