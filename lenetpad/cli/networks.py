"""`lenetpad info` and `export`: what a network is made of, and its weights in other formats."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lenetpad.cli import output
from lenetpad.cli.arguments import JSON, Command, argument
from lenetpad.cli.model_options import CONVENTIONS_OPTIONS, MODEL, load_weights

if TYPE_CHECKING:
    from lenetpad.lenet.layers import LayerRow
    from lenetpad.lenet.weights import Weights
    from lenetpad.training.export import Written


def export(arguments: argparse.Namespace) -> int:
    """Write a network's weights in the format that the file's name asks for."""
    from lenetpad.storage.decoding import one_line

    loaded = load_weights(arguments)
    with output.telling_new_folder(arguments.out.parent):
        written = _exported(loaded, arguments.out)
    if arguments.json:
        print(json.dumps({"out": str(arguments.out), "model": loaded.name, **asdict(written)}))
    else:
        print(
            f"{one_line(arguments.out)}: {loaded.config.name}, differs by at most "
            f"{written.difference:.1g} (relative) on {written.images} of MNIST's test images"
        )
    return 0


def _exported(weights: Weights, out: Path) -> Written:
    """Write and compare; torch is imported here, once the weights have been read."""
    from lenetpad.training.export import export as export_weights

    return export_weights(weights, out)


def info(arguments: argparse.Namespace) -> int:
    """Print the layer table of a network."""
    from lenetpad.lenet.layers import layer_specs, layer_table, total_parameters
    from lenetpad.storage.decoding import one_line

    loaded = load_weights(arguments)
    shapes = {name: array.shape for name, array in loaded.parameters.items()}
    specs = layer_specs(loaded.config, shapes)
    rows = layer_table(specs)
    totals = {
        "parameters": total_parameters(specs),
        "connections": sum(row.connections for row in rows),
    }
    if arguments.json:
        layers = [asdict(row) for row in rows]
        print(
            json.dumps({"model": loaded.name, "layers": layers, **totals, "facts": loaded.facts})
        )
        return 0
    print(f"{one_line(loaded.name)} ({loaded.config.name})")
    if loaded.test_error is not None:
        trained = f", trained {loaded.known.date}" if loaded.known.date else ""
        print(f"test error {loaded.test_error:.2f} % on MNIST{trained}")
    _print_layers(rows, **totals)
    return 0


def _print_layers(rows: Sequence[LayerRow], parameters: int, connections: int) -> None:
    print(f"\n{'layer':7}{'what':32}{'maps × size':>13}{'parameters':>12}{'connections':>13}")
    for row in rows:
        size = f"{row.maps}@{row.height}×{row.width}"
        print(f"{row.name:7}{row.kind:32}{size:>13}{row.parameters:>12,}{row.connections:>13,}")
    print(f"{'total':52}{parameters:>12,}{connections:>13,}\n")
    for row in rows:
        print(f"{row.name:7}{row.formula}")


COMMANDS: Final = (
    Command(
        "export",
        "convert weights into .pth, .safetensors or .onnx, and check what the file computes",
        (
            MODEL,
            *CONVENTIONS_OPTIONS,
            argument(
                "--out",
                type=Path,
                required=True,
                metavar="FILE",
                help="file to write: .pth or .pt (plain state dict), .safetensors or .onnx",
            ),
            JSON,
        ),
        export,
        ("lenetpad export --model mine.safetensors --out mine.onnx",),
    ),
    Command(
        "info",
        "print the layer table: shapes, parameters, connections and their formulas",
        (MODEL, *CONVENTIONS_OPTIONS, JSON),
        info,
        ("lenetpad info --model lenet5-study",),
    ),
)
