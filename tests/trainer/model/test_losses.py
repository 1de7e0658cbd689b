"""Eq. (1) and (2) against a naive double loop, against pytorch-metric-learning, and by finite differences."""

import math

import pytest
import torch
from pytorch_metric_learning.losses import SupConLoss
from torch import Tensor
from torch.nn import functional

from trainer.model.losses import cross_entropy, joint_loss, supervised_contrastive_loss


def naive(embeddings: Tensor, labels: Tensor, tau: float, reduction: str = "mean") -> float:
    """Eq. (1) as it stands on paper, in Python."""
    z, n = embeddings.double().tolist(), len(labels)

    def similarity(i: int, j: int) -> float:
        return sum(a * b for a, b in zip(z[i], z[j], strict=True)) / tau

    losses = []
    for i in range(n):
        others = [a for a in range(n) if a != i]
        positives = [p for p in others if labels[p] == labels[i]]
        if positives:
            denominator = sum(math.exp(similarity(i, a)) for a in others)
            terms = [math.log(math.exp(similarity(i, p)) / denominator) for p in positives]
            losses.append(-sum(terms) / len(positives))
    if reduction == "sum":
        return sum(losses)
    return sum(losses) / len(losses) if losses else 0.0


def batch(labels: list[int], seed: int = 0, dim: int = 8) -> tuple[Tensor, Tensor]:
    z = torch.randn(len(labels), dim, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    return functional.normalize(z, dim=1), torch.tensor(labels)


CASES = {
    "usual": [0, 1, 2, 0, 1, 2, 0, 1],
    "N and N augmented": [0, 1, 2, 3, 0, 1, 2, 3],
    "a label that occurs once": [0, 0, 1, 2, 2],
    "one label only": [1, 1, 1, 1],
    "no positive at all": [0, 1, 2, 3],
    "one clip": [0],
}


@pytest.mark.parametrize("labels", CASES.values(), ids=CASES.keys())
@pytest.mark.parametrize("tau", [0.07, 1.0])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_equals_the_double_loop(labels: list[int], tau: float, reduction: str) -> None:
    z, y = batch(labels)
    ours = supervised_contrastive_loss(z, y, tau, reduction).item()
    assert ours == pytest.approx(naive(z, y, tau, reduction), abs=1e-6)


def test_duplicate_embeddings() -> None:
    z, y = batch([0, 1, 0, 1])
    z = torch.cat([z, z])
    y = torch.cat([y, y])
    assert supervised_contrastive_loss(z, y, 0.07).item() == pytest.approx(naive(z, y, 0.07), abs=1e-6)
    same = z[:1].repeat(6, 1)
    assert supervised_contrastive_loss(same, torch.zeros(6, dtype=torch.long), 0.07).item() == pytest.approx(
        math.log(5)
    )


def test_float32_does_not_overflow_at_a_low_temperature() -> None:
    z, y = batch([0, 0, 1, 1, 2, 2])
    loss = supervised_contrastive_loss(z.float(), y, 0.005)
    assert loss.item() == pytest.approx(supervised_contrastive_loss(z, y, 0.005).item(), rel=1e-4)


@pytest.mark.parametrize("labels", [CASES["usual"], CASES["N and N augmented"]])
def test_equals_pytorch_metric_learning(labels: list[int]) -> None:
    """Where the conventions coincide: the library takes an anchor without positives or negatives for 0."""
    z, y = batch(labels, seed=1)
    assert supervised_contrastive_loss(z, y, 0.07).item() == pytest.approx(SupConLoss(0.07)(z, y).item(), abs=1e-6)


def test_leading_dimensions_are_batches_of_their_own() -> None:
    first, second = batch([0, 1, 0, 1], 1), batch([0, 0, 0, 1], 2)
    z, y = torch.stack([first[0], second[0]]), torch.stack([first[1], second[1]])
    loss = supervised_contrastive_loss(z, y, 0.1)
    assert loss.tolist() == pytest.approx([naive(*first, 0.1), naive(*second, 0.1)], abs=1e-6)


@pytest.mark.parametrize("labels", CASES.values(), ids=CASES.keys())
def test_gradients(labels: list[int]) -> None:
    z, y = batch(labels, dim=4)
    z = z.clone().requires_grad_()
    assert torch.autograd.gradcheck(
        lambda e: supervised_contrastive_loss(functional.normalize(e, dim=-1), y, 0.3), (z,)
    )
    supervised_contrastive_loss(z, y, 0.07).backward()
    assert torch.isfinite(z.grad).all()


def test_cross_entropy_equals_torch() -> None:
    logits = torch.randn(6, 4, generator=torch.Generator().manual_seed(0))
    labels = torch.tensor([0, 1, 2, 3, 0, 1])
    ours = cross_entropy(logits, functional.one_hot(labels, 4).float(), 0.1)
    assert ours.item() == pytest.approx(functional.cross_entropy(logits, labels, label_smoothing=0.1).item(), abs=1e-6)


def test_cross_entropy_of_leading_dimensions_is_that_of_each_batch() -> None:
    generator = torch.Generator().manual_seed(1)
    logits = torch.randn(3, 5, 4, generator=generator)
    targets = torch.softmax(torch.randn(3, 5, 4, generator=generator), -1)
    each = [cross_entropy(x, t, 0.2).item() for x, t in zip(logits, targets, strict=True)]
    assert cross_entropy(logits, targets, 0.2).tolist() == pytest.approx(each)


def test_joint_loss_is_equation_2() -> None:
    assert joint_loss(torch.tensor(2.0), torch.tensor(5.0), 0.1).item() == pytest.approx(0.9 * 2 + 0.1 * 5)
