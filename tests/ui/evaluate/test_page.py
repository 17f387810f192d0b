"""The Evaluate page: what is asked for, what is shown of the answer, and the files made of it."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QFontMetricsF, QImage
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from lenetpad.storage import atomic as disk
from lenetpad.tools.synthetic_pen import Phase, Pointer, PointerEvent, SyntheticPen
from lenetpad.ui.evaluate.confusion import Cell
from lenetpad.ui.evaluate.exports import EXPORTS
from lenetpad.ui.evaluate.page import EvaluatePage
from lenetpad.ui.evaluate.plots import DigitChart
from lenetpad.ui.evaluate.summary import columns
from lenetpad.ui.widgets import theme
from lenetpad.ui.widgets.chart import Chart, sized
from lenetpad.ui.widgets.choices import OPEN_FILE, OPEN_FOLDER, FileChoices
from lenetpad.ui.widgets.theme import DARK, LIGHT
from lenetpad.values.evaluation import (
    DataChoice,
    EvaluationProgress,
    EvaluationRequest,
    EvaluationResults,
)
from lenetpad.values.failures import Failure, Place
from lenetpad.values.models import Choice

Judged = Callable[..., EvaluationResults]
WEIGHTS = (("the first", "m0"), ("the second", "m1"))
SIZES = [(1024, 640), (1280, 740), (1920, 1020)]


@pytest.fixture
def page(qtbot: QtBot) -> Iterator[EvaluatePage]:
    theme.apply(LIGHT)
    page = EvaluatePage(LIGHT)
    qtbot.addWidget(page)
    page.resize(1024, 640)
    page.show_weights(WEIGHTS)
    page.show()
    yield page
    page.close_files()
    page.hide()


@pytest.fixture
def full(page: EvaluatePage, results: Judged) -> EvaluatePage:
    """A page that shows two networks' answers to 300 images."""
    page.evaluate()
    page.show_results(results())
    return page


def test_what_is_asked_for_is_what_was_chosen(qtbot: QtBot, page: EvaluatePage) -> None:
    page.first.select("m1")
    page.second.select("m0")
    page.data.select("mnist-train")
    with qtbot.waitSignal(page.evaluation_requested) as told:
        qtbot.mouseClick(page.button, Qt.MouseButton.LeftButton)
    models = (Choice(1, "m1"), Choice(2, "m0"))
    assert told.args == [EvaluationRequest(1, models, DataChoice("mnist-train"))]


def test_to_compare_with_nothing_is_to_ask_for_one_network(
    qtbot: QtBot, page: EvaluatePage
) -> None:
    with qtbot.waitSignal(page.evaluation_requested) as told:
        page.evaluate()
    assert [choice.model for choice in told.args[0].models] == ["m0"]


def choose(box: FileChoices, title: str) -> None:
    """Choose an entry as a user does."""
    box.setCurrentIndex(box.findText(title))
    box.activated.emit(box.currentIndex())


def test_a_folder_of_images_can_be_opened(
    qtbot: QtBot, page: EvaluatePage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    choose(page.data, OPEN_FOLDER)
    assert page.data.currentText() == tmp_path.name
    with qtbot.waitSignal(page.evaluation_requested) as told:
        page.evaluate()
    assert told.args[0].data == DataChoice("folder", str(tmp_path))


def test_what_is_fetched_is_told_in_bytes(qtbot: QtBot, page: EvaluatePage) -> None:
    with qtbot.waitSignal(page.evaluation_requested) as told:
        page.evaluate()
    page.show_progress(EvaluationProgress(told.args[0].serial, 5_000_000, 20_000_000, "KMNIST"))
    assert page.status.text() == "Downloading KMNIST: 5.0 MB"
    assert page.bar.value() / page.bar.maximum() == 0.25


@pytest.mark.parametrize(
    ("name", "key"), [("my.ink.jsonl", "ink"), ("pictures.npz", "images"), ("noending", "ink")]
)
def test_a_data_file_can_be_opened(
    qtbot: QtBot,
    page: EvaluatePage,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    key: str,
) -> None:
    path = str(tmp_path / name)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (path, ""))
    choose(page.data, OPEN_FILE)
    assert page.data.currentText() == name
    with qtbot.waitSignal(page.evaluation_requested) as told:
        page.evaluate()
    assert told.args[0].data == DataChoice(key, path)


