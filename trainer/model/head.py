"""The model behind the encoder: standardised pooled features, less the speaker's baseline, to embedding and logits."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from trainer.model.pooling import PooledBackbone
from trainer.recipe import HeadRecipe


class Standardise(nn.Module):
    """(x - mean) / deviation: centres pooled features on the training mean; what a pack calls `pooled`."""

    def __init__(self, mean: Tensor, deviation: Tensor) -> None:
        super().__init__()
        self.mean = nn.Buffer(mean.clone())
        self.deviation = nn.Buffer(deviation.clone())

    def forward(self, pooled: Tensor) -> Tensor:
        return (pooled - self.mean) / self.deviation


class Head(nn.Module):
    """An ensemble of small networks, computed as one by batched matrices.

    Each member: pooled -> hidden (GELU, dropout) -> embedding, L2-normalised -> logits, of the embedding times `scale`
    or, with a scale of 0, of what it was before it was normalised. The ensemble's logits are the members' mean; its
    embedding is theirs side by side, again of length 1, so that the squared distance is the members' mean squared
    distance.
    """

    def __init__(self, pooled_dim: int, n_labels: int, recipe: HeadRecipe) -> None:
        super().__init__()
        m, width, dim = recipe.members, recipe.width, recipe.embedding
        self.members, self.scale = m, recipe.scale
        self.dropout, self.input_dropout = nn.Dropout(recipe.dropout), nn.Dropout(recipe.input_dropout)
        self.hidden_weight = _weight(m, pooled_dim, width)
        self.hidden_bias = nn.Parameter(torch.zeros(m, 1, width))
        self.embedding_weight = _weight(m, width, dim)
        self.embedding_bias = nn.Parameter(torch.zeros(m, 1, dim))
        self.logit_weight = _weight(m, dim, n_labels)
        self.logit_bias = nn.Parameter(torch.zeros(m, 1, n_labels))

    @property
    def embedding_dim(self) -> int:
        return self.members * int(self.embedding_weight.shape[2])

    def each_member(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Features [m, b, D], a batch a member, to logits [m, b, L] and embeddings [m, b, E / m] of length 1."""
        return self._after(torch.matmul(self.input_dropout(features), self.hidden_weight) + self.hidden_bias)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Features [b, D] (baseline taken off) to logits [b, L] and embedding [b, E] of length 1."""
        return self._joined(*self.each_member(features[None]))

    def before(self, features: Tensor) -> Tensor:
        """The first layer's sums [m, b, width] of features [b, D], which a baseline's can be taken off afterwards."""
        return torch.matmul(features, self.hidden_weight)

    def after(self, sums: Tensor) -> tuple[Tensor, Tensor]:
        """As `forward`, of what `before` gave, [m, b, width]."""
        return self._joined(*self._after(sums + self.hidden_bias))

    def _after(self, hidden: Tensor) -> tuple[Tensor, Tensor]:
        projected = torch.matmul(self.dropout(functional.gelu(hidden)), self.embedding_weight) + self.embedding_bias
        embedding, read = _normalised(projected, self.scale)
        return torch.matmul(read, self.logit_weight) + self.logit_bias, embedding

    def _joined(self, logits: Tensor, embedding: Tensor) -> tuple[Tensor, Tensor]:
        return logits.mean(0), embedding.transpose(0, 1).flatten(1) / math.sqrt(self.members)


def _normalised(projected: Tensor, scale: float) -> tuple[Tensor, Tensor]:
    """The embedding, [..., dim] of length 1, and what the classifier reads."""
    embedding = projected * torch.rsqrt((projected * projected).sum(-1, keepdim=True) + 1e-12)
    return embedding, scale * embedding if scale else projected


def _weight(members: int, n_in: int, n_out: int) -> nn.Parameter:
    return nn.Parameter(torch.randn(members, n_in, n_out) / math.sqrt(n_in))


class PackHead(nn.Module):
    """head.onnx: pooled [b, D], baseline [b, D] -> logits [b, L], embedding [b, E], of the pack's labels alone.

    The members' first layers are one matrix product here, so that quantisation to int8 per channel has one matrix.
    """

    def __init__(self, head: Head, outputs: Sequence[int]) -> None:
        super().__init__()
        m, _, width = head.hidden_weight.shape
        self.members, self.width, self.scale = m, width, head.scale
        with torch.no_grad():
            self.hidden = nn.Linear(head.hidden_weight.shape[1], m * width)
            self.hidden.weight.copy_(head.hidden_weight.permute(0, 2, 1).reshape(m * width, -1))
            self.hidden.bias.copy_(head.hidden_bias.reshape(-1))
            self.embedding_weight = nn.Parameter(head.embedding_weight.clone())
            self.embedding_bias = nn.Parameter(head.embedding_bias.clone())
            self.logit_weight = nn.Parameter(head.logit_weight[:, :, list(outputs)].clone())
            self.logit_bias = nn.Parameter(head.logit_bias[:, :, list(outputs)].clone())

    def forward(self, pooled: Tensor, baseline: Tensor) -> tuple[Tensor, Tensor]:
        hidden = functional.gelu(self.hidden(pooled - baseline))
        hidden = hidden.reshape(-1, self.members, self.width).transpose(0, 1)
        projected = torch.matmul(hidden, self.embedding_weight) + self.embedding_bias
        embedding, read = _normalised(projected, self.scale)
        logits = (torch.matmul(read, self.logit_weight) + self.logit_bias).mean(0)
        return logits, embedding.transpose(0, 1).flatten(1) / math.sqrt(self.members)


class PackEncoder(nn.Module):
    """encoder.onnx: waveform [b, n], lengths [b], baseline [b, D] -> logits, embedding, pooled."""

    def __init__(self, backbone: PooledBackbone, standardise: Standardise, head: PackHead) -> None:
        super().__init__()
        self.backbone, self.standardise, self.head = backbone, standardise, head

    def forward(self, waveform: Tensor, lengths: Tensor, baseline: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        pooled = self.standardise(self.backbone(waveform, lengths))
        logits, embedding = self.head(pooled, baseline)
        return logits, embedding, pooled
