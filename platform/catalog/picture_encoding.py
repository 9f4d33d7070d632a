"""Decode a picture that somebody sent, and encode it anew as two square WebP files without any of its metadata.

The only module that knows Pillow. What a browser gets was written here, never by the person who sent the file.
"""

import io
import threading
from dataclasses import dataclass

from PIL import Image, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP")
"""What the content may be. The name of the file and the type that the browser says are not read."""
MAX_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 25_000_000
"""One web process decodes one picture at a time, with up to 13 bytes a pixel."""
MIN_SIDE, LARGE_SIDE, SMALL_SIDE = 256, 960, 240
QUALITY = 82
BACKGROUND = (255, 255, 255)
_one_at_a_time = threading.Lock()


class PictureRefused(Exception):
    """The file cannot be used. The message says what to change."""


@dataclass(frozen=True, slots=True)
class EncodedPicture:
    """The two files, each a square WebP, and how many pixels wide the large one is."""

    large: bytes
    small: bytes
    side: int


def encode(content: bytes) -> EncodedPicture:
    """Check and encode a picture: upright, its first frame, cut to a square from the middle. Raises PictureRefused."""
    if len(content) > MAX_BYTES:
        raise PictureRefused(f"This file is too large. A picture may have {MAX_BYTES // 1024**2} MB.")
    with _one_at_a_time:
        picture = _decode(content)
        side = min(*picture.size, LARGE_SIDE)
        large, small = (_encode_square(picture, each) for each in (side, min(side, SMALL_SIDE)))
    return EncodedPicture(large, small, side)


def _decode(content: bytes) -> Image.Image:
    image = _open(content)
    try:
        image.draft(None, (LARGE_SIDE, LARGE_SIDE))  # a JPEG is decoded at the size that is needed
        image.load()
        return _to_rgb(_turn_upright(image))
    except Exception as error:  # decoders fail in many ways, and all of them mean this
        raise PictureRefused("This picture is damaged or not complete. Save it again and try once more.") from error


def _open(content: bytes) -> Image.Image:
    """Read the header alone, and refuse what should not be decoded."""
    too_many = PictureRefused(f"This picture has more than {MAX_PIXELS // 10**6} megapixels. Make it smaller.")
    try:
        image = Image.open(io.BytesIO(content), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise too_many from error
    except Exception as error:
        raise PictureRefused("This is no PNG, JPEG or WebP picture. Save it as one of these and try again.") from error
    if image.width * image.height > MAX_PIXELS:
        raise too_many
    if min(image.size) < MIN_SIDE:
        raise PictureRefused(f"This picture is too small. It needs {MIN_SIDE} pixels each way.")
    return image


def _turn_upright(image: Image.Image) -> Image.Image:
    """Turned as its EXIF data say. What cannot be read of them is ignored, as they are not kept."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # noqa: BLE001  # damaged data fail in many ways
        return image


def _to_rgb(image: Image.Image) -> Image.Image:
    """The picture in eight bits of red, green and blue. What is transparent becomes white."""
    if image.mode.startswith("I"):  # 16 bits of grey, which convert() would cut off at 255
        return image.convert("I").point(lambda grey: grey * (1 / 256)).convert("L").convert("RGB")
    if not image.has_transparency_data:
        return image.convert("RGB")
    image = image.convert("RGBA")
    opaque = Image.new("RGB", image.size, BACKGROUND)
    opaque.paste(image, mask=image)
    return opaque


def _encode_square(picture: Image.Image, side: int) -> bytes:
    # A new image has no metadata; the encoder would write those of the old one.
    square = Image.new("RGB", (side, side))
    square.paste(ImageOps.fit(picture, (side, side)))
    file = io.BytesIO()
    square.save(file, "WEBP", quality=QUALITY)
    return file.getvalue()
