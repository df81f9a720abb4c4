#!/usr/bin/env python3
# tests/libraries/quotes.py PAGE FOLDER: what the page quotes from a file of the folder stands there, line by line.
#
# Before such a block stands <!-- not run: quoted from FILE -->. Lines of the quotation may leave out lines of the file,
# and "// …" says so.
import pathlib
import re
import sys

page, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
BLOCK = re.compile(r"<!-- not run: quoted from (\S+) -->\n```\w+\n(.*?)```", re.DOTALL)

found, wrong = 0, []
for name, code in BLOCK.findall(page.read_text()):
    found += 1
    text = (folder / name).read_text()
    for part in re.split(r"^ *// …\n", code, flags=re.MULTILINE):
        if part.strip("\n") and part.strip("\n") not in text:
            wrong.append(f"{page.name} quotes what is not in {name}:\n{part}")
if not found:
    wrong.append(f"{page} quotes nothing")
print("\n".join(wrong) or f"{found} quotations are right")
sys.exit(bool(wrong))
