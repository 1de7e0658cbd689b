"""The report of a run: one self-contained HTML file with tables and figures, and each figure as PNG and SVG."""

import base64
import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from trainer.recipe import PublishedRecipe
from trainer.results.evaluate import evaluate_run, read_scores
from trainer.results.figures import (
    calibration_figure,
    confusion_figure,
    coverage_figure,
    recalls,
    save_figure,
    training_figure,
)
from trainer.run import Run
from trainer.training.curves import read_curves

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
table { border-collapse: collapse; margin: 1rem 0 } td, th { border-bottom: 1px solid #ccc; padding: .25rem .7rem }
td + td, th + th { text-align: right } pre { background: #f4f4f4; padding: 1rem; overflow: auto }
img { max-width: 100% } figure { margin: 2rem 0 } figcaption { color: #555 }
"""


@dataclass(frozen=True)
class Picture:
    """A figure on the page.

    Attributes:
        source: A data URI.
        caption: What it shows.
        told: A description for screen readers.
    """

    source: str
    caption: str
    told: str


def report_run(run: Run) -> Path:
    """Writes report.html and figures/ into the run's folder; evaluates first if that was not done."""
    if not (run.folder / "scores.json").is_file():
        evaluate_run(run)
    scores = read_scores(run)
    figures = run.folder / "figures"
    figures.mkdir(exist_ok=True)
    pictures = []
    for name, condition in scores["conditions"].items():
        slug = f"confusion-{name.replace(', ', '-').replace(' ', '-')}"
        counts = np.array(condition["confusion"])
        source = save_figure(confusion_figure(scores["labels"], {f"clips known: {name}": counts}), figures / slug)
        caption = f"Predicted labels for each true label, in per cent of its clips; known clips of the speaker: {name}."
        pictures.append(Picture(source, caption, f"Answered correctly: {recalls(scores['labels'], counts)}."))
    pictures += [*_of_confidence(run, scores, figures), _of_training(run, figures)]
    texts = [run.folder / "tables.md", *sorted((run.folder / "tables").glob("*.md"))]
    blocks = [p.read_text(encoding="utf-8").strip() for p in texts]
    if run.recipe.published and not (run.folder / "tables" / "table-4.md").is_file():
        blocks.append(published_table(run.recipe.published, scores))
    drawn = (run.folder / "tables").glob("*.png")
    pictures += [_drawn(path) for path in sorted(drawn, key=lambda path: (len(path.stem), path.stem))]  # 2 before 10
    path = run.folder / "report.html"
    path.write_text(_page(run, "\n\n".join(blocks), pictures), encoding="utf-8")
    return path


def published_table(published: Sequence[PublishedRecipe], scores: Mapping[str, Any]) -> str:
    """Published figures of others, and the run's own for unknown speakers, as Markdown."""
    own = scores["conditions"]["0"]
    lines = [
        "Compared with published results, whose protocols may differ:",
        "",
        "| | WA | UA | protocol, source |",
        "|---|---|---|---|",
    ]
    for row in published:
        wa, ua = (f"{value:g}" if value else "" for value in (row.wa, row.ua))
        lines.append(f"| {row.name} | {wa} | {ua} | {row.source} |")
    interval = f"{own['ua_fused']:.1f} ({own['ua_low']:.1f} to {own['ua_high']:.1f})"
    lines.append(f"| here | {own['wa']:.1f} | {interval} | {scores['protocol']['kind']}, this run |")
    return "\n".join(lines)


def _of_confidence(run: Run, scores: Mapping[str, Any], figures: Path) -> list[Picture]:
    """Coverage and calibration of the first condition's first seed."""
    truth, probabilities = _first_answers(run)
    _, condition = next(iter(scores["conditions"].items()))
    right = ", ".join(f"of the most confident {share:.0%} {ok:.0%}" for share, ok, _ in condition["coverage"])
    bins = ", ".join(f"{sure:.2f} and {ok:.2f}" for sure, ok in condition["reliability"])
    return [
        Picture(
            save_figure(coverage_figure(truth, probabilities), figures / "coverage"),
            "How many answers are right if only the most confident ones are given.",
            f"Right are {right}.",
        ),
        Picture(
            save_figure(calibration_figure(truth, probabilities), figures / "calibration"),
            "Accuracy over confidence; on the diagonal, confidence can be trusted.",
            f"Expected calibration error {condition['ece']:.3f}; confidence and accuracy, by fifths: {bins}.",
        ),
    ]


def _of_training(run: Run, figures: Path) -> Picture:
    curves = _curves(run)
    ends = np.array([[rows[0][1], rows[-1][1]] for rows in curves.values() if rows])
    what = (
        "fine-tuning" if run.recipe.is_itself else "fine-tuning and the heads" if run.recipe.finetuned else "the heads"
    )
    return Picture(
        save_figure(training_figure(curves), figures / "training"),
        f"Loss, and unweighted accuracy on validation speakers, over epochs of {what}; a line per fold and seed.",
        f"{len(curves)} trainings; their loss goes from {ends[:, 0].mean():.3f} to {ends[:, 1].mean():.3f} on average."
        if len(ends)
        else "There are no curves.",
    )


def _drawn(path: Path) -> Picture:
    """A figure of the tables, sweeps or of personalisation."""
    name = path.stem
    captions = {
        "figure-3": "Figure 3: predicted for each true label with CE, with SCL, and with SCL and kNN, in per cent.",
        "sweeps": "UA over lambda, tau, k and alpha; the band is from the lowest to the highest of the seeds.",
        "personalisation": "UA over unlabelled clips and over examples of the speaker.",
    }
    caption, more = captions.get(name, name), "The numbers are in the tables above."
    if name.startswith("figure-4"):
        fold = name.removeprefix("figure-4-")
        caption = f"Figure 4, fold {fold}: embeddings with CE and with SCL; large dots are clips of test speakers."
        more = "Each dot is a clip, in its label's colour; clips that are close together sound alike to the model."
    told = path.with_suffix(".txt")
    if told.is_file():
        more = told.read_text(encoding="utf-8")
    source = "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode()
    return Picture(source, caption, f"{caption} {more}")


def _first_answers(run: Run) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Truth [n] and fused probabilities [n, L] of the first condition's first seed and draw."""
    with np.load(run.folder / "answers.npz") as answers:
        rows, probabilities = answers["rows_0"], answers["probabilities_0"][0].astype(np.float64)
    return run.prepare().label_indices()[rows], probabilities


def _curves(run: Run) -> dict[str, list[list[float]]]:
    """(epoch, loss, ...) of every training, by fold and seed: of heads and, where there was one, of fine-tuning."""
    curves = {}
    for part in run.parts():
        name = f"{part.fold.name}, seed {part.seed}"
        if run.recipe.finetuned:
            curves[f"fine-tuning, {name}"] = read_curves(part.encoder / "finetune.csv")
        if not run.recipe.is_itself:
            curves[name] = read_curves(part.folder / "metrics.csv")
    return curves


def _page(run: Run, tables: str, pictures: Sequence[Picture]) -> str:
    recipe = run.recipe_text()
    environment = json.loads((run.folder / "environment.json").read_text(encoding="utf-8"))
    images = "\n".join(
        f'<figure><img alt="{html.escape(picture.told)}" src="{picture.source}">'
        f"<figcaption>{html.escape(picture.caption)}</figcaption></figure>"
        for picture in pictures
    )
    return f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(run.recipe.name)}</title>
<style>{STYLE}</style><h1>{html.escape(run.recipe.name)}</h1>
{markdown_tables(tables)}
{images}
<h2>Recipe</h2><pre>{html.escape(recipe)}</pre>
<h2>Made with</h2><pre>{html.escape(json.dumps(environment, indent=1))}</pre></html>
"""


def markdown_tables(text: str) -> str:
    """Turns Markdown of paragraphs, tables and indented text into HTML."""
    out: list[str] = []
    for block in text.strip("\n").split("\n\n"):
        lines = block.splitlines()
        if not lines[0].startswith("|"):
            drawn = all(line.startswith("    ") for line in lines)
            out.append(f"<{'pre' if drawn else 'p'}>{html.escape(block)}</{'pre' if drawn else 'p'}>")
            continue
        rows = [[html.escape(cell.strip()) for cell in line.strip("|").split("|")] for line in lines]
        head = "".join(f"<th>{cell}</th>" for cell in rows[0])
        body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows[2:])
        out.append(f"<table><tr>{head}</tr>{body}</table>")
    return "\n".join(out)
