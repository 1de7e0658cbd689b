"""The model behind the encoder: standardised pooled features, less the speaker's baseline, to embedding and logits.

The pooled features are concatenated blocks (trainer.model.pooling), and each block has its own expert: a small ensemble
that sees nothing else. Weak experts with different errors do better when fused than when concatenated.
"""

import math
from collections.abc import Sequence
from itertools import accumulate

import torch
from torch import Tensor, nn
from torch.nn import functional

from trainer.model.pooling import PooledBackbone
from trainer.recipe import HeadRecipe

LARGEST_DEVIATION = 6.0  # standardised features are clipped here, so that one odd value can't outweigh all the rest


class Standardise(nn.Module):
    """(x - mean) / deviation, within LARGEST_DEVIATION: centred on the training mean; what a pack calls `pooled`."""

    def __init__(self, mean: Tensor, deviation: Tensor) -> None:
        super().__init__()
        self.mean = nn.Buffer(mean.clone())
        self.deviation = nn.Buffer(deviation.clone())

    def forward(self, pooled: Tensor) -> Tensor:
        return ((pooled - self.mean) / self.deviation).clamp(-LARGEST_DEVIATION, LARGEST_DEVIATION)


class Head(nn.Module):
    """Experts, each an ensemble of small networks, all computed together with batched matrices.

    Each member: its block of pooled -> hidden (GELU, dropout) -> embedding, L2-normalised -> logits, of the embedding
    times `scale` or, with a scale of 0, of what it was before it was normalised. An expert's logits are its members'
    mean, and the head's are the product of experts: sum over experts of weight * logits. The embedding is that of the
    first expert's members side by side, again of length 1, so that the squared distance is the members'
    mean squared distance.
    """

    def __init__(
        self, blocks: Sequence[int], n_labels: int, recipe: HeadRecipe, weights: Sequence[float] = (1.0,)
    ) -> None:
        """`blocks`: the width of each expert's block of the pooled features; `weights`: its weight in the answer."""
        super().__init__()
        self.blocks = tuple(blocks)
        m, width, dim = recipe.members, recipe.width, recipe.embedding
        n = m * len(self.blocks)  # members of all experts, the first's first
        self.members, self.scale = m, recipe.scale
        # a buffer, since making it from numbers at each call would stall a GPU
        self.shares = nn.Buffer(torch.tensor(tuple(weights)).repeat_interleave(m) / m, persistent=False)
        self.dropout, self.input_dropout = nn.Dropout(recipe.dropout), nn.Dropout(recipe.input_dropout)
        self.hidden_weights = nn.ParameterList(_weight(m, block, width) for block in self.blocks)
        self.hidden_bias = nn.Parameter(torch.zeros(n, 1, width))
        self.embedding_weight = _weight(n, width, dim)
        self.embedding_bias = nn.Parameter(torch.zeros(n, 1, dim))
        self.logit_weight = _weight(n, dim, n_labels)
        self.logit_bias = nn.Parameter(torch.zeros(n, 1, n_labels))

    @property
    def embedding_dim(self) -> int:
        return self.members * int(self.embedding_weight.shape[2])

    def each_member(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Features [m, b, D], a batch a member, to each expert's members' logits [n, b, L] and embeddings [n, b, E / m]
        of length 1, n = m * experts: member i of every expert hears batch i."""
        return self._after(self.before(self.input_dropout(features)) + self.hidden_bias)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Features [b, D] (baseline taken off) to logits [b, L] and embedding [b, E] of length 1."""
        return self._joined(*self.each_member(features[None]))

    def before(self, features: Tensor) -> Tensor:
        """The first layer's output [n, b, width] for features [b, D] or [m, b, D]. It is linear, so a baseline's
        output can be subtracted from it."""
        parts = torch.split(features, list(self.blocks), dim=-1)
        return torch.cat([torch.matmul(x, weight) for x, weight in zip(parts, self.hidden_weights, strict=True)])

    def after(self, sums: Tensor) -> tuple[Tensor, Tensor]:
        """As `forward`, from the output of `before`, [n, b, width]."""
        return self._joined(*self._after(sums + self.hidden_bias))

    def _after(self, hidden: Tensor) -> tuple[Tensor, Tensor]:
        projected = torch.matmul(self.dropout(functional.gelu(hidden)), self.embedding_weight) + self.embedding_bias
        embedding, read = _normalised(projected, self.scale)
        return torch.matmul(read, self.logit_weight) + self.logit_bias, embedding

    def _joined(self, logits: Tensor, embedding: Tensor) -> tuple[Tensor, Tensor]:
        return fused(logits, self.shares), joined(embedding[: self.members])


def fused(logits: Tensor, shares: Tensor) -> Tensor:
    """The product of experts [b, L] from their members' logits [n, b, L], of which each weighs its share [n].

    softmax(sum of weight * logits) is softmax(sum of weight * log softmax(logits)): the sums differ by a constant.
    """
    return (logits * shares[:, None, None]).sum(0)


def joined(embedding: Tensor) -> Tensor:
    """Members' embeddings [m, b, E / m], each of length 1, side by side, [b, E] of length 1."""
    return embedding.transpose(0, 1).flatten(1) / math.sqrt(len(embedding))


def _normalised(projected: Tensor, scale: float) -> tuple[Tensor, Tensor]:
    """The embedding, [..., dim] of length 1, and the classifier's input."""
    embedding = projected * torch.rsqrt((projected * projected).sum(-1, keepdim=True) + 1e-12)
    return embedding, scale * embedding if scale else projected


def _weight(members: int, n_in: int, n_out: int) -> nn.Parameter:
    return nn.Parameter(torch.randn(members, n_in, n_out) / math.sqrt(n_in))


class PackHead(nn.Module):
    """head.onnx: pooled [b, D], baseline [b, D] -> logits [b, L], embedding [b, E], of the pack's labels alone.

    An expert's members' first layers are one matrix product here, so that quantisation to int8 per channel has one
    matrix.
    """

    def __init__(self, head: Head, outputs: Sequence[int]) -> None:
        super().__init__()
        self.blocks = head.blocks
        self.shares = nn.Buffer(head.shares.clone(), persistent=False)
        self.members, self.width, self.scale = head.members, int(head.hidden_bias.shape[2]), head.scale
        self.hidden = nn.ModuleList(_first_layer(weight) for weight in head.hidden_weights)
        with torch.no_grad():
            self.hidden_bias = nn.Parameter(head.hidden_bias.clone())
            self.embedding_weight = nn.Parameter(head.embedding_weight.clone())
            self.embedding_bias = nn.Parameter(head.embedding_bias.clone())
            self.logit_weight = nn.Parameter(head.logit_weight[:, :, list(outputs)].clone())
            self.logit_bias = nn.Parameter(head.logit_bias[:, :, list(outputs)].clone())

    def forward(self, pooled: Tensor, baseline: Tensor) -> tuple[Tensor, Tensor]:
        heard = pooled - baseline
        ends = list(accumulate(self.blocks))
        # slices, not one split, whose list of sizes a pack's reader would take for a shape
        parts = [heard[:, end - width : end] for end, width in zip(ends, self.blocks, strict=True)]
        sums = torch.cat([layer(x) for x, layer in zip(parts, self.hidden, strict=True)], dim=1)
        hidden = functional.gelu(
            sums.reshape(-1, self.members * len(self.blocks), self.width).transpose(0, 1) + self.hidden_bias
        )
        projected = torch.matmul(hidden, self.embedding_weight) + self.embedding_bias
        embedding, read = _normalised(projected, self.scale)
        logits = torch.matmul(read, self.logit_weight) + self.logit_bias
        return fused(logits, self.shares), joined(embedding[: self.members])


def _first_layer(weight: Tensor) -> nn.Linear:
    """Members' first layers [m, block, width] as one, block -> m * width."""
    m, block, width = weight.shape
    layer = nn.Linear(block, m * width, bias=False)
    with torch.no_grad():
        layer.weight.copy_(weight.permute(0, 2, 1).reshape(m * width, block))
    return layer


class PackEncoder(nn.Module):
    """encoder.onnx: waveform [b, n], lengths [b], baseline [b, D] -> logits, embedding, pooled."""

    def __init__(self, backbone: PooledBackbone, standardise: Standardise, head: PackHead) -> None:
        super().__init__()
        self.backbone, self.standardise, self.head = backbone, standardise, head

    def forward(self, waveform: Tensor, lengths: Tensor, baseline: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        pooled = self.standardise(self.backbone(waveform, lengths))
        logits, embedding = self.head(pooled, baseline)
        return logits, embedding, pooled
