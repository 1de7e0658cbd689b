"""From the states of the chosen layers to one row a clip: statistics over time, of plain or learned weights."""

from collections.abc import Sequence
from hashlib import sha256

import torch
from torch import Tensor, nn

from trainer.model.backbone import MASKED, Backbone, BackboneError, load_backbone, range_mask
from trainer.recipe import STATISTICS, BackboneRecipe

ATTENTION_WIDTH = 64
SHORTEST_PART = 25  # frames, 0.5 s of Whisper's and wav2vec 2.0's


class FrameAttention(nn.Module):
    """How much each frame counts: softmax over the valid frames of v . tanh(W x), at first alike for all.

    The weights of attentive statistics pooling (Okabe et al., 2018).
    """

    def __init__(self, hidden_dim: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(hidden_dim, ATTENTION_WIDTH)
        self.score = nn.Linear(ATTENTION_WIDTH, 1, bias=False)
        nn.init.zeros_(self.score.weight)

    def forward(self, state: Tensor, counted: Tensor) -> Tensor:
        """States [b, t, d] and mask [b, t] to weights [b, t] that sum to 1."""
        score = self.score(torch.tanh(self.hidden(state)))[:, :, 0]
        return torch.softmax(score + (1.0 - counted) * MASKED, dim=1)


class StatisticsPooling(nn.Module):
    """Mean and standard deviation over time of the chosen layers, side by side, or of their weighted sum.

    float32 [b, len(pools) * states * len(statistics) * hidden_dim]: for each pool and layer its statistics in turn. The
    pool "all" counts every valid frame, "speech" those between the silence at both ends; without attention all alike.
    """

    def __init__(
        self,
        hidden_dim: int,
        layers: Sequence[int],
        pools: Sequence[str] = ("all",),
        weighted_sum: bool = False,
        attention: bool = False,
        statistics: Sequence[str] = STATISTICS,
    ) -> None:
        super().__init__()
        self.layers, self.pools, self.statistics = tuple(layers), tuple(pools), tuple(statistics)
        n_states = 1 if weighted_sum else len(self.layers)
        self.dim = len(self.statistics) * hidden_dim * n_states * len(self.pools)
        # softmax of zeros: the layers' mean to begin with
        self.layer_scores = nn.Parameter(torch.zeros(len(self.layers))) if weighted_sum else None
        self.attention = nn.ModuleList(FrameAttention(hidden_dim) for _ in range(n_states)) if attention else None

    def forward(self, states: list[Tensor], mask: Tensor, speech: Tensor) -> Tensor:
        chosen = [states[layer] for layer in self.layers]
        if self.layer_scores is not None:
            shares = torch.softmax(self.layer_scores, dim=0)[:, None, None, None]
            chosen = [(shares * torch.stack(chosen)).sum(0)]
        pooled = []
        for pool in self.pools:
            counted = mask if pool == "all" else speech
            alike = counted / counted.sum(1, keepdim=True)
            for index, state in enumerate(chosen):
                weights = (alike if self.attention is None else self.attention[index](state, counted))[:, :, None]
                mean = (state * weights).sum(1)
                for statistic in self.statistics:
                    if statistic == "mean":
                        pooled.append(mean)
                    else:
                        variance = (((state - mean[:, None, :]) ** 2) * weights).sum(1)
                        pooled.append(torch.sqrt(variance + 1e-8))
        return torch.cat(pooled, dim=1)


def part_mask(mask: Tensor, parts: Tensor) -> Tensor:
    """Of the valid frames, mask float32 [b, t], those of the part, [b, 2] of share and place; 0.5 s where there is."""
    n = mask.sum(1)
    length = torch.maximum((n * parts[:, 0]).floor(), n.clamp(max=SHORTEST_PART))
    start = ((n - length) * parts[:, 1]).round()
    return range_mask(start, start + length - 1, mask.shape[1])


class PooledBackbone(nn.Module):
    """waveform [b, n], lengths [b] -> pooled statistics [b, D] of the chosen layers; see StatisticsPooling."""

    def __init__(
        self,
        backbone: Backbone,
        layers: Sequence[int],
        pools: Sequence[str] = ("all",),
        weighted_sum: bool = False,
        attention: bool = False,
        statistics: Sequence[str] = STATISTICS,
    ) -> None:
        super().__init__()
        if not layers or max(layers) > backbone.n_layers or min(layers) < 0:
            raise BackboneError(
                f"`pooled_layers` are {list(layers)}, but the encoder is cut after layer {backbone.n_layers}: "
                f"choose from 0 to {backbone.n_layers}."
            )
        self.backbone = backbone
        self.pooling = StatisticsPooling(backbone.hidden_dim, layers, pools, weighted_sum, attention, statistics)

    @property
    def pooled_dim(self) -> int:
        return self.pooling.dim

    def forward(self, waveform: Tensor, lengths: Tensor, parts: Tensor | None = None) -> Tensor:
        """Of the whole clips, [b, D], or of parts [b, p, 2] of them (trainer.data.augment.draw_part), [b, p, D]."""
        states, mask, speech = self.backbone(waveform, lengths)
        if parts is None:
            return self.pooling(states, mask, speech)  # type: ignore[no-any-return]
        pooled = []
        for part in parts.unbind(1):
            counted = part_mask(mask, part)
            spoken = counted * speech
            spoken = torch.where(spoken.sum(1, keepdim=True) > 0, spoken, counted)
            pooled.append(self.pooling(states, counted, spoken))
        return torch.stack(pooled, dim=1)

    def fingerprint(self) -> str:
        """Changes with the encoder, the layers, the pools and what the pooling has learned."""
        digest = sha256(
            f"{self.backbone.fingerprint} {self.pooling.layers} {self.pooling.pools} {self.pooling.statistics}".encode()
        )
        for key, value in sorted(self.pooling.state_dict().items()):
            digest.update(key.encode() + value.detach().cpu().contiguous().numpy().tobytes())
        return digest.hexdigest()[:16]


def load_pooled(recipe: BackboneRecipe) -> PooledBackbone:
    """The recipe's pretrained encoder with its pooling, in evaluation mode.

    Raises:
        BackboneError: It can't be found or loaded, or has not the layers asked for.
    """
    backbone = load_backbone(recipe.name, recipe.layers, recipe.front_end, recipe.max_seconds)
    return PooledBackbone(
        backbone, recipe.pooled_layers, recipe.pools, recipe.weighted_sum, recipe.attention, recipe.statistics
    ).eval()
