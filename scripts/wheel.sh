#!/usr/bin/env bash
# Makes the wheel of the Python package from the release library, in target/wheels, and unpacks it in target/wheel/unpacked.
# A second run returns at once where nothing has changed. PYTHON names the interpreter to start from (python3).
set -euo pipefail
cd "$(dirname "$0")/.."

release=${CARGO_TARGET_DIR:-target}/release
work=target/wheel
venv=$work/venv
wheels=target/wheels
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
soname=libImaging.so.${version%%.*}

requirements=python/requirements.txt
scripts/python-env.sh "$venv" "$requirements"

sources=(scripts/wheel.sh "$release/libImaging.so" include/libImaging/* Cargo.toml README.md LICENSE)
mapfile -t -O "${#sources[@]}" sources < <(find python -type f ! -path '*/__pycache__/*' | sort)
stamp="$(cat "$venv/stamp") $(cksum "${sources[@]}" | cksum)"
if [ "$(cat "$work/stamp" 2>/dev/null)" = "$stamp" ]; then
    echo "wheel: $(ls "$wheels") is up to date"
    exit
fi

staged=$work/staged
rm -rf "$staged" "$work/built" "$work/unpacked" "$wheels" "$work/stamp"
mkdir -p "$work"
cp -r python "$staged"
rm -rf "$staged/libimaging/__pycache__"
cp Cargo.toml README.md LICENSE "$staged"
mkdir -p "$staged/libimaging/include" "$staged/libimaging/lib"
cp -r include/libImaging "$staged/libimaging/include"
objcopy --strip-debug --strip-unneeded "$release/libImaging.so" "$staged/libimaging/lib/$soname"
# What -lImaging finds: wheels have no links, and linkers take a script for one.
echo "INPUT($soname)" >"$staged/libimaging/lib/libImaging.so"

"$venv/bin/pip" wheel --quiet --no-deps --no-build-isolation --wheel-dir "$work/built" "./$staged"
# The library is in its place: only the tag is auditwheel's to find.
PATH="$PWD/$venv/bin:$PATH" "$venv/bin/auditwheel" repair --exclude "$soname" --wheel-dir "$wheels" "$work"/built/*.whl
"$venv/bin/python" -m zipfile -e "$wheels"/*.whl "$work/unpacked"
printf '%s\n' "$stamp" >"$work/stamp"
echo "wheel: $(ls "$wheels"/*.whl)"
