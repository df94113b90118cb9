#!/bin/sh
# Puts Pillows of other ABIs into directories of their own, target/pillows/<version>: those that tests/package/other-pillows.txt
# names, as wheels. A second run finds them and returns at once. other-pillows.sh PYTHON: for this interpreter.
# A version that has no wheel for it is left out, aloud.
set -eu
cd "$(dirname "$0")/.."

python=$1
pillows=target/pillows

stamp=$("$python" --version)
if [ "$(cat "$pillows/stamp" 2>/dev/null)" != "$stamp" ]; then
    rm -rf "$pillows"
    mkdir -p "$pillows"
    printf '%s\n' "$stamp" >"$pillows/stamp"
fi

while read -r requirement; do
    directory=$pillows/${requirement#*==}
    [ ! -e "$directory" ] || continue
    rm -rf "$pillows/new"
    if "$python" -m pip install --quiet --no-deps --only-binary :all: --target "$pillows/new" "$requirement"; then
        mv "$pillows/new" "$directory"
    else
        echo "pillows: $requirement was not installed for $stamp; its tests are skipped" >&2
    fi
done <tests/package/other-pillows.txt
