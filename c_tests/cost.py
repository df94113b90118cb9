#!/usr/bin/env python3
"""Counts the instructions of loops over pixels, written with Imaging.h in C and with Imaging.hpp in C++: rows and typed
pixels must cost nothing.

    cost.py <installed prefix> <work directory>
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
COMPILERS = [("gcc", "g++"), ("clang", "clang++")]
# What is checked when a row is taken, as a part of a row of 1000 pixels.
ALLOWED = 1.03


def counted(cc, cxx, prefix, work):
    """Function -> instructions, as valgrind counts them: the same each time."""
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
        counts = counted(cc, cxx, prefix, work)
        for name in ("invert", "exchange", "add_up"):
            ratios[f"{cc} {name}"] = counts[f"{name}_in_cpp"] / counts[f"{name}_in_c"]
    dear = {name: ratio for name, ratio in ratios.items() if ratio > ALLOWED}
    for name, ratio in dear.items():
        print(f"cost: {name}: {ratio:.3f} times as many instructions in C++", file=sys.stderr)
    print("cost, C++ to C:", ", ".join(f"{name} {ratio:.3f}" for name, ratio in ratios.items()))
    return bool(dear)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
