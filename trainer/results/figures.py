"""Figures: confusion matrices, embeddings on a plane, curves; each written as PNG and as SVG."""

import base64
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from trainer.training.metrics import coverage_curve

mpl.use("Agg")
mpl.rcParams["svg.hashsalt"] = "voicekin"  # so that the same figure gives the same bytes

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Embedded = tuple[Floats, Ints]
"""Embeddings float32 [n, E] and labels int64 [n]."""


def save_figure(figure: Figure, path: Path) -> str:
    """Writes PATH.png and PATH.svg, and returns the PNG as a data URI."""
    figure.savefig(path.with_name(path.name + ".svg"), bbox_inches="tight", metadata={"Date": None})
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=120, bbox_inches="tight")
    path.with_name(path.name + ".png").write_bytes(png.getvalue())
    return "data:image/png;base64," + base64.b64encode(png.getvalue()).decode()


def confusion_figure(labels: Sequence[str], matrices: Mapping[str, npt.NDArray[Any]]) -> Figure:
    """Figure 3 of the paper: counts [L, L] by title, with the truth in rows, drawn as percentages of each row."""
    side = 1.6 + 0.6 * len(labels)
    figure = Figure(figsize=(side * len(matrices), side), layout="constrained")
    for axes, (title, counts) in zip(
        np.ravel(figure.subplots(1, len(matrices), squeeze=False)), matrices.items(), strict=True
    ):
        shares = 100.0 * counts / np.maximum(counts.sum(1, keepdims=True), 1)
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=100)
        axes.set_xticks(range(len(labels)), labels, rotation=45, ha="right")
        axes.set_yticks(range(len(labels)), labels)
        axes.set_xlabel("answered")
        axes.set_ylabel("truth")
        axes.set_title(title)
        for i, row in enumerate(shares):
            for j, share in enumerate(row):
                axes.text(j, i, f"{share:.0f}", ha="center", va="center", color="white" if share > 55 else "black")
    return figure


def datastore_figure(labels: Sequence[str], spaces: Mapping[str, Sequence[Embedded]], seed: int = 0) -> Figure:
    """Figure 4 of the paper: t-SNE of the datastore and, outlined, of tested clips; by title (datastore, tested)."""
    from sklearn.manifold import TSNE

    figure = Figure(figsize=(5 * len(spaces) + 1, 5), layout="constrained")
    colours = mpl.colormaps["tab10"]
    grid = np.ravel(figure.subplots(1, len(spaces), squeeze=False))
    for axes, (title, ((stored, stored_labels), (tested, tested_labels))) in zip(grid, spaces.items(), strict=True):
        together = np.concatenate([stored, tested])
        perplexity = min(30.0, (len(together) - 1) / 3)
        places = TSNE(2, init="pca", perplexity=perplexity, random_state=seed).fit_transform(together)
        known, new = places[: len(stored)], places[len(stored) :]
        for index, label in enumerate(labels):
            own, other = stored_labels == index, tested_labels == index
            axes.scatter(*known[own].T, s=9, color=colours(index), alpha=0.35, linewidths=0)
            axes.scatter(*new[other].T, s=26, color=colours(index), edgecolors="black", linewidths=0.6, label=label)
        axes.set_xticks([])
        axes.set_yticks([])
        axes.set_title(title)
    figure.legend(*grid[0].get_legend_handles_labels(), loc="outside right center")
    return figure


def sweep_figure(curves: Mapping[str, Mapping[float, Sequence[float]]]) -> Figure:
    """UA over each setting, one picture each: by setting, the UA of all seeds in per cent by value."""
    figure = Figure(figsize=(3.6 * len(curves), 3.2), layout="constrained")
    grid = np.ravel(figure.subplots(1, len(curves), squeeze=False, sharey=True))
    for axes, (name, curve) in zip(grid, curves.items(), strict=True):
        values = list(curve)
        seeds = np.array([curve[v] for v in values])
        axes.fill_between(values, seeds.min(1), seeds.max(1), alpha=0.2, linewidth=0)
        axes.plot(values, seeds.mean(1), marker="o", markersize=4)
        if min(values) > 0 and max(values) / min(values) > 8:
            axes.set_xscale("log")
            axes.set_xticks(values, [f"{v:g}" for v in values], minor=False)
            axes.set_xticks([], minor=True)
        axes.set_xlabel(name)
    grid[0].set_ylabel("UA, %")
    return figure


