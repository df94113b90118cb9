#!/bin/sh
# Makes target/simd: a virtual environment with Pillow-SIMD, compiled for AVX2, for the comparisons of `make bench`.
# Does nothing if it is up to date, or if the processor lacks AVX2: then the benchmark skips Pillow-SIMD. PYTHON is the
# interpreter (default: python3), CC the compiler (default: cc).
set -eu
cd "$(dirname "$0")/.."

python=${PYTHON:-python3}
compiler="${CC:-cc} -mavx2"
requirements=benches/pillow-simd.txt
venv=target/simd

grep -qw avx2 /proc/cpuinfo || {
    echo "simd: this processor has no AVX2; the benchmark skips Pillow-SIMD"
    exit
}

stamp="$("$python" --version), $compiler, $(cksum <"$requirements")"
if [ "$(cat "$venv/stamp" 2>/dev/null)" = "$stamp" ]; then
    echo "simd: $venv is up to date"
    exit
fi

echo "simd: compiling $(sed -n '/==/p' "$requirements") into $venv"
rm -rf "$venv"
"$python" -m venv "$venv"
# Naming the package keeps its build requirements as wheels. The cache may have a build with other flags.
CC="$compiler" "$venv/bin/pip" install --quiet --no-cache-dir --no-deps --no-binary pillow-simd --requirement "$requirements"
printf '%s\n' "$stamp" >"$venv/stamp"
