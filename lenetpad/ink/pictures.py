"""A picture of a digit, scanned, photographed or drawn, to the image that MNIST would have of it.

The ink is shrunk by area averaging into a 20×20 box with its aspect ratio kept, and centred by its
centre of mass in 28×28 (LeCun et al. 1998, section III-A). What a thin pen wrote is drawn thicker,
as the rasteriser draws it; thick strokes stay.
"""

from __future__ import annotations

import io
import math
import re
import warnings
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from lenetpad.ink import heif, pnm, repairs
from lenetpad.ink.grey_levels import LONGEST_SIDE, block_of, grey_levels, grey_of, shrunk
from lenetpad.ink.lines import Line, lines_of
from lenetpad.ink.normalising import image_of_plane
from lenetpad.ink.paper import FAINTEST, FRINGE, SMALL, BlankError, separated
from lenetpad.ink.raster import Image
from lenetpad.ink.strokes import InkError
from lenetpad.storage.decoding import named, opened
from lenetpad.storage.metered import MeteredFile

if TYPE_CHECKING:
    import PIL.Image

FORMATS: Final = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM")
#: Where Pillow has been built with it.
ALSO: Final = "AVIF"
#: Whose pixels are decoded as a whole into Pillow's memory, and nowhere else.
KEPT_ONCE: Final = ("PNG", "GIF", "BMP", "PPM", "TIFF")
ANIMATED: Final = ("GIF", "PNG", "WEBP", "AVIF")
#: Pixels of an animation, all frames together, and frames.
MOST_FRAME_PIXELS: Final = 400_000_000
MOST_FRAMES: Final = 1000
#: Bytes.
LARGEST_FILE: Final = 256 << 20
MOST_PIXELS: Final = 80_000_000
#: Bytes that are taken while more pixels than that are decoded, if the picture's kind is one of
#: which it is known how many that are.
MOST_MEMORY: Final = 700_000_000
#: Pixels for each byte of a JPEG file, in which a block of 64 takes two bits at least.
MOST_PER_BYTE: Final = 512
#: Pixels of all others; Pillow opens none that has many more.
MOST_REDUCED: Final = 170_000_000
#: Reads while a file's head is parsed, a few for each of its parts; and while its pixels are
#: decoded, in PNG three for each block of at least some kilobytes.
MOST_READS_OF_HEAD: Final = 20_000
MOST_READS: Final = 300_000
#: What Pillow reads at once, whatever it needs of it.
READ_AHEAD: Final = 1 << 14
#: Bytes besides the pixels: cameras put films and depths of some megabytes into their pictures.
MOST_METADATA: Final = 32 << 20
#: TIFF's, of which those that are numbers take many times as much as objects.
MOST_TAGS: Final = 8 << 20
#: JPEG has 64 kB of them.
LARGEST_EXIF: Final = 1 << 17
#: Pixels: TIFF's tiles are decoded as a whole, however little of one is the picture's.
LARGEST_TILE: Final = 1 << 24
TILE_WIDTH, TILE_LENGTH = 322, 323
#: Of a JPEG file: progressive ones have about ten, and each goes over all pixels.
MOST_SCANS: Final = 100
_TOO_LARGE: Final = "{} has {} megapixels; make it smaller than " + f"{MOST_PIXELS // 10**6}"
_OR_JPEG: Final = ", or save it as JPEG"
_EXPORT: Final = "export it as PNG"


class Counted(NamedTuple):
    """A normalised image, (28, 28) float32 in [0, 1], ink 1, of a picture's digit, or the largest;
    how many digits seem to stand beside each other; and where there may be several, the lines of
    them, from top to bottom."""

    image: Image
    digits: int
    lines: tuple[Line, ...] = ()


class _Levels(NamedTuple):
    """Grey levels (H, W) of a picture, and the pixels along its longer side in the file."""

    grey: NDArray[np.uint8]
    longest: int


def read_picture(source: Path | bytes) -> Image:
    """Read a picture of one digit as ``read_counted`` does; the normalised image alone."""
    return read_counted(source).image


def read_counted(source: Path | bytes) -> Counted:
    """Read a picture of one digit, from a file or from a file's bytes, as a normalised image.

    The picture may be turned by its EXIF data, have
    a palette, transparency, or 16 bits. Raises InkError, in one line, for what is no picture, is
    damaged, too large, or shows no ink.
    """
    name = str(source) if isinstance(source, Path) else "the picture"
    with (
        opened(source, LARGEST_FILE, InkError)
        if isinstance(source, Path)
        else io.BytesIO(source) as stream
    ):
        try:
            return counted(*_decoded(stream, name))
        except BlankError as error:
            blank = InkError(f"{name}: {error}" if isinstance(source, Path) else str(error))
        stream.seek(0)
        try:  # ink and paper may be as bright as each other
            return counted(*_decoded(stream, name, by_colour=True))
        except InkError:
            raise blank from None


