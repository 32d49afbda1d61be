"""Settings of the notebook run (nbval)."""

import os

from nbval.plugin import IPyNbFile

# Where notebooks run side by side, each has a core: threads that wait for one
# another would take it from the neighbour. `editions run` keeps the default.
if "PYTEST_XDIST_WORKER" in os.environ:
    for library in ("TF_NUM_INTRAOP", "OMP_NUM", "OPENBLAS_NUM"):
        os.environ.setdefault(f"{library}_THREADS", "1")


def pytest_collectstart(collector):
    # A figure of trained values differs in its last digits from machine to
    # machine. nbval skips PNG and JPEG for that reason; SVG is no different.
    if isinstance(collector, IPyNbFile):
        collector.skip_compare += ("image/svg+xml",)
