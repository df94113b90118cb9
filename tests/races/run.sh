#!/usr/bin/env bash
# Compiles the library with the thread sanitizer, which needs a nightly Rust, and calls it on many threads.
set -euo pipefail
cd "$(dirname "$0")"

target=../../target/races
host=$(rustc -vV | sed -n 's/^host: //p')

if ! cargo +nightly --version >/dev/null 2>&1; then
    echo "races: SKIPPED: the thread sanitizer needs a nightly Rust" >&2
    exit
fi

# Rust's standard library is compiled without the sanitizer. Its atomics are inlined into this crate, and the mutexes are the
# C library's, which the sanitizer intercepts.
RUSTFLAGS="-Zsanitizer=thread -Cunsafe-allow-abi-mismatch=sanitizer" \
    cargo +nightly build --release --quiet --locked --target "$host" --target-dir "$target"
races=$target/$host/release/libimaging-races

found=66
export TSAN_OPTIONS="exitcode=$found"

# The sanitizer does not instrument vector intrinsics, so the generic kernels run, too.
"$races" allowed
IMAGING_SIMD=generic "$races" allowed

status=0
output=$(IMAGING_SIMD=generic "$races" forbidden 2>&1) || status=$?
if [ "$status" -ne "$found" ] || [[ $output != *"data race"* ]]; then
    printf '%s\n' "$output" "races: the sanitizer did not report the deliberate race" >&2
    exit 1
fi
echo "races: none in the library; the deliberate race is reported"
