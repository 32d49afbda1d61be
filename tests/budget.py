"""Measure each notebook: seconds and peak resident memory.

    python -m tests.budget

Runs every notebook alone in a fresh kernel, writes tests/budget.csv and the
table in both READMEs. English has the same code, so Chinese stands for both.
"""

import csv
import re
import sys
import threading
import time

import psutil
from nbclient import NotebookClient

from website import editions

RESULTS = editions.ROOT / "tests" / "budget.csv"
READMES = {
    "README.md": ("Page", "Seconds", "Memory (MiB)"),
    "README.zh-CN.md": ("页面", "秒", "内存（MiB）"),
}
SECONDS, MEBIBYTES = 60, 1024


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


def main():
    rows = []
    for page, suffix in editions.pages("zh").items():
        if suffix == ".ipynb":
            seconds, mib = measure(page)
            rows.append(
                {"page": page, "seconds": round(seconds), "mib": round(mib)}
            )
            print(f"{page}: {seconds:.0f} s, {mib:.0f} MiB")
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
    over = [r for r in rows if r["seconds"] > SECONDS or r["mib"] > MEBIBYTES]
    for row in over:
        print(f"over budget: {row}", file=sys.stderr)
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
