"""aibook.silence: nothing is shown, nothing is lost."""

import os
import warnings

import pytest

from aibook.silence import descriptors_off, quiet


def test_one_descriptor_is_turned_off_and_comes_back(capfd):
    with descriptors_off(2):
        os.write(2, b"hidden")
        os.write(1, b"shown ")
    os.write(2, b"back")
    assert capfd.readouterr() == ("shown ", "back")


def test_quiet_hides_prints_warnings_and_compiled_output(capfd):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with quiet():
            os.write(1, b"hidden")
            print("hidden")
            warnings.warn("hidden", stacklevel=1)
        print("shown")
    assert capfd.readouterr() == ("shown\n", "")
    assert not caught


def test_errors_pass_and_descriptors_come_back(capfd):
    with pytest.raises(ValueError, match="seen"), quiet():
        raise ValueError("seen")
    os.write(1, b"shown")
    assert capfd.readouterr().out == "shown"
