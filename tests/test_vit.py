"""The network of chapter 6 (aibook.vit) and its installer."""

import subprocess

import numpy as np
import pytest

from aibook import install, vit


def test_weights_are_the_networks():
    weights = vit.initial_weights(3)
    assert sum(w.size for w in weights.values()) == 19_658
    assert {w.dtype for w in weights.values()} == {np.dtype("float32")}
    again = vit.initial_weights(3)
    assert all((again[name] == w).all() for name, w in weights.items())


def test_batches_take_each_image_at_most_once_an_epoch():
    order = vit.batches(200, epochs=2)
    assert order.shape == (6, vit.BATCH)
    for epoch in order.reshape(2, -1):
        assert len(set(epoch)) == len(epoch) and epoch.max() < 200
    assert vit.batches(200, epochs=0).shape == (0, vit.BATCH)


@pytest.fixture(scope="module")
def results():
    return {tool: vit.run(tool, epochs=1) for tool in vit.TOOLS}


@pytest.mark.parametrize("tool", vit.TOOLS)
def test_each_tool_gives_the_same_logits_and_trains(tool, results):
    result = results[tool]
    gap = np.abs(result["before"] - results["pytorch"]["before"]).max()
    assert gap < 1e-5
    assert result["before"].shape == (360, 10)
    assert 0.2 < result["accuracy"] < 0.7 and result["train_s"] > 0
    shapes = {name: w.shape for name, w in vit.initial_weights().items()}
    assert {k: w.shape for k, w in result["weights"].items()} == shapes


def test_an_unknown_tool_is_named():
    with pytest.raises(ValueError, match="'mxnet'.*'tensorflow', 'keras'"):
        vit.run("mxnet")


def test_a_missing_tool_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(vit.TOOLS, "pytorch", "torch_that_is_not_there")
    with pytest.raises(ModuleNotFoundError, match="aibook.install"):
        vit.run("pytorch")


def test_a_failing_tool_shows_its_message():
    with pytest.raises(RuntimeError, match="abacus"):
        vit.run("keras", backend="abacus")


def outcomes(monkeypatch, codes):
    """Commands that the installer starts; each ends with the next code."""
    commands, codes = [], iter(codes)

    def run(command, **_):
        commands.append(command)
        return subprocess.CompletedProcess(command, next(codes))

    monkeypatch.setattr(install.subprocess, "run", run)
    return commands


def test_the_cpu_build_is_tried_first(monkeypatch):
    commands = outcomes(monkeypatch, [0, 0])
    install.main()
    assert install.CPU_INDEX in commands[0] and "--no-deps" in commands[0]
    assert commands[1][-1].endswith("requirements-tools.txt")


def test_without_that_index_the_default_one_is_used(monkeypatch, capsys):
    commands = outcomes(monkeypatch, [1, 0, 0])
    install.main()
    assert install.CPU_INDEX not in commands[1] and len(commands) == 3
    assert "default index" in capsys.readouterr().out


@pytest.mark.parametrize(
    "codes, message", [([1, 1], "PIP_FIND_LINKS"), ([0, 1], "nothing is lost")]
)
def test_a_failed_installation_says_what_to_do(monkeypatch, codes, message):
    outcomes(monkeypatch, codes)
    with pytest.raises(SystemExit, match=message):
        install.main()


def test_the_installer_needs_the_repository(monkeypatch, tmp_path):
    monkeypatch.setattr(install, "REQUIREMENTS", tmp_path / "none.txt")
    with pytest.raises(SystemExit, match="none.txt is missing"):
        install.main()
