#!/usr/bin/env bash
# Installs the package, moves it, and uses it in every way that a C or C++ project can.
set -euo pipefail
cd "$(dirname "$0")/.."

repo=$PWD
work=$repo/target/c_tests
prefix=$work/prefix
cargo_target=${CARGO_TARGET_DIR:-$repo/target}
passed=0 failed=0

# check <name> <command>...: runs the command, and shows its output if it fails.
check() {
    local name=$1 log=$work/log status
    shift
    # Not as a condition, which would disable `set -e` within the function.
    set +e
    (set -e && "$@") >"$log" 2>&1
    status=$?
    set -e
    if [ "$status" -eq 0 ]; then
        passed=$((passed + 1))
        printf 'ok      %s (%s)\n' "$name" "$(tail -n 1 "$log")"
    else
        failed=$((failed + 1))
        { printf 'FAILED  %s\n' "$name"; tail -n 100 "$log"; } | tee -a "$work/failures"
    fi
}

# `make install` and CMake install the same tree. It is moved, and no file may contain the old path.
install_and_move() {
    make -s install PREFIX="$work/made"
    cmake -S . -B "$work/cmake" -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$work/made-by-cmake" \
        -DIMAGING_CARGO_TARGET_DIR="$cargo_target"
    cmake --build "$work/cmake"
    cmake --install "$work/cmake"
    diff -r --no-dereference "$work/made" "$work/made-by-cmake"
    ! grep -rIl "$work" "$work/made" || return 1
    rm -r "$work/made-by-cmake"
    mv "$work/made" "$prefix"
    find "$prefix" | wc -l
}

uninstall_leaves_nothing() {
    local to=(DESTDIR="$work/staged" PREFIX=/opt/imaging LIBDIR=/opt/imaging/lib/multi)
    make -s install "${to[@]}"
    [ -e "$work/staged/opt/imaging/lib/multi/libImaging.so.13" ] || return 1
    make -s uninstall "${to[@]}"
    [ -z "$(find "$work/staged" ! -type d -print -o -iname '*imaging' ! -path '*/opt/imaging' -print)" ]
    echo nothing left
}

version_is_found() {
    local version=$1 folder=$work/version
    rm -rf "$folder"
    mkdir "$folder"
    printf '%s\n' 'cmake_minimum_required(VERSION 3.16)' 'project(Version LANGUAGES C)' \
        "find_package(Imaging $version CONFIG REQUIRED)" >"$folder/CMakeLists.txt"
    cmake -S "$folder" -B "$folder/build" -DCMAKE_PREFIX_PATH="$prefix"
}

only_our_major_version() {
    local version
    for version in '' 13 13.0 13.0.0 '13.0.0 EXACT' 13...13.5 '13...<14'; do
        version_is_found "$version" || return 1
    done
    for version in 12 12.9 13.0.1 13.1 14 '12...<13' '13...<13.0.0'; do
        ! version_is_found "$version" || return 1
    done
    echo 13 found, 12 and 14 refused
}

through_pkg_config() {
    export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
    local cflags shared static
    cflags=$(pkg-config --cflags libImaging)
    shared=$(pkg-config --libs libImaging)
    static=$(pkg-config --static --libs libImaging)
    # shellcheck disable=SC2086
    {
        cc -std=c11 c_tests/rows.c $cflags $shared -Wl,-rpath,"$prefix/lib" -o "$work/with-shared"
        cc -std=c11 c_tests/rows.c $cflags ${static/-lImaging/-l:libImaging.a} -o "$work/with-archive"
        cc -std=c11 -static c_tests/rows.c $cflags $static -o "$work/all-static"
    }
    "$work/with-shared" && "$work/with-archive" && "$work/all-static"
    pkg-config --modversion libImaging
}

# run_tests <build folder>: runs the tests and prints their number.
run_tests() {
    ctest --test-dir "$1" --output-on-failure --parallel "$(nproc)"
    echo "$(grep -c '^Test Passed' "$1/Testing/Temporary/LastTest.log") runs"
}

as_part_of_a_project() {
    cmake -S c_tests/consumer -B "$work/$1" -DTHROUGH="$1" -DIMAGING_SOURCE="$repo" -DCMAKE_BUILD_TYPE="$2" \
        -DIMAGING_CARGO_TARGET_DIR="$cargo_target"
    cmake --build "$work/$1"
    run_tests "$work/$1"
}

# A library that links to libjpeg, as CMake builds it, and as pkg-config and CMake tell of it.
linked_codecs() {
    local folder=$work/linked-codecs
    cmake -S . -B "$folder/cmake" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_INSTALL_PREFIX="$folder/prefix" \
        -DIMAGING_FEATURES="jpeg link-codecs" -DIMAGING_CARGO_TARGET_DIR="$cargo_target"
    cmake --build "$folder/cmake"
    cmake --install "$folder/cmake"
    python3 c_tests/linked_codecs.py "$folder/prefix" "$folder"
}

programs() {
    local cc=$1 cxx=$2 option=$3 build=$work/programs-$1-$3
    cmake -S c_tests -B "$build" -DCMAKE_PREFIX_PATH="$prefix" \
        -DCMAKE_C_COMPILER="$cc" -DCMAKE_CXX_COMPILER="$cxx" -D"$option"=ON
    cmake --build "$build" --parallel "$(nproc)"
    run_tests "$build"
}

rm -rf "$work"
mkdir -p "$work"

check "install, move" install_and_move
[ "$failed" -eq 0 ] || exit 1
check "uninstall" uninstall_leaves_nothing
check "symbols" python3 c_tests/symbols.py "$prefix" abi/symbols.tsv
check "headers" python3 c_tests/headers.py "$prefix/include"
check "versions" only_our_major_version
check "pkg-config" through_pkg_config
check "add_subdirectory" as_part_of_a_project add_subdirectory Release
check "FetchContent, debug" as_part_of_a_project FetchContent Debug
check "linked codecs" linked_codecs
check "examples" python3 c_tests/examples.py "$prefix" "$work"
check "cost of C++" python3 c_tests/cost.py "$prefix" "$work"
check "programs, gcc, plain and under valgrind" programs gcc g++ VALGRIND
check "programs, gcc, with sanitizers" programs gcc g++ SANITIZE
if command -v clang >/dev/null; then
    check "programs, clang, with sanitizers" programs clang clang++ SANITIZE
fi
grep -h 'beside the file' "$work"/programs-*/Testing/Temporary/LastTest.log | sed 's/^/gigapixels: /' || true

echo "c_tests: $passed passed, $failed failed"
# Once more, where the reader of a long log looks first.
[ "$failed" -eq 0 ] || grep -E '^FAILED|: failed:|\*\*\*|rror' "$work/failures" | tail -n 18
[ "$failed" -eq 0 ]
