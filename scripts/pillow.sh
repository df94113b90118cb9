#!/usr/bin/env bash
# Builds Pillow from its source distribution, with the libraries of this system: pillow.sh linked|stock
#   linked  without the sources and headers of its libImaging, against this library, which is installed in
#           target/pillow/prefix; the wheel finds it there by an rpath
#   stock   as it was released, to compare with
# Both have the codecs that this library was built with. The wheel is left in target/pillow/linked or target/pillow/stock.
# Does nothing if it is up to date. PYTHON is the interpreter (default: python3), CC the compiler.
set -euo pipefail
cd "$(dirname "$0")/.."

build=$1
patch=packaging/pillow-system-libimaging.patch
work=$PWD/target/pillow
prefix=$work/prefix
wheels=$work/$build
version=$(sed -n 's/^pillow==//p' tests/python/requirements.txt)
sdist=target/pillow-$version

case $build in linked | stock) ;; *) echo "usage: $0 linked|stock" >&2 && exit 2 ;; esac

scripts/venv.sh
make -s install DESTDIR= PREFIX="$prefix" LIBDIR="$prefix/lib"
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
codecs=" $(pkg-config --variable=features libImaging) "

# Raqm is built in, as in the released wheel, and libimagequant is not, since this library has none.
options=(-C raqm=vendor -C fribidi=vendor -C imagequant=disable)
for codec in jpeg jpeg2000 tiff; do
    [[ $codecs == *" $codec "* ]] || options+=(-C "$codec=disable")
done
flags=-Wl,--as-needed
ingredients=("$0")
if [ "$build" = linked ]; then
    flags="$flags -Wl,-rpath,$prefix/lib"
    ingredients+=("$patch" tests/bindings/sources.sha256 include/libImaging/*)
fi

stamp="$("${PYTHON:-python3}" --version) Pillow $version ${options[*]} $(cksum "${ingredients[@]}" | cksum)"
if [ "$(cat "$wheels/stamp" 2>/dev/null)" = "$stamp" ]; then
    echo "pillow: $(ls "$wheels"/*.whl) is up to date"
    exit
fi

rm -rf "$wheels"
mkdir -p "$wheels/source"
cp -r "$sdist"/{LICENSE,MANIFEST.in,README.md,_custom_build,pyproject.toml,setup.cfg,setup.py,src} "$wheels/source"
if [ "$build" = linked ]; then
    rm -r "$wheels/source/src/libImaging"
    patch --quiet --directory="$wheels/source" --strip=1 <"$patch"
    # The sources that are left are the released ones, all of them.
    (cd "$wheels/source/src" && find . -name '*.[ch]' -printf '%P\0' | xargs -0 sha256sum | sort) |
        diff <(sort tests/bindings/sources.sha256) -
fi

echo "pillow: compiling Pillow $version, $build"
log=$work/$build.log
LDFLAGS="$flags${LDFLAGS:+ $LDFLAGS}" target/venv/bin/pip --disable-pip-version-check wheel --verbose --no-deps \
    "${options[@]}" --wheel-dir "$wheels" "$wheels/source" >"$log" 2>&1 || {
    tail -n 40 "$log"
    exit 1
}
sed -n 's/^ *\(\(---\|\*\*\*\) .* support .*available\)/    \1/p' "$log"
printf '%s\n' "$stamp" >"$wheels/stamp"
echo "pillow: $(ls "$wheels"/*.whl)"
