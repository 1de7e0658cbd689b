"""Eq. (1) and (2) against a naive double loop, against pytorch-metric-learning, and by finite differences."""

import math

import numpy as np
import pytest
import torch
from pytorch_metric_learning.losses import SupConLoss
from torch import Tensor
from torch.nn import functional

from trainer.model.losses import cross_entropy, joint_loss, supervised_contrastive_loss


def naive(embeddings: Tensor, labels: Tensor, tau: float, reduction: str = "mean") -> float:
    """Eq. (1), literally, in Python."""
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
    """For batches where the conventions agree: in the library, an anchor without positives or negatives counts as 0."""
    z, y = batch(labels, seed=1)
    assert supervised_contrastive_loss(z, y, 0.07).item() == pytest.approx(SupConLoss(0.07)(z, y).item(), abs=1e-6)


def test_leading_dimensions_are_separate_batches() -> None:
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


def soft(n: int, n_labels: int, seed: int = 3) -> Tensor:
    """Shares of three annotators each, as float64 [n, labels]."""
    chosen = torch.randint(n_labels, (n, 3), generator=torch.Generator().manual_seed(seed))
    return functional.one_hot(chosen, n_labels).double().mean(1)


@pytest.mark.parametrize("tau", [0.07, 1.0])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("labels", [2, 4, 9])
def test_soft_labels_weigh_each_positive_by_how_far_its_annotators_agree(
    labels: int, tau: float, reduction: str
) -> None:
    z, _ = batch([0] * 7, seed=labels)
    q = soft(7, labels)
    e, p = z.numpy(), q.numpy()
    losses = []
    for i in range(7):
        others = [a for a in range(7) if a != i]
        whole = np.sum([np.exp(e[i] @ e[a] / tau) for a in others])
        agree = {a: sum(p[i, label] * p[a, label] for label in range(labels)) for a in others}
        if sum(agree.values()) > 0:
            terms = [w * np.log(np.exp(e[i] @ e[a] / tau) / whole) for a, w in agree.items()]
            losses.append(-sum(terms) / sum(agree.values()))
    expected = np.sum(losses) if reduction == "sum" else np.mean(losses)
    assert supervised_contrastive_loss(z, q, tau, reduction).item() == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("labels", CASES.values(), ids=CASES.keys())
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_unanimous_soft_labels_give_exactly_equation_1(labels: list[int], reduction: str) -> None:
    gradients = []
    for form in (lambda y: y, lambda y: functional.one_hot(y, 4).float()):
        z, y = batch(labels)
        z = z.float().requires_grad_()
        loss = supervised_contrastive_loss(z, form(y), 0.07, reduction)
        loss.backward()
        assert z.grad is not None
        gradients.append((loss.detach(), z.grad))
    assert torch.equal(gradients[0][0], gradients[1][0])
    assert torch.equal(gradients[0][1], gradients[1][1])


def test_gradients_of_soft_labels() -> None:
    z, _ = batch([0] * 5, dim=4)
    q = soft(5, 3)
    assert torch.autograd.gradcheck(
        lambda e: supervised_contrastive_loss(functional.normalize(e, dim=-1), q, 0.3), (z.requires_grad_(),)
    )


def test_cross_entropy_of_soft_labels_is_expected_over_the_annotators() -> None:
    logits = torch.randn(6, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    chosen = torch.randint(4, (6, 5), generator=torch.Generator().manual_seed(1))  # by five annotators each
    shares = functional.one_hot(chosen, 4).double().mean(1)
    each = [functional.cross_entropy(logits, chosen[:, one]).item() for one in range(5)]
    assert cross_entropy(logits, shares).item() == pytest.approx(np.mean(each), abs=1e-12)


def test_joint_loss_is_equation_2() -> None:
    assert joint_loss(torch.tensor(2.0), torch.tensor(5.0), 0.1).item() == pytest.approx(0.9 * 2 + 0.1 * 5)
