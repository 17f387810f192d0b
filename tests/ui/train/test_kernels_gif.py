"""The GIF of the kernels, decoded again."""

from __future__ import annotations

import io
import subprocess
import sys

import numpy as np
import PIL.Image
import pytest

from lenetpad.ui.train.kernels_gif import kernels_gif
from lenetpad.ui.widgets.theme import DARK, LIGHT, Theme
from lenetpad.values.arrays import FloatArray

SCALE = 8


def kernels(**cells: float) -> FloatArray:
    """Six kernels of zeros but for cells of the first: a1=2.0 is the weight at row a, column 1."""
    weights = np.zeros((6, 5, 5), np.float32)
    for name, value in cells.items():
        weights[0, "abcde".index(name[0]), int(name[1])] = value
    return weights


def decoded(content: bytes) -> list[PIL.Image.Image]:
    """The frames in RGB."""
    picture = PIL.Image.open(io.BytesIO(content))
    frames = []
    for number in range(getattr(picture, "n_frames", 1)):
        picture.seek(number)
        frames.append(picture.convert("RGB"))
    return frames


def cell(frame: PIL.Image.Image, row: int, column: int, kernel: int = 0) -> tuple[int, int, int]:
    """The colour in the middle of a weight."""
    x = (1 + 6 * kernel + column + 0.5) * SCALE
    red, green, blue = frame.getpixel((int(x), int((1 + row + 0.5) * SCALE)))
    return red, green, blue


def hexadecimal(colour: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def test_a_frame_for_each_snapshot_and_the_last_is_held() -> None:
    shots = [(step, kernels(a0=step / 10)) for step in (0, 5, 10)]
    content = kernels_gif(shots, scale=SCALE)
    picture = PIL.Image.open(io.BytesIO(content))
    assert picture.n_frames == 3
    durations = []
    for number in range(3):
        picture.seek(number)
        durations.append(picture.info["duration"])
    assert durations == [120, 120, 2000]
    assert picture.info["loop"] == 0
    assert picture.width == 37 * SCALE


def test_also_one_snapshot_and_two_that_are_alike() -> None:
    assert len(decoded(kernels_gif([(1, kernels(a0=1.0))]))) == 1
    alike = [(step, kernels(a0=1.0)) for step in (1, 2)]
    assert len(decoded(kernels_gif(alike))) == 2


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_the_colours_are_the_maps(theme: Theme) -> None:
    first, second = decoded(
        kernels_gif(
            [(0, kernels(a0=0.5, b1=-0.5)), (9, kernels(a0=1.0, b1=-1.0, c2=0.01))], theme, SCALE
        )
    )
    assert hexadecimal(cell(second, 3, 3)) == theme.zero
    assert hexadecimal(cell(second, 4, 4, kernel=5)) == theme.zero
    assert hexadecimal(second.getpixel((1, 1))) == theme.paper
    positive, negative = cell(second, 0, 0), cell(second, 1, 1)
    assert positive[0] > positive[2]  # orange
    assert negative[2] > negative[0]  # blue
    for shown, anchor in ((positive, theme.positive[-1]), (negative, theme.negative[-1])):
        wanted = [int(anchor[i : i + 2], 16) for i in (1, 3, 5)]
        assert np.abs(np.array(shown) - wanted).max() <= 3
    assert cell(first, 0, 0) != positive


def test_a_colour_means_the_same_in_all_frames() -> None:
    one, two = decoded(
        kernels_gif([(0, kernels(a0=0.5)), (1, kernels(a0=0.5, e4=2.0))], scale=SCALE)
    )
    assert cell(one, 0, 0) == cell(two, 0, 0)
    alone = decoded(kernels_gif([(0, kernels(a0=0.5))], scale=SCALE))[0]
    assert cell(alone, 0, 0) != cell(one, 0, 0)


def test_the_step_is_written_under_them() -> None:
    one, two = decoded(kernels_gif([(1, kernels(a0=1.0)), (88, kernels(a0=1.0))], scale=SCALE))
    below = (0, 7 * SCALE, one.width, one.height)
    texts = [np.asarray(frame.crop(below).convert("L")).astype(int) for frame in (one, two)]
    assert all(text.min() < 100 for text in texts)  # dark letters
    assert (texts[0] != texts[1]).any()
    above = (0, 0, one.width, 7 * SCALE)
    assert one.crop(above).tobytes() == two.crop(above).tobytes()
    assert all(text[:, -SCALE:].min() == 255 for text in texts)  # none is cut off


def test_a_great_step_fits_under_the_smallest_kernels() -> None:
    (frame,) = decoded(kernels_gif([(1_234_567, kernels(a0=1.0))], scale=4))
    text = np.asarray(frame.crop((0, 28, frame.width, frame.height)).convert("L"))
    assert text[:, -4:].min() == 255


def test_torchs_shape_is_welcome() -> None:
    weights = kernels(a0=1.0, b2=-1.0)
    assert kernels_gif([(0, weights[:, None])]) == kernels_gif([(0, weights)])


def test_zeros_alone_have_the_zero_colour() -> None:
    (frame,) = decoded(kernels_gif([(0, kernels())], LIGHT, SCALE))
    assert hexadecimal(cell(frame, 2, 2)) == LIGHT.zero


def test_what_cannot_be_shown_is_refused() -> None:
    with pytest.raises(ValueError, match="no kernels"):
        kernels_gif([])
    with pytest.raises(ValueError, match=r"not \(5, 5\)"):
        kernels_gif([(0, np.zeros((5, 5), np.float32))])
    with pytest.raises(ValueError, match="one shape"):
        kernels_gif([(0, kernels()), (1, np.zeros((5, 5, 5), np.float32))])
    with pytest.raises(ValueError, match="4 pixels"):
        kernels_gif([(0, kernels())], scale=1)


def test_no_application_and_no_torch_are_needed() -> None:
    code = (
        "import sys, numpy; from lenetpad.ui.train.kernels_gif import kernels_gif; "
        "print(kernels_gif([(0, numpy.ones((6, 5, 5), 'f4'))])[:6], 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "b'GIF89a' False"
