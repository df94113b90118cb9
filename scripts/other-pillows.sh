#!/bin/sh
# Installs the Pillows of other ABIs that tests/package/other-pillows.txt lists into target/pillows/<version>, from
# wheels: other-pillows.sh PYTHON. Does nothing if they are up to date. Warns of versions without a wheel for this
# interpreter.
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
