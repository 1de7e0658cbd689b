"""Draws the app's icon as a PNG of 1,024 pixels: icon.py TARGET. PyInstaller makes .ico and .icns of it."""

import sys
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

SOURCE = Path(__file__).resolve().parents[1] / "assets" / "icons" / "voicekin.svg"
SIZE = QSize(1024, 1024)

app = QGuiApplication(["icon", "-platform", "offscreen"])
image = QImage(SIZE, QImage.Format.Format_ARGB32)
image.fill(Qt.GlobalColor.transparent)
painter = QPainter(image)
QSvgRenderer(str(SOURCE)).render(painter)
painter.end()
if not image.save(sys.argv[1]):
    sys.exit(f"{sys.argv[1]} can't be written")
