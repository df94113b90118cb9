#!/usr/bin/env python3
"""Builds and runs the programs in examples/ and in the README, as a reader would.

    examples.py <installed prefix> <work directory>
"""

import os
import re
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

REPO = Path(__file__).parent.parent
COMPILER = {".c": ["cc", "-D_DEFAULT_SOURCE", "-pthread"], ".cpp": ["c++", "-std=c++17"]}


def flags(prefix, *options):
    environment = os.environ | {"PKG_CONFIG_PATH": f"{prefix}/lib/pkgconfig"}
    command = ["pkg-config", "--cflags", "--libs", *options, "libImaging"]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.split()


def features(prefix):
    """Returns the names of the codecs by external libraries that the library was built with."""
    return re.search("^features=(.*)$", (prefix / "lib/pkgconfig/libImaging.pc").read_text(), re.MULTILINE)[1].split()


def build(source, prefix, work, compiler=None, static=False):
    program = work / "-".join(filter(None, [source.stem, compiler, "static" * static]))
    command = [*COMPILER[source.suffix], "-O2", "-Wall", "-Wextra", "-Werror", source, "-o", program]
    if compiler:
        command[0] = compiler
    options = flags(prefix, *["--static"] * static)
    if static:
        options[options.index("-lImaging")] = "-l:libImaging.a"
    subprocess.run([*command, *options, f"-Wl,-rpath,{prefix}/lib"], check=True)
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


def small_jpeg(components, brightness=50):
    """A JPEG of 24 by 8 pixels: 128, then `brightness` more, then the same, without colour. A block has a difference in two codes, 0
    for none and 10 for one of six bits, and the end of the block, 0."""

    def segment(marker, data):
        return b"\xff" + bytes([marker]) + (len(data) + 2).to_bytes(2, "big") + data

    luminance = ["0" "0", "10" f"{brightness:06b}" "0", "0" "0"]
    bits = "".join(block + "00" * (components - 1) for block in luminance)
    bits += "1" * (-len(bits) % 8)
    numbers = range(1, components + 1)
    frame = b"\x08\0\x08\0\x18" + bytes([components]) + b"".join(bytes([number, 0x11, 0]) for number in numbers)
    scan = bytes([components]) + b"".join(bytes([number, 0]) for number in numbers) + b"\0\x3f\0"
    tables = segment(0xDB, b"\0" + b"\x08" * 64) + segment(0xC4, b"\0\1\1" + bytes(14) + b"\0\6")
    tables += segment(0xC4, b"\x10\1" + bytes(15) + b"\0")
    data = int(bits, 2).to_bytes(len(bits) // 8, "big")
    return b"\xff\xd8" + segment(0xE1, bytes(9000)) + tables + segment(0xC0, frame) + segment(0xDA, scan) + data + b"\xff\xd9"


def pixels_of_png(file):
    """Returns width, height, bytes of a pixel, and the pixels of a PNG, with all checksums right."""
    assert file[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, place = {}, 8
    while place < len(file):
        length, kind = int.from_bytes(file[place : place + 4], "big"), file[place + 4 : place + 8]
        data = file[place + 8 : place + 8 + length]
        assert zlib.crc32(kind + data) == int.from_bytes(file[place + 8 + length : place + 12 + length], "big")
        chunks[kind] = chunks.get(kind, b"") + data
        place += 12 + length
    assert list(chunks) == [b"IHDR", b"IDAT", b"IEND"]
    width, height = (int.from_bytes(chunks[b"IHDR"][at : at + 4], "big") for at in (0, 4))
    size = {0: 1, 2: 3}[chunks[b"IHDR"][9]]
    data, pixels = zlib.decompress(chunks[b"IDAT"]), bytearray(size + size * width)
    for row in range(height):
        above = pixels[-size * width :]
        kind, *line = data[row * (size * width + 1) : (row + 1) * (size * width + 1)]
        for x, byte in enumerate(line):
            a, b, c = line[x - size] if x >= size else 0, above[x], above[x - size] if x >= size else 0
            paeth = min((a, b, c), key=lambda value: abs(a + b - c - value))
            line[x] = (byte + [0, a, b, (a + b) // 2, paeth][kind]) % 256
        pixels += bytes(line)
    return width, height, size, bytes(pixels[size + size * width :])


def jpeg_to_png(program, work):
    """Also by two compilers, with the static library, and under valgrind."""
    prefix, source = work.parent / "prefix", REPO / "examples/jpeg_to_png.c"
    programs = [[program]]
    for compiler in filter(shutil.which, ("gcc", "clang")):
        for static in False, True:
            programs.append([build(source, prefix, work, compiler, static)])
    if shutil.which("valgrind"):
        valgrind = "valgrind --quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,indirect,possible".split()
        programs += [valgrind + command for command in programs[1:]]

    def convert(command, file, *arguments):
        result = subprocess.run([*command, *arguments], input=file, capture_output=True, cwd=work)
        return result.stdout, result.stderr.decode(), result.returncode

    row = bytes([128] * 8 + [178] * 16)
    whole = small_jpeg(3)
    refused = {
        b"": "within its head",
        b"GIF89a": "no JPEG",
        whole[:2]: "within its head",
        whole[:9000]: "within its head",
        whole[:-9]: "within the image",
        whole.replace(b"\x08\0\x08\0\x18", b"\x08\0\x08\0\0"): "empty",
        whole.replace(b"\x08\0\x08\0\x18", b"\x08\xff\xff\xff\xff"): "too large",
        whole.replace(b"\x08\0\x08\0\x18\3", b"\x08\0\x08\0\x18\2"): "components",
        whole.replace(b"\x11\0\2", b"\x11\0\1"): "broken",
    }
    for command in programs:
        for components in 1, 3:
            out, errors, code = convert(command, small_jpeg(components))
            size = 1 if components == 1 else 3
            expected = (24, 8, size, bytes(value for value in row for _ in range(size)) * 8)
            assert (pixels_of_png(out), errors, code) == (expected, "", 0), f"jpeg_to_png: {command} gives another picture"
        (work / "in.jpg").write_bytes(whole)
        out, errors, code = convert(command, b"", "-p", "in.jpg", "out.png")
        assert (out, code) == (b"", 0) and "100 %" in errors
        assert pixels_of_png((work / "out.png").read_bytes())[3] == bytes(value for value in row for _ in range(3)) * 8
        assert pixels_of_png(convert(command, small_jpeg(4))[0])[:3] == (24, 8, 3)
        for file, reason in refused.items():
            out, errors, code = convert(command, file)
            assert code == 1 and reason in errors and not out, f"jpeg_to_png: {file[:20]} gives {errors}"
        assert convert(command, b"", "missing.jpg")[2] == 1
        assert convert(command, whole, "in.jpg", "/dev/full")[2] == 1


def squares(program, work):
    run(program)
    picture = (work / "squares.pgm").read_bytes()[-256 * 256 :]
    assert picture == bytes(x ^ y for y in range(256) for x in range(256)), "squares: the output is wrong"


EXAMPLES = {"mirror.c": mirror, "chart.c": chart, "gif_stream.c": gif_stream, "gigapixel.c": gigapixel, "gamma.cpp": gamma, "jpeg_to_png.c": jpeg_to_png}


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
    if "jpeg" not in features(prefix):
        found = [source for source in found if source.name != "jpeg_to_png.c"]
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
