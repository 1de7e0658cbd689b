"""The report of a run: one self-contained HTML file with tables and figures, and each figure as PNG and SVG."""

import base64
import html
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from trainer.evaluate import evaluate_run, read_scores
from trainer.metrics import coverage_curve
from trainer.run import Run

mpl.use("Agg")

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
table { border-collapse: collapse; margin: 1rem 0 } td, th { border-bottom: 1px solid #ccc; padding: .25rem .7rem }
td + td, th + th { text-align: right } pre { background: #f4f4f4; padding: 1rem; overflow: auto }
img { max-width: 100% }
"""


def report_run(run: Run) -> Path:
    """Writes report.html and figures/ into the run's folder; evaluates first where that was not done."""
    if not (run.folder / "scores.json").is_file():
        evaluate_run(run)
    scores = read_scores(run)
    figures = run.folder / "figures"
    figures.mkdir(exist_ok=True)
    pictures = [
        save_figure(
            confusion_figure(scores["labels"], np.array(c["confusion"]), f"clips known: {name}"), figures / slug
        )
        for name, c in scores["conditions"].items()
        if (slug := f"confusion-{name.replace(', ', '-').replace(' ', '-')}")
    ]
    pictures.append(save_figure(coverage_figure(run), figures / "coverage"))
    pictures.append(save_figure(calibration_figure(run), figures / "calibration"))
    path = run.folder / "report.html"
    path.write_text(_page(run, (run.folder / "tables.md").read_text(encoding="utf-8"), pictures), encoding="utf-8")
    return path


def save_figure(figure: Figure, path: Path) -> str:
    """Writes PATH.png and PATH.svg, and returns the PNG as a data URI."""
    figure.savefig(path.with_name(path.name + ".svg"), bbox_inches="tight")
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=120, bbox_inches="tight")
    path.with_name(path.name + ".png").write_bytes(png.getvalue())
    return "data:image/png;base64," + base64.b64encode(png.getvalue()).decode()


def confusion_figure(labels: Sequence[str], counts: npt.NDArray[Any], title: str) -> Figure:
    """Figure 3 of the paper: each row's shares in per cent; counts [L, L], row the truth."""
    shares = 100.0 * counts / np.maximum(counts.sum(1, keepdims=True), 1)
    side = 1.6 + 0.6 * len(labels)
    figure = Figure(figsize=(side, side))
    axes = figure.add_subplot()
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


def _first_answers(run: Run) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Truth [n] and fused probabilities [n, L] of the first condition's first seed and draw."""
    with np.load(run.folder / "answers.npz") as answers:
        rows, probabilities = answers["rows_0"], answers["probabilities_0"][0].astype(np.float64)
    return run.prepare().label_indices()[rows], probabilities


def coverage_figure(run: Run) -> Figure:
    """Accuracy over the share of clips answered, as the confidence asked for falls."""
    _, coverage, accuracy = coverage_curve(*_first_answers(run))
    figure = Figure(figsize=(5, 3.5))
    axes = figure.add_subplot()
    axes.plot(100 * coverage, 100 * accuracy)
    axes.set_xlabel("clips answered, %")
    axes.set_ylabel("answered rightly, %")
    axes.set_title("accuracy and coverage, speaker not known")
    return figure


def calibration_figure(run: Run, bins: int = 10) -> Figure:
    """Accuracy over confidence; a calibrated model lies on the diagonal."""
    truth, probabilities = _first_answers(run)
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


def _page(run: Run, tables: str, pictures: Sequence[str]) -> str:
    recipe = (run.folder / "recipe.toml").read_text(encoding="utf-8")
    environment = json.loads((run.folder / "environment.json").read_text(encoding="utf-8"))
    images = "\n".join(f'<img alt="figure" src="{picture}">' for picture in pictures)
    return f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(run.recipe.name)}</title>
<style>{STYLE}</style><h1>{html.escape(run.recipe.name)}</h1>
{markdown_tables(tables)}
{images}
<h2>Recipe</h2><pre>{html.escape(recipe)}</pre>
<h2>Made with</h2><pre>{html.escape(json.dumps(environment, indent=1))}</pre></html>
"""


def markdown_tables(text: str) -> str:
    """Markdown of paragraphs and tables alone, as HTML."""
    out: list[str] = []
    for block in text.strip().split("\n\n"):
        lines = block.splitlines()
        if not lines[0].startswith("|"):
            out.append(f"<p>{html.escape(block)}</p>")
            continue
        rows = [[html.escape(cell.strip()) for cell in line.strip("|").split("|")] for line in lines]
        head = "".join(f"<th>{cell}</th>" for cell in rows[0])
        body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows[2:])
        out.append(f"<table><tr>{head}</tr>{body}</table>")
    return "\n".join(out)
