"""One look for every figure of the book."""

import matplotlib as mpl
from cycler import cycler

# The site's build swaps INK, GRID and PAPER for those of the dark theme; the
# other colours keep at least 3:1 contrast on light and on dark paper, and
# stay apart for readers who confuse red and green.
INK = "#22272e"
GRID = "#d5d9de"
PAPER = "#fefefe"
BLUE = "#1167f8"
ORANGE = "#e06c00"
GREEN = "#1aa468"
PINK = "#dc5cc8"
GREY = "#5c636d"
COLORS = (BLUE, ORANGE, GREEN, PINK, GREY)
LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))

STYLE = {
    "figure.figsize": (6.4, 3.4),
    "figure.dpi": 72,
    "figure.facecolor": PAPER,
    "figure.constrained_layout.use": True,
    "savefig.facecolor": PAPER,
    "axes.facecolor": PAPER,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.titlesize": "medium",
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    # Colour is never the only mark: each line has its own dashes too.
    "axes.prop_cycle": cycler(color=COLORS, linestyle=LINES),
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "image.cmap": "gray",
    "image.interpolation": "nearest",
    "legend.frameon": False,
    "legend.labelcolor": INK,
    "lines.linewidth": 1.8,
    "patch.edgecolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "svg.fonttype": "path",
    # Without a salt the ids in an SVG file differ on each run.
    "svg.hashsalt": "aibook",
}


def use_style():
    """Set the book's matplotlib style; in Jupyter, draw figures as SVG."""
    mpl.rcParams.update(STYLE)
    try:
        shell = get_ipython()
    except NameError:
        return
    from matplotlib_inline.backend_inline import set_matplotlib_formats

    if hasattr(shell, "kernel"):
        set_matplotlib_formats("svg", metadata={"Date": None})


def show_images(images, titles=None, columns=None, scale=1.2, **imshow):
    """Draw images side by side in a grid without axes.

    Parameters
    ----------
    images : sequence of arrays, each (height, width), all of one shape
    titles : sequence of str, optional
        One title for each image.
    columns : int, optional
        Images in a row; all in one row if not given.
    scale : float
        Width of one image in inches.
    **imshow
        Passed on to ``Axes.imshow``, e.g. ``vmin``, ``vmax``, ``cmap``.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        The number of titles is not the number of images.
    """
    from matplotlib import pyplot as plt

    if titles is not None and len(titles) != len(images):
        raise ValueError(
            f"{len(images)} images need as many titles, not {len(titles)}."
        )
    columns = columns or len(images)
    rows = -(-len(images) // columns)
    height = scale * images[0].shape[0] / images[0].shape[1]
    height += 0.25 if titles is not None else 0
    fig, axes = plt.subplots(
        rows, columns, figsize=(columns * scale, rows * height), squeeze=False
    )
    for ax in axes.flat:
        ax.axis("off")
    for i, image in enumerate(images):
        axes.flat[i].imshow(image, **imshow)
        if titles is not None:
            axes.flat[i].set_title(titles[i], fontsize=10)
    return fig


def show_raster(fig, dpi=110):
    """Show a figure that holds photographs as JPEG: SVG would be large."""
    from io import BytesIO

    from IPython.display import Image, display
    from matplotlib import pyplot as plt

    buffer = BytesIO()
    fig.savefig(buffer, format="jpeg", dpi=dpi, pil_kwargs={"quality": 85})
    plt.close(fig)
    display(Image(buffer.getvalue(), format="jpeg"))
