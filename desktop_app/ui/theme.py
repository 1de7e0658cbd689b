"""Colours, type and the style sheet: light, dark, or what the system has."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from desktop_app import paths


@dataclass(frozen=True)
class Colours:
    """The named colours of one theme. Text on `page` and `card` has a contrast of at least 4.5 to 1 (WCAG AA)."""

    dark: bool
    page: str
    side: str
    card: str
    line: str
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
    text="#1d2030",
    quiet="#5d6273",
    track="#ebe9e3",
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

EMOTIONS = {  # light, dark: hues apart for the common colour-vision deficiencies (after Okabe and Ito)
    "angry": ("#c8452f", "#f0806b"),
    "happy": ("#d99000", "#f3bb4a"),
    "neutral": ("#77809a", "#9aa3bc"),
    "sad": ("#2f6fb3", "#6fb0f0"),
    "calm": ("#3d9aa8", "#79cbd6"),
    "fear": ("#7a52c0", "#b294f2"),
    "fearful": ("#7a52c0", "#b294f2"),
    "disgust": ("#3f8a4e", "#7fc98c"),
    "surprised": ("#b8558f", "#e794c4"),
    "bored": ("#8a6d55", "#c3a58c"),
    "boredom": ("#8a6d55", "#c3a58c"),
}
SPARE = (("#566b2f", "#a9c46c"), ("#a0522d", "#e0956d"), ("#00707a", "#5cc7d1"), ("#6a5d7b", "#b7a8cc"))
HATCHES = (
    Qt.BrushStyle.BDiagPattern,
    Qt.BrushStyle.VerPattern,
    Qt.BrushStyle.HorPattern,
    Qt.BrushStyle.FDiagPattern,
    Qt.BrushStyle.DiagCrossPattern,
    Qt.BrushStyle.Dense4Pattern,
    Qt.BrushStyle.CrossPattern,
)
ORDER = tuple(EMOTIONS)


class Theme(QObject):
    """The theme in use.

    Signals:
        changed: After the colours changed.
    """

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._choice = "system"
        self.colours = LIGHT
        self._applied: Colours | None = None
        self.family = _install_font(app)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._refresh)

    def choose(self, choice: str) -> None:
        """Use "light", "dark", or "system"."""
        self._choice = choice
        self._refresh()

    def emotion(self, label: str) -> QColor:
        """The colour of an emotion; one that is not known gets a spare one that depends on its name only."""
        pair = EMOTIONS.get(label) or SPARE[sum(label.encode()) % len(SPARE)]
        return QColor(pair[self.colours.dark])

    def pattern(self, label: str) -> QBrush:
        """The emotion's hatch, so that it can be told without its colour."""
        at = ORDER.index(label) if label in ORDER else sum(label.encode())
        veil = QColor(self.colours.card)
        veil.setAlpha(90)
        return QBrush(veil, HATCHES[at % len(HATCHES)])

    def font(self, pixels: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        """The app's typeface at a size."""
        font = QFont(self._app.font())
        font.setPixelSize(pixels)
        font.setWeight(weight)
        return font

    def _refresh(self) -> None:
        system_is_dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        dark = self._choice == "dark" or (self._choice == "system" and system_is_dark)
        colours = DARK if dark else LIGHT
        if colours is self._applied:
            return  # every widget would be styled and painted anew: a tenth of a second
        self.colours = self._applied = colours
        self._app.setPalette(_palette(self.colours))
        self._app.setStyleSheet(_style_sheet(self.colours))
        self.changed.emit()


def _install_font(app: QApplication) -> str:
    """Inter travels with the app: a bare system has no font at all, and every system shows the same window."""
    numbers = [QFontDatabase.addApplicationFont(str(path)) for path in sorted((paths.assets() / "fonts").glob("*.otf"))]
    font = QFont("Inter") if numbers and min(numbers) >= 0 else app.font()
    font.setPixelSize(14)
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
QPushButton {{ background: {c.card}; color: {c.text}; border: 1px solid {c.line}; border-radius: 8px;
  padding: 6px 12px; min-height: 20px; }}
QPushButton:hover {{ border-color: {c.accent}; }}
QPushButton:pressed {{ background: {c.accent_soft}; }}
QPushButton:focus {{ border: 2px solid {c.accent}; padding: 5px 11px; }}
QPushButton:disabled {{ color: {c.quiet}; background: {c.page}; }}
QPushButton#primary {{ background: {c.accent}; color: {c.on_accent}; border: 2px solid {c.accent}; font-weight: 600;
  padding: 5px 11px; }}
