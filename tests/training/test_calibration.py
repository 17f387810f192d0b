from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from lenetpad.training.calibration import REFUSED_DIGITS, calibrate
from lenetpad.training.network import LeNet5, build
from lenetpad.values.evaluation import expected_calibration_error


def network(preset: str = "lenet5-modern") -> LeNet5:
    return build(preset, 0)


def logits(n: int, sharpness: float) -> tuple[Tensor, Tensor]:
    """Logits whose labels are drawn from the softmax of the logits over ``sharpness``."""
    generator = torch.Generator().manual_seed(0)
    scores = 3 * torch.randn(n, 10, generator=generator)
    labels = torch.multinomial(scores.softmax(dim=1), 1, generator=generator)[:, 0]
    return scores * sharpness, labels


class TestCalibrate:
    @pytest.mark.parametrize("sharpness", [0.5, 1.0, 3.0])
    def test_the_temperature_undoes_wrong_confidence(self, sharpness: float) -> None:
        outputs, labels = logits(20_000, sharpness)
        net = network()
        calibrate(net, outputs, labels)
        assert net.config.temperature == pytest.approx(sharpness, rel=0.08)
        posteriors = net.log_posteriors(outputs).exp()[:, :10]
        confidence, answers = posteriors.max(dim=1)
        right = (answers == labels).numpy()
        assert expected_calibration_error(confidence.double().numpy(), right) < 0.02

    @pytest.mark.parametrize("preset", ["lenet5-1998", "lenet5-study", "lenet5-modern"])
    def test_the_share_of_digits_that_is_refused(self, preset: str) -> None:
        outputs, labels = logits(5000, 1.0)
        outputs = outputs.exp() if preset == "lenet5-1998" else outputs  # distances are positive
        net = network(preset)
        calibrate(net, outputs, labels)
        refused = net.log_posteriors(outputs).argmax(dim=1) == 10
        assert float(refused.float().mean()) == pytest.approx(REFUSED_DIGITS, abs=3e-4)

    def test_a_network_calibrated_before_is_calibrated_alike(self) -> None:
        outputs, labels = logits(2000, 2.0)
        fresh, used = network(), network()
        used.calibrate(7.0, 3.0)
        for net in (fresh, used):
            calibrate(net, outputs, labels)
        assert fresh.config == used.config


class TestExpectedCalibrationError:
    def test_by_hand(self) -> None:
        """Bins of 1/15: 0.95 and 0.95 in one (one right), 0.5 in another (right)."""
        error = expected_calibration_error(
            np.array([0.95, 0.95, 0.5]), np.array([True, False, True])
        )
        assert error == pytest.approx((2 * abs(0.95 - 0.5) + abs(0.5 - 1)) / 3)

    def test_certain_and_right_is_no_error(self) -> None:
        assert expected_calibration_error(np.ones(4), np.ones(4, dtype=bool)) == 0

    def test_certain_and_wrong_is_all_error(self) -> None:
        assert expected_calibration_error(np.ones(4), np.zeros(4, dtype=bool)) == 1
