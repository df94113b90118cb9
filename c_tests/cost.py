#!/usr/bin/env python3
"""Counts the instructions of loops over pixels in C with Imaging.h and in C++ with Imaging.hpp: rows and typed pixels
must be zero-cost.

    cost.py <installed prefix> <work directory>
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
COMPILERS = [("gcc", "g++"), ("clang", "clang++")]
# The checks of `row()`, relative to a row of 1000 pixels.
ALLOWED = 1.03


def count_instructions(cc, cxx, prefix, work):
    """Returns the instructions of each function, counted by valgrind (deterministic)."""
    flags = ["-O2", "-Wall", "-Wextra", "-Werror", f"-I{prefix}/include"]
    program, profile = work / f"cost-{cc}", work / f"cost-{cc}.out"
    subprocess.run([cc, "-std=c11", *flags, "-c", HERE / "loops.c", "-o", work / "loops.o"], check=True)
    subprocess.run(
        [cxx, "-std=c++17", *flags, HERE / "loops.cpp", work / "loops.o", "-o", program]
        + [f"-L{prefix}/lib", "-lImaging", f"-Wl,-rpath,{prefix}/lib"],
        check=True,
    )
    callgrind = ["valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={profile}"]
    subprocess.run([*callgrind, program], check=True)
    annotate = ["callgrind_annotate", "--inclusive=yes", "--threshold=100", profile]
    text = subprocess.run(annotate, check=True, capture_output=True, text=True).stdout
    lines = re.findall(r"^\s*([\d,]+)\s.*:(\w+_in_(?:c|cpp))\b", text, re.MULTILINE)
    return {name: int(count.replace(",", "")) for count, name in lines}


def main(prefix, work):
    ratios = {}
    for cc, cxx in COMPILERS:
        if not shutil.which(cxx):
            continue
        counts = count_instructions(cc, cxx, prefix, work)
        for name in ("invert", "exchange", "add_up"):
            ratios[f"{cc} {name}"] = counts[f"{name}_in_cpp"] / counts[f"{name}_in_c"]
    slower = {name: ratio for name, ratio in ratios.items() if ratio > ALLOWED}
    for name, ratio in slower.items():
        print(f"cost: {name}: {ratio:.3f} times as many instructions in C++", file=sys.stderr)
    print("cost, C++ to C:", ", ".join(f"{name} {ratio:.3f}" for name, ratio in ratios.items()))
    return bool(slower)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
