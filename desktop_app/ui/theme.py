"""Colours, type and the style sheet: light, dark or as the system, with text of the chosen size."""

import re
import sys
from dataclasses import dataclass

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontDatabase,
    QFontInfo,
    QGuiApplication,
    QPaintDevice,
    QPainter,
    QPalette,
)
from PySide6.QtWidgets import QApplication

from desktop_app import paths
from desktop_app.ui.language import SPELLINGS


@dataclass(frozen=True)
class Colours:
    """The named colours of one theme, after WCAG AA.

    Text on `page` and `card` has a contrast of at least 4.5 to 1; `edge`, the border of controls, has 3 to 1 on every
    background. `line` is for separators that are not essential.
    """

    dark: bool
    page: str
    side: str
    card: str
    line: str
    edge: str
    text: str
    quiet: str
    track: str
    accent: str
    on_accent: str
    accent_soft: str
    record: str
    good: str
    warn: str
    warn_soft: str


LIGHT = Colours(
    dark=False,
    page="#f7f6f3",
    side="#efede8",
    card="#ffffff",
    line="#e0ddd5",
    edge="#7b8090",
    text="#1d2030",
    quiet="#5d6273",
    track="#f1efea",
    accent="#4653c9",
    on_accent="#ffffff",
    accent_soft="#e6e8fb",
    record="#c8324a",
    good="#2c7a55",
    warn="#8a5a00",
    warn_soft="#fbf0d9",
)
DARK = Colours(
    dark=True,
    page="#15171d",
    side="#111318",
    card="#1d2029",
    line="#2f333f",
    edge="#72788c",
    text="#eceef4",
    quiet="#a4aabb",
    track="#2a2e39",
    accent="#98a4ff",
    on_accent="#12141c",
    accent_soft="#282d4a",
    record="#f0647a",
    good="#69c79b",
    warn="#eebf6a",
    warn_soft="#37301f",
)

BODY = 14
"""The size of body text in pixels, if the system's text has its usual size."""
USUAL_SYSTEM_TEXT = {"win32": 12.0, "darwin": 13.0}
"""The system's default text size in pixels; about BODY on Linux desktops."""
HATCH_VEIL = 120  # of 255


@dataclass(frozen=True)
class Look:
    """How an emotion is painted: its colour in the light and the dark theme, and a hatch that works without colour.

    Any two of those listed here differ by 12.7 or more in CIELAB, also with red or green colour blindness (Machado,
    Oliveira and Fernandes 2009), and have a contrast of 3 to 1 on every background.
    """

    light: str
    dark: str
    hatch: Qt.BrushStyle


EMOTIONS = {
    "angry": Look("#c6422c", "#f08168", Qt.BrushStyle.BDiagPattern),
    "happy": Look("#c07700", "#f3bb4a", Qt.BrushStyle.VerPattern),
    "neutral": Look("#89838b", "#8c8e9c", Qt.BrushStyle.NoBrush),
    "sad": Look("#2f6fb3", "#86b0e7", Qt.BrushStyle.HorPattern),
    "calm": Look("#2694aa", "#75d2e4", Qt.BrushStyle.Dense6Pattern),
    "fearful": Look("#7155c9", "#a691f2", Qt.BrushStyle.DiagCrossPattern),
    "disgusted": Look("#4a954f", "#86cb89", Qt.BrushStyle.FDiagPattern),
    "surprised": Look("#a04783", "#e794c4", Qt.BrushStyle.CrossPattern),
    "bored": Look("#826853", "#b9a595", Qt.BrushStyle.Dense4Pattern),
}
SPARE = (
    Look("#566b2f", "#a9c46c", Qt.BrushStyle.Dense5Pattern),
    Look("#a0522d", "#e0956d", Qt.BrushStyle.Dense7Pattern),
    Look("#00707a", "#5cc7d1", Qt.BrushStyle.Dense3Pattern),
    Look("#6a5d7b", "#b7a8cc", Qt.BrushStyle.Dense2Pattern),
)


SPEAKERS = (  # light, dark; they distinguish lanes, which also show the speaker's name
    *(("#00696e", "#4fd8de"), ("#7a4a00", "#ffb951"), ("#5b3fa8", "#cdbdff"), ("#8c1d4f", "#ffb0c9")),
    *(("#3d6a00", "#a3d961"), ("#00558c", "#94ccff"), ("#5f5e5a", "#c8c6c0"), ("#93000a", "#ffb4ab")),
)


