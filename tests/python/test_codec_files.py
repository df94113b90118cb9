"""Every sample file of Pillow's own tests, decoded with and without the library: the same pixels and errors."""

from __future__ import annotations

import child


def digests(*, interposed: bool) -> list[str]:
    code = f"""
        interposition.require({interposed})
        import codec_files
        for line in codec_files.digests(): print(line)
    """
    return child.run(code, interposed=interposed, timeout=900).splitlines()


def test_the_sample_files_of_pillow():
    theirs, ours = digests(interposed=False), digests(interposed=True)
    assert len(theirs) > 500
    assert [pair for pair in zip(theirs, ours, strict=True) if pair[0] != pair[1]] == []
