"""Makes an image glow, in place.

python setup.py build_ext --inplace
python run.py picture.png glowing.png [radius]
"""

import sys

from glow import glow
from PIL import Image

source, result, *radius = sys.argv[1:]
image = Image.open(source)
if image.mode not in ("RGB", "RGBA"):
    image = image.convert("RGB")
glow(image, float(radius[0]) if radius else 20)
image.save(result)