def look(label: str) -> Look:
    """The look of an emotion; an unknown one gets a spare look that depends only on its name."""
    return EMOTIONS.get(SPELLINGS.get(label, label)) or SPARE[sum(label.encode()) % len(SPARE)]


class Theme(QObject):
    """The theme in use.

    Sizes in the code are for text of the usual size; the style sheet, `px` and `painter` scale them.

    Signals:
        changed: After the colours or the size of text changed.

    Attributes:
        colours: The colours in use.
        scale: The size of text relative to the usual size.
    """

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._choice, self._percent = "system", 100
        self._system_scale = _system_scale()
        self.colours = LIGHT
        self.scale = 1.0
        self._applied: tuple[Colours, float] | None = None
        self.family = _install_font(app)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._refresh)

    def choose(self, choice: str, text_percent: int = 100) -> None:
        """Use "light", "dark" or "system", and text of that many per cent of the system's size."""
        self._choice, self._percent = choice, text_percent
        self._refresh()

    def emotion(self, label: str) -> QColor:
        """The colour of an emotion."""
        return QColor(look(label).dark if self.colours.dark else look(label).light)

    def speaker(self, speaker: int) -> QColor:
        """The colour of a speaker, counted from 0."""
        return QColor(SPEAKERS[speaker % len(SPEAKERS)][self.colours.dark])

    def pattern(self, label: str) -> QBrush:
        """The hatch of an emotion, which distinguishes it without colour."""
        veil = QColor(self.colours.card)
        veil.setAlpha(HATCH_VEIL)
        return QBrush(veil, look(label).hatch)

    def font(self, pixels: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        """The app's typeface at the usual size, for a `painter`, which scales it."""
        font = QFont(self._app.font())
        font.setPixelSize(pixels)
        font.setWeight(weight)
        return font

    def px(self, pixels: float) -> int:
        """Scales a number of pixels to the text size in use."""
        return round(pixels * self.scale)

    def size(self, width: float, height: float) -> QSize:
        """The same for width and height."""
        return QSize(self.px(width), self.px(height))

    def painter(self, device: QPaintDevice) -> QPainter:
        """An antialiased painter that scales sizes to the text size in use."""
        painter = QPainter(device)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.NonCosmeticBrushPatterns)  # so that hatches scale with the screen
        painter.scale(self.scale, self.scale)
        return painter

    def _refresh(self) -> None:
        system_is_dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        dark = self._choice == "dark" or (self._choice == "system" and system_is_dark)
        colours, scale = DARK if dark else LIGHT, self._system_scale * self._percent / 100
        if (colours, scale) == self._applied:
            return  # else every widget would be styled and painted again, which takes a tenth of a second
        self._applied = colours, scale
        self.colours, self.scale = colours, scale
        font = self._app.font()
        font.setPixelSize(self.px(BODY))
        self._app.setFont(font)
        self._app.setPalette(_palette(self.colours))
        self._app.setStyleSheet(scaled(_style_sheet(self.colours), scale))
        self.changed.emit()


def scaled(style_sheet: str, scale: float) -> str:
    """The style sheet with all pixel sizes multiplied; sizes above zero stay at least one."""
    return re.sub(
        r"(-?)(\d+)px",
        lambda px: f"{px[1]}{max(1, round(int(px[2]) * scale)) if int(px[2]) else 0}px",
        style_sheet,
    )


def _system_scale() -> float:
    """How much larger than usual the system's text is, at least 1."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    return min(max(QFontInfo(font).pixelSize() / USUAL_SYSTEM_TEXT.get(sys.platform, float(BODY + 1)), 1.0), 2.0)


def _install_font(app: QApplication) -> str:
    """Inter comes with the app, since a bare system has no fonts, and the window looks the same everywhere."""
    numbers = [QFontDatabase.addApplicationFont(str(path)) for path in sorted((paths.assets() / "fonts").glob("*.otf"))]
    font = QFont("Inter") if numbers and min(numbers) >= 0 else app.font()
    font.setPixelSize(BODY)
    app.setFont(font)
    return font.family()


def _palette(c: Colours) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for name, colour in (
        (role.Window, c.page),
        (role.Base, c.card),
        (role.AlternateBase, c.page),
        (role.Button, c.card),
        (role.ToolTipBase, c.card),
        (role.Text, c.text),
        (role.WindowText, c.text),
        (role.ButtonText, c.text),
        (role.ToolTipText, c.text),
        (role.PlaceholderText, c.quiet),
        (role.Highlight, c.accent),
        (role.HighlightedText, c.on_accent),
        (role.Link, c.accent),
        (role.Mid, c.line),
    ):
        palette.setColor(name, QColor(colour))
    palette.setColor(QPalette.ColorGroup.Disabled, role.ButtonText, QColor(c.quiet))
    palette.setColor(QPalette.ColorGroup.Disabled, role.Text, QColor(c.quiet))
    return palette


def _style_sheet(c: Colours) -> str:
    icons, kind = (paths.assets() / "icons").as_posix(), "dark" if c.dark else "light"
    return f"""
