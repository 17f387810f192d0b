"""What lies in a state dict beside a network's layers: left out and named, or put into them.

Counters, metrics, the weights of a loss and the values that normalise images are no layers. Pruned
parameters come as two tensors, which are multiplied here; normalised ones are folded into the
layer before them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.storage.decoding import named

State = dict[str, NDArray[Any]]
#: Names under which checkpoints keep their network's state dict, the likeliest first.
NESTS: Final = ("state_dict", "model_state_dict", "model", "network", "net", "weights", "params")
#: Parts of names that betray batch normalisation.
BATCH_STATISTICS: Final = ("running_mean", "running_var", "num_batches_tracked")
#: Words in the names of what a training keeps beside its network's layers.
BESIDE: Final = frozenset(
    {
        *("criterion", "criteria", "loss", "losses", "lossfn", "metric", "metrics", "acc"),
        *("accuracy", "precision", "recall", "f1", "auroc", "confmat", "confusion"),
        *("optimizer", "optim", "scheduler"),
    }
)
#: Ends of names of weights of classes, which a loss has.
OF_CLASSES: Final = ("class_weight", "class_weights", "pos_weight", "cross_entropy.weight")
#: Last words of single numbers that a layer computes with, such as PReLU's slope.
LEARNED: Final = frozenset(
    ("weight", "bias", "alpha", "beta", "slope", "scale", "gain", "gamma", "w", "b")
)
#: Last words of the parameters of a layer of torch's.
OF_MODULES: Final = frozenset(("weight", "bias", "gamma", "beta"))
#: Words, without their numbers, that a trained subsampling may be called.
SUBSAMPLING_WORDS: Final = frozenset(
    {
        *("s", "ss", "sub", "subs", "subsample", "subsampling", "pool", "pooling", "avg"),
        *("avgpool", "average", "maxpool", "mean", "sum", "down", "downsample"),
        "downsampling",
    }
)
#: And those that a normalisation is called.
NORMALISING_WORDS: Final = frozenset(
    {
        *("bn", "gn", "ln", "in", "norm", "batchnorm", "groupnorm", "layernorm"),
        *("instancenorm", "normalisation", "normalization", "gamma", "beta"),
    }
)
#: What torch's batch normalisation adds to a variance.
EPSILON: Final = 1e-5
#: A LeNet-5's largest parameter has 48,000 numbers; one with far more is not multiplied.
LARGEST_MASKED: Final = 1 << 20
#: What is added to the name of what is not left out, but worked into a layer.
WORKED_IN: Final = " (worked into its layer)"
#: So many names are said.
MOST_NAMES: Final = 5


@dataclass(frozen=True, slots=True)
class Cleared:
    """A state dict of layers alone, the names of what was left out, and what cannot be read."""

    state: State
    left_out: tuple[str, ...]
    faults: tuple[str, ...] = ()


def cleared(state: Mapping[str, NDArray[Any]], sizes: frozenset[int]) -> Cleared:
    """Multiply what is pruned, choose the network where there are several, leave out the rest.

    ``sizes`` are the numbers of parameters that a layer's tensors have: such a tensor stays,
    whatever its type.
    """
    layers, masks = _unmasked(state)
    chosen, others, faults = _of_one_network(layers)
    left_out = [name for name in chosen if _is_beside(name, chosen[name], sizes)]
    kept = {name: array for name, array in chosen.items() if name not in set(left_out)}
    return Cleared(kept, tuple(sorted({*left_out, *masks, *others})), faults)


def sentence(left_out: tuple[str, ...]) -> str:
    """What to say of what was left out; "" for nothing."""
    if not left_out:
        return ""
    each = sum(name.endswith(WORKED_IN) for name in left_out)
    what = {0: "left out", len(left_out): "worked in"}.get(each, "left out or worked in")
    names = [name.removesuffix(WORKED_IN) for name in left_out[:MOST_NAMES]]
    more = f" and {len(left_out) - MOST_NAMES:,} more" if len(left_out) > MOST_NAMES else ""
    return f"Beside its layers it holds {', '.join(map(named, names))}{more}: {what}."


def _unmasked(state: Mapping[str, NDArray[Any]]) -> tuple[State, list[str]]:
    """The state dict with each masked parameter times its mask, and the names of the masks.

    torch.nn.utils.prune keeps them as NAME_orig and NAME_mask; others as NAME and NAME_mask, or a
    layer's mask beside its weight.
    """
    made, masks = dict(state), []
    for name in state:
        stem = re.sub(r"[._]mask$", "", name)
        if stem == name:
            continue
        owners = (f"{stem}_orig", stem, f"{stem}.weight", f"{stem}_weight")
        owner = next((one for one in owners if one in state), None)
        if owner is not None and _masks(state[name], state[owner]):
            product = state[owner] * state[name].astype(state[owner].dtype)
            plain = stem if owner.endswith("_orig") else owner
            made = {plain if n == owner else n: a for n, a in made.items() if n != name}
            made[plain] = product
            masks.append(f"{name}{WORKED_IN}")
    return made, masks


def _masks(mask: NDArray[Any], array: NDArray[Any]) -> bool:
    """Whether an array of zeros and ones may be multiplied with another."""
    if array.dtype.kind != "f" or mask.dtype.kind not in "fiub":
        return False
    if not mask.size <= array.size <= LARGEST_MASKED:
        return False
    try:
        fits = np.broadcast_shapes(mask.shape, array.shape) == array.shape
    except ValueError:
        return False
    return fits and bool(np.isin(mask, (0, 1)).all())


def _of_one_network(state: State) -> tuple[State, list[str], tuple[str, ...]]:
    """The tensors of one network, the names of others', and what to say of several.

    Networks are told apart by the first word of their names, as where a module holds two.
    """
    groups: dict[str, State] = {}
    for name, array in state.items():
        groups.setdefault(name.partition(".")[0], {})[name] = array
    networks = [
        word for word, part in groups.items() if sum(a.ndim > 1 for a in part.values()) > 4
    ]
    if len(networks) < 2:
        return state, [], ()
    chosen = next((word for word in NESTS if word in networks), None)
    if chosen is None:
        words = ", ".join(map(named, networks[:MOST_NAMES]))
        return state, [], (f"it holds several networks ({words}); save one of them alone",)
    others = [n for word in networks if word != chosen for n in groups[word]]
    return {n: a for n, a in state.items() if n not in set(others)}, others, ()


def _is_beside(name: str, array: NDArray[Any], sizes: frozenset[int]) -> bool:
    """Whether a tensor is no layer's: by its name, or a single number, or whole numbers."""
    words = re.split("[._]", name.lower())
    if name.endswith(BATCH_STATISTICS):
        return False
    if BESIDE & set(words) or name.lower().endswith(OF_CLASSES):
        return True
    if array.size == 1:
        return array.dtype.kind != "f" or words[-1] not in LEARNED
    return array.dtype.kind in "iub" and array.size not in sizes


