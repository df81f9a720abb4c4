#!/usr/bin/env python3
# tests/skipped.py: lists what the last run of ctest has skipped, and why.
#
# usage: tests/skipped.py BUILD…     build folders, in each of which `ctest --preset` or `ctest --output-junit tests.xml` ran.
import re
import sys
import xml.etree.ElementTree
from pathlib import Path

# What the presets name in CMakePresets.json.
REPORT = "tests.xml"

# As GoogleTest writes it: where, then the reason of one or more lines, then the name of the test.
SKIPPED = re.compile(r"^\S+:\d+: Skipped\n((?:(?!\[ ).*\n)*)\[  SKIPPED \] (.+?) \(\d+ ms\)$", re.MULTILINE)


def skipped_in(case):
    """What was skipped in one test of ctest's, as (name, reason)."""
    name, said = case.get("name"), case.findtext("system-out") or ""
    cases = [(f"{name}: {match[2]}", match[1]) for match in SKIPPED.finditer(said)]
    if cases or (case.find("skipped") is None and case.get("status") != "disabled"):
        return cases
    return [(name, said.strip().split("\n")[-1] or case.find("skipped").get("message"))]


def main(folders):
    skipped = []
    for folder in folders:
        report = Path(folder) / REPORT
        if not report.exists():
            sys.exit(f"{report} is missing; run ctest --preset {Path(folder).name}, which writes it")
        for case in xml.etree.ElementTree.parse(report).getroot().iter("testcase"):
            skipped += [(folder, *one) for one in skipped_in(case)]
    if not skipped:
        print("nothing was skipped")
    for folder, name, reason in skipped:
        print(f"skipped in {folder}: {name}: {' '.join(reason.split())}")


if __name__ == "__main__":
    main(sys.argv[1:] or sys.exit("usage: tests/skipped.py BUILD…"))
