"""Environment variables: read on request, by Pillow's rules; errors name the variable and its valid values."""

from __future__ import annotations

import json

import pytest

import child

DEFAULTS = {"alignment": 1, "block_size": 16 * 1024 * 1024, "blocks_max": 0}

_CONFIGURE = """
    import json
    library = load(hold_gil=False)
    def settings(): return {field: getattr(library.arena, field) for field in ("alignment", "block_size", "blocks_max")}
    before, result, message = settings(), library.ImagingMemoryConfigureFromEnv(), ctypes.c_char_p()
    code = library.ImagingGetLastError(message)
    print(json.dumps([before, result, settings(), code, message.value.decode()]))
"""

_ASK_PILLOW = """
    import json, warnings
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        from PIL import Image
    core = Image.core
    settings = {name: getattr(core, "get_" + name)() for name in ("alignment", "block_size", "blocks_max")}
    print(json.dumps([settings, len(caught)]))
"""

GOOD = [
    ("PILLOW_ALIGNMENT", "1"),
    ("PILLOW_ALIGNMENT", "2"),
    ("PILLOW_ALIGNMENT", "64"),
    ("PILLOW_ALIGNMENT", "128"),
    ("PILLOW_ALIGNMENT", " 8 "),
    ("PILLOW_BLOCK_SIZE", "4096"),
    ("PILLOW_BLOCK_SIZE", "4k"),
    ("PILLOW_BLOCK_SIZE", "64K"),
    ("PILLOW_BLOCK_SIZE", "1m"),
    ("PILLOW_BLOCK_SIZE", "32M"),
    ("PILLOW_BLOCKS_MAX", "0"),
    ("PILLOW_BLOCKS_MAX", "1"),
    ("PILLOW_BLOCKS_MAX", "1000"),
    ("PILLOW_BLOCKS_MAX", "1k"),
]

BAD = [
    ("PILLOW_ALIGNMENT", "0"),
    ("PILLOW_ALIGNMENT", "3"),
    ("PILLOW_ALIGNMENT", "256"),
    ("PILLOW_ALIGNMENT", "-1"),
    ("PILLOW_ALIGNMENT", "eight"),
    ("PILLOW_ALIGNMENT", ""),
    ("PILLOW_ALIGNMENT", "8.0"),
    ("PILLOW_ALIGNMENT", "1k"),
    ("PILLOW_BLOCK_SIZE", "0"),
    ("PILLOW_BLOCK_SIZE", "4095"),
    ("PILLOW_BLOCK_SIZE", "4097"),
    ("PILLOW_BLOCK_SIZE", "-4096"),
    ("PILLOW_BLOCK_SIZE", "k"),
    ("PILLOW_BLOCK_SIZE", "1g"),
    ("PILLOW_BLOCKS_MAX", "-1"),
    ("PILLOW_BLOCKS_MAX", "many"),
    ("PILLOW_BLOCKS_MAX", "0x10"),
]

TOO_LARGE_FOR_AN_INT = [
    ("PILLOW_ALIGNMENT", "4294967297"),
    ("PILLOW_BLOCK_SIZE", "2048m"),
    ("PILLOW_BLOCK_SIZE", "99999999999999999999"),
    ("PILLOW_BLOCKS_MAX", "2147483648"),
]


def configure(**env):
    return json.loads(child.run(_CONFIGURE, **env))


def test_no_variable_set():
    before, result, after, _, _ = configure()
    assert (before, result, after) == (DEFAULTS, 1, DEFAULTS)


@pytest.mark.parametrize("variable, value", GOOD)
def test_valid_value_is_applied_as_by_pillow(variable, value):
    before, result, after, code, _ = configure(**{variable: value})
    assert before == DEFAULTS, "nothing is read before the program asks"
    assert [after, 0] == json.loads(child.run(_ASK_PILLOW, **{variable: value}))
    assert (result, code) == (1, 0)