def normalised(grey: NDArray[np.uint8]) -> Image:
    """Turn a grey picture (H, W) of one digit into its normalised image.

    Dark ink on light paper or light on dark, of any size, photographed or clean. Returns (28, 28)
    float32 in [0, 1], ink 1; one of MNIST's images comes out almost as it is. Raises InkError for
    a picture that is not grey or shows no ink.
    """
    return counted(grey).image


def counted(grey: NDArray[np.uint8], longest: int | None = None) -> Counted:
    """What a grey picture shows, whose longer side had ``longest`` pixels in the file."""
    if grey.ndim != 2 or grey.size == 0:
        raise InkError(f"a picture must have grey pixels in rows and columns, not {grey.shape}")
    found = separated(shrunk(grey))
    fringe = FRINGE if max(grey.shape) > SMALL else 1
    factor = block_of(grey.shape) * (longest or max(grey.shape)) / max(grey.shape)
    lines = tuple(line.in_picture(factor) for line in lines_of(found.page, fringe))
    return Counted(image_of_plane(found.ink), found.digits, lines)


def _decoded(stream: BinaryIO, name: str, by_colour: bool = False) -> _Levels:
    """The grey levels (H, W) of an image file; of its colours, the one that differs most."""
    import PIL.Image  # not before a picture is opened

    start = stream.read(16)
    stream.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # all that Pillow warns of is handled here
            if pnm.is_pnm(start):
                content = stream.read()
                _check_size(*pnm.size_of(content), name)
                grey = grey_of(pnm.levels_of(content))
                return _Levels(grey, max(grey.shape))
            if start.startswith(repairs.JPEG_MAGIC):
                _check_scans(stream, name)
            if start[4:12] in heif.BRANDS and not heif.is_decoded():
                raise InkError(heif.UNREAD.format(name))
            try:
                return _grey_in(stream, start, name, by_colour)
            except InkError:
                raise
            except Exception:
                found = _mended(stream, start, name, by_colour)
                if found is None:
                    raise
                return found
    except InkError:
        raise
    except PIL.Image.DecompressionBombError as error:
        pixels = re.search(r"\((\d{1,20}) pixels\)", str(error))
        raise _too_large(int(pixels[1]) if pixels else MOST_REDUCED, name) from None
    except PIL.UnidentifiedImageError:
        if start[4:12] in heif.BRANDS:
            raise InkError(f"{name} is damaged; save or export it again") from None
        known = ", ".join(FORMATS)
        raise InkError(f"{name} is no picture of a known kind ({known}); save it as PNG") from None
    except Exception as error:  # Pillow's decoders raise almost anything for damaged data
        what = named(error) or type(error).__name__
        raise InkError(f"{name} is damaged ({what}); save or export it again") from None


def _grey_in(stream: BinaryIO, start: bytes, name: str, by_colour: bool) -> _Levels:
    """The grey levels of a file that Pillow opens."""
    with _opened(stream, start, name) as picture:
        longest = max(picture.size)
        # JPEG decodes smaller
        picture.draft("RGB" if by_colour else "L", (2 * LONGEST_SIDE, 2 * LONGEST_SIDE))
        if picture.format == "JPEG":
            _check_size(*picture.size, name)
        if picture.format in ANIMATED and getattr(picture, "is_animated", False):
            return _Levels(_last_frame(picture, by_colour), longest)
        picture.load()
        return _Levels(_upright(grey_levels(picture, by_colour), picture), longest)


def _upright(grey: NDArray[np.uint8], picture: PIL.Image.Image) -> NDArray[np.uint8]:
    """The grey levels of a picture turned as its EXIF data say."""
    import PIL.ExifTags
    import PIL.Image
    import PIL.ImageOps

    turned = PIL.Image.fromarray(grey)
    try:
        orientation = picture.getexif().get(PIL.ExifTags.Base.Orientation, 1)
        turned.getexif()[PIL.ExifTags.Base.Orientation] = orientation
        PIL.ImageOps.exif_transpose(turned, in_place=True)
    except InkError:
        raise
    except Exception:  # what says how it is turned is damaged: it is shown as it is
        return grey
    return np.asarray(turned)


