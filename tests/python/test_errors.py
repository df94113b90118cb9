"""Errors: a Python exception if the caller holds the GIL, else the thread's last error."""

from __future__ import annotations

import ctypes
import os
import threading

import pytest

from abi import MODE_ID
from side_by_side import attempt

MEMORY, MODE, MISMATCH, VALUE, OS = range(1, 6)

HELPERS = {
    "ImagingError_MemoryError": ((), MEMORY, "MemoryError"),
    "ImagingError_ModeError": ((), MODE, "ValueError"),
    "ImagingError_Mismatch": ((), MISMATCH, "ValueError"),
    "ImagingError_ValueError": ((b"some text",), VALUE, "ValueError"),
    "ImagingError_ValueError, no text": ((None,), VALUE, "ValueError"),
}
helpers = pytest.mark.parametrize("name", HELPERS)


def last_error(library):
    message = ctypes.c_char_p(b"untouched")
    code = library.ImagingGetLastError(message)
    return code, message.value.decode()


@helpers
def test_helpers_raise_the_same_as_the_reference(both, name):
    arguments, _, kind = HELPERS[name]
    wheels, ours = (attempt(getattr(library, name.split(",")[0]), *arguments) for library in both)
    assert ours == wheels
    assert ours[0] == kind


@helpers
def test_helpers_set_the_last_error_without_python(both, ours_without_python, name):
    """The text of the exception, and the code of its type."""
    arguments, code, _ = HELPERS[name]
    ours_without_python.ImagingClearError()
    assert not getattr(ours_without_python, name.split(",")[0])(*arguments)
    got, text = last_error(ours_without_python)
    assert got == code
    _, expected = attempt(getattr(both[0], name.split(",")[0]), *arguments)
    assert text == (expected[0] if expected else "out of memory")


def test_long_calls_release_the_gil(ours, tmp_path):
    """Opening a file releases the GIL: while it waits for a pipe, Python runs the thread that writes to the pipe."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    images = []
    reader = threading.Thread(target=lambda: images.append(ours.ImagingOpenPPM(os.fsencode(pipe))), daemon=True)
    reader.start()
    with open(pipe, "wb") as stream:
        stream.write(b"P5 2 1 255\nab")
    reader.join(timeout=30)
    assert not reader.is_alive()
    assert images[0].contents.xsize == 2
    ours.ImagingDelete(images[0])


def test_sections_without_python_do_nothing(ours_without_python):
    cookie = ctypes.c_void_p(1)
    ours_without_python.ImagingSectionEnter(cookie)
    ours_without_python.ImagingSectionLeave(cookie)
    assert cookie.value is None


def test_errors_without_python_are_the_last_error(ours_without_python):
    library = ours_without_python
    library.ImagingClearError()
    assert last_error(library) == (0, "")
    assert not library.ImagingNew(0, 1, 1)
    assert last_error(library) == (VALUE, "unrecognized image mode")
    assert not library.ImagingNew(MODE_ID["L"], -1, 1)
    assert last_error(library) == (VALUE, "bad image size")
    assert not library.ImagingNew(MODE_ID["L"], 2**31 - 1, 1)
    assert last_error(library) == (MEMORY, "out of memory")
    assert not library.ImagingPaletteNew(MODE_ID["L"])
    assert last_error(library) == (MODE, "image has wrong mode")
    image = library.ImagingNew(MODE_ID["L"], 1, 1)
    other = library.ImagingNew(MODE_ID["L"], 2, 1)
    assert last_error(library)[0] == MODE, "a call that succeeds leaves the last error alone"
    assert not library.ImagingNew2Dirty(MODE_ID["L"], image, other)
    assert last_error(library) == (MISMATCH, "images do not match")
    library.ImagingDelete(image)
    library.ImagingDelete(other)
    assert not library.ImagingOpenPPM(b"/no/such/file")
    assert last_error(library) == (OS, "/no/such/file: No such file or directory (os error 2)")
    library.ImagingClearError()
    assert last_error(library) == (0, "")


def test_the_text_of_the_last_error_is_optional(ours_without_python):
    assert not ours_without_python.ImagingNew(0, 1, 1)
    assert ours_without_python.ImagingGetLastError(None) == VALUE


def test_last_error_belongs_to_its_thread(ours_without_python):
    library = ours_without_python
    library.ImagingClearError()
    seen = []

    def fail():
        seen.append(last_error(library))
        library.ImagingNew(0, 1, 1)
        seen.append(last_error(library))

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert seen == [(0, ""), (VALUE, "unrecognized image mode")]
    assert last_error(library) == (0, "")


def test_exceptions_do_not_become_the_last_error(ours):
    """The caller has the exception."""
    ours.ImagingClearError()
    with pytest.raises(ValueError, match="unrecognized image mode"):
        ours.ImagingNew(0, 1, 1)
    assert last_error(ours) == (0, "")
