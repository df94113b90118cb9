#!/bin/sh
# Makes a virtual environment with the packages of a requirements file: python-env.sh DIRECTORY REQUIREMENTS
# Does nothing if it is up to date. PYTHON is the interpreter (default: python3).
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
# Wheels only: building a package from source would take longer than all the rest.
"$venv/bin/pip" install --quiet --no-deps --only-binary :all: --requirement "$requirements"
printf '%s\n' "$stamp" >"$venv/stamp"
