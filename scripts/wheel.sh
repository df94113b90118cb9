#!/usr/bin/env bash
# Makes the wheel of the Python package from the release library, in target/wheels, and unpacks it in target/wheel/unpacked.
# Does nothing if they are up to date. PYTHON is the interpreter (default: python3).
#
# The wheel's library is the release's static library, linked by Zig against an old glibc, so that the wheel runs on
# older systems than this one. The object code is that of `make`.
set -euo pipefail
cd "$(dirname "$0")/.."

release=${CARGO_TARGET_DIR:-target}/release
work=target/wheel
venv=$work/venv
wheels=target/wheels
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
soname=libImaging.so.${version%%.*}
# The oldest glibc that Rust's standard library runs on.
glibc=2.17

requirements=python/requirements.txt
scripts/python-env.sh "$venv" "$requirements"

sources=(scripts/wheel.sh "$release/libImaging.so" "$release/libImaging.a" include/libImaging/* Cargo.toml README.md LICENSE)
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

export ZIG_GLOBAL_CACHE_DIR=$PWD/$work/zig ZIG_LOCAL_CACHE_DIR=$PWD/$work/zig
zig="$PWD/$venv/bin/python -m ziglang cc -target $(uname -m)-linux-gnu.$glibc"

# Exported is what the release library exports, but for the codecs by external libraries, which no wheel brings along; so the
# linker drops their code. The arena's fork handlers stay registered: an old glibc does not take them
# back when a library is unloaded, so this one is not (nodelete).
exports=$work/exports.map
{
    echo "{ global:"
    nm -D --defined-only "$release/libImaging.so" | sed 's/.* \([^@ ]*\).*/    \1;/' |
        grep -vE 'Imaging(Jpeg(Use|Encode|Decode)|Jpeg2K|LibTiff|TiffVersion)'
    echo "local: *; };"
} >"$exports"
library=$staged/libimaging/lib/libImaging.so
$zig -shared -s -o "$library" -Wl,-soname,"$soname" -Wl,-z,nodelete -Wl,-z,defs -Wl,--gc-sections \
    -Wl,--version-script="$exports" -Wl,--whole-archive "$release/libImaging.a" -Wl,--no-whole-archive \
    "$(cc -print-file-name=libgcc_s.so.1)"

# A wheel has no links, and the library is wanted by two names: libImaging.so, to link to and to preload, and its SONAME,
# by which programs load it. The latter is an empty library that loads the former, so there is only one of it in a process,
# whichever name came first.
$zig -shared -s -nostdlib -x c /dev/null -o "$work/libImaging.so" -Wl,-soname,libImaging.so
# shellcheck disable=SC2016 # the loader expands $ORIGIN
$zig -shared -s -nostdlib -o "$staged/libimaging/lib/$soname" -Wl,-soname,"$soname" -Wl,-rpath,'$ORIGIN' \
    -Wl,--no-as-needed "$work/libImaging.so" -x c /dev/null

CC=$zig LDSHARED="$zig -shared" "$venv/bin/pip" wheel --quiet --no-deps --no-build-isolation --wheel-dir "$work/built" "./$staged"
# The library is in its place: only the tag is auditwheel's to find.
PATH="$PWD/$venv/bin:$PATH" "$venv/bin/auditwheel" repair --exclude 'libImaging.so*' --wheel-dir "$wheels" "$work"/built/*.whl
"$venv/bin/python" -m zipfile -e "$wheels"/*.whl "$work/unpacked"
printf '%s\n' "$stamp" >"$work/stamp"
echo "wheel: $(ls "$wheels"/*.whl)"
