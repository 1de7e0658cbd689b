"""The page of the first start: what the app can and can't do, and where it must not be used."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop_app.ui.pages.scroll_page import ScrollPage
from desktop_app.ui.widgets.card import Card, text_label

WIDEST = 1240  # pixels; longer lines are hard to read


class FirstStartPage(ScrollPage):
    """Shown at the first start, and from the Help menu.

    Signals:
        understood: The button was pressed.
    """

    understood = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        middle = QWidget()
        middle.setMaximumWidth(WIDEST)
        around = QHBoxLayout(self.page)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(middle)
        column = QVBoxLayout(middle)
        column.setContentsMargins(48, 40, 48, 32)
        column.setSpacing(16)
        column.addStretch(1)
        column.addWidget(text_label("title", self.tr("Welcome to VoiceKin")))
        column.addWidget(
            text_label(
                "sentence",
                self.tr(
                    "VoiceKin tells you which emotion a recording of speech sounds like, and shows why: the nearest "
                    "recordings it has heard before, its kin."
                ),
                wrap=True,
            )
        )
        cards = QHBoxLayout()
        cards.setSpacing(16)
        for heading, lines in (
            (
                self.tr("What it can do"),
                (
                    self.tr("Listen to your microphone or to audio files."),
                    self.tr("Say what the voice sounds like, how sure it is, and when it does not know."),
                    self.tr("Work without the internet: no sound ever leaves this computer."),
                ),
            ),
            (
                self.tr("What it can’t do"),
                (
                    self.tr("Know what someone feels. It hears how a voice sounds, not what is in a heart."),
                    self.tr(
                        "Be sure. It gets about two in three of a stranger’s recordings right, and about one in two "
                        "where room and language are least like those it learnt from."
                    ),
                    self.tr("Hear words, irony, or a culture’s own ways of speaking."),
                ),
            ),
            (
                self.tr("Where it must not be used"),
                (
                    self.tr(
                        "At work or in education, to infer the emotions of people: the EU’s AI Act forbids it "
                        "(Article 5(1)(f))."
                    ),
                    self.tr("On people who did not agree to be recorded and analysed."),
                    self.tr("For decisions about people: hiring, grading, policing, medicine, insurance."),
                ),
            ),
        ):
            card = Card(margin=20)
            card.content.addWidget(text_label("section", heading, wrap=True))
            for line in lines:
                card.content.addWidget(text_label("sentence", line, wrap=True))
            card.content.addStretch(1)
            cards.addWidget(card, 1)
        column.addLayout(cards)
        self.button = QPushButton(self.tr("I understand. Start"))
        self.button.setObjectName("primary")
        self.button.clicked.connect(self.understood)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(2)
