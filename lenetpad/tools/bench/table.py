"""The figures as a table for people."""

from __future__ import annotations

from typing import Any, Final

TITLES: Final = {
    "raster_ms": "rasteriser, a 200-point digit",
    "network_ms": "network lenet5-1998, one image with all taps, CPU",
    "network_study_ms": "network lenet5-study, the same",
    "network_modern_ms": "network lenet5-modern, the same",
    "number_stroke_ms": "a new stroke of a line of six digits, read on the CPU",
    "number_line_ms": "a line of six digits, of which nothing was read before",
    "pen_to_paint_ms": "pen event until every panel is painted, 250 Hz",
    "pen_to_paint_inspector_ms": "the same with the inspector open, which follows",
    "pen_to_paint_stage_ms": "the same on a stage of 1920×1080, and on a second screen",
    "select_unit_ms": "a key until maps and inspector show another unit",
    "occlusion_ms": "occlusion, a 4×4 patch at every second place",
    "pen_to_paint_beside_training_ms": "the same while a network trains beside it",
    "pen_to_paint_watching_ms": "the same while the pad watches that training",
    "window_ms": "process start until the window is painted and takes ink",
    "first_reading_ms": "process start until the first reading is painted",
    "gui_gap_max_ms": "longest gap of the event loop, first paint to first reading",
    "predict_ms": "`lenetpad predict` of one drawing, the whole process",
    "open_train_ms": "longest gap: Train is opened for the first time, 100 runs",
    "compare_runs_ms": "longest gap: the curves of six runs of 40,000 steps",
    "delete_runs_ms": "longest gap: twenty runs are deleted",
    "open_evaluate_ms": "longest gap: Evaluate is opened for the first time",
    "evaluate_ms": "longest gap: MNIST's test set is evaluated and shown",
    "switch_theme_ms": "longest gap: light and dark, with every page open",
}
WIDTH: Final = 2 + max(map(len, TITLES.values()))


def table(figures: dict[str, Any]) -> str:
    """A line for each figure that was measured."""
    lines = []
    timings = [(title, figures[name]) for name, title in TITLES.items() if name in figures]
    if timings:
        lines.append(f"{'milliseconds':{WIDTH}}{'p50':>9}{'p95':>9}{'p99':>9}{'max':>9}{'n':>7}")
    for title, figure in timings:
        numbers = "".join(f"{figure[key]:>9.2f}" for key in ("p50", "p95", "p99", "max"))
        lines.append(f"{title:{WIDTH}}{numbers}{figure['n']:>7}")
    if "best_patches_s" in figures:
        lines.append(_best_patches_line(figures["best_patches_s"]))
    if "timeline_readings_per_s" in figures:
        readings = figures["timeline_readings_per_s"]
        lines.append(f"dragging along a time line: {readings:.0f} readings a second")
    if "memory_mb" in figures:
        lines.append(_window_lines(figures))
    if "fit_images_per_s" in figures:
        lines.append(_training_table(figures))
    return "\n".join(lines)


def _best_patches_line(figure: dict[str, float]) -> str:
    return (
        f"\nthe nine best patches of a unit, of 10,000 images: {figure['p50']:.2f} s, "
        f"{figure['max']:.2f} at most, n {figure['n']}"
    )


def _window_lines(figures: dict[str, Any]) -> str:
    memory = figures["memory_mb"]
    growth = 100 * (memory["after_10000"] / memory["after_1000"] - 1)
    alone, beside = (figures[f"training_{how}_images_per_s"] for how in ("alone", "beside_pen"))
    return (
        f"\nmemory: {memory['after_1000']:.0f} MB after 1,000 readings, "
        f"{memory['after_10000']:.0f} MB after 10,000 ({growth:+.1f} %)\n"
        f"training beside the window: {alone:,} images per second with nobody writing, "
        f"{beside:,} with the pen ({100 * beside / alone:.0f} %)"
    )


def _training_table(figures: dict[str, Any]) -> str:
    rows = [("", "plain loop", "lenetpad")]
    for title, name in (("", "images_per_s"), (", distorted", "distorted_images_per_s")):
        plain, own = (f"{figures[f'{who}_{name}']:,}" for who in ("reference", "fit"))
        rows.append((f"training, images per second{title}", plain, own))
    reached = figures["accuracy_reached"]
    ours = "not reached" if reached is None else f"{figures['time_to_reference_accuracy_s']}"
    wanted = f"{figures['reference_accuracy']:.2%}"
    rows.append(
        (f"seconds to {wanted} on MNIST's test set", f"{figures['reference_time_s']}", ours)
    )
    return "\n" + "\n".join(f"{title:52}{plain:>12}{our:>12}" for title, plain, our in rows)
