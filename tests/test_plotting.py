"""The figures' colours: legible on both papers, apart for every eye."""

from itertools import combinations

import matplotlib as mpl
import numpy as np
import pytest

from aibook import plotting
from website.figures import DARK, LIGHT, recolour

mpl.use("Agg")

# Viénot, Brettel, Mollon (1999): what dichromats see, in linear RGB.
VISION = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]]
    ),
    "deuteranopia": np.array(
        [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]]
    ),
}


def linear(colour):
    c = np.array(mpl.colors.to_rgb(colour))
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def luminance(colour):
    return linear(colour) @ [0.2126, 0.7152, 0.0722]


def contrast(one, two):
    low, high = sorted((luminance(one), luminance(two)))
    return (high + 0.05) / (low + 0.05)


def lab(rgb):
    to_xyz = np.array(
        [
            [0.4124, 0.3576, 0.1805],
            [0.2126, 0.7152, 0.0722],
            [0.0193, 0.1192, 0.9505],
        ]
    )
    x, y, z = np.cbrt(np.clip(to_xyz @ rgb, 0.009, None) / to_xyz.sum(1))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_contrast(theme):
    paper = theme[plotting.PAPER]
    assert contrast(theme.get(plotting.INK, plotting.INK), paper) >= 7
    for colour in plotting.COLORS:
        assert contrast(colour, paper) >= 3, colour


@pytest.mark.parametrize("eye", VISION)
def test_colours_stay_apart(eye):
    seen = {c: lab(VISION[eye] @ linear(c)) for c in plotting.COLORS}
    for one, two in combinations(seen, 2):
        gap = np.linalg.norm(seen[one] - seen[two])
        assert gap >= 20, f"{one} and {two}: {gap:.0f}"


def test_each_line_has_its_own_dashes():
    assert len(set(plotting.LINES)) == len(plotting.COLORS)


@pytest.fixture
def svg(tmp_path):
    from matplotlib import pyplot as plt

    with mpl.rc_context():
        plotting.use_style()

        def draw():
            plt.plot([0, 1], [0, 1])
            plt.savefig(tmp_path / "figure.svg", metadata={"Date": None})
            plt.close()
            return (tmp_path / "figure.svg").read_text("utf-8")

        yield draw


def test_same_figure_gives_the_same_file(svg):
    assert svg() == svg()


def test_dark_figure_keeps_nothing_of_the_light_one(svg):
    light = svg()
    for colour in (plotting.INK, plotting.PAPER, plotting.GRID):
        assert colour in light
        assert colour not in recolour(light, DARK)


def test_show_images_wants_as_many_titles_as_images():
    with pytest.raises(ValueError, match="3 images need as many titles"):
        plotting.show_images(np.zeros((3, 2, 2)), titles=["one"])