def test_opening_no_file_leaves_the_choice(
    page: EvaluatePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    for box in (page.first, page.second, page.data):
        before = box.currentData()
        choose(box, OPEN_FILE)
        assert box.currentData() == before is not None


def test_opened_weights_stay_in_a_list_that_is_given_anew(
    page: EvaluatePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("/some/mine.pth", ""))
    choose(page.first, OPEN_FILE)
    page.show_weights((*WEIGHTS, ("a third", "m2")))
    assert page.first.currentData() == "/some/mine.pth"
    assert page.first.findData("m2") >= 0
    assert page.first.itemText(page.first.count() - 1) == "Open file…"
    page.show_weights((*WEIGHTS, ("mine.pth", "/some/mine.pth")))
    texts = [page.first.itemText(i) for i in range(page.first.count())]
    assert texts.count("mine.pth") == 1
    assert page.first.currentText() == "mine.pth"


def test_progress_is_shown_and_can_be_cancelled(qtbot: QtBot, page: EvaluatePage) -> None:
    assert not page.bar.isVisible()
    page.evaluate()
    assert (page.button.text(), page.bar.isVisible()) == ("Cancel", True)
    page.show_progress(EvaluationProgress(1, 2500, 10_000))
    assert (page.bar.value(), page.bar.maximum()) == (2500, 10_000)
    assert page.status.text() == "2,500 of 10,000 images read"
    with qtbot.waitSignal(page.cancelled), qtbot.assertNotEmitted(page.evaluation_requested):
        page.evaluate()
    assert (page.button.text(), page.bar.isVisible()) == ("Evaluate", False)
    page.show_progress(EvaluationProgress(1, 5000, 10_000))
    assert page.status.text() == "Cancelled"


def test_what_comes_of_an_older_examination_is_passed_over(
    page: EvaluatePage, results: Judged
) -> None:
    page.evaluate()
    page.evaluate()  # cancels
    page.evaluate()
    page.show_progress(EvaluationProgress(1, 9, 10))
    assert "9 of 10" not in page.status.text()
    page.show_results(results(serial=1))
    assert page.results is None
    assert page.empty.isVisible()
    found = results(serial=2)
    page.show_results(found)
    assert page.results is found
    assert page.button.text() == "Evaluate"


def test_a_failure_is_explained_and_nothing_of_before_is_under_its_name(
    full: EvaluatePage,
) -> None:
    full.evaluate()
    full.show_failure(Failure(Place.EVALUATE, "mine.pth is not LeNet-5"))
    assert full.banner.isVisible()
    assert full.banner.text == "mine.pth is not LeNet-5"
    assert full.status.text() == "Evaluation failed"
    assert full.results is None
    assert full.empty.isVisible()
    assert not full.exports.isEnabled()
    assert {label.text() for row in full.summary.numbers for label in row} == {""}
    assert full.button.text() == "Evaluate"


def test_what_stays_after_cancelling_says_of_what_it_is(full: EvaluatePage) -> None:
    full.data.select("mnist-train")
    full.evaluate()
    full.evaluate()
    assert full.status.text() == "Cancelled; results below: MNIST test set, 300 images"
    assert full.results is not None


def test_another_name_of_a_network_is_shown_in_what_was_found(full: EvaluatePage) -> None:
    full.show_weights((("the best", "m0"), ("the second", "m1")))
    assert full.summary.names[0].text() == "A: the best"
    assert full.views.whose.itemText(0) == "A: the best"
    assert {chart.names for chart in full.views.charts} == {("the best", "the second")}
    full.show_weights((("the second", "m1"),))  # that of the other is kept
    assert full.summary.names[0].text() == "A: the best"


def test_files_call_a_run_by_its_name_and_others_by_theirs(
    qtbot: QtBot,
    page: EvaluatePage,
    results: Judged,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run, own = str(tmp_path / "x" / "weights.safetensors"), str(tmp_path / "own.pth")
    page.show_weights(
        (("LeNet-5 1998 · handwriting", "lenet5-1998"), ("my run", run), ("own.pth", own))
    )
    found = results()
    for models, names in (
        ((run, own), {"my run", "own.pth"}),
        (("lenet5-1998", own), {"own.pth"}),
    ):
        page.evaluate()
        choices = tuple(Choice(number, model) for number, model in enumerate(models))
        request = replace(found.request, models=choices, serial=page._serial)
        page.show_results(replace(found, request=request))
        path = tmp_path / f"{len(names)}.csv"
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, to=path: (str(to), ""))
        [confusion] = [export for export in EXPORTS if export.name == "confusion.csv"]
        with qtbot.waitSignal(page.exporter.written):
            page.exports.wanted.emit(confusion)
        rows = path.read_text().splitlines()
        assert {row.split(",")[0] for row in rows[1:]} == {*names, *models} - {run, own}


def test_weights_that_give_way_to_others_of_their_run_stay_chosen(
    page: EvaluatePage, tmp_path: Path
) -> None:
    best, final = str(tmp_path / "best.safetensors"), str(tmp_path / "weights.safetensors")
    page.show_weights((*WEIGHTS, ("my run", best)))
    page.first.select(best)
    page.show_weights((*WEIGHTS, ("my run", final)))
    assert page.first.currentData() == final
    page.show_weights((*WEIGHTS, ("my run", str(tmp_path / "another" / "weights.safetensors"))))
    assert page.first.currentData() == "m0"


@pytest.mark.parametrize("size", [(860, 480), *SIZES])
@pytest.mark.parametrize("words", ["Saved", "Too long to be said in a few words. " * 7])
def test_a_banner_covers_no_figure(full: EvaluatePage, size: tuple[int, int], words: str) -> None:
    full.resize(*size)
    QApplication.processEvents()
    full.banner.note(words)
    banner = full.banner.geometry()
    assert not banner.intersects(full.status.geometry())
    figures = [number for row in full.summary.numbers for number in row]
    for figure in figures:
        place = QRect(figure.mapTo(full, QPoint()), figure.size())
        assert not banner.intersects(place), (banner, place)


def test_an_empty_page_says_what_to_do_and_exports_nothing(page: EvaluatePage) -> None:
    assert page.empty.isVisible()
    assert "Evaluate" in page.empty.text()
    assert not page.exports.isEnabled()


def test_the_summary_has_the_evaluations_numbers(full: EvaluatePage, results: Judged) -> None:
    found = results()
    for which, judged in enumerate(found.found):
        shown = [number.text() for number in full.summary.numbers[which]]
        evaluation = judged.evaluation
        assert shown[:2] == ["300", f"{100 * evaluation.error:.2f} %"]
        assert shown[2] == f"{100 * evaluation.macro_accuracy:.2f} %"
        assert shown[3] == f"{100 * evaluation.refused.mean():.2f} %"
    assert full.summary.names[1].text() == "B: the second"
    assert f"differ on {found.comparison().differ} patterns" in full.summary.comparison.text()


def test_one_network_leaves_the_second_row_empty(page: EvaluatePage, results: Judged) -> None:
    page.evaluate()
    page.show_results(results(models=1))
    assert page.summary.names[1].text() == page.summary.comparison.text() == ""
    assert {number.text() for number in page.summary.numbers[1]} == {""}
    kinds = [page.views.kinds.itemText(i) for i in range(page.views.kinds.count())]
    assert kinds == ["Read wrong", "Rejected", "Not a digit, accepted"]
    assert not page.views.whose.isEnabled()


def test_a_data_set_without_digits_is_shown(page: EvaluatePage, results: Judged) -> None:
    found = results(n=20)
    labels = np.full(20, 10)
    evaluations = results(n=20, digits=1)  # their confusion is not looked at
    page.evaluate()
    for judged in found.found:
        judged.evaluation.confusion[:] = 0
    page.show_results(EvaluationResults(evaluations.request, found.images, labels, found.found))
    page.grab()
    for index in range(1, 4):
        page.views.tabs.setCurrentIndex(index)
        page.grab()
    assert page.summary.numbers[0][1].text() == "—"


def test_each_kind_of_patterns_is_shown_in_its_order(full: EvaluatePage) -> None:
    found, views = full.results, full.views
    assert found is not None
    expected = {
        "A and B differ": found.differing(),
        "Read wrong by A": found.wrong(0),
        "Read wrong by B": found.wrong(1),
        "Rejected by A": found.refused(0),
        "Rejected by B": found.refused(1),
        "Not a digit, accepted by A": found.taken_for_digits(0),
        "Not a digit, accepted by B": found.taken_for_digits(1),
    }
    assert [views.kinds.itemText(i) for i in range(views.kinds.count())] == list(expected)
    for number, indices in enumerate(expected.values()):
        views.kinds.setCurrentIndex(number)
        assert views.gallery.indices.tolist() == indices.tolist()
        assert views.count.text().startswith(f"{len(indices)} patterns: click to open")


def test_a_click_on_a_cell_shows_its_images(qtbot: QtBot, full: EvaluatePage) -> None:
    views, found = full.views, full.results
    assert found is not None
    views.tabs.setCurrentIndex(2)
    views.whose.setCurrentIndex(1)
    at = views.matrix.rectangle(4, 0).center().toPoint()
    qtbot.mouseClick(views.matrix, Qt.MouseButton.LeftButton, pos=at)
    assert views.gallery.indices.tolist() == found.cell(1, 4, 0).tolist() != []
    assert views.kinds.currentText() == "4 read as 0 by B"
    assert views.matrix.chosen == Cell(4, 0)
    assert views.tabs.currentIndex() == 0
    before = views.kinds.count()
    qtbot.mouseClick(
        views.matrix,
        Qt.MouseButton.LeftButton,
        pos=views.matrix.rectangle(2, 2).center().toPoint(),
    )
    assert views.kinds.count() == before
    assert views.gallery.indices.tolist() == found.cell(1, 2, 2).tolist() != []
    views.kinds.setCurrentIndex(1)
    assert views.gallery.indices.tolist() == found.wrong(0).tolist()
    assert views.matrix.chosen is None


def test_a_clicked_pattern_goes_to_the_canvas(qtbot: QtBot, full: EvaluatePage) -> None:
    gallery, found = full.views.gallery, full.results
    assert found is not None
    with qtbot.waitSignal(full.pattern_chosen) as told:
        qtbot.mouseClick(
            gallery.viewport(), Qt.MouseButton.LeftButton, pos=gallery.area(2).center()
        )
    image, model = told.args
    assert model == f"m{found.misreader(int(found.differing()[2]), 0)}"
    assert (image.dtype, image.shape) == (np.uint8, (28, 28))
    assert np.array_equal(image, found.images[found.differing()[2]])


@pytest.mark.parametrize("size", SIZES)
def test_nothing_jumps_from_the_first_evaluation_to_the_next(
    qtbot: QtBot, page: EvaluatePage, results: Judged, size: tuple[int, int]
) -> None:
    page.resize(*size)
    page.evaluate()
    page.show_results(results(models=1))
    QApplication.processEvents()

    def places() -> list[object]:
        views = page.views
        parts = (views, page.button, page.exports, page.summary, page.bar, page.status)
        inner = (views.matrix, views.gallery, views.tabs, views.count)
        return [part.geometry() for part in (*parts, *inner)]

    before = places()
    page.evaluate()
    page.show_progress(EvaluationProgress(2, 60_000, 120_000))
    QApplication.processEvents()
    assert places()[1:] == before[1:]
    page.show_results(results(n=2000, serial=2))
    QApplication.processEvents()
    at = page.views.matrix.rectangle(1, 1).center().toPoint()
    qtbot.mouseClick(page.views.matrix, Qt.MouseButton.LeftButton, pos=at)
    assert page.views.matrix.chosen == Cell(1, 1)
    QApplication.processEvents()
    assert places() == before


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_no_text_of_a_control_is_cut(
    full: EvaluatePage, size: tuple[int, int], colours: theme.Theme
) -> None:
    full.resize(*size)
    full.set_theme(colours)
    QApplication.processEvents()
    titles = [title for title, _ in columns()]
    labels = [label for label in full.summary.findChildren(QLabel) if label.text() in titles]
    assert len(labels) == len(titles)
    assert all(label.isVisible() for label in labels)
    labels += [number for row in full.summary.numbers for number in row]
    for label in labels:
        assert label.width() >= label.sizeHint().width(), label.text()
    for button in (full.button, full.exports):
        assert button.width() >= button.sizeHint().width()
    assert full.rect().contains(full.exports.geometry())


def test_themes_repaint_everything(full: EvaluatePage) -> None:
    for index in range(4):
        full.views.tabs.setCurrentIndex(index)
        full.set_theme(LIGHT)
        light = full.views.grab().toImage()
        full.set_theme(DARK)
        assert full.views.grab().toImage() != light


def test_the_owner_is_told_of_a_notice(page: EvaluatePage, results: Judged) -> None:
    found = results()
    page.evaluate()
    page.show_results(
        EvaluationResults(
            found.request, found.images, found.labels, found.found, "read by the CPU"
        )
    )
    assert page.banner.text == "read by the CPU"


# Files


def wait_for_words(qtbot: QtBot, page: EvaluatePage, words: str) -> None:
    """Wait until the banner says so."""
    qtbot.waitUntil(lambda: page.banner.isVisible() and words in page.banner.text)


@pytest.fixture
def save(
    qtbot: QtBot, full: EvaluatePage, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str, Path], None]:
    """Begins to save what was found, by a name of ``EXPORTS``, as another file."""

    def begin(name: str, path: Path) -> None:
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
        names = [export.name for export in EXPORTS]
        full.exports.menu().actions()[names.index(name)].trigger()
        if full.exporter.dialog is not None:
            full.exporter.dialog.accept()

    return begin


