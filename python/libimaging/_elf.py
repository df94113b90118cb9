"""Reads the symbols of a shared library in ELF format, and the names of the libraries that it is linked to."""

from __future__ import annotations

import mmap
import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

_Part = TypeVar("_Part")

# Types of sections.
_RELA, _DYNAMIC, _DYNSYM = 4, 6, 11
# Tags of the dynamic section, and a bit of DT_FLAGS.
_DT_NEEDED, _DT_SYMBOLIC, _DT_FLAGS, _DF_SYMBOLIC = 1, 16, 30, 2


class Library(NamedTuple):
    """The symbols of a shared library."""

    defined: frozenset[str]
    """The exported symbols."""
    looked_up: frozenset[str]
    """Symbols that the dynamic linker looks up by name, its own included; the first definition wins."""
    symbolic: bool
    """Whether its own symbols come first in the lookup (-Bsymbolic)."""

    @classmethod
    def read(cls, path: str) -> Library:
        """Reads a 64-bit ELF library. Raises ValueError for other files."""
        return _read(path, _Reader.library)


def needed_libraries(path: str) -> list[str]:
    """Returns the SONAMEs of the libraries that a 64-bit ELF library is linked to. Raises ValueError for other files."""
    return _read(path, _Reader.needed)


def _read(path: str, part: Callable[[_Reader], _Part]) -> _Part:
    # Mapped: of a large file, only the parts that are looked at are read.
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data[:5] != b"\x7fELF\x02":
            raise ValueError("not a 64-bit ELF library")
        try:
            return part(_Reader(data))
        except (IndexError, StopIteration, UnicodeDecodeError, struct.error):
            raise ValueError("a truncated or invalid ELF library") from None


class _Section(NamedTuple):
    kind: int
    offset: int
    size: int
    link: int


class _Reader:
    def __init__(self, data: mmap.mmap):
        self.data = data
        self.order = "<" if data[5] == 1 else ">"
        (start,) = self.unpack("Q", 0x28)
        size, count = self.unpack("HH", 0x3A)
        headers = (self.unpack("IIQQQQI", start + size * number) for number in range(count))
        self.sections = [_Section(kind, offset, size, link) for _, kind, _, _, offset, size, link in headers]

    def unpack(self, form: str, offset: int) -> tuple[int, ...]:
        return struct.unpack_from(self.order + form, self.data, offset)

    def entries(self, section: _Section, form: str) -> Iterator[tuple[int, ...]]:
        return struct.iter_unpack(self.order + form, self.data[section.offset : section.offset + section.size])

    def text(self, section: _Section, offset: int) -> str:
        start = section.offset + offset
        end = self.data.find(b"\0", start)
        if end < 0:
            raise IndexError("a name without an end")
        return self.data[start:end].decode()

    def needed(self) -> list[str]:
        (dynamic,) = (section for section in self.sections if section.kind == _DYNAMIC)
        names = self.sections[dynamic.link]
        return [self.text(names, value) for tag, value in self.entries(dynamic, "qQ") if tag == _DT_NEEDED]

    def library(self) -> Library:
        symbols = next(number for number, section in enumerate(self.sections) if section.kind == _DYNSYM)
        texts = self.sections[self.sections[symbols].link]
        names, defined = [], set()
        for name, _, _, section, _, _ in self.entries(self.sections[symbols], "IBBHQQ"):
            names.append(self.text(texts, name))
            if section:
                defined.add(names[-1])

        relocations = [part for part in self.sections if part.kind == _RELA and part.link == symbols]
        looked_up = {names[info >> 32] for part in relocations for _, info, _ in self.entries(part, "QQq")}
        dynamic = [entry for part in self.sections if part.kind == _DYNAMIC for entry in self.entries(part, "qQ")]
        symbolic = any(tag == _DT_SYMBOLIC or tag == _DT_FLAGS and value & _DF_SYMBOLIC for tag, value in dynamic)
        return Library(frozenset(defined), frozenset(looked_up - {""}), symbolic)
