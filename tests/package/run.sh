#!/usr/bin/env bash
# Installs the wheel in a clean virtual environment, target/package, beside Pillow, and tests it there.
# PYTHON names the interpreter to start from (python3); arguments are pytest's.
set -euo pipefail
cd "$(dirname "$0")/../.."

python=${PYTHON:-python3}
requirements=tests/package/requirements.txt
venv=target/package

stamp="$("$python" --version) $(cksum <"$requirements")"
if [ "$(cat "$venv/stamp" 2>/dev/null)" != "$stamp" ]; then
    echo "package: making $venv"
    rm -rf "$venv"
    "$python" -m venv "$venv"
    "$venv/bin/pip" install --quiet --no-deps --only-binary :all: --requirement "$requirements"
    printf '%s\n' "$stamp" >"$venv/stamp"
fi
"$venv/bin/pip" install --quiet --no-deps --force-reinstall target/wheels/libimaging-*.whl
"$venv/bin/python" -m pytest tests/package "$@"
