#!/usr/bin/env bash
# Installs the wheel in a clean virtual environment, target/package, beside Pillow, and tests it there.
# PYTHON names the interpreter to start from (python3); arguments are pytest's.
set -euo pipefail
cd "$(dirname "$0")/../.."

venv=target/package

scripts/python-env.sh "$venv" tests/package/requirements.txt
scripts/other-pillows.sh "$venv/bin/python"
"$venv/bin/pip" install --quiet --no-deps --force-reinstall target/wheels/libimaging-*.whl
"$venv/bin/python" -m pytest tests/package "$@"
