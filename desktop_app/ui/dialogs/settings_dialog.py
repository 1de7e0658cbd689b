"""The settings, each at work as soon as it is chosen."""

from collections.abc import Sequence

from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QDialogButtonBox, QFormLayout, QWidget

from desktop_app.ui.language import LANGUAGES, percent, size
from desktop_app.ui.settings import TEXT_SIZES, SettingsFile
from desktop_app.ui.widgets.card import text_label

MEGABYTE = 1_000_000
LIMITS_MB = (0, 100, 500, 1_000, 5_000, 20_000)


class SettingsDialog(QDialog):
    """Writes every choice straight into the settings."""

    def __init__(self, settings: SettingsFile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Settings"))
        values = settings.values
        form = QFormLayout(self)
        form.setContentsMargins(24, 20, 24, 20)
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
        form.addRow(text_label("small", self.tr("A new language shows at the next start.")))
        form.addRow(self.tr("Text &size"), self.text_size)
        form.addRow(self.listen)
        form.addRow(self.keep)
        form.addRow(self.files)
        form.addRow(self.tr("&Room for my recordings"), self.limit)
        form.addRow(self.examples)
        buttons = QDialogButtonBox()
        self.close_button = buttons.addButton(self.tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.reject)
        form.addRow(buttons)


def _choice(options: Sequence[tuple[object, str]], current: object) -> QComboBox:
    box = QComboBox()
    for key, text in options:
        box.addItem(text, key)
    box.setCurrentIndex(max(0, box.findData(current)))
    return box