QMainWindow, QDialog, QStackedWidget, QScrollArea, QScrollArea > QWidget > QWidget#page {{ background: {c.page}; }}
QWidget#side {{ background: {c.side}; border-right: 1px solid {c.line}; }}
QFrame#card {{ background: {c.card}; border: 1px solid {c.line}; border-radius: 12px; }}
QFrame#card:focus {{ border: 2px solid {c.accent}; }}
QFrame#bar {{ background: {c.side}; border-top: 1px solid {c.line}; }}
QFrame#notice {{ background: {c.warn_soft}; border: 1px solid {c.line}; border-radius: 10px; }}
QFrame#notice QLabel {{ color: {c.text}; }}
QLabel {{ color: {c.text}; background: transparent; }}
QLabel#quiet {{ color: {c.quiet}; font-size: 13px; }}
QLabel#small {{ color: {c.quiet}; font-size: 12px; }}
QLabel#section {{ font-size: 15px; font-weight: 600; }}
QLabel#title {{ font-size: 28px; font-weight: 700; }}
QLabel#answer {{ font-size: 40px; font-weight: 700; }}
QLabel#share {{ font-size: 40px; font-weight: 400; color: {c.quiet}; }}
QLabel#sentence {{ font-size: 15px; }}
QLabel#drop {{ background: {c.accent_soft}; color: {c.text}; border: 3px dashed {c.accent}; font-size: 24px;
  font-weight: 600; }}
QLabel#warn {{ color: {c.warn}; font-size: 13px; }}
QLabel#clock {{ font-size: 24px; font-weight: 400; }}
QPushButton {{ background: {c.card}; color: {c.text}; border: 1px solid {c.edge}; border-radius: 8px;
  padding: 6px 12px; min-height: 20px; }}
QPushButton:hover {{ border-color: {c.accent}; }}
QPushButton:pressed {{ background: {c.accent_soft}; }}
QPushButton:focus {{ border: 2px solid {c.accent}; padding: 5px 11px; }}
QPushButton:checked {{ background: {c.accent_soft}; border-color: {c.accent}; }}
QPushButton:disabled {{ color: {c.quiet}; background: {c.page}; border-color: {c.line}; }}
QPushButton#primary {{ background: {c.accent}; color: {c.on_accent}; border: 2px solid {c.accent}; font-weight: 600;
  padding: 5px 11px; }}
QPushButton#primary:focus {{ border: 2px solid {c.text}; }}
QPushButton#primary:disabled {{ background: {c.track}; color: {c.quiet}; border-color: {c.track}; }}
QPushButton#flat {{ background: transparent; border: 1px solid transparent; color: {c.accent}; }}
QPushButton#flat:hover {{ background: {c.accent_soft}; }}
QPushButton#flat:focus {{ border: 2px solid {c.accent}; padding: 5px 11px; }}
QPushButton#flat:disabled {{ color: {c.quiet}; }}
QToolButton {{ background: transparent; color: {c.text}; border: 1px solid {c.edge}; border-radius: 8px; padding: 5px;
  min-width: 20px; min-height: 20px; }}
QToolButton:hover {{ border-color: {c.accent}; }}
QToolButton:focus {{ border: 2px solid {c.accent}; padding: 4px; }}
QToolButton#disclosure {{ border-color: transparent; font-weight: 600; font-size: 15px; padding: 3px 4px; }}
QToolButton#disclosure:focus {{ border: 2px solid {c.accent}; padding: 2px 3px; }}
QToolButton::right-arrow {{ image: url("{icons}/chevron-right-{kind}.svg"); width: 12px; height: 12px;
  subcontrol-origin: content; subcontrol-position: center left; }}
QToolButton::down-arrow {{ image: url("{icons}/chevron-{kind}.svg"); width: 12px; height: 12px;
  subcontrol-origin: content; subcontrol-position: center left; }}
QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QPushButton::menu-indicator {{ image: url("{icons}/chevron-{kind}.svg"); width: 12px; height: 12px;
  subcontrol-origin: padding; subcontrol-position: center right; right: 6px; }}
QComboBox, QLineEdit {{ background: {c.card}; color: {c.text}; border: 1px solid {c.edge}; border-radius: 8px;
  padding: 6px 10px; min-height: 20px; }}
