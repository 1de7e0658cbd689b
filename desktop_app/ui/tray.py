"""VoiceKin in the system tray, if the settings say so: record from there, and open the window again."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QRectF, Qt
from PySide6.QtGui import QAction, QCloseEvent, QColor, QGuiApplication, QIcon, QPainter
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QSystemTrayIcon

from desktop_app import interruption
from desktop_app.ui.capture_model import CaptureModel, MicState
from desktop_app.ui.settings import SettingsFile
from desktop_app.ui.small_window import SmallWindow
from desktop_app.ui.theme import Theme

ICON_SIZE = 64  # pixels; a tray makes it smaller


class Tray(QObject):
    """The icon in the tray, and whether closing the window ends VoiceKin or leaves it in the tray.

    While only the icon is visible, no microphone is open unless it records.

    Attributes:
        icon: The icon; None if it is switched off or the system has no tray.
        shows, records, small, quits: The actions of its menu.
    """

    def __init__(
        self,
        capture: CaptureModel,
        settings: SettingsFile,
        small: SmallWindow,
        record: QAction,
        theme: Theme,
        window: QMainWindow,
        close: Callable[[], object],
    ) -> None:
        """`record` is the action that starts and stops takes; `close` ends VoiceKin."""
        super().__init__(window)
        self.icon: QSystemTrayIcon | None = None
        self._capture, self._settings, self._small = capture, settings, small
        self._record, self._theme, self._window = record, theme, window
        self._menu = QMenu(window)
        self.shows = QAction(self)
        self.shows.triggered.connect(self._show_or_hide)
        self.records = QAction(self)
        self.records.triggered.connect(record.trigger)
        self.quits = QAction(self.tr("&Quit"), self)
        self.quits.triggered.connect(lambda: close())
        self._menu.addActions([self.records, self.shows, small.action])
        self._menu.addSeparator()
        self._menu.addAction(self.quits)
        self._menu.aboutToShow.connect(self._show_state)
        small.action.triggered.connect(self.seen)
        capture.state_changed.connect(self._show_state)
        settings.changed.connect(self.follow)

    @staticmethod
    def is_available() -> bool:
        """Whether the system has a tray."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    def follow(self) -> None:
        """Show or hide the icon, as the settings say."""
        wanted = self._settings.values.tray and self.is_available()
        if wanted and self.icon is None:
            self.icon = QSystemTrayIcon(self)
            self.icon.setContextMenu(self._menu)
            self.icon.activated.connect(self._activated)
            self._show_state()
            self.icon.show()
        elif not wanted and self.icon is not None:
            self.icon.hide()
            self.icon.deleteLater()
            self.icon = None

    def takes(self, event: QCloseEvent) -> bool:
        """Whether closing the window leaves VoiceKin in the tray instead of ending it."""
        stays = (
            self._settings.values.close_to_tray
            and self.icon is not None
            and not interruption.requested()
            and not _is_shut_down()
        )
        if stays:
            event.ignore()
            self._hide()
        return stays

    def close(self) -> None:
        """Remove the icon when VoiceKin ends."""
        if self.icon is not None:
            self.icon.hide()

    def seen(self) -> None:
        """Called when the window is visible again."""
        QApplication.setQuitOnLastWindowClosed(True)
        self._capture.set_seen(True)

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is QSystemTrayIcon.ActivationReason.Trigger:
            self._show_or_hide()

    def _show_or_hide(self) -> None:
        if self._window.isVisible() and not self._window.isMinimized():
            self._hide()
            return
        if self._small.isVisible():
            self._small.close()  # which opens the window again
        self._window.setWindowState(self._window.windowState() & ~Qt.WindowState.WindowMinimized)
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()

    def _hide(self) -> None:
        QApplication.setQuitOnLastWindowClosed(False)
        self._window.hide()
        self._capture.set_seen(False)

    def _show_state(self) -> None:
        recording = self._capture.state.records
        self.records.setText(self.tr("&Stop recording") if recording else self.tr("&Record"))
        self.records.setEnabled(self._record.isEnabled() and self._capture.state is not MicState.NONE)
        there = self._window.isVisible() and not self._window.isMinimized()
        self.shows.setText(self.tr("&Hide the window") if there else self.tr("S&how the window"))
        if self.icon is not None:
            self.icon.setIcon(_icon(QColor(self._theme.colours.record) if recording else None))
            self.icon.setToolTip(self.tr("VoiceKin is recording") if recording else "VoiceKin")


def _is_shut_down() -> bool:
    """Whether the system is closing all windows, because it shuts down or the user logs out."""
    application = QApplication.instance()
    return isinstance(application, QGuiApplication) and application.isSavingSession()


def _icon(mark: QColor | None) -> QIcon:
    """The program's icon, with a coloured dot while it records."""
    icon = QGuiApplication.windowIcon()
    if mark is None:
        return icon
    pixmap = icon.pixmap(ICON_SIZE, ICON_SIZE)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(mark)
    side = 0.5 * pixmap.deviceIndependentSize().width()
    painter.drawEllipse(QRectF(side, side, side, side))
    painter.end()
    return QIcon(pixmap)