QPushButton#primary:focus {{ border: 2px solid {c.text}; }}
QPushButton#primary:disabled {{ background: {c.track}; color: {c.quiet}; border-color: {c.track}; }}
QPushButton#flat {{ background: transparent; border: 1px solid transparent; color: {c.accent}; }}
QPushButton#flat:hover {{ background: {c.accent_soft}; }}
QPushButton#flat:focus {{ border: 2px solid {c.accent}; padding: 5px 11px; }}
QPushButton#flat:disabled {{ color: {c.quiet}; }}
QToolButton {{ background: transparent; color: {c.text}; border: 1px solid {c.line}; border-radius: 8px; padding: 5px;
  min-width: 20px; min-height: 20px; }}
QToolButton:hover {{ border-color: {c.accent}; }}
QToolButton:focus {{ border: 2px solid {c.accent}; padding: 4px; }}
QToolButton#disclosure {{ border-color: transparent; font-weight: 600; font-size: 15px; padding: 3px 4px; }}
QToolButton#disclosure:focus {{ border: 2px solid {c.accent}; padding: 2px 3px; }}
QComboBox, QLineEdit {{ background: {c.card}; color: {c.text}; border: 1px solid {c.line}; border-radius: 8px;
  padding: 6px 10px; min-height: 20px; }}
QLineEdit QToolButton {{ border: none; padding: 0; min-width: 0; min-height: 0; }}
QComboBox:focus, QLineEdit:focus {{ border: 2px solid {c.accent}; padding: 5px 9px; }}
QComboBox:disabled {{ color: {c.quiet}; }}
QComboBox::drop-down {{ border: none; width: 26px; }}
QComboBox::down-arrow {{ image: url("{icons}/chevron-{kind}.svg"); width: 12px; height: 12px; }}
QComboBox QAbstractItemView {{ background: {c.card}; color: {c.text}; selection-background-color: {c.accent_soft};
  selection-color: {c.text}; border: 1px solid {c.line}; border-radius: 0; padding: 0; outline: none; }}
QTableView {{ background: transparent; color: {c.text}; border: none; gridline-color: transparent; outline: none;
  selection-background-color: {c.accent_soft}; selection-color: {c.text}; }}
QTableView::item {{ padding: 4px 6px; border: none; }}
QTableView::item:selected {{ background: {c.accent_soft}; color: {c.text}; }}
QTableView:focus {{ border: 2px solid {c.accent}; border-radius: 6px; }}
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
QScrollBar::handle:vertical {{ background: {c.line}; border-radius: 4px; margin: 2px; min-height: 32px; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
QScrollBar::handle:horizontal {{ background: {c.line}; border-radius: 4px; margin: 2px; min-width: 32px; }}
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{ background: none;
  border: none; width: 0; height: 0; }}
QSlider:horizontal {{ min-height: 22px; }}
QSlider::groove:horizontal {{ background: {c.track}; height: 4px; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {c.accent}; height: 4px; border-radius: 2px; }}
QSlider::handle:horizontal {{ background: {c.card}; border: 2px solid {c.accent}; width: 14px; height: 14px;
  margin: -7px 0; border-radius: 9px; }}
QSlider::handle:horizontal:focus {{ background: {c.accent}; }}
QSlider:focus {{ border: 1px dashed {c.accent}; border-radius: 6px; }}
QProgressBar {{ background: {c.track}; color: {c.text}; border: none; border-radius: 3px; text-align: center; }}
QProgressBar::chunk {{ background: {c.accent}; border-radius: 3px; }}
QCheckBox {{ color: {c.text}; spacing: 8px; padding: 2px; border: 1px solid transparent; border-radius: 6px; }}
QCheckBox:focus {{ border-color: {c.accent}; }}
QCheckBox:disabled {{ color: {c.quiet}; }}
QCheckBox::indicator {{ width: 16px; height: 16px; background: {c.card}; border: 1px solid {c.quiet};
  border-radius: 4px; }}
QCheckBox::indicator:checked {{ background: {c.accent}; border-color: {c.accent};
  image: url("{icons}/check-{kind}.svg"); }}
QListView {{ background: {c.card}; color: {c.text}; border: 1px solid {c.line}; border-radius: 8px; padding: 4px;
  outline: none; }}
QListView:focus {{ border-color: {c.accent}; }}
QListView::item {{ padding: 6px 8px; border-radius: 6px; }}
QListView::item:selected {{ background: {c.accent_soft}; color: {c.text}; }}
QToolTip {{ background: {c.card}; color: {c.text}; border: 1px solid {c.line}; padding: 4px; }}
QTextBrowser {{ background: {c.card}; color: {c.text}; border: 1px solid {c.line}; border-radius: 8px; padding: 8px; }}
"""
