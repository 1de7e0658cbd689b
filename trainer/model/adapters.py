"""Low-rank adapters for an encoder's projections (LoRA, Hu et al., 2022), by peft: trained instead of its weights.

Before an encoder is saved they are merged into its weights, so that it can be loaded as a plain encoder.
"""

from collections.abc import Sequence
from types import MethodType
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from trainer.model.backbone import Backbone
from trainer.recipe import Projection

NAMES: dict[Projection, tuple[str, ...]] = {
    "query": ("q_proj",),
    "key": ("k_proj",),
    "value": ("v_proj",),
    "output": ("out_proj",),
    "feed-forward": ("fc1", "fc2", "intermediate_dense", "output_dense"),
}
"""Their names in Whisper, wav2vec 2.0, HuBERT and WavLM."""


def adapt(
    backbone: Backbone, layers: Sequence[nn.Module], rank: int, alpha: float, projections: Sequence[Projection]
) -> list[nn.Parameter]:
    """Adds adapters to the projections of some layers, freezes everything else, and returns the adapters' parameters.

    At first they have no effect. An adapter adds alpha / rank * B A to a weight, A [rank, in] and B [out, rank].
    """
    from peft import LoraConfig, inject_adapter_in_model  # slow to import

    chosen = {name for projection in projections for name in NAMES[projection]}
    among = {id(module) for layer in layers for module in layer.modules()}
    targets = [name for name, m in backbone.named_modules() if id(m) in among and name.rpartition(".")[2] in chosen]
    inject_adapter_in_model(LoraConfig(r=rank, lora_alpha=alpha, target_modules=targets), backbone)
    for layer in layers:
        attention: Any = getattr(layer, "attention", None)
        if hasattr(attention, "torch_multi_head_self_attention"):
            attention.torch_multi_head_self_attention = MethodType(_attention_of_wavlm, attention)
    return [p for p in backbone.parameters() if p.requires_grad]


def _attention_of_wavlm(attention: Any, state: Tensor, mask: Tensor, bias: Tensor) -> tuple[Tensor, None]:
    """WavLM's attention, which calls its projections. The original passes only their weights on, without adapters.

    Args:
        attention: The module.
        state: float [b, t, d].
        mask: int64 [b, t], 1 for a valid frame.
        bias: float [b * heads, t, t], added to the scores.
    """
    n, t, width = state.shape
    shape = (n, t, attention.num_heads, width // attention.num_heads)
    query, key, value = (
        project(state).view(shape).transpose(1, 2) for project in (attention.q_proj, attention.k_proj, attention.v_proj)
    )
    scores = bias.view(n, attention.num_heads, t, t).masked_fill(mask.ne(1)[:, None, None, :], float("-inf"))
    dropout = attention.dropout if attention.training else 0.0
    attended = functional.scaled_dot_product_attention(query, key, value, scores.to(query.dtype), dropout)
    return attention.out_proj(attended.transpose(1, 2).reshape(n, t, width)), None


def merged_state(model: nn.Module) -> dict[str, Tensor]:
    """A model's state on the CPU with adapters merged, under the names that it has without adapters."""
    adapted = {name: module for name, module in model.named_modules() if hasattr(module, "get_delta_weight")}
    state = {
        key.replace(".base_layer.", "."): value.detach().cpu().clone()
        for key, value in model.state_dict().items()
        if ".lora_" not in key
    }
    for name, module in adapted.items():
        with torch.no_grad():
            state[f"{name}.weight"] += sum(module.get_delta_weight(a).cpu() for a in module.active_adapters)
    return state
