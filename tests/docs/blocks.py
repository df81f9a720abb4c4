# tests/docs/blocks.py: the code blocks of a page, and what each says it is.
#
# A comment right before the fence says what the block belongs to; a reader does not see it:
#   <!-- file: norms.cpp -->         a whole file of the page's project
#   <!-- part of norms.cpp -->       the next lines of that file
#   <!-- in main of client.cpp -->   the next lines of that program's main; its #includes go to the top
#   <!-- not run: REASON -->         a drawing, a form of a command, …
#   <!-- fails -->                   a block of sh that ends in an error
#   <!-- from a clone: REASON -->    a block of sh that runs only with --clone
#   <!-- builds and times vary -->   text in which ids of builds (8 hexadecimal digits) and numbers before ms or s stand for
#                                    any: equal ids for equal ones, others for others
#   <!-- hidden part of norms.cpp    lines of that file that a reader does not need to see
#   -->
# cmake is the page's CMakeLists.txt, sh is run in order, and text is what the block before it printed.
import dataclasses
import pathlib
import re

LANGUAGES = ("cpp", "cmake", "sh", "text")
DIRECTIVES = {
    "file": r"file: (\S+)",
    "part": r"part of (\S+)",
    "main": r"in main of (\S+)",
    "not run": r"not run: (.+)",
    "fails": r"fails()",
    "clone": r"from a clone: (.+)",
    "vary": r"builds and times vary()",
}
TAKES = {
    "cpp": ("file", "part", "main", "not run"),
    "cmake": ("not run",),
    "sh": ("fails", "clone", "not run"),
    "text": ("vary", "not run"),
}
HIDDEN = re.compile(r"<!-- hidden part of (\S+)$")
PRINTED = re.compile(r"^<!-- printed by (tests/\S+) -->$", re.M)


class BadPage(Exception):
    """What is wrong with a page, and where."""


@dataclasses.dataclass
class Block:
    page: str
    line: int  # of its first line of code
    language: str
    directive: str
    value: str  # of the directive
    code: str
    hidden: bool = False

    @property
    def place(self):
        return f"{self.page}:{self.line}"


def directive_of(comment, place):
    for name, pattern in DIRECTIVES.items():
        if match := re.fullmatch(pattern, comment):
            return name, match[1]
    raise BadPage(f"{place}: nobody knows what '<!-- {comment} -->' says; tests/docs/blocks.py lists what can be said")


def check(block, previous):
    """Raises BadPage for a block that would be neither compiled nor run nor compared."""
    if block.language not in LANGUAGES:
        raise BadPage(f"{block.place}: a block of '{block.language}' is neither compiled nor run; use one of {LANGUAGES}")
    if block.directive and block.directive not in TAKES[block.language]:
        raise BadPage(f"{block.place}: '{block.directive}' says nothing about a block of {block.language}")
    if block.language == "cpp" and not block.directive:
        raise BadPage(f"{block.place}: this cpp is not compiled; say before it what it is, as <!-- file: norms.cpp -->")
    if block.language == "text" and block.directive != "not run":
        prints = previous and (previous.language == "sh" or previous.directive == "main")
        if not prints or previous.directive == "not run":
            raise BadPage(f"{block.place}: the block before this text prints nothing that it could be compared with")


def read(path, page):
    """The blocks of a page, in order. Raises BadPage."""
    text = pathlib.Path(path).read_text()
    if PRINTED.search(text):
        return []  # that test compares it as a whole
    blocks, previous, comment, in_list = [], None, "", False
    lines = iter(enumerate(text.split("\n"), 1))
    before = ""
    for number, line in lines:
        if hidden := HIDDEN.match(line):
            code = take_until(lines, "-->", f"{page}:{number}: this comment")
            blocks.append(Block(page, number + 1, "cpp", "part", hidden[1], code, hidden=True))
        elif line.startswith("```"):
            code = take_until(lines, "```", f"{page}:{number}: this block")
            block = Block(page, number + 1, line[3:].strip(), *(comment or ("", "")), code)
            check(block, previous)
            blocks.append(block)
            previous, comment = block, ""
        elif match := re.fullmatch(r"<!-- (.*) -->", line):
            comment = directive_of(match[1], f"{page}:{number}")
        elif line.strip():
            if comment:
                raise BadPage(f"{page}:{number}: a comment about a block stands before something else")
            if line.startswith("    ") and not before.strip() and not in_list:
                raise BadPage(f"{page}:{number}: an indented block says not what it is; put it between fences")
            if not line.startswith(" "):
                in_list = bool(re.match(r"[*-] |\d+\. ", line))
        before = line
    return blocks


def take_until(lines, end, what):
    taken = []
    for _, line in lines:
        if line == end:
            return "\n".join(taken) + "\n"
        taken.append(line)
    raise BadPage(f"{what} has no end")
