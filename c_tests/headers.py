#!/usr/bin/env python3
"""Compiles every installed header alone and with every other, with strict warnings.

    headers.py <include directory>
"""

import itertools
import os
import shutil
import subprocess
import sys
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only"]
C, CPP = ["-x", "c"], ["-x", "c++"]
STANDARDS = [[*C, "-std=c99"], [*C, "-std=c11"], [*CPP, "-std=c++17"]]
CPP_STANDARDS = [[*CPP, "-std=c++17"], [*CPP, "-std=c++20"]]
# Further warnings that C++ programs may enable, for headers of inline code.
CPP_STRICT = ["-Wconversion", "-Wsign-conversion", "-Wshadow", "-Wold-style-cast"]


def pkg_config_cflags():
    """Returns the include directories of the codecs as system headers, which raise no warnings."""
    found = subprocess.run(["pkg-config", "--cflags-only-I", "libopenjp2"], capture_output=True, text=True)
    return found.stdout.replace("-I", "-isystem").split()


class Compiler:
    def __init__(self, include):
        self.flags = [*STRICT, "-I", str(include), *pkg_config_cflags()]
        self.pool = ThreadPoolExecutor(os.cpu_count())
        self.results = []

    def compile(self, compiler, standard, lines, extra=()):
        """Starts a compilation: each processor has one."""
        command = [compiler, *standard, *self.flags, *extra, "-"]
        self.results.append(self.pool.submit(self._failure, command, lines))

    @staticmethod
    def _failure(command, lines):
        result = subprocess.run(command, input="\n".join(lines) + "\n", capture_output=True, text=True)
        return result.returncode != 0 and f"{' '.join(command)}\n{chr(10).join(lines)}\n{result.stderr}"

    def failures(self):
        """Waits for the compilations, and returns the texts of those that failed."""
        return [failure for failure in (result.result() for result in self.results) if failure]


def named(include, pattern):
    return [f"#include <libImaging/{path.name}>" for path in sorted((include / "libImaging").glob(pattern))]


def main(include):
    headers, cpp_headers = named(include, "*.h"), named(include, "*.hpp")
    assert headers and cpp_headers, f"no headers in {include}"
    compilers = [name for name in ("gcc", "clang") if shutil.which(name)]
    python_include = ["-isystem", sysconfig.get_paths()["include"]]
    python = "#include <Python.h>"
    run = Compiler(include)

    for compiler, standard in itertools.product(compilers, STANDARDS):
        for header in headers:
            run.compile(compiler, standard, [header])
            # Twice, as if two headers of a program include it.
            run.compile(compiler, standard, [header, header])
            run.compile(compiler, standard, [header], ["-DPy_GIL_DISABLED"])
            for lines in [header], [python, header], [header, python]:
                run.compile(compiler, standard, lines, python_include)
            run.compile(compiler, standard, [python, header], [*python_include, "-DPy_GIL_DISABLED"])

    # The order of two headers does not depend on the compiler.
    for standard, pair in itertools.product(STANDARDS, itertools.permutations(headers, 2)):
        run.compile(compilers[0], standard, pair)

    for compiler, standard, header in itertools.product(compilers, CPP_STANDARDS, cpp_headers):
        run.compile(compiler, standard, [header, header], CPP_STRICT)
        run.compile(compiler, standard, [python, header], python_include)
        for other in headers:
            run.compile(compiler, standard, [other, header])

    failures, count = run.failures(), len(run.results)
    for failure in failures[:10]:
        print(failure, file=sys.stderr)
    print(f"headers: {count - len(failures)} of {count} compilations, of {len(headers + cpp_headers)} headers")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