@pytest.fixture
def saved(
    qtbot: QtBot, full: EvaluatePage, save: Callable[[str, Path], None], tmp_path: Path
) -> Callable[[str], bytes]:
    """Saves what was found, by a name of ``EXPORTS``, and gives the file's bytes."""

    def bring(name: str) -> bytes:
        path = tmp_path / name
        save(name, path)
        wait_for_words(qtbot, full, f"Wrote {name} to {tmp_path}")
        return path.read_bytes()

    return bring


def test_every_pattern_is_saved_with_both_answers(
    full: EvaluatePage, saved: Callable[[str], bytes]
) -> None:
    found = full.results
    assert found is not None
    text = saved("patterns.csv").decode()
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) == 300
    assert list(rows[0]) == [
        *("index", "truth", "answer_a", "probability_a", "refused_a"),
        *("answer_b", "probability_b", "refused_b"),
    ]
    for index, row in enumerate(rows):
        label = int(found.labels[index])
        assert row["index"] == str(index)
        assert row["truth"] == ("" if label == 10 else str(label))
        for judged, letter in zip(found.found, "ab", strict=True):
            answer = int(row[f"answer_{letter}"])
            assert answer == judged.evaluation.answers[index]
            expected = float(judged.probabilities[index, answer])
            assert float(row[f"probability_{letter}"]) == pytest.approx(expected, abs=1e-6)
            assert row[f"refused_{letter}"] == str(int(judged.evaluation.refused[index]))


