"""What somebody uploads as a picture is refused or encoded anew, whatever it claims to be."""

import io
import struct
import tracemalloc

import pytest
from PIL import Image, PngImagePlugin

from catalog.picture_encoding import LARGE_SIDE, MAX_BYTES, SMALL_SIDE, EncodedPicture, PictureRefused, encode
from tests.catalog import pictures

NO_PICTURE = "This is no PNG, JPEG or WebP picture. Save it as one of these and try again."
DAMAGED = "This picture is damaged or not complete. Save it again and try once more."
TOO_MANY_PIXELS = "This picture has more than 25 megapixels. Make it smaller."
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(document.cookie)</script>"
GIF = pictures.encode(pictures.draw(), "GIF")


def open_large(encoded: EncodedPicture) -> Image.Image:
    image = Image.open(io.BytesIO(encoded.large))
    image.load()
    return image


def brightness(image: Image.Image, x: float, y: float) -> int:
    """Of the pixel at these parts of the width and height."""
    value = image.convert("L").getpixel((int(x * image.width), int(y * image.height)))
    assert isinstance(value, int)
    return value


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
def test_a_picture_becomes_two_square_webp_files(file_format: str) -> None:
    encoded = encode(pictures.encode(pictures.draw((2000, 1500)), file_format))

    sizes = [Image.open(io.BytesIO(content)) for content in (encoded.large, encoded.small)]
    assert [(image.format, image.size) for image in sizes] == [
        ("WEBP", (LARGE_SIDE, LARGE_SIDE)),
        ("WEBP", (SMALL_SIDE, SMALL_SIDE)),
    ]
    assert encoded.side == LARGE_SIDE
    assert (brightness(sizes[0], 0.1, 0.5), brightness(sizes[0], 0.9, 0.5)) == (
        pytest.approx(30, abs=4),
        pytest.approx(220, abs=4),
    )


def test_a_small_picture_is_not_blown_up() -> None:
    assert encode(pictures.png((400, 300))).side == 300


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (SVG, NO_PICTURE),
        (HTML, NO_PICTURE),
        (GIF, NO_PICTURE),
        (pictures.encode(pictures.draw(), "BMP"), NO_PICTURE),
        (pictures.encode(pictures.draw(), "TIFF"), NO_PICTURE),
        (b"", NO_PICTURE),
        (b"\x89PNG\r\n\x1a\n" + HTML, NO_PICTURE),
        (b"\xff\xd8\xff\xe0" + HTML, NO_PICTURE),
        (b"RIFF\x24\x00\x00\x00WEBPVP8X" + HTML, TOO_MANY_PIXELS),
        (pictures.bomb(10_000, 10_000), TOO_MANY_PIXELS),
        (pictures.bomb(50_000, 50_000), TOO_MANY_PIXELS),
        (pictures.bomb(1_000_000, 1_000), TOO_MANY_PIXELS),
        (pictures.png((255, 4000)), "This picture is too small. It needs 256 pixels each way."),
        (pictures.png((1, 1)), "This picture is too small. It needs 256 pixels each way."),
        (pictures.png()[:200], DAMAGED),
        (pictures.encode(pictures.draw(), "JPEG")[:700], DAMAGED),
        (pictures.encode(pictures.draw(), "WEBP")[:60], NO_PICTURE),
    ],
    ids=[
        "an SVG", "HTML", "a GIF", "a BMP", "a TIFF", "nothing", "HTML after the PNG mark", "HTML after the JPEG mark",
        "HTML after the WebP mark", "10,000 x 10,000", "50,000 x 50,000", "a ribbon", "too narrow", "one pixel",
        "half a PNG", "half a JPEG", "half a WebP",
    ],
)  # fmt: skip
def test_what_is_no_good_picture_is_refused_with_what_to_change(content: bytes, problem: str) -> None:
    with pytest.raises(PictureRefused) as refusal:
        encode(content)

    assert str(refusal.value) == problem


def test_a_file_of_too_many_bytes_is_not_even_opened() -> None:
    with pytest.raises(PictureRefused, match=r"^This file is too large\. A picture may have 8 MB\.$"):
        encode(pictures.png() + b"\0" * MAX_BYTES)


