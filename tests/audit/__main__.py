"""Audit the built site: python -m tests.audit (ALL=1: Lighthouse everywhere).

Every page of both editions, in both themes, in the system's Chromium: axe-core
for accessibility, bytes transferred, requests to other origins, messages on
the console, what scrolls sideways or is missing on a phone. Lighthouse, mobile
and desktop, on a sample. The tables go to the terminal, all figures to
_build/audit/report.json; a figure past its limit fails.
"""

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from tests.audit.pages import inspect_pages
from website.browser import find_browser
from website.build import BUILD, SITE
from website.serve import serving

HERE = Path(__file__).parent
WORK = BUILD / "audit"
CATEGORIES = ["performance", "accessibility", "best-practices", "seo"]
SAMPLE = ["zh/index", "en/index"]
SAMPLE += ["zh/03-principles/cnn-convolution", "en/03-principles/cnn-pooling"]
FIRST_VISIT, NEXT_PAGE = 400_000, 60_000  # bytes, compressed
LEAST_SCORE = 95


def install_tools():
    """npm's pinned packages under _build/audit; exits with what to do."""
    if not shutil.which("npm"):
        sys.exit("The audit needs Node.js 18 or newer with npm.")
    WORK.mkdir(parents=True, exist_ok=True)
    lock = (HERE / "package-lock.json").read_text("utf-8")
    done = WORK / "installed.json"
    if not done.exists() or done.read_text("utf-8") != lock:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, WORK)
        command = ["npm", "ci", "--no-audit", "--no-fund", "--silent"]
        if subprocess.run(command, cwd=WORK).returncode:
            sys.exit(
                "npm could not install what tests/audit/package.json pins."
            )
        done.write_text(lock, "utf-8")
    return WORK / "node_modules"


def lighthouse(modules, browser_path, address, name, desktop):
    """{category: score of 100, "lcp": seconds, ...} of one run."""
    command = [
        "node", modules / "lighthouse" / "cli" / "index.js",
        f"{address}{name}.html", "--output=json", "--quiet",
        f"--only-categories={','.join(CATEGORIES)}",
        "--chrome-flags=--headless=new --no-sandbox",
    ]  # fmt: skip
    if desktop:
        command.append("--preset=desktop")
    environment = {**os.environ, "CHROME_PATH": browser_path}
    for _ in range(2):  # a run that broke, not one that scored low
        run = subprocess.run(command, env=environment, capture_output=True)
        if run.returncode == 0:
            break
    else:
        sys.exit(f"Lighthouse failed on {name}:\n{run.stderr.decode()}")
    report = json.loads(run.stdout)
    audits = report["audits"]
    scores = {
        category: round(100 * report["categories"][category]["score"])
        for category in CATEGORIES
    }
    scores["lcp"] = audits["largest-contentful-paint"]["numericValue"] / 1000
    scores["tbt"] = audits["total-blocking-time"]["numericValue"]
    scores["cls"] = audits["cumulative-layout-shift"]["numericValue"]
    scores["failed"] = [
        f"{audit['id']}: {audit['title']}"
        for category in CATEGORIES[1:]
        for reference in report["categories"][category]["auditRefs"]
        if (audit := audits[reference["id"]])["score"] == 0
        and reference["weight"]
    ]
    return scores


def pages():
    found = [p.relative_to(SITE) for p in SITE.glob("[ez][nh]/**/*.html")]
    return sorted(p.with_suffix("").as_posix() for p in found) + ["404"]


def audit_pages(address, axe):
    print(
        f"{'page':44} {'first':>6} {'read':>6} {'next':>6} kB"
        "  foreign console  axe light/dark/phone  wide"
    )
    # Half of a visit is waiting: three at a time on two cores.
    names = pages()
    with ProcessPoolExecutor(3, get_context("spawn")) as pool:
        work = partial(inspect_pages, address, axe)
        parts = pool.map(work, (names[i::3] for i in range(3)))
        report = {name: row for rows in parts for name, row in rows.items()}
    failures = []
    for name, row in sorted(report.items()):
        for look, violations in row["axe"].items():
            for found in violations:
                target, html = found["nodes"][0]
                failures.append(
                    f"{name} ({look}): axe {found['rule']}, {found['help']}: "
                    f"{len(found['nodes'])}, the first {target} {html!r}"
                )
        failures += [f"{name}: foreign {url}" for url in row["foreign"]]
        failures += [f"{name}: console: {m}" for m in row["messages"]]
        failures += [f"{name}: {fault}" for fault in row["faults"]]
        if row["overflow"] > 0:
            failures.append(f"{name}: {row['overflow']} px too wide at 360")
        if row["first"] > FIRST_VISIT:
            failures.append(f"{name}: first visit {row['first']} bytes")
        if row["next"] and row["next"] > NEXT_PAGE:
            failures.append(f"{name}: next page {row['next']} bytes")
    return report, failures


def audit_scores(modules, browser_path, address):
    names = pages() if os.environ.get("ALL") else SAMPLE
    names = [n for n in names if not n.endswith(("404", "search"))]
    print(
        f"\n{'Lighthouse':44} {'':8} perf a11y best  seo   LCP s  TBT ms   CLS"
    )
    report, failures = {}, []
    for name in names:
        for look in ("mobile", "desktop"):
            row = lighthouse(
                modules, browser_path, address, name, look == "desktop"
            )
            report[f"{name} {look}"] = row
            scores = " ".join(f"{row[c]:4}" for c in CATEGORIES)
            print(
                f"{name:44} {look:8} {scores}   {row['lcp']:5.2f}"
                f"  {row['tbt']:6.0f}  {row['cls']:.2f}",
                flush=True,
            )
            for category in CATEGORIES[1:]:
                if row[category] < LEAST_SCORE:
                    failures.append(
                        f"{name} ({look}): {category} {row[category]}: "
                        + "; ".join(row["failed"])
                    )
    mobile = [r["performance"] for k, r in report.items() if "mobile" in k]
    print(f"performance, mobile: mean {sum(mobile) / len(mobile):.1f}")
    return report, failures


def main():
    if not (SITE / "index.html").exists():
        sys.exit("There is no built site. Run `make build` first.")
    browser_path = find_browser()
    if browser_path is None:
        sys.exit("No Chromium found: apt install chromium, or set CHROMIUM.")
    modules = install_tools()
    axe = (modules / "axe-core" / "axe.min.js").read_text("utf-8")
    with serving(SITE) as address:
        report, failures = audit_pages(address, axe)
        scores, more = audit_scores(modules, browser_path, address)
    text = json.dumps({"pages": report, "lighthouse": scores}, indent=1)
    (WORK / "report.json").write_text(text, "utf-8")
    failures += more
    print("\n".join(["", *failures, f"{len(failures)} past a limit"]))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
