"""Pooled features of a clip: statistics of the encoder's layers over time, and the blocks of the other experts."""

import inspect
from collections.abc import Sequence
from hashlib import sha256

import torch
from torch import Tensor, nn

from trainer.model import prosody
from trainer.model.backbone import MASKED, Backbone, BackboneError, WhisperBackbone, frame_mask, load_backbone
from trainer.recipe import ENCODER_ALONE, STATISTICS, BackboneRecipe, Expert

ATTENTION_WIDTH = 64


class FrameAttention(nn.Module):
    """Weights of the frames: the softmax of v . tanh(W x) over the valid frames, initially equal for all frames.

    These are the weights of attentive statistics pooling (Okabe et al., 2018).
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
    """Mean and standard deviation over time of the chosen layers, concatenated, or of their weighted sum.

    The output is float32 [b, len(pools) * states * len(statistics) * hidden_dim]: for each pool and layer, its
    statistics. The pool "all" uses every valid frame, and "speech" leaves out the silence at both ends. Without
    attention all frames have the same weight.
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
        # softmax of zeros is the mean of the layers, to begin with
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


class LogMelStatistics(nn.Module):
    """Statistics of a log-mel spectrogram over time, relative to its loudest bin if the front end's level is "peak".

    The output is float32 [b, 4 * n_mels]: the means over the quietest tenth of the frames, over the louder half and
    over the loudest fifth, and the standard deviation over the louder half. A frame's loudness is its mean over bins.
    """

    PARTS = ((0.0, 0.1), (0.5, 1.0), (0.8, 1.0))  # shares of the frames, from the quietest to the loudest

    def forward(self, mel: Tensor, valid: Tensor) -> Tensor:
        """Log-mel float32 [b, n_mels, t] and its valid frames int64 [b]."""
        mask = frame_mask(valid, mel.shape[2])
        level = torch.where(mask > 0, mel.mean(1), torch.full_like(mask, -MASKED))
        rank = level.argsort(1).argsort(1).float()
        n = valid[:, None].float()
        means, weights = [], []
        for first, last in self.PARTS:
            counted = ((rank >= (n * first).floor()) & (rank < (n * last).ceil())).float()
            weights.append(counted / counted.sum(1, keepdim=True))
            means.append((mel * weights[-1][:, None, :]).sum(2))
        variance = ((mel - means[1][:, :, None]) ** 2 * weights[1][:, None, :]).sum(2)
        return torch.cat([*means, torch.sqrt(variance + 1e-8)], dim=1)


PROSODY_WIDTHS = {"pitch": len(prosody.PITCH), "timbre": len(prosody.TIMBRE)}


class ProsodyAlone(nn.Module):
    """The blocks "pitch" and "timbre", concatenated [b, D], for the trainer's cache."""

    def __init__(self) -> None:
        super().__init__()
        self.prosody = prosody.Prosody()
        self.pooled_dim = sum(PROSODY_WIDTHS.values())

    def forward(self, waveform: Tensor, lengths: Tensor) -> Tensor:
        return torch.cat(self.prosody(waveform, lengths), dim=1)

    def fingerprint(self) -> str:
        """Changes with the source text of trainer.model.prosody."""
        return sha256(inspect.getsource(prosody).encode()).hexdigest()[:16]


