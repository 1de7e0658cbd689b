"""The queue of recordings: progress, time left, pause, stop."""

from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from desktop_app.ui.language import clock
from desktop_app.ui.session import FileQueue
from desktop_app.ui.widgets.calm_bar import CalmBar
from desktop_app.ui.widgets.card import text_label
from desktop_app.ui.widgets.flow_layout import FlowLayout


class QueuePanel(QWidget):
    """Shown while several recordings are in the queue, or one that takes long."""

    def __init__(self, queue: FileQueue, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._queue = queue
        self.text = text_label("small", wrap=True)
        self.bar = CalmBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.bar.setAccessibleName(self.tr("Progress of all recordings"))
        self.pause = QPushButton(self.tr("Pause"))
        self.pause.setToolTip(self.tr("Hold the recordings where they are, and go on from there later"))
        self.pause.clicked.connect(lambda: queue.pause(not queue.is_paused))
        self.stop = QPushButton(self.tr("Stop all"))
        self.stop.clicked.connect(queue.cancel_all)
        buttons = FlowLayout()
        buttons.addWidget(self.pause)
        buttons.addWidget(self.stop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.bar)
        column.addWidget(self.text)  # a line of its own, so that what is below does not move with its text
        column.addLayout(buttons)
        queue.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        queue = self._queue
        self.bar.setValue(round(1000 * queue.share))
        self.pause.setText(self.tr("Resume") if queue.is_paused else self.tr("Pause"))
        words = self.tr("{0} of {1} done").format(queue.done, queue.total)
        left = queue.time_left_s
        self.setVisible(queue.total > 1 or (queue.total == 1 and (left is not None or queue.is_paused)))
        if queue.is_paused:
            words = self.tr("{0}, paused").format(words)
        elif left is not None:
            words = self.tr("{0}, {1} left").format(words, clock(left))
        self.text.setText(words)
