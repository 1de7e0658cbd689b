"""The packs on this machine: list, find, verify, install, choose, remove."""

from desktop_app.engine.installed_packs import (
    InstalledPack,
    find_pack,
    install_pack,
    installed_packs,
    open_pack,
    pack_in_use,
    remove_pack,
    use_pack,
)
from desktop_app.engine.pack.read import load_pack
from desktop_app.engine.recognition.verify import Check, verify_pack

__all__ = [
    "Check",
    "InstalledPack",
    "find_pack",
    "install_pack",
    "installed_packs",
    "load_pack",
    "open_pack",
    "pack_in_use",
    "remove_pack",
    "use_pack",
    "verify_pack",
]