class PooledBackbone(nn.Module):
    """Waveform [b, n] and lengths [b] to pooled features [b, D], which are the concatenated blocks of all experts.

    The block "encoder" has the statistics of the chosen layers, see StatisticsPooling; "log_mel" those of the
    encoder's input spectrogram, see LogMelStatistics; for "pitch" and "timbre" see trainer.model.prosody.
    """

    def __init__(
        self,
        backbone: Backbone,
        layers: Sequence[int],
        pools: Sequence[str] = ("all",),
        weighted_sum: bool = False,
        attention: bool = False,
        statistics: Sequence[str] = STATISTICS,
        experts: Sequence[Expert] = ENCODER_ALONE,
    ) -> None:
        super().__init__()
        if not layers or max(layers) > backbone.n_layers or min(layers) < 0:
            raise BackboneError(
                f"`pooled_layers` are {list(layers)}, but the encoder is cut after layer {backbone.n_layers}: "
                f"choose from 0 to {backbone.n_layers}."
            )
        if "log_mel" in experts and not isinstance(backbone, WhisperBackbone):
            raise BackboneError("`experts.log_mel` needs an encoder with a log-mel spectrogram as its input: Whisper.")
        self.backbone, self.experts = backbone, tuple(experts)
        self.pooling = StatisticsPooling(backbone.hidden_dim, layers, pools, weighted_sum, attention, statistics)
        self.log_mel = LogMelStatistics() if "log_mel" in experts else None
        self.prosody = prosody.Prosody() if {"pitch", "timbre"} & set(experts) else None

    @property
    def blocks(self) -> tuple[int, ...]:
        """Width of each expert's block."""
        widths: dict[str, int] = {"encoder": self.pooling.dim}
        if isinstance(self.backbone, WhisperBackbone):
            widths["log_mel"] = 4 * self.backbone.log_mel.n_mels
        if self.prosody is not None:
            widths.update(PROSODY_WIDTHS)
        return tuple(widths[name] for name in self.experts)

    @property
    def pooled_dim(self) -> int:
        return sum(self.blocks)

    def forward(self, waveform: Tensor, lengths: Tensor) -> Tensor:
        blocks: dict[str, Tensor] = {}
        if self.log_mel is not None:
            assert isinstance(self.backbone, WhisperBackbone)
            mel, valid, speech = self.backbone.spectrum(waveform, lengths)
            blocks["log_mel"] = self.log_mel(mel, valid)
            blocks["encoder"] = self.pooling(*self.backbone.states(mel, valid, speech))
        else:
            blocks["encoder"] = self.pooling(*self.backbone(waveform, lengths))
        if self.prosody is not None:
            blocks["pitch"], blocks["timbre"] = self.prosody(waveform, lengths)
        return torch.cat([blocks[name].float() for name in self.experts], dim=1)

    def below(self, waveform: Tensor, lengths: Tensor, first: int) -> tuple[Tensor, Tensor]:
        """All that `above` needs from the layers below `first`, to be cached.

        Returns:
            float32 [b, t, k * hidden_dim + 1]: the input of the layer `first`, the pooled states below it, and the mask
            without the silence at both ends, concatenated; and the number of valid frames, int64 [b].
        """
        states, mask, speech = self.backbone(waveform, lengths)
        return torch.cat([*(states[i] for i in self.kept_below(first)), speech[:, :, None]], dim=2), mask.sum(1).long()

    def above(self, kept: Tensor, valid: Tensor, first: int) -> Tensor:
        """As `forward`, from the output of `below`, but only for the block "encoder"."""
        mask = frame_mask(valid, kept.shape[1])
        numbers = self.kept_below(first)
        parts = dict(zip(numbers, torch.split(kept[:, :, :-1], self.backbone.hidden_dim, dim=2), strict=True))
        states = [parts.get(i, parts[first]) for i in range(first + 1)]  # the others are not pooled
        states += self.backbone.onward(parts[first], mask, first)
        return self.pooling(states, mask, kept[:, :, -1])  # type: ignore[no-any-return]

    def kept_below(self, first: int) -> list[int]:
        return sorted({first, *(layer for layer in self.pooling.layers if layer < first)})

    def fingerprint(self) -> str:
        """Changes with the encoder, the layers, the pools and the learned weights of the pooling."""
        digest = sha256(
            f"{self.backbone.fingerprint} {self.pooling.layers} {self.pooling.pools} {self.pooling.statistics}"
            f" {self.experts}".encode()
        )
        for key, value in sorted(self.pooling.state_dict().items()):
            digest.update(key.encode() + value.detach().cpu().contiguous().numpy().tobytes())
        return digest.hexdigest()[:16]


def load_pooled(recipe: BackboneRecipe, experts: Sequence[Expert] = ENCODER_ALONE) -> PooledBackbone:
    """Loads the recipe's pretrained encoder with its pooling and the experts' blocks, in evaluation mode.

    Raises:
        BackboneError: The encoder can't be found or loaded, or lacks some of the layers.
    """
    backbone = load_backbone(recipe.name, recipe.layers, recipe.front_end, recipe.max_seconds)
    return PooledBackbone(
        backbone,
        recipe.pooled_layers,
        recipe.pools,
        recipe.weighted_sum,
        recipe.attention,
        recipe.statistics,
        experts,
    ).eval()