QLineEdit QToolButton {{ border: none; padding: 0; min-width: 0; min-height: 0; }}
QComboBox:focus, QLineEdit:focus {{ border: 2px solid {c.accent}; padding: 5px 9px; }}
QComboBox:disabled {{ color: {c.quiet}; background: {c.page}; border-color: {c.line}; }}
QComboBox::drop-down {{ border: none; width: 26px; }}
QComboBox::down-arrow {{ image: url("{icons}/chevron-{kind}.svg"); width: 12px; height: 12px; }}
QComboBox QAbstractItemView {{ background: {c.card}; color: {c.text}; selection-background-color: {c.accent_soft};
  selection-color: {c.text}; border: 1px solid {c.line}; border-radius: 0; padding: 0; outline: none; }}
QTableView {{ background: transparent; color: {c.text}; border: 2px solid transparent; gridline-color: transparent;
  outline: none; selection-background-color: {c.accent_soft}; selection-color: {c.text}; }}
QTableView::item {{ padding: 4px 6px; border: none; }}
QTableView::item:selected {{ background: {c.accent_soft}; color: {c.text}; }}
QTableView:focus {{ border-color: {c.accent}; border-radius: 6px; }}
QHeaderView {{ background: transparent; border: none; }}
QHeaderView::section {{ background: transparent; color: {c.quiet}; border: none; border-bottom: 1px solid {c.line};
  padding: 4px 6px; font-size: 12px; }}
QMenuBar {{ background: {c.side}; color: {c.text}; }}
QMenuBar::item {{ padding: 5px 10px; background: transparent; }}
QMenuBar::item:selected {{ background: {c.accent_soft}; }}
QMenu {{ background: {c.card}; color: {c.text}; border: 1px solid {c.line}; padding: 4px; }}
QMenu::item {{ padding: 6px 24px 6px 16px; border-radius: 6px; }}
QMenu::item:selected {{ background: {c.accent_soft}; }}
QMenu::item:disabled {{ color: {c.quiet}; }}
QMenu::separator {{ height: 1px; background: {c.line}; margin: 4px 8px; }}
QScrollArea {{ border: none; }}
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
QScrollBar::handle:vertical {{ background: {c.edge}; border-radius: 4px; margin: 2px; min-height: 32px; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
QScrollBar::handle:horizontal {{ background: {c.edge}; border-radius: 4px; margin: 2px; min-width: 32px; }}
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{ background: none;
  border: none; width: 0; height: 0; }}
QSlider:horizontal {{ min-height: 22px; }}
QSlider::groove:horizontal {{ background: {c.edge}; height: 4px; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {c.accent}; height: 4px; border-radius: 2px; }}
QSlider::handle:horizontal {{ background: {c.card}; border: 2px solid {c.accent}; width: 14px; height: 14px;
  margin: -7px 0; border-radius: 9px; }}
QSlider::handle:horizontal:focus {{ background: {c.accent}; }}
QSlider:focus {{ border: 1px dashed {c.accent}; border-radius: 6px; }}
QProgressBar {{ background: {c.track}; color: {c.text}; border: 1px solid {c.edge}; border-radius: 3px;
  text-align: center; }}
QProgressBar::chunk {{ background: {c.accent}; border-radius: 3px; }}
QCheckBox {{ color: {c.text}; spacing: 8px; padding: 2px; border: 1px solid transparent; border-radius: 6px; }}
QCheckBox:focus {{ border-color: {c.accent}; }}
QCheckBox:disabled {{ color: {c.quiet}; }}
QCheckBox::indicator {{ width: 16px; height: 16px; background: {c.card}; border: 1px solid {c.edge};
  border-radius: 4px; }}
QCheckBox::indicator:checked {{ background: {c.accent}; border-color: {c.accent};
  image: url("{icons}/check-{kind}.svg"); }}
QListView {{ background: {c.card}; color: {c.text}; border: 1px solid {c.edge}; border-radius: 8px; padding: 4px;
  outline: none; }}
QListView:focus {{ border-color: {c.accent}; }}
QListView::item {{ padding: 6px 8px; border-radius: 6px; }}
QListView::item:selected {{ background: {c.accent_soft}; color: {c.text}; }}
QToolTip {{ background: {c.card}; color: {c.text}; border: 1px solid {c.line}; padding: 4px; }}
QTextBrowser {{ background: {c.card}; color: {c.text}; border: 1px solid {c.edge}; border-radius: 8px; padding: 8px; }}
"""
