"""A desktop's tray as a program sees it on the session bus: `... tests.ui.system_tray` prints each entry that comes."""

import sys

from PySide6.QtCore import ClassInfo, Property, QCoreApplication, QObject, Signal, Slot
from PySide6.QtDBus import QDBusConnection


@ClassInfo({"D-Bus Interface": "org.kde.StatusNotifierWatcher"})
class Watcher(QObject):
    """org.kde.StatusNotifierWatcher, as far as Qt asks for it."""

    StatusNotifierHostRegistered = Signal()
    StatusNotifierItemRegistered = Signal(str)

    @Slot(str)
    def RegisterStatusNotifierItem(self, service: str) -> None:  # noqa: N802
        print("entry", service, flush=True)
        self.StatusNotifierItemRegistered.emit(service)

    def _is_registered(self) -> bool:
        return True

    def _version(self) -> int:
        return 0

    IsStatusNotifierHostRegistered = Property(bool, _is_registered)
    ProtocolVersion = Property(int, _version)


def main() -> int:
    app = QCoreApplication(sys.argv)
    bus = QDBusConnection.sessionBus()
    watcher = Watcher()
    assert bus.registerObject("/StatusNotifierWatcher", watcher, QDBusConnection.RegisterOption.ExportAllContents)
    assert bus.registerService("org.kde.StatusNotifierWatcher")
    print("ready", flush=True)
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
