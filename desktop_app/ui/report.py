"""A report on one recording, as HTML or PDF: the answer, its bars, the timeline, the reasons, and the limits."""

from base64 import b64encode
from html import escape
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QLocale, QMarginsF
from PySide6.QtGui import QFont, QPageLayout, QPageSize, QPdfWriter, QTextDocument

import desktop_app
from desktop_app.engine.exports import RecordingFormat
from desktop_app.engine.exports.timeline_image import timeline_svg_of_file
from desktop_app.engine.recognition.answer import Recognition
from desktop_app.engine.recognition.timeline import passages
from desktop_app.errors import ExportError
from desktop_app.ui import answer_text
from desktop_app.ui.language import clock, label_name, percent, speaker_label, translate
from desktop_app.ui.theme import look
from desktop_app.ui.timeline_png import png_from_svg

SPOKEN = 30  # passages
NEIGHBOURS = 8
DOTS_PER_INCH = 150
MARGIN_MM = 16
BAR_CELLS = 50  # of two per cent each: both Qt's rich text and browsers can draw them


def html_report(recognition: Recognition, target: Path) -> bytes:
    """The report as one self-contained HTML file, UTF-8; `target` is where it will be written."""
    return _html(recognition, target).encode()


def pdf_report(recognition: Recognition, target: Path) -> bytes:
    """The report as PDF (A4, usually one page).

    Raises:
        ExportError: It can't be drawn.
    """
    document = QTextDocument()
    document.setDefaultFont(QFont("Inter", 9))
    document.setHtml(_html(recognition, target))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(DOTS_PER_INCH)
    writer.setTitle(Path(recognition.path).name)
    writer.setCreator(f"VoiceKin {desktop_app.__version__}")
    margins = QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM)
    writer.setPageLayout(
        QPageLayout(
            QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, margins, QPageLayout.Unit.Millimeter
        )
    )
    document.documentLayout().setPaintDevice(writer)
    document.setPageSize(writer.pageLayout().paintRectPixels(DOTS_PER_INCH).size().toSizeF())
    document.print_(writer)
    content = bytes(buffer.data().data())
    if not content.startswith(b"%PDF"):
        raise ExportError("The report can't be drawn as PDF: export HTML instead.")
    return content


def _html(recognition: Recognition, target: Path) -> str:
    name = Path(recognition.path).name
    silent = answer_text.is_silent(recognition)
    share = answer_text.share(recognition)
    parts = [
        f"<h3>{escape(name)}</h3>",
        f"<h1>{escape(answer_text.headline(recognition))} {escape(share)}</h1>",
        _paragraph(answer_text.how_sure(recognition)),
        *(_paragraph(remark) for remark in recognition.remarks),
    ]
    if not silent:
        parts += [
            _bars(recognition),
            _paragraph(answer_text.dimensions(recognition)),
            _paragraph(answer_text.manner(recognition)),
            _paragraph(answer_text.agreement(recognition)),
        ]
    if len(recognition.segments) > 1:
        dress = {label: (label_name(label), look(label).light) for label in recognition.probabilities}
        png = b64encode(png_from_svg(timeline_svg_of_file(recognition, target, dress))).decode()
        heading = _heading(translate("Report", "Over time"))
        parts += [heading, f'<img width="640" src="data:image/png;base64,{png}" alt="{escape(_when(recognition))}">']
    if len(recognition.speakers) > 1:
        parts += [_heading(translate("Report", "Who speaks")), _speakers(recognition)]
    if not silent and recognition.neighbours:
        parts += [
            _heading(translate("Report", "It sounds most like these")),
            _paragraph(answer_text.neighbours_in_a_sentence(recognition)),
            _neighbours(recognition),
        ]
    parts += [
        _heading(translate("Report", "What it rests on")),
        _paragraph(answer_text.rests_on(recognition)),
        _paragraph(answer_text.lengths(recognition, recognition.duration_s)),
        _heading(translate("Report", "What it can’t say")),
        _paragraph(
            translate(
                "Report",
                "It says how a voice sounds, not what someone feels. It gets about two in three of a stranger’s "
                "recordings right. It must not be used at work or in education to infer the emotions of people, on "
                "people who did not agree, or for decisions about people.",
            )
        ),
        _paragraph(translate("Report", "Written by VoiceKin {0} on this computer.").format(desktop_app.__version__)),
    ]
    language = QLocale().name().split("_")[0]
    return (
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>{escape(name)}</title>'
        "<style>body { font-family: Inter, sans-serif; max-width: 46em; margin: 2em auto; color: #1d2030; }"
        "td { padding: 2px 8px 2px 0; }</style></head><body>" + "".join(parts) + "</body></html>"
    )


def _when(recognition: Recognition) -> str:
    """The timeline in words, for those who can't see it; of a long one its beginning."""
    found = passages(recognition.segments)
    words = [f"{clock(one.start_s)}–{clock(one.end_s)} {label_name(one.label).lower()}" for one in found]
    return "; ".join(words[:SPOKEN]) + ("…" if len(words) > SPOKEN else "")


def _heading(text: str) -> str:
    return f"<h2>{escape(text)}</h2>"


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>" if text else ""


def _bars(recognition: Recognition) -> str:
    rows = []
    for label, share in recognition.probabilities.items():
        full = round(share * BAR_CELLS)
        bar = "".join(
            f'<td bgcolor="{colour}" width="{4 * cells}">&nbsp;</td>'
            for colour, cells in ((look(label).light, full), ("#f1efea", BAR_CELLS - full))
            if cells
        )
        rows.append(
            f'<tr><td>{escape(label_name(label))}</td><td><table cellspacing="0" cellpadding="0"><tr>{bar}'
            f'</tr></table></td><td align="right">{escape(percent(share))}</td></tr>'
        )
    return f'<table cellspacing="0" cellpadding="2">{"".join(rows)}</table>'


def _speakers(recognition: Recognition) -> str:
    rows = []
    for at, one in enumerate(recognition.speakers):
        sounds = ", ".join(f"{label_name(label).lower()} {percent(p)}" for label, p in one.probabilities.items())
        cells = (speaker_label(one.name, at), f"{clock(one.speech_s)} · {percent(one.share)}", sounds)
        rows.append("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>")
    return f'<table cellspacing="0" cellpadding="2">{"".join(rows)}</table>'


def _neighbours(recognition: Recognition) -> str:
    heads = (
        translate("Report", "Emotion"),
        translate("Report", "Where it is from"),
        translate("Report", "Words"),
        translate("Report", "Weight"),
    )
    rows = ["<tr>" + "".join(f'<th align="left">{escape(head)}</th>' for head in heads) + "</tr>"]
    for one in recognition.neighbours[:NEIGHBOURS]:
        origin = answer_text.origin(one)
        cells = (label_name(one.label), origin, one.text, percent(one.weight))
        rows.append("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>")
    return f'<table cellspacing="0" cellpadding="2">{"".join(rows)}</table>'


REPORTS = (
    RecordingFormat("html", "Report (HTML)", ".html", html_report),
    RecordingFormat("pdf", "Report (PDF)", ".pdf", pdf_report),
)
