"""Extensions that a user builds: the README's examples, the one in examples/, and all of libimaging.pxd."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import libimaging
import pytest
from PIL import Image, ImageChops, ImageFilter

from conftest import ROOT, build, fresh, succeed
from pictures import picture

PXD = Path(libimaging.__file__).parent / "libimaging.pxd"


def section(title: str) -> str:
    readme = (ROOT / "README.md").read_text()
    return readme.split(f"\n## {title}\n")[1].split("\n## ")[0]


def blocks(language: str) -> list[str]:
    return re.findall(
        rf"^```{language}\n(.*?)^```$", section("Use it from Cython and Python"), re.MULTILINE | re.DOTALL
    )


def test_readme_python():
    *examples, _ = blocks("python")
    assert len(examples) == 2
    for example in examples:
        succeed(sys.executable, "-c", example)


@pytest.mark.parametrize("storage", ["block", "blocks"])
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_readme_cython(negative, mode, storage):
    Image.core.set_block_size(1 << 24 if storage == "block" else 4096)
    image = picture(mode, (300, 200))
    expected = ImageChops.invert(image)
    negative(image)
    assert image.tobytes() == expected.tobytes()
    with pytest.raises(ValueError, match="readonly"):
        negative(Image.frombuffer("L", (1, 1), b"1", "raw", "L", 0, 1))


@pytest.fixture(scope="module")
def negative():
    (source,) = blocks("cython")
    *_, setup = blocks("python")
    assert len([line for line in source.splitlines() if line]) == 10
    folder = fresh("readme")
    (folder / "negative.pyx").write_text(source)
    (folder / "setup.py").write_text(setup)
    build(folder)
    sys.path.insert(0, str(folder))
    from negative import negative

    return negative


def test_readme_commands():
    """The commands of the next section, except the one whose library is not installed here."""
    app = fresh("readme-app") / "app.py"
    app.write_text("from libimaging import _pillow; print(_pillow.in_force())")
    command = re.search(r"^    (python -m libimaging app\.py)\b", section("Run Pillow on it"), re.MULTILINE)[1]
    assert succeed(sys.executable, *command.split()[1:], cwd=app.parent) == "True\n"


def test_glow():
    folder = fresh("glow")
    shutil.copytree(ROOT / "examples/glow", folder, dirs_exist_ok=True)
    build(folder)
    original = Image.radial_gradient("L").resize((400, 300))
    original = Image.merge("RGB", [original, original.rotate(180), ImageChops.invert(original)])
    original.save(folder / "picture.png")
    succeed(sys.executable, "run.py", "picture.png", "glowing.png", "5", cwd=folder)
    expected = ImageChops.screen(original, original.filter(ImageFilter.GaussianBlur(5)))
    difference = ImageChops.difference(Image.open(folder / "glowing.png"), expected)
    assert max(high for _, high in difference.getextrema()) <= 1


def test_pxd_is_fresh():
    succeed(sys.executable, ROOT / "python/make_pxd.py", "--check")
    assert PXD.read_text() == (ROOT / "python/libimaging/libimaging.pxd").read_text()


def test_all_of_the_pxd():
    """Every function links, every struct and constant compiles, by both names of the module."""
    text = PXD.read_text()
    functions = re.findall(r"^    \w[\w *]*?[ *](\w+)\([^*]", text, re.MULTILINE)
    structs = set(re.findall(r"^    (?:cdef|ctypedef) struct (\w+):", text, re.MULTILINE))
    constants = re.findall(r"^        ((?:IMAGING|ARROW)_\w+)$", text, re.MULTILINE)
    assert len(functions) > 90 and len(structs) > 12 and len(constants) > 200
    names = sorted({*functions, *structs, *constants, "Imaging", "ImagingOf", "IMAGING_MAGIC", "ImagingDefaultArena"})
    source = [
        "cimport libimaging",
        "from libimaging cimport " + ", ".join(names),
        "from libimaging.libimaging cimport ImagingNew as the_same",
        "assert libimaging.ImagingNew == ImagingNew == the_same",
        f"functions = [{', '.join(f'<size_t>&{name}' for name in functions)}]",
        f"sizes = [{', '.join(f'sizeof({name})' for name in sorted(structs))}]",
        f"constants = [{', '.join(f'<long>{name}' for name in constants)}]",
        "threads = libimaging.ImagingGetNumThreads()",
    ]
    folder = fresh("pxd")
    (folder / "everything.pyx").write_text("\n".join(source) + "\n")
    *_, setup = blocks("python")
    (folder / "setup.py").write_text(setup.replace("negative", "everything"))
    build(folder, CFLAGS="-O0")
    told = succeed(
        sys.executable, "-c", "import everything as e; print(len(e.functions), 0 in e.functions)", cwd=folder
    )
    assert told == f"{len(functions)} False\n"


def test_only_functions_of_the_package_are_declared():
    """The functions are those that the library exports and the headers declare."""
    library = Path(libimaging.get_library_dir(), "libImaging.so")
    symbols = subprocess.run(["nm", "-D", "--defined-only", library], check=True, capture_output=True, text=True).stdout
    exported = {line.split()[-1] for line in symbols.splitlines()}
    headers = "".join(path.read_text() for path in Path(libimaging.get_include(), "libImaging").glob("*.h"))
    declared = set(re.findall(r"^extern [^;(]*?(\w+)\(", headers, re.MULTILINE))
    functions = set(re.findall(r"^    \w[\w *]*?[ *](\w+)\([^*]", PXD.read_text(), re.MULTILINE))
    # That only looks at the Pillow that calls: the package does not contain the codec whose version it tells.
    gate = "ImagingJpegVersion"
    assert functions == declared & exported - {gate}
    assert gate in exported
