"""The timeline as PNG: the engine's SVG, painted by Qt, which is imported only when needed."""

import os
import sys
from pathlib import Path

from desktop_app.engine.exports import RecordingFormat
from desktop_app.engine.exports.timeline_image import timeline_svg_of_file
from desktop_app.engine.recognition.answer import Recognition
from desktop_app.errors import ExportError

SCALE = 2
"""Pixels per unit of the SVG: sharp on a screen with 200 % scaling and in print."""


def timeline_png_of_file(recognition: Recognition, target: Path) -> bytes:
    """The picture of `timeline_svg_of_file` in pixels.

    Raises:
        ExportError: Qt can't be started on this machine.
    """
    return png_from_svg(timeline_svg_of_file(recognition, target))


def png_from_svg(svg: bytes) -> bytes:
    """Paints an SVG on white.

    Raises:
        ExportError: Qt can't be started on this machine.
    """
    try:
        from PySide6.QtCore import QBuffer, QIODevice
        from PySide6.QtGui import QImage, QPainter
        from PySide6.QtSvg import QSvgRenderer
        from PySide6.QtWidgets import QApplication
    except ImportError as error:
        raise ExportError(f"PNG needs Qt, which does not start here ({error}): export SVG instead.") from None
    application = QApplication.instance()
    if application is None:
        # on the command line; painting text needs an application, but no screen. It is of the kind that a window
        # opened later in this process can use, since a process has only one
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        application = QApplication(sys.argv[:1])
    renderer = QSvgRenderer(svg)
    image = QImage(renderer.defaultSize() * SCALE, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFFFF)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not image.save(buffer, "PNG"):  # type: ignore[call-overload]
        raise ExportError("The picture can't be written as PNG: export SVG instead.")
    return bytes(buffer.data().data())


PNG = RecordingFormat("png", "Timeline as a picture (PNG)", ".png", timeline_png_of_file)
