"""What the freezing keeps and drops, by the names that PyInstaller gives."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, PACKAGING / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


bundle = script("bundle")
check_bundle = script("check_bundle")


@pytest.mark.parametrize(
    "name",
    [
        "libportaudio.so.2",
        "libjack.so.0",  # PortAudio's own
        "libdb-5.3.so",  # libjack's own
        "libxcb-cursor.so.0",
        "numpy/_core/_multiarray_umath.cpython-311-x86_64-linux-gnu.so",
        "onnxruntime/capi/onnxruntime_pybind11_state.cpython-311-x86_64-linux-gnu.so",
        "PySide6/Qt/lib/libQt6Gui.so.6",
        "PySide6/Qt/lib/libicudata.so.73",
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/plugins/platforms/libqoffscreen.so",
        "PySide6/Qt/plugins/iconengines/libqsvgicon.so",
        "PySide6\\plugins\\platforms\\qwindows.dll",
        "PySide6/Qt/plugins/platforms/libqcocoa.dylib",
        "annoy/annoylib.cpython-311-x86_64-linux-gnu.so",
    ],
)
def test_what_the_app_needs_is_kept(name: str) -> None:
    assert bundle.wanted_binary(name)


@pytest.mark.parametrize(
    "name",
    [
        "libasound.so.2",  # the system's own: its plugins fit no other
        "libssl.so.3",
        "PySide6/Qt/lib/libQt6Network.so.6",
        "PySide6/Qt/lib/libQt6EglFsKmsSupport.so.6",
        "onnxruntime/capi/libonnxruntime.1.32.0.dylib",
        "onnxruntime\\capi\\onnxruntime.dll",
        "PySide6/Qt/plugins/tls/libqopensslbackend.so",
        "PySide6/Qt/plugins/platforms/libqvnc.so",
        "PySide6/Qt/plugins/platformthemes/libqgtk3.so",
    ],
)
def test_what_it_never_uses_is_dropped(name: str) -> None:
    assert not bundle.wanted_binary(name)


WHOLE = {*check_bundle.NEEDED, "numpy.linalg", "sslfree", "socket", "urllib.parse", "libportaudio.so.2"}


def test_a_whole_bundle_is_as_it_should_be() -> None:
    assert check_bundle.faults(WHOLE, 189.9) == []


@pytest.mark.parametrize(
    "stray",
    [
        "torch",
        "torch/lib/libtorch.so",
        "transformers.models",
        "trainer",
        "http.client",
        "asyncio.events",
        "multiprocessing.connection",
        "_ssl.cpython-311-x86_64-linux-gnu.so",
        "libssl.so.3",
        "PySide6.QtNetwork",
        "PySide6/QtNetwork.abi3.so",
        "PySide6/Qt/lib/libQt6Network.so.6",
        "PySide6/Qt6Network.dll",
        "PySide6/Qt/plugins/tls/libqopensslbackend.so",
    ],
)
def test_a_bundle_with_the_trainer_or_a_network_is_refused(stray: str) -> None:
    assert check_bundle.faults({*WHOLE, stray}, 1.0) == [f"does not belong here: {stray}"]


@pytest.mark.parametrize("lost", check_bundle.NEEDED)
def test_a_bundle_without_what_it_needs_is_refused(lost: str) -> None:
    assert check_bundle.faults(WHOLE - {lost}, 1.0) == [f"is missing: {lost}"]


def test_a_bundle_that_is_too_large_is_refused() -> None:
    assert check_bundle.faults(WHOLE, 190.1) == ["190.1 MB are more than 190"]


@pytest.mark.parametrize(("name", "kept"), [("METADATA", True), ("RECORD", False), ("direct_url.json", False)])
def test_of_what_describes_a_distribution_its_version_is_kept(name: str, kept: bool) -> None:
    assert bundle.wanted_data(f"numpy-2.4.6.dist-info/{name}") is kept


def test_the_windows_version_resource_is_python_that_evaluates() -> None:
    asked = bundle.version_info("1.2.3")
    names = (
        "VSVersionInfo",
        "FixedFileInfo",
        "StringFileInfo",
        "StringTable",
        "StringStruct",
        "VarFileInfo",
        "VarStruct",
    )
    seen: dict[str, object] = {}

    def stand_in(name: str) -> object:
        return lambda *args, **kwargs: seen.setdefault(name, (args, kwargs))

    eval(asked, {name: stand_in(name) for name in names})
    _, kwargs = seen["FixedFileInfo"]  # type: ignore[misc]
    assert kwargs["filevers"] == (1, 2, 3, 0)
