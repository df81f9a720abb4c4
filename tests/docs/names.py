#!/usr/bin/env python3
# tests/docs/names.py: what pages and comments name exists.
#
# usage: names.py [ROOT]. Of each page (*.md): paths and options between backticks; of the pages for who works on enginery
# also names of code, and of protocol.md the kinds of messages. Links are links.py's. Of each comment in C++ and in the
# schemas: paths, rules of docs/protocol.md, and names of code. A name exists if it stands in any source outside of
# comments. Exit code 1 and a line "file:line: what" for each that does not.
import fnmatch
import os
import re
import subprocess
import sys

# Names of other people's code, and words that only look like names.
FOREIGN = {"AffineCompact", "FlatBuffer", "OpenMP", "SciPy", "Unix", "axes", "enable_if", "parse_error", "ps", "quick_exit", "su"}
# Pages for who works on enginery.
INNER = {f"docs/{name}.md" for name in ("architecture", "decisions", "glossary", "protocol", "threads")}
# Folders that exist at a user's, or once something was built.
ELSEWHERE = ("build/", "usr/", "run/", "tmp/", "proc/", "sys/", "dev/", "etc/")

ENDINGS = r"(?:cpp|hpp|h|c|fbs|py|sh|cmake|md|txt|json|expected)"
IN_TICKS = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
PATH = re.compile(r"(?<![\w/.~<$-])((?:[\w.-]+/)*[\w-]+\." + ENDINGS + r")(?![\w/])")
COMMENT = re.compile(r"(?:^|\s)//[/<]*(.*)$")
CAMEL = re.compile(r"\b[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*)+\b")
SNAKE = re.compile(r"(?<![\w/.-])[a-z]+(?:_[a-z0-9]+)+_?(?![\w.*/-])")
WORD_IN_TICKS = re.compile(r"`([A-Za-z_]\w*)(?:\(\))?`")
NOUN = re.compile(r"\b(?:an?|the|in a) ([A-Z][a-z]+)\b(?!')")
RULE = re.compile(r"\b[Rr]ules? (\d+)((?:(?:, | and | to )\d+)*)")


class Tree:
    def __init__(self, root):
        self.root = root
        listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=root,
                                check=True, capture_output=True).stdout.decode().split("\0")
        self.files = {name for name in listed if name and os.path.isfile(os.path.join(root, name))}
        self.folders = {name[:i] for name in self.files for i, c in enumerate(name) if c == "/"}
        self.names = {os.path.basename(name) for name in self.files}
        self.words, self.options, self.comments, self.complaints = set(), set(), [], 0

    def text(self, name):
        with open(os.path.join(self.root, name), encoding="utf-8", errors="replace") as file:
            return file.read()

    def complain(self, where, line, what):
        print(f"{where}:{line}: {what}", file=sys.stderr)
        self.complaints += 1

    def has_path(self, path):
        path = path.rstrip("/")
        if "*" in path:
            return any(fnmatch.fnmatch(name, path) for name in self.files)
        if path in self.files or path in self.folders:
            return True
        # As one includes it, or a file by its name alone.
        return any(f"{room}/{path}" in self.files for room in ("core", "client")) or path in self.names


def check_page(tree, page):
    fenced = printed = False
    for number, line in enumerate(tree.text(page).splitlines(), 1):
        printed |= line.startswith("<!-- printed by")
        if line.startswith("```"):
            fenced = not fenced
        if fenced or printed:
            continue
        for word in IN_TICKS.findall(line):
            check_options(tree, page, number, word)
            check_page_word(tree, page, number, word)


