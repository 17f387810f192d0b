"""What each layer is for, what its colours mean and what to look at; and the terms, explained.

Words in ``<a href="term:…">`` lead to the term of that name in ``TERMS``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lenetpad.ui.draw.shown import SINGLE, Shown
from lenetpad.ui.widgets.words import marked, translate
from lenetpad.values.layers import LayerKind, LayerSpec

LINK: Final = "term:"  # before the name of a term in a link

# What a layer is for

INPUT: Final = marked(
    "Draw",
    "The drawing as the network gets it: made as large as MNIST's digits and centred by its "
    "centre of mass, wherever it stands on the canvas.",
)
C1: Final = marked(
    "Draw",
    "A <a href='term:convolution'>convolution</a>: {maps} <a href='term:kernel'>kernels</a> slide "
    "over the input, and each makes a <a href='term:map'>feature map</a>. They find strokes and "
    "edges.",
)
C3_TABLE: Final = marked(
    "Draw",
    "A <a href='term:convolution'>convolution</a> that combines features. Each of its {maps} maps "
    "sees only some of S2's {inputs}, by <a href='term:table'>Table I</a>: {kernels} "
    "<a href='term:kernel'>kernels</a> in all.",
)
C3_FULL: Final = marked(
    "Draw",
    "A <a href='term:convolution'>convolution</a> that combines features. Each of its {maps} maps "
    "sees all of S2's {inputs}: {kernels} <a href='term:kernel'>kernels</a>. In 1998 there were "
    "fewer, by <a href='term:table'>Table I</a>.",
)
C5: Final = marked(
    "Draw",
    "A <a href='term:convolution'>convolution</a> whose kernel is as large as S4's maps: each of "
    "its {maps} <a href='term:unit'>units</a> sees all of them, as in a "
    "<a href='term:full'>full connection</a>.",
)
F6: Final = marked(
    "Draw",
    "A <a href='term:full'>full connection</a>: each of {maps} <a href='term:unit'>units</a> "
    "takes a <a href='term:sum'>weighted sum</a> of all of C5.",
)
SUBSAMPLINGS: Final = {
    LayerKind.TRAINED_SUM: marked(
        "Draw",
        "<a href='term:subsampling'>Subsampling</a>: four neighbours are summed, times the map's "
        "<a href='term:coefficient'>coefficient</a>, plus its <a href='term:bias'>bias</a>, both "
        "trained. A feature's exact place matters less.",
    ),
    LayerKind.TRAINED_AVERAGE: marked(
        "Draw",
        "<a href='term:subsampling'>Subsampling</a>: four neighbours are averaged, times the "
        "map's <a href='term:coefficient'>coefficient</a>, plus its <a "
        "href='term:bias'>bias</a>, both trained. A feature's exact place matters less.",
    ),
    LayerKind.MAX_POOLING: marked(
        "Draw",
        "<a href='term:pooling'>Max-pooling</a>: the largest of four neighbours stays, and "
        "nothing is trained. A feature's exact place matters less.",
    ),
    LayerKind.AVERAGE_POOLING: marked(
        "Draw",
        "<a href='term:pooling'>Average-pooling</a>: four neighbours become their mean, and "
        "nothing is trained. A feature's exact place matters less.",
    ),
}
OUTPUT_RBF: Final = marked(
    "Draw",
    "Each class has a fixed <a href='term:code'>target code</a>, a picture of 7×12. Its "
    "<a href='term:rbf'>RBF</a> unit adds up the squared differences between F6 and the code, and "
    "the smallest distance wins.",
)
OUTPUT_LINEAR: Final = marked(
    "Draw",
    "Each class takes a <a href='term:sum'>weighted sum</a> of F6: its <a "
    "href='term:logit'>logit</a>. The <a href='term:softmax'>softmax</a> makes probabilities of "
    "the ten, and the largest wins.",
)

# What its colours mean

INK: Final = marked("Draw", "Colours run from paper to ink, as on the canvas.")
CODES: Final = marked(
    "Draw",
    "Orange stands for +1, blue for −1: where F6 has the code's colour, it agrees with the class.",
)
WEIGHTS: Final = marked(
    "Draw",
    "Each picture shows a class's <a href='term:parameter'>weights</a>: where it is orange, a "
    "large value of F6 speaks for the class, where blue, against it.",
)
SIGNED: Final = marked(
    "Draw",
    "These are values after the <a href='term:activation'>activation</a>: orange above zero, blue "
    "below; the stronger, the further.",
)
POSITIVE: Final = marked(
    "Draw",
    "These are values after the <a href='term:activation'>activation</a>, none below zero: the "
    "stronger the orange, the larger.",
)
SUMS: Final = marked(
    "Draw",
    "These are <a href='term:sum'>weighted sums</a>, with no "
    "<a href='term:activation'>activation</a> after them: orange above zero, blue below.",
)
BEFORE_ACTIVATION: Final = marked(
    "Draw",
    "These are <a href='term:sum'>weighted sums</a>, before the "
    "<a href='term:activation'>activation</a>: orange above zero, blue below.",
)
POOLED: Final = marked(
    "Draw", "These are values of the maps before: the stronger the colour, the further from zero."
)

# The same where weights are in the maps' places

KERNELS: Final = marked(
    "Draw",
    "These are the <a href='term:kernel'>kernels</a>: orange for "
    "<a href='term:parameter'>weights</a> above zero, blue below.",
)
COEFFICIENTS: Final = marked(
    "Draw",
    "These are each map's <a href='term:coefficient'>coefficient</a>, on the left, and its "
    "<a href='term:bias'>bias</a>: orange above zero, blue below.",
)
WEIGHTS_OF_UNIT: Final = marked(
    "Draw",
    "These are the <a href='term:parameter'>weights</a> of one <a href='term:unit'>unit</a>, for "
    "all of {before}: orange above zero, blue below.",
)
NO_WEIGHTS: Final = marked(
    "Draw", "There are no <a href='term:parameter'>weights</a> to show here."
)

# What to look at

LOOK: Final = {
    "input": marked("Draw", "See where your strokes lie, and how thick they are."),
    "C1": marked("Draw", "Compare the maps: each responds to other parts of the same stroke."),
    "S2": marked("Draw", "Move the digit a little: these maps change less than C1's."),
    "C3": marked("Draw", "Look for maps that respond to a corner, an arc or an end of a stroke."),
    "S4": marked("Draw", "Little of the drawing's shape is left: which maps are strong counts."),
    "C5": marked("Draw", "Write two digits in turn: the pattern changes with the digit."),
    "F6": marked("Draw", "Write one digit in two ways: the pattern should stay much the same."),
}
LOOK_WEIGHTS: Final = {
    "C1": marked("Draw", "Orange beside blue finds an edge that lies between them."),
    "S2": marked("Draw", "Compare the coefficients: the larger, the more a map counts."),
    "C3": marked("Draw", "Compare the kernels of a map: each looks at another map of S2."),
    "S4": marked("Draw", "Compare the coefficients: the larger, the more a map counts."),
    "C5": marked("Draw", "See which maps of S4 the unit looks at most, and where."),
    "F6": marked("Draw", "See which units of C5 count most for it, and which against it."),
}
LOOK_F6_CODED: Final = marked(
    "Draw",
    "Drawn as 7×12, they should look like the winner's <a href='term:code'>target code</a>.",
)
LOOK_OUTPUT: Final = marked("Draw", "Compare the best two: what separates them decides.")

PURPOSES: Final = {"input": INPUT, "C1": C1, "C5": C5, "F6": F6}
POOLINGS: Final = (LayerKind.MAX_POOLING, LayerKind.AVERAGE_POOLING)
POSITIVE_ACTIVATIONS: Final = ("sigmoid", "ReLU")


@dataclass(frozen=True, slots=True)
class Term:
    """A word that the texts use: its title, and a sentence or two."""

    title: str
    text: str


#: By the names in links.
TERMS: Final = {
    "convolution": Term(
        marked("Draw", "Convolution"),
        marked(
            "Draw",
            "A small <a href='term:kernel'>kernel</a> slides over a map; at each place, what lies "
            "under it is multiplied by it and summed. The same pattern is looked for everywhere.",
        ),
    ),
    "kernel": Term(
        marked("Draw", "Kernel"),
        marked(
            "Draw",
            "A small square of <a href='term:parameter'>weights</a>, 5×5 in LeNet-5, that a <a "
            "href='term:convolution'>convolution</a> moves over a map, <a "
            "href='term:stride'>step by step</a>. There is one for each pair of a map and a map "
            "that feeds it.",
        ),
    ),
    "map": Term(
        marked("Draw", "Feature map"),
        marked(
            "Draw",
            "A plane of <a href='term:unit'>units</a> that share their "
            "<a href='term:parameter'>weights</a>: each looks for the same feature at another "
            "place.",
        ),
    ),
    "unit": Term(
        marked("Draw", "Unit"),
        marked(
            "Draw",
            "One value of a layer, also called a neuron. It is computed from what lies in its "
            "<a href='term:field'>receptive field</a>.",
        ),
    ),
    "field": Term(
        marked("Draw", "Receptive field"),
        marked(
            "Draw",
            "The part of an earlier layer, or of the input, that a <a href='term:unit'>unit</a> "
            "sees: nothing outside of it can change the unit. It grows from layer to layer.",
        ),
    ),
    "stride": Term(
        marked("Draw", "Stride and padding"),
        marked(
            "Draw",
            "How far a <a href='term:kernel'>kernel</a> moves from one place to the next, and "
            "what is put around a map before it does.",
        ),
    ),
    "subsampling": Term(
        marked("Draw", "Subsampling"),
        marked(
            "Draw",
            "Squares of 2×2 units become one, so that maps have half the side. In 1998 each map "
            "had a trained <a href='term:coefficient'>coefficient</a> and <a "
            "href='term:bias'>bias</a>; <a href='term:pooling'>pooling</a> has neither.",
        ),
    ),
    "pooling": Term(
        marked("Draw", "Pooling"),
        marked(
            "Draw",
            "<a href='term:subsampling'>Subsampling</a> without anything trained: the largest of "
            "each square of units stays, or their mean.",
        ),
    ),
    "coefficient": Term(
        marked("Draw", "Coefficient"),
        marked(
            "Draw",
            "The one number by which all of a map is multiplied in trained "
            "<a href='term:subsampling'>subsampling</a>. Small, it blurs; large, with the "
            "<a href='term:activation'>activation</a>, it decides between yes and no.",
        ),
    ),
    "bias": Term(
        marked("Draw", "Bias"),
        marked(
            "Draw",
            "A number that is added to a <a href='term:sum'>weighted sum</a>, whatever the input. "
            "All units of a map share it.",
        ),
    ),
    "sum": Term(
        marked("Draw", "Weighted sum"),
        marked(
            "Draw",
            "Each input times its <a href='term:parameter'>weight</a>, all added up, plus the "
            "<a href='term:bias'>bias</a>. Mostly an <a href='term:activation'>activation</a> "
            "follows.",
        ),
    ),
    "activation": Term(
        marked("Draw", "Activation"),
        marked(
            "Draw",
            "The function that a <a href='term:sum'>weighted sum</a> goes through, the paper's "
            "squashing function: in 1998 the <a href='term:tanh'>scaled tanh</a>, elsewhere the "
            "<a href='term:sigmoid'>sigmoid</a> or the <a href='term:relu'>ReLU</a>.",
        ),
    ),
    "tanh": Term(
        marked("Draw", "Scaled tanh"),
        marked(
            "Draw",
            "1.7159·tanh(⅔a), an <a href='term:activation'>activation</a> that keeps values "
            "between −1.72 and 1.72. It turns 1 into 1 and −1 into −1.",
        ),
    ),
    "sigmoid": Term(
        marked("Draw", "Sigmoid"),
        marked(
            "Draw",
            "1 / (1 + e<sup>−a</sup>), an <a href='term:activation'>activation</a> whose values "
            "lie between 0 and 1; 0 becomes ½.",
        ),
    ),
    "relu": Term(
        marked("Draw", "ReLU"),
        marked(
            "Draw",
            "An <a href='term:activation'>activation</a> that turns negative values into 0, and "
            "leaves everything else as it is.",
        ),
    ),
    "full": Term(
        marked("Draw", "Full connection"),
        marked(
            "Draw",
            "Each <a href='term:unit'>unit</a> sees every unit of the layer before, each with a "
            "<a href='term:parameter'>weight</a> of its own.",
        ),
    ),
    "table": Term(
        marked("Draw", "Table I"),
        marked(
            "Draw",
            "The paper's table of which of S2's 6 maps feed which of C3's 16: 60 "
            "<a href='term:connection'>connected</a> pairs out of 96. Maps that see different "
            "inputs have to find different features.",
        ),
    ),
    "parameter": Term(
        marked("Draw", "Parameter"),
        marked(
            "Draw",
            "A number that training changes, by its <a href='term:gradient'>gradient</a>: a "
            "weight, a <a href='term:coefficient'>coefficient</a> or a <a "
            "href='term:bias'>bias</a>. LeNet-5 of 1998 has 60,000.",
        ),
    ),
    "connection": Term(
        marked("Draw", "Connection"),
        marked(
            "Draw",
            "A line from an input, or from a <a href='term:bias'>bias</a>, to a "
            "<a href='term:unit'>unit</a>. Units of a map share their "
            "<a href='term:parameter'>parameters</a>, so there are far more connections than "
            "parameters.",
        ),
    ),
    "code": Term(
        marked("Draw", "Target code"),
        marked(
            "Draw",
            "A stylised picture of a class in 7×12 components of +1 and −1, drawn by hand and "
            "never trained. An <a href='term:rbf'>RBF</a> unit compares F6 with it.",
        ),
    ),
    "rbf": Term(
        marked("Draw", "Euclidean RBF"),
        marked(
            "Draw",
            "A unit that measures the squared distance of its inputs from a <a "
            "href='term:code'>target code</a>: 0 where they are equal. The nearest class has the "
            "highest <a href='term:logit'>score</a>.",
        ),
    ),
    "logit": Term(
        marked("Draw", "Logit"),
        marked(
            "Draw",
            "A class's score before the <a href='term:softmax'>softmax</a>: any number, and the "
            "largest wins. That of an <a href='term:rbf'>RBF</a> unit is minus its distance, "
            "times a scale.",
        ),
    ),
    "softmax": Term(
        marked("Draw", "Softmax"),
        marked(
            "Draw",
            "Turns <a href='term:logit'>scores</a> into probabilities: each is divided by the <a "
            "href='term:temperature'>temperature</a>, e is raised to it, and the result is "
            "divided by the sum of all. <a href='term:nodigit'>“Not a digit”</a> can be one of "
            "them.",
        ),
    ),
    "temperature": Term(
        marked("Draw", "Temperature"),
        marked(
            "Draw",
            "Divides all scores before the <a href='term:softmax'>softmax</a>, so that of the "
            "answers given with 90 % about 90 % are right. It changes no answer.",
        ),
    ),
    "nodigit": Term(
        marked("Draw", "Not a digit"),
        marked(
            "Draw",
            "The paper's rubbish class: its score is always the same, and it wins where every "
            "digit's <a href='term:logit'>score</a> is lower.",
        ),
    ),
    "gradient": Term(
        marked("Draw", "Gradient"),
        marked(
            "Draw",
            "How fast a result changes as one number does. Training steps against that of the "
            "loss; that of a score for the pixels of the input says, as <a "
            "href='term:occlusion'>occlusion</a> does, what matters.",
        ),
    ),
    "occlusion": Term(
        marked("Draw", "Occlusion"),
        marked(
            "Draw",
            "A part of the input is covered, and one looks how much a class's "
            "<a href='term:logit'>score</a> changes: much where that part matters. The "
            "<a href='term:gradient'>gradient</a> asks the same without covering.",
        ),
    ),
}


def layer_text(specs: Sequence[LayerSpec], name: str, shown: Shown = Shown.VALUES) -> str:
    """What a layer of this network is for, what the colours of what is ``shown`` of it mean and
    what to look at, as rich text; KeyError where the network has none of that name. ``specs`` are
    all layers, the input first."""
    index = _index(specs, name)
    spec, before = specs[index], specs[max(index - 1, 0)]
    purpose = translate("Draw", _purpose(spec, before)).format(
        maps=spec.maps, inputs=before.maps, kernels=spec.kernels
    )
    colours = translate("Draw", _colours(specs, index, shown)).format(before=before.name)
    look = translate("Draw", _look(specs, spec, shown))
    return f"<p>{purpose}</p><p>{colours}</p><p>{look}</p>"


def term_text(name: str) -> tuple[str, str]:
    """A term's title, and what it means as rich text; KeyError where there is none."""
    term = TERMS[name]
    return translate("Draw", term.title), f"<p>{translate('Draw', term.text)}</p>"


