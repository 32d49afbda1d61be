"""aibook before Keras: no JAX that nobody asked for."""

import os
import subprocess
import sys

import pytest


def run(code, **environment):
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )
    assert not done.returncode, done.stderr[-1000:]
    return done.stdout.split()


def test_keras_comes_without_jax_which_can_still_be_imported(tmp_path):
    pytest.importorskip("jax")
    (tmp_path / "keras.json").write_text('{"backend": "jax"}')
    code = (
        "import aibook, keras, sys; print('jax' in sys.modules); "
        "import jax; print(keras.config.backend(), jax.numpy.ones(1).sum())"
    )
    found = run(code, KERAS_HOME=str(tmp_path), KERAS_BACKEND="")
    assert found == ["False", "tensorflow", "1.0"]


def test_jax_as_the_backend_is_left_alone():
    pytest.importorskip("jax")
    code = "import aibook, keras; print(keras.config.backend())"
    assert run(code, KERAS_BACKEND="jax") == ["jax"]