def may_subsample(name: str, shape: tuple[int, ...]) -> bool:
    """Whether a name can be that of a trained subsampling's coefficients or biases.

    A normalisation without statistics has tensors of the same shapes. Those of a layer of torch's
    that has no telling name are taken for one: read otherwise, they give another network.
    """
    words = re.split("[._]", name.lower())
    bare = [word.rstrip("0123456789") for word in words]
    if NORMALISING_WORDS & set(bare) or any("norm" in word for word in words):
        return False
    if words[-1] not in OF_MODULES or len(words) == 1 or len(shape) > 1:
        return True
    return bare[-2] in SUBSAMPLING_WORDS


def may_add(name: str) -> bool:
    """Whether a name can be that of a bias, where nothing but a tensor's shape says so."""
    words = re.split("[._]", name.lower())
    bare = {word.rstrip("0123456789") for word in words}
    return not NORMALISING_WORDS & bare and (len(words) == 1 or words[-1] != "weight")


def folded(
    weight: NDArray[Any], bias: NDArray[Any], batch: Mapping[str, NDArray[Any]], repeats: list[int]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """A layer's weight and bias with the batch normalisation behind it worked in.

    ``repeats`` says how many of the weight's first axis each map has.
    """
    scale, shift = _scale_and_shift(batch)
    with np.errstate(all="ignore"):  # what is no number then is found later
        shifted = bias * scale + shift
    each = np.repeat(scale, repeats).reshape(-1, *(1,) * (weight.ndim - 1))
    return weight * each, shifted


def folded_into_next(
    weight: NDArray[Any],
    bias: NDArray[Any],
    batch: Mapping[str, NDArray[Any]],
    table: Sequence[Sequence[int]] | None = None,
) -> tuple[NDArray[Any], NDArray[Any]]:
    """A layer's weight and bias with the batch normalisation of its input worked in.

    ``table`` says which maps the kernels (n, 5, 5) of a layer that has them one by one see.
    """
    scale, shift = _scale_and_shift(batch)
    with np.errstate(all="ignore"):
        if table is None:
            parts = weight.reshape(len(weight), len(scale), -1).astype(np.float64)
            added = parts.sum(axis=2) @ shift
            return (parts * scale[:, None]).reshape(weight.shape), bias + added
        seen = [at for maps in table for at in maps]
        sums = weight.sum(axis=(1, 2), dtype=np.float64) * shift[seen]
        first = np.cumsum([0, *map(len, table)])[:-1]
        return weight * scale[seen][:, None, None], bias + np.add.reduceat(sums, first)


def _scale_and_shift(batch: Mapping[str, NDArray[Any]]) -> tuple[NDArray[Any], NDArray[Any]]:
    """The factor and the summand of each map that a batch normalisation comes to."""
    mean, variance = (batch[key].astype(np.float64) for key in BATCH_STATISTICS[:2])
    with np.errstate(all="ignore"):  # what is no number then is found later
        scale = batch.get("weight", np.ones_like(mean)) / np.sqrt(variance + EPSILON)
        return scale, batch.get("bias", np.zeros_like(mean)) - mean * scale