def test_the_confusion_matrices_are_saved(
    full: EvaluatePage, saved: Callable[[str], bytes]
) -> None:
    found = full.results
    assert found is not None
    rows = list(csv.reader(saved("confusion.csv").decode().split()))
    assert rows[0] == ["weights", "truth", *"0123456789"]
    for which in (0, 1):
        block = rows[1 + 10 * which : 11 + 10 * which]
        assert [row[0] for row in block] == [f"m{which}"] * 10
        counts = np.array([row[2:] for row in block], dtype=int)
        assert np.array_equal(counts, found.found[which].evaluation.confusion)


def test_the_numbers_are_those_of_the_command(
    full: EvaluatePage, saved: Callable[[str], bytes]
) -> None:
    found = full.results
    assert found is not None
    content = json.loads(saved("evaluation.json"))
    keys = {"n", "digits", "error", "macro_accuracy", "per_class", "confusion", "refused", "ece"}
    assert keys <= content.keys()
    assert keys <= content["compared"].keys()
    assert (content["model"], content["compared"]["model"]) == ("m0", "m1")
    assert content["error"] == pytest.approx(found.found[0].evaluation.error)
    assert content["differing"] == found.differing().tolist()


def test_a_page_of_results_is_saved(
    full: EvaluatePage, saved: Callable[[str], bytes], qtbot: QtBot
) -> None:
    full.exporter.memory.keep(export="screen 100 10")
    full.set_theme(DARK)
    image = QImage.fromData(saved("evaluation.png"))
    assert image.width() == round(100 / 25.4 * 300)
    assert image.dotsPerMeterX() == round(300 / 0.0254)
    assert image.pixelColor(3, 3).name() == DARK.panel
    # On the screen another width, tab or pointer make no difference.
    full.resize(1400, 900)
    full.views.tabs.setCurrentIndex(2)
    qtbot.mouseMove(full.views.matrix)
    again = QImage.fromData(saved("evaluation.png"))
    assert again == image