@pytest.mark.parametrize("variable, value", BAD)
def test_invalid_value_is_an_error_where_pillow_warns(variable, value):
    _, result, after, code, message = configure(**{variable: value})
    assert (result, after) == (0, DEFAULTS)
    assert code == 4
    assert variable in message and f"={value}:" in message and "must be" in message
    assert json.loads(child.run(_ASK_PILLOW, **{variable: value})) == [DEFAULTS, 1]


@pytest.mark.parametrize("variable, value", TOO_LARGE_FOR_AN_INT)
def test_value_too_large_for_an_int_is_an_error(variable, value):
    """Importing Pillow fails with these values."""
    _, result, after, _, message = configure(**{variable: value})
    assert (result, after) == (0, DEFAULTS)
    assert variable in message and value in message and "must be" in message


def test_all_variables_together():
    _, result, after, _, _ = configure(PILLOW_ALIGNMENT="32", PILLOW_BLOCK_SIZE="1m", PILLOW_BLOCKS_MAX="7")
    assert (result, after) == (1, {"alignment": 32, "block_size": 1 << 20, "blocks_max": 7})


def test_no_value_is_applied_if_one_is_invalid():
    _, result, after, _, message = configure(PILLOW_ALIGNMENT="32", PILLOW_BLOCK_SIZE="1m", PILLOW_BLOCKS_MAX="x")
    assert (result, after) == (0, DEFAULTS)
    assert "PILLOW_BLOCKS_MAX=x" in message


def test_invalid_value_raises_in_python():
    output = child.run(
        """
        try: load().ImagingMemoryConfigureFromEnv()
        except ValueError as error: print(error)
        """,
        PILLOW_ALIGNMENT="3",
    )
    assert output == "PILLOW_ALIGNMENT=3: must be a power of two from 1 to 128\n"


@pytest.mark.parametrize("wrong", ["0", "-3", "abc", "", "99999", "2.5", "99999999999999999999", "\udcff"])
def test_invalid_number_of_threads_is_warned_of_once(wrong):
    """The default number is used."""
    lines = warnings_and_result("ImagingGetNumThreads", IMAGING_NUM_THREADS=wrong)
    default = warnings_and_result("ImagingGetNumThreads")
    assert len(default) == 1
    shown = wrong.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    warning = f"libImaging: IMAGING_NUM_THREADS={shown}: must be a number from 1 to 1024; {default[0]} will be used"
    assert lines == [warning, *default]


@pytest.mark.parametrize("right", ["1", "3", " 7 ", "1024"])
def test_number_of_threads_is_obeyed(right):
    assert warnings_and_result("ImagingGetNumThreads", IMAGING_NUM_THREADS=right) == [right.strip()]


@pytest.mark.parametrize("wrong", ["nonsense", "", "AVX2"])
def test_unknown_isa_is_warned_of_once(wrong):
    lines = warnings_and_result("ImagingGetNumThreads", IMAGING_SIMD=wrong)
    assert len(lines) == 2
    names = " or ".join(filter(None, [", ".join(child.ISAS[:-1]), child.ISAS[-1]]))
    assert lines[0].startswith(f"libImaging: IMAGING_SIMD={wrong}: must be {names}; ")
    assert lines[0].endswith(" will be used")


def test_warning_that_cannot_be_written_is_ignored():
    output = child.run(
        """
        import os
        os.dup2(os.open("/dev/full", os.O_WRONLY), 2)
        library = load()
        print(library.handle.ImagingGetNumThreads() > 0)
        """,
        IMAGING_NUM_THREADS="many",
    )
    assert output == "True\n"


def warnings_and_result(function: str, **env: str) -> list[str]:
    """Returns the library's warnings in a process that calls an operation twice, then the result of `function`."""
    return child.run(
        f"""
        import os
        os.dup2(1, 2)
        library = load()
        for _ in range(2):
            image = library.ImagingNew(abi.MODE_ID["RGB"], 900, 900)
            for each in image, library.ImagingResample(image, 99, 99, 1, (ctypes.c_float * 4)(0, 0, 900, 900)):
                library.ImagingDelete(each)
            result = library.handle.{function}()
        print(result)
        """,
        **env,
    ).splitlines()
