"""Reads the symbols of a shared library in ELF format."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Types of sections.
_RELA, _DYNAMIC, _DYNSYM = 4, 6, 11
# Tags of the dynamic section, and a bit of DT_FLAGS.
_DT_SYMBOLIC, _DT_FLAGS, _DF_SYMBOLIC = 16, 30, 2


@dataclass(frozen=True)
class Library:
    """The symbols of a shared library."""

    defined: frozenset[str]
    """The exported symbols."""
    looked_up: frozenset[str]
    """Symbols that the dynamic linker looks up by name, its own included; the first definition wins."""
    symbolic: bool
    """Whether its own symbols come first in the lookup (-Bsymbolic)."""

    @classmethod
    def read(cls, path: Path) -> Library:
        """Reads a 64-bit ELF library. Raises ValueError for other files."""
        data = path.read_bytes()
        if data[:5] != b"\x7fELF\x02":
            raise ValueError("not a 64-bit ELF library")
        try:
            return _Reader(data).library()
        except (IndexError, StopIteration, UnicodeDecodeError, struct.error):
            raise ValueError("a truncated or invalid ELF library") from None


@dataclass(frozen=True)
class _Section:
    kind: int
    offset: int
    size: int
    link: int


class _Reader:
    def __init__(self, data: bytes):
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

    def library(self) -> Library:
        symbols = next(number for number, section in enumerate(self.sections) if section.kind == _DYNSYM)
        texts = self.sections[self.sections[symbols].link]
        names, defined = [], set()
        for name, _, _, section, _, _ in self.entries(self.sections[symbols], "IBBHQQ"):
            start = texts.offset + name
            names.append(self.data[start : self.data.index(b"\0", start)].decode())
            if section:
                defined.add(names[-1])

        relocations = [part for part in self.sections if part.kind == _RELA and part.link == symbols]
        looked_up = {names[info >> 32] for part in relocations for _, info, _ in self.entries(part, "QQq")}
        dynamic = [entry for part in self.sections if part.kind == _DYNAMIC for entry in self.entries(part, "qQ")]
        symbolic = any(tag == _DT_SYMBOLIC or tag == _DT_FLAGS and value & _DF_SYMBOLIC for tag, value in dynamic)
        return Library(frozenset(defined), frozenset(looked_up - {""}), symbolic)
