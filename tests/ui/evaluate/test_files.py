"""Evaluation results as files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from lenetpad.ui.evaluate.files import confusion_csv, numbers_json
from lenetpad.values.catalogue import FOLDER
from lenetpad.values.evaluation import IMAGES, DataChoice, EvaluationResults
from lenetpad.values.models import Choice


@pytest.mark.parametrize("key", [FOLDER, IMAGES])
def test_they_name_files_but_no_folder(
    key: str, results: Callable[..., EvaluationResults]
) -> None:
    place = Path("home", "ann")
    data = DataChoice(key, str(place / ("mine.npz" if key == IMAGES else "letters")))
    models = tuple(Choice(i, str(place / f"mine{i}.safetensors")) for i in range(2))
    found = results()
    found = replace(found, request=replace(found.request, models=models, data=data))
    names = ("mine0.safetensors", "my run")
    numbers = numbers_json(found, names).decode()
    for content in (confusion_csv(found, names).decode(), numbers):
        assert all(name in content for name in names)
        assert "ann" not in content
        assert "letters" not in content
    assert ("mine.npz" if key == IMAGES else '"folder"') in numbers