def test_a_bomb_is_refused_before_its_pixels_are_made() -> None:
    content = pictures.bomb(20_000, 20_000)
    assert len(content) < 100_000

    tracemalloc.start()
    with pytest.raises(PictureRefused):
        encode(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 2_000_000


def test_a_text_in_a_png_that_unpacks_to_megabytes_is_refused() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("comment", "a" * 20_000_000, zip=True)

    with pytest.raises(PictureRefused):
        encode(pictures.encode(pictures.draw(), pnginfo=info))


def test_a_webp_canvas_of_a_gigabyte_is_refused() -> None:
    canvas = (16_382).to_bytes(3, "little")
    chunk = b"VP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + canvas + canvas

    with pytest.raises(PictureRefused):
        encode(b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk)


def test_nothing_of_a_file_but_its_pixels_is_kept() -> None:
    """A polyglot is a picture and a page at once; the place where a photo was taken is nobody's to see."""
    exif = Image.Exif()
    exif[0x010E] = "my kitchen"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (38.0, 42.0, 49.0)
    options = {
        "exif": exif,
        "comment": HTML,
        "icc_profile": b"profile of mine",
        "xmp": b"<x:xmpmeta>GPSLatitude</x:xmpmeta>",
    }
    content = pictures.encode(pictures.draw(), "JPEG", **options) + HTML + b"PK\x03\x04"
    assert {b"kitchen" in content, HTML in content, b"profile of mine" in content, b"xmpmeta" in content} == {True}

    encoded = encode(content)

    traces = (b"kitchen", b"<script", b"profile", b"xmp", b"Exif", b"PK\x03")
    assert [trace for trace in traces if trace in encoded.large + encoded.small] == []
    assert [key for key in open_large(encoded).info if key not in {"loop", "background", "timestamp", "duration"}] == []


@pytest.mark.parametrize(("orientation", "dark"), [(1, "left"), (3, "right"), (6, "top"), (8, "bottom")])
def test_a_photo_is_turned_upright(orientation: int, dark: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    corners = {"left": "00 01", "right": "10 11", "top": "00 10", "bottom": "01 11"}

    image = open_large(encode(pictures.encode(pictures.draw((300, 300)), "JPEG", exif=exif)))

    dark_corners = {f"{x}{y}" for x in (0, 1) for y in (0, 1) if brightness(image, 0.1 + 0.8 * x, 0.1 + 0.8 * y) < 60}
    assert dark_corners == set(corners[dark].split())


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_a_photo_whose_exif_data_are_damaged_is_taken_as_it_is() -> None:
    content = pictures.encode(pictures.draw((300, 300)), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff\x12\x01")

    assert brightness(open_large(encode(content)), 0.1, 0.5) == pytest.approx(30, abs=4)


@pytest.mark.parametrize("mode", ["L", "1", "P", "CMYK", "RGBA", "LA"])
def test_pictures_of_every_kind_of_colour_are_taken(mode: str) -> None:
    file_format = "JPEG" if mode == "CMYK" else "PNG"

    image = open_large(encode(pictures.encode(pictures.draw(mode=mode), file_format)))

    assert image.mode == "RGB"
    assert brightness(image, 0.1, 0.5) < 60 < 190 < brightness(image, 0.9, 0.5)


def test_sixteen_bits_of_grey_do_not_become_white() -> None:
    grey = Image.new("I;16", (300, 300), 128 * 256)

    image = open_large(encode(pictures.encode(grey)))

    assert brightness(image, 0.5, 0.5) == pytest.approx(128, abs=3)


def test_what_is_transparent_becomes_white() -> None:
    image = open_large(encode(pictures.encode(Image.new("RGBA", (300, 300), (0, 0, 0, 0)))))

    assert brightness(image, 0.5, 0.5) == pytest.approx(255, abs=2)


@pytest.mark.parametrize("file_format", ["PNG", "WEBP"])
def test_of_a_picture_that_moves_the_first_frame_is_kept(file_format: str) -> None:
    frames = [Image.new("RGB", (300, 300), (shade,) * 3) for shade in (40, 200)]
    content = pictures.encode(frames[0], file_format, save_all=True, append_images=frames[1:], duration=100)

    encoded = encode(content)

    assert getattr(Image.open(io.BytesIO(encoded.large)), "n_frames", 1) == 1
    assert brightness(open_large(encoded), 0.5, 0.5) == pytest.approx(40, abs=4)
