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
        "libxcb-cursor.so.0",
        "numpy.libs/libscipy_openblas64_-32a4b2a6.so",
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
        "PySide6/Qt/plugins/tls/libqopensslbackend.so",
        "PySide6/Qt/plugins/platforms/libqvnc.so",
        "PySide6/Qt/plugins/platformthemes/libqgtk3.so",
    ],
)
def test_what_it_never_uses_is_dropped(name: str) -> None:
    assert not bundle.wanted_binary(name)


@pytest.mark.parametrize("stray", ["torch/lib/libtorch.so", "transformers", "http.client", "PySide6.QtNetwork", "_ssl"])
def test_a_bundle_with_the_trainer_or_a_network_is_refused(tmp_path: Path, stray: str) -> None:
    origins = tmp_path / "origins.json"
    whole = [f'["{name}", ""]' for name in (*check_bundle.NEEDED, "numpy.linalg", "sslfree")]
    origins.write_text(f"[{', '.join(whole)}]", encoding="utf-8")
    assert check_bundle.main(origins, tmp_path) == 0
    origins.write_text(f'[{", ".join(whole)}, ["{stray}", ""]]', encoding="utf-8")
    assert check_bundle.main(origins, tmp_path) == 1


def test_a_bundle_without_its_pack_is_refused(tmp_path: Path) -> None:
    origins = tmp_path / "origins.json"
    origins.write_text('[["desktop_app.self_test", ""]]', encoding="utf-8")
    assert check_bundle.main(origins, tmp_path) == 1


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