def check_page_word(tree, page, number, word):
    """A path is a word with a slash that begins with one of our folders, or a schema; on inner pages any source's name."""
    if page in INNER:
        for name in set(CAMEL.findall(word)) | set(SNAKE.findall(word)):
            if name not in tree.words:
                tree.complain(page, number, f"nothing is called {name}")
    if not re.fullmatch(r"[\w.*/-]+", word) or word.startswith(("/", ".", "~", "-")) or word.startswith(ELSEWHERE):
        return
    room = word.split("/")[0]
    if "/" in word and (room in tree.folders) or re.fullmatch(r"[\w-]+\.fbs", word):
        if not tree.has_path(word):
            tree.complain(page, number, f"`{word}` does not exist")
    elif page in INNER and re.fullmatch(r"[\w-]+\." + ENDINGS, word) and not tree.has_path(word):
        tree.complain(page, number, f"`{word}` does not exist")


def read_sources(tree):
    for name in sorted(tree.files):
        if not re.search(r"\.(cpp|hpp|h|c|fbs|py|sh|cmake|in)$|CMakeLists\.txt$|^\.ci/|^\.clang|\.json$", name):
            continue
        if name == "tests/docs/names.py":  # it names what does not exist
            continue
        for number, line in enumerate(tree.text(name).splitlines(), 1):
            comment = COMMENT.search(line) if re.search(r"\.(cpp|hpp|h|c|fbs)$", name) else None
            if comment:
                tree.comments.append((name, number, comment.group(1)))
                line = line[:comment.start()]
            tree.words.update(re.findall(r"\w+", line))
            tree.options.update(re.findall(r"--[a-z][a-z-]+", line))
    tree.words |= {os.path.splitext(name)[0] for name in tree.names}
    tree.words |= FOREIGN


def check_comments(tree):
    rules = {int(n) for n in re.findall(r"^(\d+)\. \*\*", tree.text("docs/protocol.md"), re.M)}
    for file, line, text in tree.comments:
        if not file.startswith(("tests/fixtures/", "tests/install/", "examples/")):
            for path in PATH.findall(text):
                if "/" in path and path.split("/")[0] in tree.folders and not tree.has_path(path):
                    tree.complain(file, line, f"{path} does not exist")
        words = set(CAMEL.findall(text)) | set(SNAKE.findall(text)) | set(WORD_IN_TICKS.findall(text))
        for word in sorted(words | set(NOUN.findall(text))):
            if word not in tree.words and word.rstrip("s") not in tree.words:
                tree.complain(file, line, f"nothing is called {word}")
        if file.startswith("core/session/"):
            for first, more in RULE.findall(text):
                for number in [first, *re.findall(r"\d+", more)]:
                    if int(number) not in rules:
                        tree.complain(file, line, f"docs/protocol.md has no rule {number}")


def check_kinds(tree):
    """The table of protocol.md has each kind of message with the table that its schema gives it."""
    listed, rows = {}, re.findall(r"^\| ([\d, ]+) \| ([^|]+) \|", tree.text("docs/protocol.md"), re.M)
    for kinds, names in rows:
        listed.update(zip(re.findall(r"\d+", kinds), re.findall(r"\w+", re.sub(r"\(.*?\)", "", names))))
    for schema in sorted(name for name in tree.files if fnmatch.fnmatch(name, "core/schema/*.fbs")):
        text = tree.text(schema)
        for found in re.finditer(r"^// kind (\d+)(?:[^\n]*\n//)*[^\n]*\ntable (\w+)", text, re.M):
            if listed.get(found.group(1)) != found.group(2):
                line = text.count("\n", 0, found.start()) + 1
                tree.complain(schema, line, f"docs/protocol.md does not list kind {found.group(1)} as {found.group(2)}")


def check_options(tree, page, number, word):
    """`--options` are those of our commands, scripts and tests."""
    if not re.match(r"(enginery|--)", word):
        return
    for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", word):
        if option not in tree.options:
            tree.complain(page, number, f"there is no option {option}")


def main():
    tree = Tree(sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "..", ".."))
    read_sources(tree)
    pages = sorted(name for name in tree.files if name.endswith(".md"))
    for page in pages:
        check_page(tree, page)
    check_comments(tree)
    check_kinds(tree)
    if tree.complaints == 0:
        print(f"{len(pages)} pages and {len(tree.comments)} lines of comments name what exists")
    return 1 if tree.complaints else 0


sys.exit(main())
