#!/usr/bin/env bash
# Compiles the library with the thread sanitizer, which needs a nightly Rust, and lets threads loose on it.
set -euo pipefail
cd "$(dirname "$0")"

target=../../target/races
host=$(rustc -vV | sed -n 's/^host: //p')

if ! cargo +nightly --version >/dev/null 2>&1; then
    echo "races: SKIPPED: there is no nightly Rust here, and so no thread sanitizer" >&2
    exit
fi

# Rust's own library comes without the sanitizer. What this one uses of it between threads is inlined; the locks are the C
# library's, which the sanitizer knows.
RUSTFLAGS="-Zsanitizer=thread -Cunsafe-allow-abi-mismatch=sanitizer" \
    cargo +nightly build --release --quiet --locked --target "$host" --target-dir "$target"
races=$target/$host/release/libimaging-races

found=66
export TSAN_OPTIONS="exitcode=$found"

# Wide loads are not watched, so the plain kernels come first.
for level in generic avx512; do
    IMAGING_SIMD=$level "$races" storm
done

status=0
said=$(IMAGING_SIMD=generic "$races" caught 2>&1) || status=$?
if [ "$status" -ne "$found" ] || [[ $said != *"data race"* ]]; then
    printf '%s\n' "$said" "races: a race was made, and the sanitizer did not see it" >&2
    exit 1
fi
echo "races: none in the library, and one that was made is seen"
