#!/usr/bin/env bash
# Runs each fuzz target for FUZZ_SECONDS (default: 60), and those of codecs for FUZZ_CODEC_SECONDS (default: 10). Needs a nightly Rust and cargo-fuzz, and skips without.
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! cargo +nightly --version >/dev/null 2>&1; then
    echo "fuzz: SKIPPED: fuzzing needs a nightly Rust" >&2
    exit
fi
if ! make --no-print-directory target/tools/bin/cargo-fuzz >/dev/null 2>&1; then
    echo "fuzz: SKIPPED: cargo-fuzz cannot be installed here" >&2
    exit
fi
make --no-print-directory fuzz FUZZ_SECONDS="${FUZZ_SECONDS:-60}" FUZZ_CODEC_SECONDS="${FUZZ_CODEC_SECONDS:-10}"
echo "fuzz: no crash, no hang, no wrong answer"