def _index(specs: Sequence[LayerSpec], name: str) -> int:
    for index, spec in enumerate(specs):
        if spec.name == name:
            return index
    raise KeyError(name)


def _purpose(spec: LayerSpec, before: LayerSpec) -> str:
    if spec.name == "output":
        return OUTPUT_RBF if spec.kind is LayerKind.RBF else OUTPUT_LINEAR
    if spec.name == "C3":
        return C3_FULL if spec.kernels == spec.maps * before.maps else C3_TABLE
    return SUBSAMPLINGS.get(spec.kind) or PURPOSES[spec.name]


def _colours(specs: Sequence[LayerSpec], index: int, shown: Shown) -> str:
    spec = specs[index]
    if spec.name == "output":
        return CODES if spec.kind is LayerKind.RBF else WEIGHTS
    if spec.kind is LayerKind.INPUT:
        return INK
    if shown is Shown.WEIGHTS:
        return _colours_of_weights(spec)
    if spec.activation and shown is Shown.SUMS:
        return BEFORE_ACTIVATION
    if spec.activation:
        return POSITIVE if spec.activation in POSITIVE_ACTIVATIONS else SIGNED
    return POOLED if spec.kind in POOLINGS else SUMS


def _colours_of_weights(spec: LayerSpec) -> str:
    if not spec.weight:
        return NO_WEIGHTS
    if spec.name in SINGLE:
        return WEIGHTS_OF_UNIT
    return KERNELS if spec.kind is LayerKind.CONVOLUTION else COEFFICIENTS


def _look(specs: Sequence[LayerSpec], spec: LayerSpec, shown: Shown) -> str:
    if spec.name == "output":
        return LOOK_OUTPUT
    if shown is Shown.WEIGHTS and spec.weight:
        return LOOK_WEIGHTS[spec.name]
    if spec.name == "F6" and specs[-1].kind is LayerKind.RBF:
        return LOOK_F6_CODED
    return LOOK[spec.name]
