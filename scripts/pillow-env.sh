#!/usr/bin/env bash
# Makes a virtual environment with a Pillow that scripts/pillow.sh builds and the other packages of
# tests/python/requirements.txt: pillow-env.sh linked|stock, in target/linked or target/stock.
# Does nothing if it is up to date. PYTHON is the interpreter (default: python3).
set -euo pipefail
cd "$(dirname "$0")/.."

build=$1
venv=target/$build
wheels=target/pillow/$build
requirements=target/pillow/requirements.txt

scripts/pillow.sh "$build"
sed '/^pillow==/d' tests/python/requirements.txt >"$requirements"
scripts/python-env.sh "$venv" "$requirements"

installed=$venv/pillow-stamp
if cmp -s "$wheels/stamp" "$installed"; then
    exit
fi
rm -f "$installed"
"$venv/bin/pip" install --quiet --no-deps --force-reinstall "$wheels"/*.whl
cp "$wheels/stamp" "$installed"
