#!/bin/sh
# Makes the environment of the Python tests:
#   target/venv             a virtual environment with tests/python/requirements.txt
#   target/pillow-<version> the source distribution of the same Pillow, for its own test suite
# Does nothing if they are up to date. PYTHON is the interpreter (default: python3).
set -eu
cd "$(dirname "$0")/.."

requirements=tests/python/requirements.txt
venv=target/venv
version=$(sed -n 's/^pillow==//p' "$requirements")
sdist=target/pillow-$version

scripts/python-env.sh "$venv" "$requirements"

if [ -e "$sdist/stamp" ]; then
    echo "venv: $sdist is up to date"
else
    echo "venv: unpacking the source distribution into $sdist"
    rm -rf "$sdist" target/sdist
    mkdir -p target/sdist
    # Naming pillow alone keeps its build requirements as wheels.
    "$venv/bin/pip" download --quiet --no-deps --no-binary pillow --dest target/sdist "pillow==$version"
    tar -xzf "target/sdist/pillow-$version.tar.gz" -C target
    rm -rf target/sdist
    : >"$sdist/stamp"
fi
