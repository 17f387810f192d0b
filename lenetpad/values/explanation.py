"""Where one number of a reading comes from: what a unit sees, and the arithmetic of its value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from lenetpad.values.arrays import DoubleArray
from lenetpad.values.layers import LayerKind

#: The first and the last layer.
INPUT: Final = "input"
OUTPUT: Final = "output"


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: of ``map`` the one at (``row``, ``column``), each counted from 0.

    ``layer`` is "input", "C1", "S2", "C3", "S4", "C5", "F6" or "output". In the last three each
    map is a single unit, so that its number is ``map``.
    """

    layer: str
    map: int = 0
    row: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Field:
    """What a unit sees of an earlier layer: in each of ``maps`` the same rectangle of units."""

    layer: str
    maps: tuple[int, ...]
    top: int
    left: int
    height: int
    width: int


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """What one map of the layer before adds: ``patch`` × ``weights`` = ``products``, summed.

    The arrays are read-only and have one shape: (k, k) for convolutions and subsampling, with
    ``map`` the map that it sees; (n,) for F6 and the output, which see n single units at once,
    with ``map`` 0. A subsampling's weights are ones for a sum, quarters for a mean and, for a
    maximum, 1 for the winner and 0 for the others. For a Euclidean RBF the weights are the class's
    code and the products the squared differences from it.
    """

    map: int
    patch: DoubleArray
    weights: DoubleArray
    products: DoubleArray
    total: float


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """How a unit comes to its value.

    ``fields`` are what it sees of the layers before, the nearest first and the input last.
    ``weighted_sum`` is computed here from what is shown, in double precision: the totals of the
    ``terms``, times ``coefficient``, plus ``bias``; the latter two are None where the unit has
    none. Of a Euclidean RBF it is the distance y_i (equation 7). ``pooled`` is the total of a
    subsampling's term, None for other layers; ``winner`` the (row, column) in the patch of the
    first largest unit, None where no maximum is taken. ``activation`` is the function's name, ""
    for none. ``value`` is the reading's own.

    A pixel of the input sees nothing: its term is darkness, in [0, 1], × (ink − background), and
    its bias the background; where 28×28 are enlarged to the input, it is the enlarged image's
    darkness. A pixel of a frame of zeros has neither.
    """

    unit: Unit
    kind: LayerKind
    fields: tuple[Field, ...]
    terms: tuple[Term, ...]
    pooled: float | None
    winner: tuple[int, int] | None
    coefficient: float | None
    bias: float | None
    weighted_sum: float
    activation: str
    value: float


@dataclass(frozen=True, slots=True)
class Contribution:
    """One product of an explanation: ``input``, the value of ``source``, × ``weight``.

    ``share`` is its part, in (0, 1], of the sum of all products of its sign.
    """

    source: Unit
    weight: float
    input: float
    product: float
    share: float


@dataclass(frozen=True, slots=True, eq=False)
class Competition:
    """How ten outputs and, where it competes, "no digit", which is the last, become probabilities.

    ``outputs`` (10,) are logits or, with a ``distance_scale``, squared distances. Each of the
    others has 10 or 11 entries: ``scores`` are the logits or minus the scaled distances, and
    -``rubbish``; ``exponents`` are the scores over ``temperature``, minus the largest of them;
    ``exponentials`` are e to these, ``total`` is their sum, and ``probabilities`` are their parts
    of it. All are read-only.
    """

    outputs: DoubleArray
    distance_scale: float | None
    rubbish: float | None
    temperature: float
    scores: DoubleArray
    exponents: DoubleArray
    exponentials: DoubleArray
    total: float
    probabilities: DoubleArray


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A function, sampled to be drawn: points ``x`` (n,), rising, and their values ``y`` (n,)."""

    x: DoubleArray
    y: DoubleArray


def largest(
    explanation: Explanation, count: int
) -> tuple[tuple[Contribution, ...], tuple[Contribution, ...]]:
    """The products that add most, and those that take most away: each ``count`` at most, the
    strongest first. Products of 0 are neither, and a pixel of the input has none."""
    if not explanation.fields:
        return (), ()
    products = _products(explanation)
    rising = np.argsort(products, kind="stable")
    falling = np.argsort(-products, kind="stable")
    positive, negative = sums_by_sign(explanation)
    return (
        tuple(_contribution(explanation, i, positive) for i in falling[:count] if products[i] > 0),
        tuple(_contribution(explanation, i, negative) for i in rising[:count] if products[i] < 0),
    )


def sums_by_sign(explanation: Explanation) -> tuple[float, float]:
    """The sum of all positive products, and that of all negative ones."""
    products = _products(explanation)
    return float(products[products > 0].sum()), float(products[products < 0].sum())


def _products(explanation: Explanation) -> DoubleArray:
    """Every product in one row, one term after the other; none of a pixel in a frame of zeros."""
    return np.concatenate([np.empty(0), *(term.products.ravel() for term in explanation.terms)])


def _contribution(explanation: Explanation, index: int, sum_of_sign: float) -> Contribution:
    """A product by its place among all products, one term after the other."""
    which, within = divmod(int(index), explanation.terms[0].products.size)
    term, seen = explanation.terms[which], explanation.fields[0]
    if term.products.ndim == 1:
        source = Unit(seen.layer, seen.maps[within], seen.top, seen.left)
    else:
        row, column = divmod(within, seen.width)
        source = Unit(seen.layer, term.map, seen.top + row, seen.left + column)
    product = float(term.products.flat[within])
    return Contribution(
        source=source,
        weight=float(term.weights.flat[within]),
        input=float(term.patch.flat[within]),
        product=product,
        share=product / sum_of_sign,
    )
