#!/bin/sh
# Makes what the Python tests run in, below target/:
#   target/venv             a virtual environment with tests/python/requirements.txt
#   target/pillow-<version> the source distribution of the same Pillow, for its own test suite
# A second run finds its stamps and returns at once. PYTHON names the interpreter to start from (python3).
set -eu
cd "$(dirname "$0")/.."

python=${PYTHON:-python3}
requirements=tests/python/requirements.txt
venv=target/venv
version=$(sed -n 's/^pillow==//p' "$requirements")
sdist=target/pillow-$version

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "venv: $python is too old: Pillow $version needs Python 3.11 or newer" >&2
    exit 1
}

stamp="$("$python" --version) $(cksum <"$requirements")"
if [ "$(cat "$venv/stamp" 2>/dev/null)" = "$stamp" ]; then
    echo "venv: $venv is up to date"
else
    echo "venv: making $venv with Pillow $version"
    rm -rf "$venv"
    "$python" -m venv "$venv"
    # Wheels only: one package built from source would cost more than all the rest.
    "$venv/bin/pip" install --quiet --no-deps --only-binary :all: --requirement "$requirements"
    printf '%s\n' "$stamp" >"$venv/stamp"
fi

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
