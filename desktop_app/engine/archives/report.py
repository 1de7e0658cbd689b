"""Summarises an archive in one self-contained HTML file, in which every figure has its interval.

Intervals are 95 % intervals from resampling recordings (Poisson bootstrap, 400 draws, a fixed seed), since the
stretches of one recording are not independent. They show the effect of chance, not how often the pack is wrong. People
are sorted by name and never by a figure; docs/ethics.md says why.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np
import numpy.typing as npt

from desktop_app.atomic_file import write_atomically
from desktop_app.engine.archives.dataset import RECORDINGS, STRETCHES, Dataset
from desktop_app.engine.exports.timeline_image import colours
from desktop_app.engine.recognition.path_text import path_of
from desktop_app.engine.recognition.timeline import clock
from desktop_app.errors import ExportError

Doubles = npt.NDArray[np.float64]

DRAWS = 400
LISTED = 10
"""How many of the most and least certain stretches are listed."""
FEWEST = 5
"""The least number of recordings for which shares are given: with fewer, intervals are meaningless and the people in
the recordings can be identified."""
MOST_GROUPS = 40
PARTS = 10
"""Parts into which each recording, and an archive without dates, is divided."""
DATED = 0.8
"""If at least this share of recordings has a date in the path, the course over time is given by month."""
BAR, LINE = 520, 26

_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])(?!\d)")

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2.5rem}table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #ddd;vertical-align:top}
td.n{white-space:nowrap;font-variant-numeric:tabular-nums}.quiet{color:#595959;font-size:.9rem}svg{max-width:100%}
"""


@dataclass(frozen=True, eq=False)
class _Archive:
    """The answered recordings [n] and their stretches [m] as arrays.

    Attributes:
        labels: The L labels of the answers.
        paths, speakers, channels: [n]; "" if not known.
        doubtful: [n], whether the answer is uncertain.
        hours: [n], the duration.
        of: [m], the index of each stretch's recording.
        start_s, end_s, label, confidence, who: [m]; `who` is "" if the speaker is not known.
        failed: How many recordings have no answer.
    """

    labels: tuple[str, ...]
    paths: Sequence[str]
    speakers: Sequence[str]
    channels: Sequence[str]
    doubtful: npt.NDArray[np.bool_]
    hours: Doubles
    of: npt.NDArray[np.int64]
    start_s: Doubles
    end_s: Doubles
    label: npt.NDArray[np.int64]
    confidence: Doubles
    who: Sequence[str]
    failed: int


def write_report(source: Path, target: Path, *, overwrite: bool = False) -> None:
    """Writes the report of the dataset `source`.

    Raises:
        TargetExists: `target` exists and `overwrite` is False.
        ExportError: The dataset can't be read, has no answers, or `target` can't be written.
    """
    write_atomically(target, report(source).encode(), overwrite=overwrite)


def report(source: Path) -> str:
    """The report of a dataset as HTML; errors as in `write_report`."""
    archive = _read(Dataset(source))
    body = [
        _head(archive, source.name),
        _overall(archive),
        _over_time(archive),
        _within(archive),
        _by_name(archive, "By speaker", "speaker", archive.speakers, archive.who),
        _by_name(archive, "By channel", "channel", archive.channels, ()),
        _to_listen(archive),
        _limits(),
    ]
    title = f"<title>{escape(source.name)}</title>"
    style = f'<style>{_STYLE}</style><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    return f'<!doctype html><html lang="en"><head>{title}{style}</head><body>{"".join(body)}</body></html>\n'


def _read(dataset: Dataset) -> _Archive:
    wanted = ["recording", "path", "error", "duration_s", "abstained", "speaker", "channel"]
    table = dataset.table(RECORDINGS, wanted)
    rows = [row for row in table.to_pylist() if row["error"] is None]
    if not rows:
        raise ExportError("No recording of this archive got an answer, so there is nothing to report.")
    stretches = dataset.table(STRETCHES, ["recording", "start_s", "end_s", "label", "confidence", "speaker"])
    place = {row["recording"]: i for i, row in enumerate(rows)}
    said = stretches["label"].to_pylist()
    labels = tuple(dict.fromkeys((*dataset.labels, *said)))
    number = {label: i for i, label in enumerate(labels)}
    return _Archive(
        labels=labels,
        paths=[row["path"] for row in rows],
        speakers=[row["speaker"] or "" for row in rows],
        channels=["" if row["channel"] is None else str(row["channel"]) for row in rows],
        doubtful=np.array([row["abstained"] for row in rows], bool),
        hours=np.array([row["duration_s"] for row in rows]) / 3600,
        of=np.array([place[i] for i in stretches["recording"].to_pylist()], np.int64),
        start_s=stretches["start_s"].to_numpy(),
        end_s=stretches["end_s"].to_numpy(),
        label=np.array([number[label] for label in said], np.int64),
        confidence=stretches["confidence"].to_numpy(),
        who=[name or "" for name in stretches["speaker"].to_pylist()],
        failed=table.num_rows - len(rows),
    )


