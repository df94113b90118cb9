"""The Photo CD decoder beside the reference's: the same states and pixels after every call."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incremental import CONFIG, MUTATIONS, PIECES, Task, decode, mutations, tasks

WIDTHS = st.integers(1, 70) | st.sampled_from([127, 128, 255, 256])


@given(task=tasks("Pcd", [("RGB", "YCC;P")], WIDTHS), seed=st.integers(0, 1000), pieces=PIECES)
def test_decode(both, task, seed, pieces):
    width, height = task.size
    file = random.Random(seed).randbytes(3 * width * ((height + 1) // 2) + 7)
    theirs, ours = (decode(library, task, file, pieces) for library in both)
    assert ours == theirs
    assert ours.ended and ours.errcode == 0


def test_decode_changed_files(both):
    task = Task("Pcd", "RGB", (12, 5), "YCC;P")
    file = random.Random(1).randbytes(3 * 12 * 3)
    for index, changed in enumerate(mutations(file, 1, MUTATIONS)):
        theirs, ours = (decode(library, task, changed, [1 + index % 50], each=False) for library in both)
        assert ours == theirs, changed.hex()


def test_cve_2016_2533(ours):
    """Lines had four bytes a pixel, and their buffer three. A buffer that is too short is an error now."""
    task = Task("Pcd", "RGB", (768, 2), "YCC;P")
    assert decode(ours, task, bytes(768 * 3), [4000]).errcode == 0
    assert decode(ours, replace(task, fields={"bytes": 768 * 3 - 1}), bytes(768 * 3), [4000]).errcode == CONFIG


@pytest.mark.parametrize("fields", [{"y": 3}, {"y": -1}, {"bytes": 14}, {"bits": 0}])
def test_an_invalid_state_is_an_error(ours, fields):
    task = Task("Pcd", "RGB", (5, 3), "YCC;P", fields=fields)
    assert decode(ours, task, bytes(100), [1000]).errcode == CONFIG


@pytest.mark.parametrize("margins", [(-1, 0), (0, -1)])
def test_a_rectangle_beyond_the_image_is_an_error(ours, margins):
    task = Task("Pcd", "RGB", (5, 3), "YCC;P", margins=margins)
    assert decode(ours, task, bytes(100), [1000]).errcode == CONFIG


def test_pixels_smaller_than_the_unpacker_writes_are_an_error(ours):
    """The reference writes four bytes for each pixel of one."""
    unpacker = Task("Pcd", "RGB", (5, 3), "YCC;P").state(ours, packs=False).shuffle
    task = Task("Pcd", "L", (5, 3), fields={"bits": 24, "shuffle": unpacker})
    assert decode(ours, task, bytes(100), [1000]).errcode == CONFIG
