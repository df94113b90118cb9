#!/usr/bin/env bash
# Installs the missing Debian packages for building and testing.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v dpkg-query >/dev/null || {
    echo "setup: this is not Debian; install the packages that this script lists"
    exit
}

packages=(
    make patch pkg-config                                       # build and install
    cmake valgrind gcc g++ clang libclang-rt-dev                # c_tests/
    libjpeg-dev zlib1g-dev libtiff-dev libopenjp2-7-dev         # codecs, whose structs our headers embed
    libdbus-1-3 libegl1 libfontconfig1 libgl1 libx11-6 libxkbcommon0    # Qt in tests/package; GLib comes with libharfbuzz-dev
)

# Debian's Python needs it to make virtual environments.
python3 -c 'import ensurepip' 2>/dev/null || packages+=(python3-venv)

# The libraries of Pillow's bindings.
bindings=tests/bindings/debian-packages.txt
if [ -f "$bindings" ]; then
    mapfile -t -O "${#packages[@]}" packages < <(sed 's/#.*//' "$bindings" | tr -s ' \t' '\n' | sed '/^$/d')
fi

missing=()
for package in "${packages[@]}"; do
    status=$(dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null || true)
    [ "$status" = "install ok installed" ] || missing+=("$package")
done

if [ "${#missing[@]}" -eq 0 ]; then
    echo "setup: nothing to install"
    exit
fi

sudo=
[ "$(id -u)" -eq 0 ] || sudo=sudo
echo "setup: installing ${missing[*]}"
$sudo apt-get update -qq
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
