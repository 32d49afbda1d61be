"""Settings of the notebook run (nbval)."""

from nbval.plugin import IPyNbFile


def pytest_collectstart(collector):
    # A figure of trained values differs in its last digits from machine to
    # machine. nbval skips PNG and JPEG for that reason; SVG is no different.
    if isinstance(collector, IPyNbFile):
        collector.skip_compare += ("image/svg+xml",)
