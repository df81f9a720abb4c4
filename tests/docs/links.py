#!/usr/bin/env python3
# tests/docs/links.py [ROOT]: every link of README.md, CHANGELOG.md and docs/*.md leads to a file of the tree, and to a
# heading of that page.
import pathlib
import re
import sys

FENCES = re.compile(r"^```.*?^```$", re.M | re.S)
HEADING = re.compile(r"^#+ (.*)$", re.M)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def anchor_of(heading):
    """As GitHub makes it."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading.strip().lower())
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def broken_links(pages):
    """What is wrong with the links of these files."""
    prose = {page.resolve(): FENCES.sub("", page.read_text()) for page in pages}
    for page, text in prose.items():
        for link in LINK.findall(text):
            if re.match(r"https?:", link):
                continue
            file, _, anchor = link.partition("#")
            target = (page.parent / file).resolve() if file else page
            if not target.exists():
                yield f"{page.name}: {link} leads to no file"
            elif anchor and anchor not in map(anchor_of, HEADING.findall(prose.get(target, ""))):
                yield f"{page.name}: {link} leads to no heading"


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2]
    broken = list(broken_links([root / "README.md", root / "CHANGELOG.md", *sorted((root / "docs").glob("*.md"))]))
    for complaint in broken:
        print(complaint, file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
