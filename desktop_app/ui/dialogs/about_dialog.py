"""About VoiceKin: what it is, what it is made of, and the licences."""

import importlib.metadata

from PySide6.QtWidgets import QApplication, QDialog, QDialogButtonBox, QVBoxLayout, QWidget

import desktop_app
from desktop_app.ui.diagnostics import diagnostics
from desktop_app.ui.dialogs.size import open_at
from desktop_app.ui.recognition_owner import PackInfo
from desktop_app.ui.widgets.card import text_label
from desktop_app.ui.widgets.text_page import TextPage

PARTS = (
    ("PySide6-Essentials", "Qt for Python", "LGPL-3.0"),
    ("onnxruntime", "ONNX Runtime", "MIT"),
    ("numpy", "NumPy", "BSD-3-Clause"),
    ("annoy", "Annoy", "Apache-2.0"),
    ("sounddevice", "python-sounddevice", "MIT"),
    ("soundfile", "python-soundfile", "BSD-3-Clause, LGPL-2.1"),
    ("soxr", "python-soxr", "LGPL-2.1"),
    ("platformdirs", "platformdirs", "MIT"),
)
CONTAINED = {"sounddevice": "PortAudio", "soundfile": "libsndfile", "soxr": "libsoxr"}
"""The library that comes inside a package, whose version is not the package's."""


class AboutDialog(QDialog):
    """Versions and licences; “Copy diagnostics” for a bug report."""

    def __init__(self, pack: PackInfo | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("About VoiceKin"))
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.addWidget(text_label("title", f"VoiceKin {desktop_app.__version__}"))
        column.addWidget(
            text_label(
                "sentence",
                self.tr(
                    "Which emotion a recording of speech sounds like, and why: by the nearest recordings it knows."
                ),
                wrap=True,
            )
        )
        self.text = TextPage()
        self.text.setAccessibleName(self.tr("Licences"))
        self.text.show_markdown(self._licences(pack))
        column.addWidget(self.text, 1)
        buttons = QDialogButtonBox()
        self.copy = buttons.addButton(self.tr("Copy diagnostics"), QDialogButtonBox.ButtonRole.ActionRole)
        self.copy.clicked.connect(lambda: QApplication.clipboard().setText(diagnostics(pack)))
        self.close_button = buttons.addButton(self.tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        open_at(self, 560, 520)

    def _licences(self, pack: PackInfo | None) -> str:
        lines = []
        for package, name, licence in PARTS:
            contains = [self.tr("with {0}").format(CONTAINED[package])] if package in CONTAINED else []
            lines.append(f"- {' '.join([name, _version(package), *contains])}: {licence}")
        lines += ["- Silero VAD: MIT", "- Resemblyzer's speaker encoder: Apache-2.0", "- Inter: OFL-1.1"]
        if pack is not None:
            lines.append("- " + self.tr("Pack {0} {1}: {2}").format(pack.name, pack.version, pack.licence))
        method = self.tr(
            "The method: Wang, Zhao, Qin, “Supervised Contrastive Learning with Nearest Neighbor Search for Speech "
            "Emotion Recognition”, Interspeech 2023."
        )
        return "\n".join(["VoiceKin: Apache-2.0", "", method, "", *lines])


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""