def test_the_page_of_results_has_the_patterns_that_are_chosen(full: EvaluatePage) -> None:
    assert full.results is not None
    shown = full.views.patterns
    assert (shown.kind, shown.both) == ("A and B differ", True)
    full.views.kinds.setCurrentIndex(full.views.kinds.findText("Read wrong by B"))
    shown = full.views.patterns
    assert (shown.kind, shown.which, shown.both) == ("Read wrong by B", 1, False)
    assert np.array_equal(shown.indices, full.results.wrong(1))


def test_a_full_disk_is_explained_and_leaves_nothing(
    qtbot: QtBot,
    full: EvaluatePage,
    save: Callable[[str, Path], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_room(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk, "replace", no_room)
    save("patterns.csv", tmp_path / "p.csv")
    wait_for_words(qtbot, full, "p.csv cannot be written: No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_explained(
    qtbot: QtBot, full: EvaluatePage, save: Callable[[str, Path], None], tmp_path: Path
) -> None:
    save("evaluation.png", tmp_path / "none" / "view.png")
    wait_for_words(qtbot, full, "cannot be written: No such file or directory")


def test_the_menu_asks_for_a_name_and_gives_it_its_suffix(
    qtbot: QtBot, full: EvaluatePage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def answer(parent: object, title: str, proposal: str, kinds: str) -> tuple[str, str]:
        asked.append(proposal)
        return (str(tmp_path / Path(proposal).stem), kinds)

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    for action in full.exports.menu().actions():
        if not action.isVisible():  # of the writers, which are not known
            continue
        action.trigger()
        if full.exporter.dialog is not None:
            full.exporter.dialog.accept()
        name = Path(asked[-1]).name
        wait_for_words(qtbot, full, f"Wrote {name} to {tmp_path}")
    assert full.exports.isEnabled()
    assert [Path(name).name for name in asked] == [
        export.name for export in EXPORTS if not export.of_writers
    ]
    assert Path(asked[-1]).parent == tmp_path  # the folder of the last time
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("confusion.csv", "evaluation.json", "evaluation.png", "patterns.csv")
    ]


def test_what_is_under_the_pointer_of_a_plot_is_said(full: EvaluatePage) -> None:
    found = full.results
    assert found is not None
    cases = (
        (4.1, 0.001, "Digit 4 (26 images). A: 9 wrong, "),
        (0.001, 0.01, f"A: {100 * found.found[0].evaluation.error:.2f} % error"),
        (0.23, 0.5, "Probability 20 to 27 %. A: "),
    )
    for number, (x, y, words) in enumerate(cases):
        full.views.tabs.setCurrentIndex(number + 1)
        QApplication.processEvents()
        chart = full.views.charts[number]
        hover(chart, chart.place(x, y))
        assert words in chart.sentence
        hover(chart, QPointF(2, 2))  # beside the plot
        assert chart.sentence == ""


def hover(chart: Chart, at: QPointF) -> None:
    share = PointerEvent(0.0, Phase.MOVE, at.x() / chart.width(), at.y() / chart.height(), 0.0)
    SyntheticPen(chart, Pointer.MOUSE).send(share)


def test_long_names_push_nothing_aside(page: EvaluatePage, results: Judged) -> None:
    name = "weights after a very long training with a very long name.safetensors"
    page.show_weights(((name, "m0"), (name, "m1")))
    page.data.add_file(Path(f"/somewhere/{name}.jsonl"))
    page.evaluate()
    page.show_results(results())
    QApplication.processEvents()
    assert page.width() == 1024
    assert page.rect().contains(page.exports.geometry())
    views = page.views
    assert views.whose.geometry().right() < views.tabs.geometry().left()
    assert views.matrix.geometry().right() < views.tabs.geometry().left()
    assert page.summary.width() == 1004


@pytest.mark.parametrize("width", [320, 360, 900])
def test_no_count_over_a_bar_touches_the_next(full: EvaluatePage, width: int) -> None:
    chart = full.views.charts[0]
    assert isinstance(chart, DigitChart)
    chart.resize(width, 300)
    chart._lay_out()
    metrics = QFontMetricsF(sized(chart.font(), chart._size_of_counts()))
    for which, bars in enumerate(chart._bars):
        for digit, bar in enumerate(bars):
            assert metrics.horizontalAdvance(chart._count(which, digit)) <= bar.width() + 1


def test_the_curve_of_one_image_is_a_dot(page: EvaluatePage, results: Judged) -> None:
    page.evaluate()
    page.show_results(results(n=1, models=1, digits=10))
    page.views.tabs.setCurrentIndex(2)
    QApplication.processEvents()
    chart = page.views.charts[1]
    at = chart.place(0, page.results.curves[0].error[0]).toPoint() if page.results else QPoint()
    assert chart.grab().toImage().pixelColor(at).name() == LIGHT.accent


def test_data_without_digits_has_no_plots(page: EvaluatePage, results: Judged) -> None:
    found = results(n=3, models=1)
    page.evaluate()
    page.show_results(replace(found, labels=np.full(3, 10)))
    for chart in page.views.charts:
        chart.resize(400, 300)
        image = chart.grab().toImage()
        colours = {image.pixelColor(x, y).name() for x in range(60, 400) for y in range(60, 300)}
        assert LIGHT.text in colours
        assert LIGHT.accent not in colours
