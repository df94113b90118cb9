"""Hypothesis strategies that several tests share."""

from __future__ import annotations

from hypothesis import strategies as st

from abi import MODE_ID, MODES

MODE_NAMES = MODES[1:]
"""Every mode that an image can have: id 0 is the unknown mode."""

BOGUS_MODES = [0, len(MODES), len(MODES) + 1, 1000, -1, 2**31 - 1, -(2**31)]

modes = st.sampled_from(MODE_NAMES).map(MODE_ID.__getitem__)
mode_ids = modes | st.sampled_from(BOGUS_MODES)

sides = st.integers(0, 70) | st.sampled_from([127, 128, 129, 1023])
signed_sides = sides | st.sampled_from([-1, -2, -1000])

alignments = st.sampled_from([1, 2, 4, 8, 16, 32, 64, 128])
block_sizes = st.sampled_from([4096, 8192, 12288, 65536, 1 << 20, 1 << 24])
