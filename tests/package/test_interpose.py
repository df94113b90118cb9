"""Interposing the library in front of Pillow's core, for a program and for a process, and the errors."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import libimaging
import PIL

from conftest import fresh, run, succeed

PYTHON = [sys.executable]
LIBIMAGING = [sys.executable, "-m", "libimaging"]
LIBRARY = Path(libimaging.get_library_dir()) / "libImaging.so"
PROOF = "from libimaging import _pillow; print(_pillow.in_force())"


def test_check():
    told = succeed(*LIBIMAGING, "--check", IMAGING_SIMD="generic", IMAGING_NUM_THREADS="3")
    text = " ".join(told.split())
    assert f"libimaging {libimaging.__version__} is in front of Pillow {PIL.__version__}" in text
    assert "instructions: generic, threads: 3" in text
    ours, theirs = re.search(r"interposed, \d+ functions: (.*) Pillow's own, \d+ functions:(.*)", text).groups()
    assert {"ImagingNew", "ImagingResample", "ImagingConvert"} <= set(ours.split())
    assert {"ImagingNew", "PyImagingNew"}.isdisjoint(theirs.split())
    assert f"library: {LIBRARY} " in text


def test_check_of_a_library_that_was_preloaded():
    """The preloaded library is reported, not the one of the package."""
    other = fresh("preloaded") / "libImaging.so"
    shutil.copy(LIBRARY, other)
    assert f"library: {other}\n" in succeed(*LIBIMAGING, "--check", LD_PRELOAD=str(other))


def test_programs_run_as_python_runs_them(tmp_path):
    program = tmp_path / "app.py"
    program.write_text(f"import sys; print(__name__, sys.argv[1:]); {PROOF}")
    for how in [program], ["-m", "app"], ["-c", program.read_text()]:
        for python, interposed in (LIBIMAGING, True), (PYTHON, False):
            told = succeed(*python, *how, "an", "-argument", PYTHONPATH=str(tmp_path))
            assert told == f"__main__ ['an', '-argument']\n{interposed}\n", how


def test_options_of_python_are_kept():
    code = "import sys; print(sys.flags.dev_mode, sys.dont_write_bytecode)"
    for options in [], ["-B"], ["-X", "dev"], ["-X", "dev", "-B"]:
        expected = succeed(*PYTHON, *options, "-c", code)
        assert succeed(*PYTHON, *options, "-m", "libimaging", "-c", code) == expected
        assert succeed(*PYTHON, *options, "-mlibimaging", "-c", code) == expected
    assert succeed(*PYTHON, "-Bm", "libimaging", "-c", code) == "False True\n"


def test_status_and_children():
    assert run(*LIBIMAGING, "-c", "raise SystemExit(7)").returncode == 7
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {PROOF!r}], check=True)"
    assert succeed(*LIBIMAGING, "-c", child) == "True\n"
    pool = (
        "import multiprocessing as m; from libimaging import _pillow\n"
        "if __name__ == '__main__':\n with m.get_context('spawn').Pool(1) as pool: print(pool.apply(_pillow.in_force))"
    )
    script = fresh("spawn") / "spawn.py"
    script.write_text(pool)
    assert succeed(*LIBIMAGING, script) == "True\n"
    nested = f"import os, sys; os.execv(sys.executable, [sys.executable, '-m', 'libimaging', '-c', {PROOF!r}])"
    assert succeed(*LIBIMAGING, "-c", nested) == "True\n"


def test_usage():
    told = run(*LIBIMAGING)
    assert told.returncode == 2 and "python -m libimaging app.py" in told.stdout
    assert "--check" in succeed(*LIBIMAGING, "--help")


def test_interpose():
    code = f"import libimaging; libimaging.interpose(); {PROOF}; libimaging.interpose()"
    assert succeed(*PYTHON, "-c", code) == "True\n"
    forked = "import os; os.fork() or os._exit(not _pillow.in_force()); print(os.wait()[1])"
    assert succeed(*PYTHON, "-c", f"{code}; {forked}") == "True\n0\n"
    # Interposed by LD_PRELOAD already: the call does nothing.
    assert succeed(*PYTHON, "-c", f"from PIL import Image; {code}", LD_PRELOAD=str(LIBRARY)) == "True\n"


def refused(reason: str, *, code: str = "", site: Path | None = None) -> None:
    """Asserts that both ways end with this error, without a traceback."""
    environment = {"PYTHONPATH": str(site)} if site else {}
    told = run(*PYTHON, "-c", f"{code}\nimport libimaging; libimaging.interpose()", **environment)
    assert told.returncode == 1 and f"PillowError: {reason}" in told.stderr
    if not code:
        for arguments in ["--check"], ["-c", "print('ran')"]:
            told = run(*LIBIMAGING, *arguments, **environment)
            assert told.returncode == 1 and told.stderr.startswith(f"libimaging: {reason}"), told.stderr
            assert not told.stdout


def test_too_late():
    refused("too late: Pillow's core is loaded already", code="from PIL import Image")


def pillow_of(name: str) -> Path:
    """Copies the installed Pillow, to modify it. Returns the directory."""
    site = fresh(name)
    shutil.copytree(Path(PIL.__file__).parent, site / "PIL", ignore=shutil.ignore_patterns("__pycache__"))
    libraries = Path(PIL.__file__).parents[1] / "pillow.libs"
    (site / "pillow.libs").symlink_to(libraries)
    return site


def test_another_abi():
    site = pillow_of("other-abi")
    version = site / "PIL" / "_version.py"
    version.write_text(version.read_text().replace('"13.', '"12.'))
    refused("Pillow 12.0.0 has another ABI than libimaging 13.0.0, which fits Pillow 13", site=site)
    # Such a Pillow has images, but of another layout than the library expects.
    other = "import PIL; from PIL import Image; PIL.__version__ = '12.0.0'"
    code = f"{other}; import libimaging; libimaging.view(Image.new('L', (1, 1)))"
    assert "Pillow 12.0.0 has another ABI" in run(*PYTHON, "-c", code).stderr


def test_a_core_that_calls_itself():
    """Linked with -Bsymbolic, and without any symbols to look up."""
    site = pillow_of("symbolic")
    (core,) = (site / "PIL").glob("_imaging.*.so")
    source = "void ImagingNew(void) {} void PyInit__imaging(void) { ImagingNew(); }"
    for options in ["-Wl,-Bsymbolic"], ["-fvisibility=hidden"]:
        command = ["cc", "-shared", "-fPIC", *options, "-x", "c", "-", "-o", str(core)]
        subprocess.run(command, input=source, text=True, check=True)
        refused(f"{core} is linked so that it always calls its own functions", site=site)
    core.write_bytes(b"MZ")
    refused(f"{core}: not a 64-bit ELF library", site=site)
    core.unlink()
    refused("this Pillow has no core", site=site)


def test_no_pillow():
    site = fresh("no-pillow")
    (site / "PIL.py").write_text("raise ModuleNotFoundError")
    refused("Pillow is not installed", site=site)


def test_other_platforms():
    fake = "import sys; sys.platform = 'darwin'"
    refused("only on Linux with glibc and CPython can Pillow be interposed; this is darwin, cpython, glibc", code=fake)
    musl = "import os; os.confstr = lambda name: None"
    refused(
        "only on Linux with glibc and CPython can Pillow be interposed; this is linux, cpython, not glibc", code=musl
    )


def test_a_path_that_cannot_be_preloaded():
    site = fresh("a path")
    shutil.copytree(Path(libimaging.__file__).parent, site / "libimaging")
    told = run(*LIBIMAGING, "-c", "", PYTHONPATH=str(site))
    assert told.returncode == 1 and "LD_PRELOAD cannot name a path with a space" in told.stderr
    code = f"import libimaging; libimaging.interpose(); {PROOF}"
    assert succeed(*PYTHON, "-c", code, PYTHONPATH=str(site)) == "True\n"
    assert str(site) in succeed(*PYTHON, "-c", "import libimaging; print(libimaging.__file__)", PYTHONPATH=str(site))