def shares(counts: Doubles, seed: int = 0) -> tuple[Doubles, Doubles, Doubles]:
    """The share of each column in the sum of `counts` [n, L], whose rows are independent, and the low and high end of
    its 95 % interval: three arrays [L]."""
    total = counts.sum(axis=0)
    rng = np.random.default_rng(seed)
    drawn = np.empty((DRAWS, counts.shape[1]))
    for i in range(DRAWS):
        drawn[i] = rng.poisson(1.0, len(counts)) @ counts
    drawn = drawn[drawn.sum(axis=1) > 0]
    if not total.sum() or not len(drawn):
        return np.zeros_like(total), np.zeros_like(total), np.ones_like(total)
    low, high = np.percentile(drawn / drawn.sum(axis=1, keepdims=True), [2.5, 97.5], axis=0)
    return total / total.sum(), low, high


def _seconds(archive: _Archive, chosen: npt.NDArray[np.bool_] | None = None) -> Doubles:
    """Seconds of each label in each recording, [n, L], counting only the chosen stretches [m]."""
    weight = archive.end_s - archive.start_s
    if chosen is not None:
        weight = weight * chosen
    flat = np.bincount(
        archive.of * len(archive.labels) + archive.label, weight, len(archive.paths) * len(archive.labels)
    )
    return flat.astype(np.float64).reshape(len(archive.paths), len(archive.labels))


def _head(archive: _Archive, name: str) -> str:
    n = len(archive.paths)
    doubtful = np.stack([archive.doubtful, ~archive.doubtful], axis=1).astype(np.float64)
    share, low, high = (values[0] for values in shares(doubtful))
    failed = f" {archive.failed} got no answer." if archive.failed else ""
    return (
        f"<h1>{escape(name)}</h1><p>{n} recordings, {archive.hours.sum():.1f} hours, "
        f"{len(archive.of)} stretches.{failed} Not to be relied on: {_with_interval(share, low, high)} of the "
        "answers.</p>"
    )


def _overall(archive: _Archive) -> str:
    of_time = shares(_seconds(archive))
    rows = []
    for i, label in enumerate(archive.labels):
        figure = _with_interval(*(v[i] for v in of_time))
        rows.append(f"<tr><td>{_dot(archive, i)}{escape(label)}</td><td class=n>{figure}</td></tr>")
    head = "<h2>What it sounds like</h2><table><tr><th>label</th><th>share of the speech</th></tr>"
    return f"{head}{''.join(rows)}</table>"


def _over_time(archive: _Archive) -> str:
    dates = [_DATE.search(path) for path in archive.paths]
    if sum(map(bool, dates)) >= DATED * len(dates):
        keys = [f"{found[1]}-{found[2]}" if found else "" for found in dates]
        words = "By the month given in the names of the recordings; those without a date are left out."
    else:
        keys = [f"{1 + i * PARTS // len(dates):02d}" for i in range(len(dates))]
        words = "In the order of the recordings, in ten parts, since their names hold no dates."
    return _groups(archive, "Over time", words, sorted(set(keys) - {""}), lambda key: [k == key for k in keys])


def _within(archive: _Archive) -> str:
    ends = np.zeros(len(archive.paths))
    np.maximum.at(ends, archive.of, archive.end_s)
    middle = (archive.start_s + archive.end_s) / 2 / np.maximum(ends[archive.of], 1e-9)
    part = np.minimum((middle * PARTS).astype(np.int64), PARTS - 1)
    several = np.bincount(archive.of, minlength=len(archive.paths))[archive.of] >= PARTS
    if not several.any():
        return ""
    return _chart(
        archive,
        "Within a recording",
        "Recordings with ten stretches or more, in ten parts from beginning to end.",
        [(f"{10 * i} to {10 * i + 10} %", _seconds(archive, several & (part == i))) for i in range(PARTS)],
    )


def _by_name(archive: _Archive, title: str, what: str, names: Sequence[str], of_stretches: Sequence[str]) -> str:
    found = sorted(set(names) - {""})
    words = f"In alphabetical order. A {what} with fewer than {FEWEST} recordings is left out."
    if found:
        return _groups(archive, title, words, found, lambda key: [name == key for name in names])
    told = sorted(set(of_stretches) - {""})
    who = np.array(of_stretches)
    return _chart(archive, title, words, [(name, _seconds(archive, who == name)) for name in told]) if told else ""


