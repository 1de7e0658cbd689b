"""The settings, which apply as soon as they are chosen."""

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QDialogButtonBox, QFormLayout, QVBoxLayout, QWidget

from desktop_app.ui.dialogs.size import FRAME
from desktop_app.ui.hotkey import Hotkey, why_not
from desktop_app.ui.language import LANGUAGES, percent, size
from desktop_app.ui.pages.scroll_page import ScrollPage
from desktop_app.ui.settings import HOTKEYS, TEXT_SIZES, SettingsFile
from desktop_app.ui.tray import Tray
from desktop_app.ui.widgets.card import text_label

MEGABYTE = 1_000_000
LIMITS_MB = (0, 100, 500, 1_000, 5_000, 20_000)


class SettingsDialog(QDialog):
    """Writes every choice to the settings at once."""

    def __init__(self, settings: SettingsFile, hotkey: Hotkey, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Settings"))
        values = settings.values
        self._scroll = ScrollPage()
        form = QFormLayout(self._scroll.page)
        form.setContentsMargins(24, 20, 24, 8)
        form.setVerticalSpacing(14)
        self.theme = _choice(
            (("system", self.tr("As the system")), ("light", self.tr("Light")), ("dark", self.tr("Dark"))), values.theme
        )
        self.theme.activated.connect(lambda: settings.update(theme=self.theme.currentData()))
        self.language = _choice((("system", self.tr("As the system")), *LANGUAGES.items()), values.language)
        self.language.activated.connect(lambda: settings.update(language=self.language.currentData()))
        self.text_size = _choice(
            tuple((of, self.tr("As the system") if of == 100 else percent(of / 100)) for of in TEXT_SIZES),
            values.text_size,
        )
        self.text_size.activated.connect(lambda: settings.update(text_size=self.text_size.currentData()))
        self.listen = QCheckBox(self.tr("Show the level before a recording begins"))
        self.listen.setToolTip(self.tr("The microphone is open for it while VoiceKin runs; nothing is stored."))
        self.listen.setChecked(values.listen_before_recording)
        self.listen.toggled.connect(lambda on: settings.update(listen_before_recording=on))
        self.keep = QCheckBox(self.tr("Keep my recordings when VoiceKin closes"))
        self.keep.setToolTip(self.tr("Otherwise only those are kept that you choose to keep."))
        self.keep.setChecked(values.keep_takes)
        self.keep.toggled.connect(lambda on: settings.update(keep_takes=on))
        self.files = QCheckBox(self.tr("Remember opened files in the library"))
        self.files.setToolTip(self.tr("Their names and answers; the files stay where they are."))
        self.files.setChecked(values.remember_files)
        self.files.toggled.connect(lambda on: settings.update(remember_files=on))
        self.limit = _choice(
            tuple((mb, size(mb * MEGABYTE) if mb else self.tr("No limit")) for mb in LIMITS_MB), values.library_limit_mb
        )
        self.limit.activated.connect(lambda: settings.update(library_limit_mb=self.limit.currentData()))
        self.examples = QCheckBox(self.tr("Keep the sound of my examples"))
        self.examples.setToolTip(self.tr("So that they can be heard again, and heard by another pack."))
        self.examples.setChecked(values.keep_example_audio)
        self.examples.toggled.connect(lambda on: settings.update(keep_example_audio=on))
        form.addRow(self.tr("&Theme"), self.theme)
        form.addRow(self.tr("&Language"), self.language)
        form.addRow(text_label("small", self.tr("The language changes the next time VoiceKin starts.")))
        form.addRow(self.tr("Text &size"), self.text_size)
        form.addRow(self.listen)
        form.addRow(self.keep)
        form.addRow(self.files)
        form.addRow(self.tr("&Room for my recordings"), self.limit)
        form.addRow(self.examples)
        self._add_background(form, settings, hotkey)
        buttons = QDialogButtonBox()
        self.close_button = buttons.addButton(self.tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.reject)
        buttons.setContentsMargins(24, 8, 24, 16)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._scroll, 1)
        column.addWidget(buttons)

    def sizeHint(self) -> QSize:
        """As large as its content, but not larger than the screen."""
        page, bar = self._scroll.page.sizeHint(), self._scroll.verticalScrollBar().sizeHint().width()
        buttons = super().sizeHint().height() - self._scroll.sizeHint().height()
        return QSize(page.width() + bar, page.height() + buttons).boundedTo(self.screen().availableSize() - FRAME)

    def _add_background(self, form: QFormLayout, settings: SettingsFile, hotkey: Hotkey) -> None:
        """Add what VoiceKin does while its window is closed."""
        values = settings.values
        self.tray = QCheckBox(self.tr("Show VoiceKin in the system tray"))
        self.tray.setChecked(values.tray)
        self.close_to_tray = QCheckBox(self.tr("Closing the window leaves VoiceKin running in the tray"))
        self.close_to_tray.setToolTip(self.tr("The microphone is closed meanwhile, unless you record."))
        self.close_to_tray.setChecked(values.close_to_tray)
        self.close_to_tray.setEnabled(values.tray)
        self.tray.toggled.connect(self.close_to_tray.setEnabled)
        self.tray.toggled.connect(lambda on: settings.update(tray=on))
        self.close_to_tray.toggled.connect(lambda on: settings.update(close_to_tray=on))
        form.addRow(self.tray)
        form.addRow(self.close_to_tray)
        if not Tray.is_available():
            self.tray.setEnabled(False)
            self.close_to_tray.setEnabled(False)
            form.addRow(text_label("small", self.tr("This system has no tray.")))
        native = QKeySequence.SequenceFormat.NativeText
        self.hotkey = _choice(
            tuple((key, QKeySequence(key).toString(native) if key else self.tr("None")) for key in HOTKEYS),
            values.hotkey,
        )
        self.hotkey_trouble = text_label("small", why_not() or hotkey.trouble, wrap=True)
        self.hotkey_trouble.setVisible(bool(self.hotkey_trouble.text()))
        self.hotkey.setEnabled(not why_not())

        def choose() -> None:
            settings.update(hotkey=self.hotkey.currentData())
            self.hotkey_trouble.setText(hotkey.trouble)
            self.hotkey_trouble.setVisible(bool(hotkey.trouble))

        self.hotkey.activated.connect(choose)
        form.addRow(self.tr("Key to record from &any program"), self.hotkey)
        form.addRow(self.hotkey_trouble)


def _choice(options: Sequence[tuple[object, str]], current: object) -> QComboBox:
    box = QComboBox()
    for key, text in options:
        box.addItem(text, key)
    box.setCurrentIndex(max(0, box.findData(current)))
    return box
