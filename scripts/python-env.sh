#!/bin/sh
# Makes a virtual environment of what a file of requirements pins: python-env.sh DIRECTORY REQUIREMENTS
# A second run finds its stamp and returns at once. PYTHON names the interpreter to start from (python3).
set -eu
cd "$(dirname "$0")/.."

python=${PYTHON:-python3}
venv=$1
requirements=$2

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "python: $python is too old: Python 3.11 or newer is needed" >&2
    exit 1
}

stamp="$("$python" --version) $(cksum <"$requirements")"
if [ "$(cat "$venv/stamp" 2>/dev/null)" = "$stamp" ]; then
    echo "python: $venv is up to date"
    exit
fi

echo "python: making $venv from $requirements"
rm -rf "$venv"
"$python" -m venv "$venv"
# Wheels only: one package built from source would cost more than all the rest.
"$venv/bin/pip" install --quiet --no-deps --only-binary :all: --requirement "$requirements"
printf '%s\n' "$stamp" >"$venv/stamp"