def _groups(
    archive: _Archive, title: str, words: str, keys: Sequence[str], chosen: Callable[[str], Sequence[bool]]
) -> str:
    seconds = _seconds(archive)
    return _chart(archive, title, words, [(key, seconds[np.array(chosen(key), bool)]) for key in keys])


def _chart(archive: _Archive, title: str, words: str, groups: Sequence[tuple[str, Doubles]]) -> str:
    """A stacked bar for each group, and its figures; groups with fewer than FEWEST recordings are left out."""
    told = [(name, counts) for name, counts in groups if (counts.sum(axis=1) > 0).sum() >= FEWEST]
    if not told:
        return ""
    more = f" The first {MOST_GROUPS} of {len(told)}." if len(told) > MOST_GROUPS else ""
    told = told[:MOST_GROUPS]
    fills = colours(archive.labels)
    bars, rows = [], []
    for line, (name, counts) in enumerate(told):
        figures = shares(counts)
        left = 150.0
        for label, share in zip(archive.labels, figures[0], strict=True):
            what = f"<title>{escape(label)} {share:.0%}</title>"
            bars.append(
                f'<rect x="{left:.1f}" y="{line * LINE + 3}" width="{BAR * share:.1f}" height="{LINE - 6}" '
                f'fill="{fills[label]}">{what}</rect>'
            )
            left += BAR * share
        bars.append(f'<text x="0" y="{line * LINE + 18}" font-size="13">{escape(name[:20])}</text>')
        recordings = int((counts.sum(axis=1) > 0).sum())
        cells = "".join(f"<td class=n>{_with_interval(*(v[i] for v in figures))}</td>" for i in range(len(figures[0])))
        rows.append(f"<tr><td>{escape(name)}</td><td class=n>{recordings}</td>{cells}</tr>")
    heads = "".join(f"<th>{_dot(archive, i)}{escape(label)}</th>" for i, label in enumerate(archive.labels))
    height = LINE * len(told)
    return (
        f'<h2>{title}</h2><p class=quiet>{words}{more}</p><svg viewBox="0 0 {150 + BAR} {height}" width="{150 + BAR}" '
        f'role="img" aria-label="{title}: the figures are in the table below">{"".join(bars)}</svg>'
        f"<table><tr><th></th><th>recordings</th>{heads}</tr>{''.join(rows)}</table>"
    )


def _to_listen(archive: _Archive) -> str:
    relied = ~archive.doubtful[archive.of]
    order = np.argsort(-archive.confidence, kind="stable")
    surest = [i for i in order.tolist() if relied[i]][:LISTED]
    least = order[::-1][:LISTED].tolist()
    return (
        f"<h2>To listen to</h2><p class=quiet>The most certain stretches, from answers that can be relied on, and the "
        f"least certain of all: listen to both before you believe the figures.</p><h3>Most certain</h3>"
        f"{_stretches(archive, surest)}<h3>Least certain</h3>{_stretches(archive, least)}"
    )


def _stretches(archive: _Archive, chosen: Sequence[int]) -> str:
    rows = []
    for i in chosen:
        path = archive.paths[archive.of[i]]
        when = f"{clock(round(archive.start_s[i], 1))} to {clock(round(archive.end_s[i], 1))}"
        rows.append(
            f'<tr><td><a href="{escape(_address(path))}#t={archive.start_s[i]:.1f}">{escape(path)}</a></td>'
            f"<td class=n>{when}</td><td>{_dot(archive, int(archive.label[i]))}"
            f"{escape(archive.labels[archive.label[i]])}</td><td class=n>{archive.confidence[i]:.0%}</td></tr>"
        )
    return f"<table><tr><th>recording</th><th>stretch</th><th>label</th><th>sure</th></tr>{''.join(rows)}</table>"


def _limits() -> str:
    return (
        "<h2>Limits</h2><p>Intervals are 95 % intervals over resampled recordings: they show the effect of chance, not "
        "how often the pack is wrong, which its model card says. The figures describe how something is said, not what "
        "anybody feels. People are sorted by name and not by their figures, and those with few recordings are left "
        "out: this does not measure people, and inferring emotions of people at work or in education is prohibited in "
        "the EU (AI Act, Art. 5(1)(f)).</p>"
    )


def _with_interval(share: float, low: float, high: float) -> str:
    return f"{share:.1%} <span class=quiet>({low:.1%} to {high:.1%})</span>"


def _dot(archive: _Archive, label: int) -> str:
    fill = colours(archive.labels)[archive.labels[label]]
    return f'<svg width="12" height="12" aria-hidden="true"><rect width="12" height="12" fill="{fill}"/></svg> '


def _address(path: str) -> str:
    """The file:// address of a recording that is a local file; otherwise empty."""
    try:
        return Path(path_of(path)).absolute().as_uri()
    except ValueError:
        return "#"
