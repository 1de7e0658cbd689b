"""Supervised contrastive loss and its mix with cross-entropy: eq. (1) and (2) of arXiv 2308.16485."""

import torch
from torch import Tensor
from torch.nn import functional


def supervised_contrastive_loss(
    embeddings: Tensor, labels: Tensor, tau: float = 0.07, reduction: str = "mean"
) -> Tensor:
    """Eq. (1), averaged over the anchors that have a positive, or summed over them.

        L_i = -1 / |P(i)| * sum_{p in P(i)} log( exp(z_i . z_p / tau) / sum_{a in A(i)} exp(z_i . z_a / tau) )

    A(i) is the whole batch but i; P(i) are those of A(i) with the label of i. With augmentation the batch is N clips
    and their N copies, 2N rows. An anchor without a positive is left out of the mean; if no anchor has one, the
    loss and its gradients are 0.

    Where annotators differ, q_i(l) is the share of those who chose label l for clip i, and every other clip is a
    positive by how probable it is that an annotator of each, drawn, would agree:

        L_i = -1 / W_i * sum_{p in A(i)} w_ip log( ... as above ... ),  w_ip = sum_l q_i(l) q_p(l),  W_i = sum_p w_ip

    With one label per clip, w_ip is 1 for the positives and 0 for the others, which gives exactly eq. (1).

    Args:
        embeddings: float [..., n, E], L2-normalised; leading dimensions are batches of their own.
        labels: int64 [..., n], or float [..., n, L]: q, rows summing to 1.
        tau: Temperature, > 0.
        reduction: "mean" or "sum".

    Returns:
        float [...], the loss of each batch.
    """
    similarity = embeddings @ embeddings.transpose(-1, -2) / tau  # [..., n, n]
    itself = torch.eye(similarity.shape[-1], dtype=torch.bool, device=similarity.device)
    if labels.is_floating_point():
        agreement = labels @ labels.transpose(-1, -2)
    else:
        agreement = (labels[..., :, None] == labels[..., None, :]).to(similarity.dtype)
    agreement = agreement.masked_fill(itself, 0.0)
    log_probability = similarity - similarity.masked_fill(itself, float("-inf")).logsumexp(-1, keepdim=True)
    whole = agreement.sum(-1)
    has_positive = whole > 0
    # `where`, not a product: an anchor alone in its batch has infinite log-probabilities, and 0 * inf is NaN
    weighted = agreement * torch.where(agreement > 0, log_probability, 0.0)
    loss = -weighted.sum(-1) / torch.where(has_positive, whole, 1.0)
    if reduction == "sum":
        return loss.sum(-1)
    return loss.sum(-1) / has_positive.sum(-1).clamp(min=1)


def cross_entropy(logits: Tensor, targets: Tensor, label_smoothing: float = 0.0) -> Tensor:
    """Mean cross-entropy of each batch, expected over its targets: -sum_l q(l) log p(l).

    Targets are one label per clip, a mix of two clips, or the shares of annotators who chose each label.

    Args:
        logits: float [..., n, L].
        targets: float [..., n, L], rows summing to 1.
        label_smoothing: Share of the target that is spread over all labels.

    Returns:
        float [...].
    """
    targets = targets * (1.0 - label_smoothing) + label_smoothing / logits.shape[-1]
    return -(targets * functional.log_softmax(logits, dim=-1)).sum(-1).mean(-1)


def joint_loss(ce: Tensor, scl: Tensor, lambda_scl: float) -> Tensor:
    """L = (1 - lambda) * L_CE + lambda * L_SCL, eq. (2)."""
    return (1.0 - lambda_scl) * ce + lambda_scl * scl
