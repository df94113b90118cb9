#!/usr/bin/env python3
"""Builds and runs the programs in examples/ and in the README, as a reader would.

    examples.py <installed prefix> <work directory>
"""

import os
import re
import subprocess
import sys
from pathlib import Path

REPO = Path(__file__).parent.parent
COMPILER = {".c": ["cc", "-D_DEFAULT_SOURCE", "-pthread"], ".cpp": ["c++", "-std=c++17"]}


def flags(prefix):
    environment = os.environ | {"PKG_CONFIG_PATH": f"{prefix}/lib/pkgconfig"}
    command = ["pkg-config", "--cflags", "--libs", "libImaging"]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.split()


def build(source, prefix, work):
    program = work / source.stem
    command = [*COMPILER[source.suffix], "-O2", "-Wall", "-Wextra", "-Werror", source, "-o", program]
    subprocess.run([*command, *flags(prefix), f"-Wl,-rpath,{prefix}/lib"], check=True)
    return program


def run(program, *arguments, code=0):
    result = subprocess.run([program, *map(str, arguments)], cwd=program.parent, stdout=subprocess.DEVNULL)
    assert result.returncode == code, f"{program.name} exited with status {result.returncode}"


def ppm(pixels, width):
    return b"P6\n%d %d\n255\n" % (width, len(pixels) // 3 // width) + pixels


def mirror(program, work):
    (work / "in.ppm").write_bytes(ppm(bytes(range(24)), 4))
    run(program, "in.ppm", "out.ppm")
    left = [bytes(range(start, start + 6)) for start in (0, 12)]
    negative = [bytes(255 - value for value in row[3:] + row[:3]) for row in left]
    expected = b"".join(row + mirrored for row, mirrored in zip(left, negative))
    assert (work / "out.ppm").read_bytes().endswith(expected), "mirror: the output is wrong"


def gamma(program, work):
    (work / "grey.raw").write_bytes(bytes(range(256)))
    run(program, "grey.raw", 32, 8, 2)
    expected = bytes(int(255 * (value / 255) ** 2 + 0.5) for value in range(256))
    assert (work / "grey.raw").read_bytes() == expected, "gamma: the output is wrong"
    run(program, "grey.raw", 32, 9, 2, code=1)


def gigapixel(program, work):
    run(program, "large.raw", "overview.pgm", 2000)
    picture = (work / "overview.pgm").read_bytes()[-1000 * 1000 :]
    assert picture[500 * 1000 + 100] == 255 and picture[500 * 1000 + 500] == 0, "gigapixel: the overview has no ring"


def chart(program, work):
    run(program, "chart.ppm", 3, 14, 15, 9, 26)
    picture = (work / "chart.ppm").read_bytes()[-640 * 400 * 3 :]
    colours = {picture[at : at + 3] for at in range(0, len(picture), 3)}
    assert 8 <= len(colours) <= 16, "chart: the output has not the colours of a reduced chart"
    run(program, "chart.ppm", -1, code=2)


def gif_stream(program, work):
    def show(file):
        """Gives a file through a pipe, in two parts. Returns what the program writes, its errors and its status."""
        process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, errors = process.communicate(file)
        return out, errors.decode(), process.returncode

    # Pixels 1 1 0 0, 0 1 0 1, 0 0 0 0 in codes of three bits, each behind a clear code, and the end code.
    codes = [code for pixel in (1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0) for code in (4, pixel)] + [5]
    data = sum(code << 3 * place for place, code in enumerate(codes)).to_bytes(10, "little")
    start = b"GIF89a\4\0\3\0\x80\0\0" + bytes([0, 0, 0, 255, 255, 255])
    image = b",\0\0\0\0\4\0\3\0\0\2"
    whole = start + b"!\xf9\4\0\0\0\0\0" + image + b"\x0a" + data + b"\0;"
    assert show(whole) == (b"@@  \n @ @\n    \n", "", 0), "gif_stream: the picture is wrong"
    refused = {
        b"": "no GIF file",
        start[:15]: "within the palette",
        start: "before an image",
        start + b";": "no image",
        start + b"x": "unknown kind",
        start + b"!\xf9\4": "within an extension",
        start + image[:5]: "within the description",
        start + image[:-1] + b"\x0d": "minimum code size",
        start + b",\0\0\0\0\0\0\3\0\0\2": "empty",
        start + image + b"\x0a" + data[:5]: "within the pixels",
        start + image + b"\2\xff\xff": "invalid code",
    }
    for file, reason in refused.items():
        out, errors, code = show(file)
        assert code == 1 and reason in errors and not out, f"gif_stream: {file} gives {errors}"


def squares(program, work):
    run(program)
    picture = (work / "squares.pgm").read_bytes()[-256 * 256 :]
    assert picture == bytes(x ^ y for y in range(256) for x in range(256)), "squares: the output is wrong"


EXAMPLES = {"mirror.c": mirror, "chart.c": chart, "gif_stream.c": gif_stream, "gigapixel.c": gigapixel, "gamma.cpp": gamma}


def programs_of_readme(work):
    """Writes the README's programs with a main function to files."""
    for number, (language, text) in enumerate(re.findall(r"```(c|cpp)\n(.*?)```", (REPO / "README.md").read_text(), re.S)):
        if "int main" in text:
            source = work / f"readme{number}.{language}"
            source.write_text(text)
            yield source


def main(prefix, work):
    work = work / "examples"
    work.mkdir()
    found = sorted(path for path in (REPO / "examples").iterdir() if path.suffix in COMPILER)
    assert {path.name for path in found} == set(EXAMPLES), "an example is not tested"
    for source in found:
        EXAMPLES[source.name](build(source, prefix, work), work)
    readme = list(programs_of_readme(work))
    assert {source.suffix for source in readme} == set(COMPILER), "the README must have a program in C and one in C++"
    for source in readme:
        (work / "squares.pgm").unlink(missing_ok=True)
        squares(build(source, prefix, work), work)
    print(f"examples: {len(found)} and {len(readme)} of the README")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
