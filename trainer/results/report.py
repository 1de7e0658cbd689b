"""The report of a run: one self-contained HTML file with tables and figures, and each figure as PNG and SVG."""

import base64
import html
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from trainer.results.evaluate import evaluate_run, read_scores
from trainer.results.figures import calibration_figure, confusion_figure, coverage_figure, save_figure, training_figure
from trainer.run import Run
from trainer.training.curves import read_curves

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
    pictures = []
    for name, condition in scores["conditions"].items():
        slug = f"confusion-{name.replace(', ', '-').replace(' ', '-')}"
        matrices = {f"clips known: {name}": np.array(condition["confusion"])}
        pictures.append(save_figure(confusion_figure(scores["labels"], matrices), figures / slug))
    first = _first_answers(run)
    pictures.append(save_figure(coverage_figure(*first), figures / "coverage"))
    pictures.append(save_figure(calibration_figure(*first), figures / "calibration"))
    pictures.append(save_figure(training_figure(_curves(run)), figures / "training"))
    texts = [run.folder / "tables.md", *sorted((run.folder / "tables").glob("*.md"))]
    drawn = sorted((run.folder / "tables").glob("*.png"))
    pictures += ["data:image/png;base64," + base64.b64encode(p.read_bytes()).decode() for p in drawn]
    path = run.folder / "report.html"
    tables = "\n\n".join(p.read_text(encoding="utf-8").strip() for p in texts)
    path.write_text(_page(run, tables, pictures), encoding="utf-8")
    return path


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


def _page(run: Run, tables: str, pictures: Sequence[str]) -> str:
    recipe = run.recipe_text()
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
