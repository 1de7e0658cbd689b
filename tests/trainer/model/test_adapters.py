"""Adapters have no effect at first, only they are trained, and merged they give a plain encoder."""

from typing import Any

import pytest
import torch

from tests.trainer.tiny_backbones import FAMILIES, tiny_backbone
from trainer.model.adapters import adapt, merged_state
from trainer.model.backbone import Backbone
from trainer.recipe import Projection

EVERY: tuple[Projection, ...] = ("query", "key", "value", "output", "feed-forward")
LENGTHS = torch.tensor([16000, 9000])


def states_of(backbone: Backbone) -> list[torch.Tensor]:
    sound = torch.randn(2, 16000, generator=torch.Generator().manual_seed(1)).to(next(backbone.parameters()).dtype)
    states, mask, _ = backbone(sound, LENGTHS)
    return [state * mask[:, :, None] for state in states]


def moved(backbone: Backbone) -> None:
    """Changes the adapters, as training would."""
    with torch.no_grad():
        for parameter in backbone.parameters():
            if parameter.requires_grad:
                parameter += 0.3 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(2))


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("family", FAMILIES)
def test_adapters_learn_alone_and_are_merged_into_a_plain_encoder(family: str, layers: int) -> None:
    # in float64: a merged weight is rounded otherwise than a sum, and a model this small makes much of it
    backbone, plain = tiny_backbone(family).double(), tiny_backbone(family).double()
    chosen = list(backbone.transformer_layers())[-layers:]
    parameters = adapt(backbone, chosen, 4, 8.0, EVERY)
    backbone.double()
    assert len(parameters) == 2 * 6 * layers  # A and B of six projections a layer
    for ours, theirs in zip(states_of(backbone), states_of(plain), strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-9, rtol=1e-9)

    moved(backbone)
    backbone.train()
    states_of(backbone)[-1].square().sum().backward()  # type: ignore[no-untyped-call]
    backbone.eval()
    learning = {name for name, p in backbone.named_parameters() if p.grad is not None}
    assert learning == {name for name, _ in backbone.named_parameters() if ".lora_" in name}
    assert all(p.grad is not None and p.grad.abs().max() > 0 for p in parameters)

    merged = tiny_backbone(family).double()
    merged.load_state_dict(merged_state(backbone))
    changed = {key for key, value in merged.state_dict().items() if not torch.equal(value, plain.state_dict()[key])}
    assert len(changed) == 6 * layers
    adapted, loaded = states_of(backbone), states_of(merged)
    for ours, theirs in zip(adapted, loaded, strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-9, rtol=1e-9)
    assert (adapted[-1] - states_of(plain)[-1]).abs().max() > 0.01


@pytest.mark.parametrize(
    ("projections", "names"),
    [
        (("query", "value"), {"q_proj", "v_proj"}),
        (("output",), {"out_proj"}),
        (("feed-forward",), {"intermediate_dense", "output_dense"}),
    ],
)
def test_only_the_projections_asked_for_have_one(projections: Any, names: set[str]) -> None:
    backbone = tiny_backbone("wav2vec2")
    adapt(backbone, list(backbone.transformer_layers()), 2, 16.0, projections)
    found = {name.partition(".lora_")[0].rpartition(".")[2] for name in backbone.state_dict() if ".lora_" in name}
    assert found == names


def test_alpha_and_rank_scale_what_is_added() -> None:
    added = []
    for rank, alpha in ((2, 16.0), (2, 8.0)):
        torch.manual_seed(0)
        backbone, plain = tiny_backbone("hubert"), tiny_backbone("hubert")
        adapt(backbone, list(backbone.transformer_layers()), rank, alpha, ("value",))
        moved(backbone)
        key = "layers.0.attention.v_proj.weight"
        added.append(merged_state(backbone)[key] - plain.state_dict()[key])
        assert torch.linalg.matrix_rank(added[-1], atol=1e-4) == rank
    torch.testing.assert_close(added[0], 2 * added[1])