def coverage_figure(truth: Ints, probabilities: npt.NDArray[np.float64]) -> Figure:
    """Accuracy over the share of clips answered, for decreasing confidence; truth [n], probabilities [n, L]."""
    _, coverage, accuracy = coverage_curve(truth, probabilities)
    figure = Figure(figsize=(5, 3.5))
    axes = figure.add_subplot()
    axes.plot(100 * coverage, 100 * accuracy)
    axes.set_xlabel("clips answered, %")
    axes.set_ylabel("answered rightly, %")
    axes.set_title("accuracy and coverage, speaker not known")
    return figure


def calibration_figure(truth: Ints, probabilities: npt.NDArray[np.float64], bins: int = 10) -> Figure:
    """Accuracy over confidence; a calibrated model lies on the diagonal."""
    confidence, right = probabilities.max(1), probabilities.argmax(1) == truth
    which = np.minimum((confidence * bins).astype(int), bins - 1)
    there = [b for b in range(bins) if (which == b).any()]
    figure = Figure(figsize=(4, 4))
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1)
    axes.plot([confidence[which == b].mean() for b in there], [right[which == b].mean() for b in there], marker="o")
    axes.set_xlabel("confidence")
    axes.set_ylabel("accuracy")
    axes.set_title("calibration, speaker not known")
    return figure


def recalls(labels: Sequence[str], counts: npt.NDArray[Any]) -> str:
    """The recall of each label in a confusion matrix, int [L, L], as text."""
    shares = 100 * np.diag(counts) / np.maximum(counts.sum(1), 1)
    return ", ".join(f"{label} {share:.0f} %" for label, share in zip(labels, shares, strict=True))


def training_figure(curves: Mapping[str, Sequence[Sequence[float]]]) -> Figure:
    """Loss and validation UA over epochs, one line per training: by its name, rows of (epoch, loss, UA or -1, ...)."""
    checked = any(row[2] >= 0 for rows in curves.values() for row in rows)
    figure = Figure(figsize=(10 if checked else 5, 3.5), layout="constrained")
    grid = np.ravel(figure.subplots(1, 1 + checked, squeeze=False))
    for name, rows in curves.items():
        label = name if len(curves) <= 10 else None
        grid[0].plot([r[0] for r in rows], [r[1] for r in rows], linewidth=1, marker=".", label=label)
        if checked:
            there = [r for r in rows if r[2] >= 0]
            grid[1].plot([r[0] for r in there], [r[2] for r in there], linewidth=1, marker=".", label=label)
    for axes, what in zip(grid, ("loss", "UA on validation speakers, %"), strict=False):
        axes.set_xlabel("epoch")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.set_ylabel(what)
    if len(curves) <= 10:
        grid[0].legend(fontsize=7)
    return figure


def personalisation_figure(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """What knowing a speaker adds: UA over unlabelled clips by their moods, and over examples per label.

    Args:
        rows: The conditions of `trainer.results.personalisation.summarise`.
    """
    figure = Figure(figsize=(11, 4.2), layout="constrained")
    voices, examples = figure.subplots(1, 2, sharey=True)

    def those(**wanted: object) -> list[Mapping[str, Any]]:
        return [r for r in rows if all(r[name] == value for name, value in wanted.items())]

    methods = list(dict.fromkeys(r["by"] for r in rows))
    alone = those(unlabelled=0, examples=0)
    for mood in dict.fromkeys(r["mood"] for r in rows):
        _curve(voices, "unlabelled", alone + [r for r in those(mood=mood, examples=0) if r["unlabelled"]], mood)
    for known in sorted({r["unlabelled"] for r in rows if r["examples"]}, reverse=True):
        for method in methods:
            found = those(unlabelled=known, mood="random", wrong=0, by=method)
            if found:
                _curve(examples, "examples", found, f"{method}, {known} unlabelled clips known")
    wrong = [r for r in rows if r["wrong"]]
    examples.plot([r["examples"] for r in wrong], [r["ua"] for r in wrong], "kx", label="one label of them wrong")
    voices.set_ylabel("UA, %")
    voices.set_xlabel("unlabelled clips of the speaker")
    examples.set_xlabel("examples per label")
    for axes in (voices, examples):
        axes.set_xscale("symlog", linthresh=1)
        axes.grid(alpha=0.3)
        axes.legend(fontsize=8)
    voices.set_xticks([0, 1, 3, 5, 10, 30], ["0", "1", "3", "5", "10", "30"])
    examples.set_xticks([0, 1, 3, 5, 10], ["0", "1", "3", "5", "10"])
    return figure


def _curve(axes: Any, over: str, rows: Sequence[Mapping[str, Any]], name: str) -> None:
    x = [r[over] for r in rows]
    (line,) = axes.plot(x, [r["ua"] for r in rows], marker="o", markersize=4, label=name)
    low, high = np.array([r["interval"] for r in rows]).T
    axes.fill_between(x, low, high, color=line.get_color(), alpha=0.1, linewidth=0)
