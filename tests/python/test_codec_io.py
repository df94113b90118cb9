"""Files of codecs: the functions that call a Python file, beside the reference's, and callbacks of a program."""

from __future__ import annotations

import ctypes
import io
import os
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abi import ImagingCodecIO, ImagingCodecStateInstance
from incremental import UNKNOWN
from side_by_side import attempt, pixels
from test_sgi import Recorded, sgi, task_of

NOTHING = ctypes.py_object()


class Odd:
    """A file whose methods return what they are given, or raise it."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def answer(self, *arguments: Any) -> Any:
        self.arguments = arguments
        if isinstance(self.value, BaseException):
            raise self.value
        return self.value

    read = write = seek = tell = answer


class NotCallable:
    read = write = seek = tell = 5


VALUES = [None, 0, 7, -1, 2**70, 2.5, "text", b"", b"abc", b"abcd", b"abcde", bytearray(b"abc"), OSError("odd"), KeyboardInterrupt()]
FILES = [*map(Odd, VALUES), NotCallable(), object(), None, NOTHING]


def read(library, file: Any, bytes: int) -> Any:
    buffer = ctypes.create_string_buffer(b"x" * 10)
    result = attempt(library._imaging_read_pyFd, file, buffer, bytes)
    return result, buffer.raw


def interrupted(call, *arguments: Any) -> Any:
    try:
        return call(*arguments)
    except KeyboardInterrupt:
        return "interrupted"


@pytest.mark.parametrize("number", range(len(FILES)))
def test_python_files(both, number):
    file = FILES[number]

    def calls(library) -> list[Any]:
        made = [interrupted(read, library, file, bytes) for bytes in (0, 3, 4, -1)]
        made += [interrupted(attempt, library._imaging_write_pyFd, file, b"some", bytes) for bytes in (0, 4, -1)]
        made.append(interrupted(attempt, library._imaging_seek_pyFd, file, -(2**40), 2))
        made.append(getattr(file, "arguments", None))
        made.append(interrupted(attempt, library._imaging_tell_pyFd, file))
        return made

    theirs, ours = map(calls, both)
    assert ours == theirs


@given(data=st.binary(max_size=50), steps=st.lists(st.tuples(st.sampled_from("read write seek tell".split()), st.integers(0, 9)), max_size=9))
def test_a_file_in_memory(both, data, steps):
    def calls(library) -> Any:
        file, made = io.BytesIO(data), []
        for step, number in steps:
            match step:
                case "read":
                    made.append(read(library, file, number))
                case "write":
                    made.append(library._imaging_write_pyFd(file, b"0123456789", number))
                case "seek":
                    made.append(attempt(library._imaging_seek_pyFd, file, number, number % 3))
                case "tell":
                    made.append(library._imaging_tell_pyFd(file))
        return made, file.getvalue()

    theirs, ours = map(calls, both)
    assert ours == theirs


def callbacks(file: io.BytesIO) -> ImagingCodecIO:
    """Makes callbacks of a Python file, as a C program might."""
    fields = dict(ImagingCodecIO._fields_)

    def read_some(_, dest: int, bytes: int) -> int:
        data = file.read(min(bytes, 7))  # less than it is asked for
        ctypes.memmove(dest, data, len(data))
        return len(data)

    return ImagingCodecIO(
        read=fields["read"](read_some),
        write=fields["write"](lambda _, src, bytes: file.write(ctypes.string_at(src, bytes))),
        seek=fields["seek"](lambda _, offset, whence: -(file.seek(offset, whence) < 0)),
        tell=fields["tell"](lambda _: file.tell()),
        file=None,
    )


DATA = sgi("RGB", (40, 5), 1, 3)
TASK = task_of("RGB", "RGB", (40, 5), 1)


def decode(library, io: ImagingCodecIO | None = None, fd: int | None = None) -> tuple[int, int, bytes]:
    """Decodes `DATA` from callbacks, or from a Python object. Returns the result, the error code and the pixels."""
    state, image = TASK.state(library, packs=False), TASK.image(library)
    if fd is None:
        library.ImagingSetCodecIO(state, io)
    else:
        state.fd = fd
    result = library.ImagingSgiRleDecode(image, state, None, 0)
    found = result, state.errcode, pixels(image)
    library.ImagingDelete(image)
    return found


@pytest.fixture
def expected(wheel):
    file = Recorded(DATA)
    found = decode(wheel, fd=id(file))
    assert found[:2] == (0, 0)
    return found


def test_callbacks(ours, ours_without_python, expected):
    for library in ours, ours_without_python:
        assert decode(library, callbacks(io.BytesIO(DATA))) == expected


def test_a_descriptor(ours_without_python, expected, tmp_path):
    (tmp_path / "file").write_bytes(DATA)
    descriptor = os.open(tmp_path / "file", os.O_RDONLY)
    device = ImagingCodecIO()
    ours_without_python.ImagingCodecIOFromDescriptor(device, descriptor)
    assert decode(ours_without_python, device) == expected
    os.close(descriptor)
    assert decode(ours_without_python, device)[:2] == (-1, UNKNOWN)


@pytest.mark.parametrize("name", ["read", "seek", "tell"])
def test_missing_callbacks_are_errors(ours_without_python, name):
    device = callbacks(io.BytesIO(DATA))
    setattr(device, name, type(getattr(device, name))())
    assert decode(ours_without_python, device)[:2] == (-1, UNKNOWN)


@pytest.mark.parametrize(("name", "value"), [("read", -1), ("read", 10**6), ("seek", 1), ("seek", -1), ("tell", -1)])
def test_callbacks_that_fail(ours_without_python, name, value):
    device = callbacks(io.BytesIO(DATA))
    setattr(device, name, type(getattr(device, name))(lambda *_: value))
    assert decode(ours_without_python, device)[:2] == (-1, UNKNOWN)


def test_no_file(ours_without_python):
    assert decode(ours_without_python)[:2] == (-1, UNKNOWN)
    state = ImagingCodecStateInstance()
    ours_without_python.ImagingSetCodecIO(state, callbacks(io.BytesIO()))
    assert state.fd % 16 == 1
    ours_without_python.ImagingSetCodecIO(state, None)
    assert state.fd is None
    ours_without_python.ImagingSetCodecIO(None, None)
    ours_without_python.ImagingCodecIOFromDescriptor(None, 0)
    ours_without_python.ImagingCodecIOFromFile(None, None)


def test_the_python_functions_call_callbacks(ours):
    file = io.BytesIO(b"0123456789")
    device = callbacks(file)
    state = ImagingCodecStateInstance()
    ours.ImagingSetCodecIO(state, device)
    functions = {name: getattr(ours.handle, f"_imaging_{name}_pyFd") for name in ("read", "write", "seek", "tell")}
    types = {name: ctypes.PYFUNCTYPE(ctypes.c_ssize_t, *[ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_int][: 1 + 2 * (name == "seek")]) for name in functions}
    call = {name: types[name](ctypes.cast(functions[name], ctypes.c_void_p).value) for name in ("seek", "tell")}
    assert call["seek"](state.fd, 4, 0) & 0xFFFFFFFF == 0
    assert call["tell"](state.fd) == 4
    data = ctypes.PYFUNCTYPE(ctypes.c_ssize_t, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ssize_t)
    buffer = ctypes.create_string_buffer(10)
    assert data(ctypes.cast(functions["read"], ctypes.c_void_p).value)(state.fd, ctypes.addressof(buffer), 3) == 3
    assert buffer.raw[:3] == b"456"
    assert data(ctypes.cast(functions["write"], ctypes.c_void_p).value)(state.fd, ctypes.addressof(buffer), 2) == 2
    assert data(ctypes.cast(functions["read"], ctypes.c_void_p).value)(state.fd, ctypes.addressof(buffer), -1) == -1
    assert file.getvalue() == b"0123456459"
