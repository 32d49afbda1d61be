"""Measure each notebook: seconds and peak resident memory.

    python -m tests.budget            every notebook
    python -m tests.budget PAGE ...   these only, beside the recorded ones

Runs each notebook alone in a fresh kernel, writes tests/budget.csv and the
table in both READMEs. English has the same code, so Chinese stands for both.

Machines differ, and so does one machine from day to day: in speed, and in how
much of TensorFlow's libraries, 400 MiB, the kernel keeps mapped. When only
some pages are measured, the yardstick pages are measured with them, and the
new seconds are divided by how much slower the yardsticks are than recorded,
and the new memory is less what they take more: all rows stay comparable.
"""

import csv
import re
import sys
import threading
import time
from statistics import geometric_mean, mean

import psutil
from nbclient import NotebookClient

from website import editions

RESULTS = editions.ROOT / "tests" / "budget.csv"
READMES = {
    "README.md": ("Page", "Seconds", "Memory (MiB)"),
    "README.zh-CN.md": ("页面", "秒", "内存（MiB）"),
}
SECONDS, MEBIBYTES = 60, 1024
YARDSTICKS = ("03-principles/attention", "04-practice/keras-cnn-evaluation")


def measure(page):
    """(seconds, peak MiB) of one notebook: its kernel with all children."""
    notebook = editions.read(editions.BOOK / "zh" / f"{page}.ipynb")
    client = NotebookClient(notebook, timeout=600, kernel_name="python3")
    peak, done = 0, threading.Event()

    def watch():
        nonlocal peak
        own = psutil.Process()
        while not done.wait(0.05):
            total = 0
            for process in own.children(recursive=True):
                try:
                    total += process.memory_info().rss
                except psutil.NoSuchProcess:
                    pass
            peak = max(peak, total)

    watcher = threading.Thread(target=watch)
    start = time.perf_counter()
    watcher.start()
    try:
        client.execute()
    finally:
        done.set()
        watcher.join()
    return time.perf_counter() - start, peak / 2**20


def read_results():
    with RESULTS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def table(header, rows):
    """Markdown table of the measured rows."""
    lines = ["| " + " | ".join(header) + " |", "|---|---:|---:|"]
    for row in rows:
        lines.append(f"| {row['page']} | {row['seconds']} | {row['mib']} |")
    return "\n".join(lines)


def refresh(text, header, rows):
    """A README's text with the table between its two markers replaced."""
    return re.sub(
        r"(<!-- budget -->\n).*?(<!-- /budget -->)",
        lambda match: match[1] + table(header, rows) + "\n" + match[2],
        text,
        flags=re.S,
    )


def compare_yardsticks(recorded):
    """How many times longer the yardsticks take than recorded; MiB more."""
    ratios, more = [], []
    for page in YARDSTICKS:
        seconds, mib = measure(page)
        before = recorded[page]
        print(
            f"yardstick {page}: {seconds:.0f} s, {mib:.0f} MiB, recorded "
            f"{before['seconds']} s, {before['mib']} MiB"
        )
        ratios.append(seconds / int(before["seconds"]))
        more.append(mib - int(before["mib"]))
    return geometric_mean(ratios), mean(more)


def main(pages):
    notebooks = [p for p, s in editions.pages("zh").items() if s == ".ipynb"]
    unknown = set(pages) - set(notebooks)
    if unknown:
        sys.exit(f"no notebook {sorted(unknown)} in book/zh")
    found, factor, more = {}, 1, 0
    if pages:
        found = {row["page"]: row for row in read_results()}
        factor, more = compare_yardsticks(found)
    for page in pages or notebooks:
        seconds, mib = measure(page)
        print(f"{page}: {seconds:.0f} s, {mib:.0f} MiB")
        found[page] = {
            "page": page,
            "seconds": round(seconds / factor),
            "mib": round(mib - more),
        }
    rows = [found[page] for page in notebooks if page in found]
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(
            file, ("page", "seconds", "mib"), lineterminator="\n"
        )
        writer.writeheader()
        writer.writerows(rows)
    for name, header in READMES.items():
        path = editions.ROOT / name
        path.write_text(
            refresh(path.read_text("utf-8"), header, rows), "utf-8"
        )
    over = [
        row
        for row in rows
        if int(row["seconds"]) > SECONDS or int(row["mib"]) > MEBIBYTES
    ]
    for row in over:
        print(f"over budget: {row}", file=sys.stderr)
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
