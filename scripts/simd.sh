#!/bin/sh
# Makes target/simd: a virtual environment with Pillow-SIMD, compiled here for AVX2, which `make bench` measures against.
# A second run finds its stamp and returns at once. PYTHON names the interpreter to start from (python3), and CC the
# compiler (cc). Where the processor has no AVX2 nothing is made, and the benchmark goes without.
set -eu
cd "$(dirname "$0")/.."

python=${PYTHON:-python3}
compiler="${CC:-cc} -mavx2"
requirements=benches/pillow-simd.txt
venv=target/simd

grep -qw avx2 /proc/cpuinfo || {
    echo "simd: this processor has no AVX2; the benchmark does without Pillow-SIMD"
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
# Naming the package alone keeps its build requirements as wheels. A cache may hold what was compiled otherwise.
CC="$compiler" "$venv/bin/pip" install --quiet --no-cache-dir --no-deps --no-binary pillow-simd --requirement "$requirements"
printf '%s\n' "$stamp" >"$venv/stamp"