def _last_frame(picture: PIL.Image.Image, by_colour: bool) -> NDArray[np.uint8]:
    """The grey levels of an animation's last frame that is not blank."""
    grey = grey_levels(picture, by_colour)
    pixels = picture.width * picture.height
    for frame in range(1, min(MOST_FRAMES, MOST_FRAME_PIXELS // pixels)):
        try:
            picture.seek(frame)
        except EOFError:
            break
        later = grey_levels(picture, by_colour)
        if np.ptp(later) >= FAINTEST:
            grey = later
    return grey


def _mended(stream: BinaryIO, start: bytes, name: str, by_colour: bool) -> _Levels | None:
    """The grey levels of a damaged file whose pixels are whole; None where it is not."""
    if stream.seek(0, io.SEEK_END) > repairs.LARGEST:
        return None
    stream.seek(0)
    content = stream.read()
    if start.startswith(repairs.PNG_MAGIC):
        pixels = repairs.with_pixels_alone(content)
        return None if pixels is None else _grey_in(io.BytesIO(pixels), start, name, by_colour)
    if not start.startswith(repairs.JPEG_MAGIC) or repairs.has_end(content):
        return None
    found, other = (
        _grey_in(io.BytesIO(repairs.with_end(content, filled)), start, name, by_colour)
        for filled in (False, True)
    )
    return found if np.array_equal(found.grey, other.grey) else None


def _opened(stream: BinaryIO, start: bytes, name: str) -> PIL.Image.Image:
    """The picture in a file, of which what stands before its pixels has been read."""
    import PIL.features
    import PIL.Image

    fault = InkError(f"{name} holds far more besides its pixels than a picture does; {_EXPORT}")
    metered = MeteredFile(stream, fault)
    if start.startswith(b"RIFF") or start[4:8] == b"ftyp":  # WebP, AVIF, HEIF: taken as a whole
        metered.limit(MOST_READS_OF_HEAD, 2 * metered.size)
    else:
        metered.limit(
            MOST_READS_OF_HEAD, MOST_TAGS if start[:2] in (b"II", b"MM") else MOST_METADATA
        )
    formats: tuple[str, ...] = FORMATS
    if start[4:12] in heif.BRANDS:
        formats = (heif.FORMAT,)
    elif start[4:8] == b"ftyp" and PIL.features.check("avif"):
        formats = (*FORMATS, ALSO)
    picture = PIL.Image.open(cast(IO[bytes], metered), formats=formats)
    each = _bytes_per_pixel(picture)
    fits = each is not None and each * picture.width * picture.height <= MOST_MEMORY
    _check_size(picture.width, picture.height, name, MOST_REDUCED if fits else MOST_PIXELS)
    if each == 0 and metered.size * MOST_PER_BYTE < picture.width * picture.height:
        raise InkError(f"{name} is damaged (its pixels are missing); save or export it again")
    tile = [getattr(picture, "tag_v2", {}).get(tag, 1) for tag in (TILE_WIDTH, TILE_LENGTH)]
    exif = picture.info.get("exif") or b""
    if math.prod(tile) > LARGEST_TILE or len(exif) > LARGEST_EXIF:
        raise fault
    if len(getattr(picture, "tile", ())) > MOST_READS:
        raise fault
    metered.limit(MOST_READS, MOST_READS * READ_AHEAD + 2 * metered.size)
    return picture


def _bytes_per_pixel(picture: PIL.Image.Image) -> float | None:
    """What decoding takes for each pixel of the file; None where Pillow says nothing of it, or
    where it is no less than the 16 of WebP."""
    if picture.format == "JPEG":
        if "progressive" not in picture.info:
            return 0  # it is decoded smaller, row by row
        # Two for each coefficient, all of which are kept; colours may have fewer than grey.
        layers: list[tuple[int, int, int, int]] = cast(Any, picture).layer
        shares = [down * across for _, down, across, _ in layers]
        return 2 * sum(shares) / max(shares)
    if picture.format not in KEPT_ONCE or getattr(picture, "is_animated", False):
        return None
    # A TIFF file is turned as a whole, and its pixels may be one strip.
    once = {"1": 1, "L": 1, "P": 1}.get(picture.mode, 4)
    return 2 * once if picture.format == "TIFF" else once


def _check_size(width: int, height: int, name: str, most: int | None = None) -> None:
    if width * height > (MOST_PIXELS if most is None else most):
        raise _too_large(width * height, name)


def _too_large(pixels: int, name: str) -> InkError:
    sentence = _TOO_LARGE.format(name, -(-pixels // 10**6))
    return InkError(sentence + (_OR_JPEG if pixels <= MOST_REDUCED else ""))


def _check_scans(stream: BinaryIO, name: str) -> None:
    """Refuse a JPEG file that goes over its pixels hundreds of times."""
    scans, last = 0, b""
    while block := stream.read(1 << 20):
        scans += (last + block).count(repairs.START_OF_SCAN)
        last = block[-1:]
        if scans > MOST_SCANS:
            raise InkError(f"{name} has over {MOST_SCANS} scans; {_EXPORT}")
    stream.seek(0)
