# tests/docs/page.py: a page as a reader follows it: its files, its commands, its programs.
import os
import pathlib
import re
import signal
import subprocess

from blocks import BadPage

MARK = "\x1e"  # between the outputs of blocks
LONGEST = 300  # seconds that a page's commands or one of its programs may take
LONGEST_FROM_A_CLONE = 3600
PLUGIN = re.compile(r"^ENGINERY_PLUGIN\((\w+)", re.M)

VARYING = re.compile(r"(\b[0-9a-f]{8}\b|\b\d+(?:\.\d+)?(?= m?s\b))")


def varying(text, builds):
    """`text` as a pattern for any ids of builds and any times. `builds` holds the ids that were shown before it."""
    pattern = ""
    for number, piece in enumerate(VARYING.split(text)):
        if number % 2 == 0:
            pattern += re.escape(piece)
        elif len(piece) != 8 or "." in piece:
            pattern += r"\d+(?:\.\d+)?"
        elif piece in builds:
            pattern += f"(?P={builds[piece]})"
        else:
            others = "".join(f"(?!(?P={other}))" for other in builds.values())
            builds[piece] = f"build{len(builds)}"
            pattern += f"{others}(?P<{builds[piece]}>[0-9a-f]{{8}})"
    return pattern


def shown_as(expected, vary=False):
    """What a page shows, as a pattern: … and ... stand for anything, on a line of their own for any lines."""
    lines, builds = [], {}
    for line in expected.rstrip().split("\n"):
        if line.strip() in ("…", "..."):
            lines.append(r"(?:.*\n)*?")
        else:
            pieces = re.split(r"…|\.\.\.", line.rstrip())
            escaped = (varying(piece, builds) if vary else re.escape(piece) for piece in pieces)
            lines.append(".*?".join(escaped) + r"[ \t]*\n")
    return re.compile("".join(lines))


def compare(block, printed):
    printed = printed.strip("\n") + "\n"
    if not shown_as(block.code, block.directive == "vary").fullmatch(printed):
        raise BadPage(f"{block.place}: the page shows\n{block.code}and what was printed is\n{printed}")


class Page:
    """The project of one page, in a folder of its own."""

    def __init__(self, name, blocks, folder, clone=False):
        self.name, self.folder = name, folder
        self.blocks = [b for b in blocks if b.directive != "not run" and (clone or b.directive != "clone")]
        self.longest = LONGEST_FROM_A_CLONE if any(b.directive == "clone" for b in self.blocks) else LONGEST
        self.commands_ran = False
        self.cmake = "".join(b.code for b in self.blocks if b.language == "cmake")
        folder.mkdir(parents=True)

    def files(self):
        """The page's own files, as they are when all of it has been read."""
        return [n for n in dict.fromkeys(b.value for b in self.blocks if b.language == "cpp")]

    def left_to_test(self):
        """Files that the reader's CMakeLists.txt does not build, so that the test does."""
        return [n for n in self.files() if not re.search(rf"[\s(]{re.escape(n)}\b", self.cmake)]

    def write(self):
        """Everything but what is written while commands run."""
        if self.cmake:
            (self.folder / "CMakeLists.txt").write_text(self.cmake)
        for name in self.files():
            (self.folder / name).write_text(self.source(name))

    def source(self, name):
        own = [b for b in self.blocks if b.language == "cpp" and b.value == name]
        if own[-1].directive == "file":
            return own[-1].code
        includes, before, main = [], [], []
        for block in own:
            at = [f'#line {block.line} "{block.page}"']
            for number, line in enumerate(block.code.split("\n"), block.line):
                if line.startswith("#include"):
                    includes += [f'#line {number} "{block.page}"', line]
                    line = ""
                at.append(line)
            if block.directive == "main":
                main += at + [f'std::cout << "{MARK}" << std::flush;']
            else:
                before += at
        if not main:
            return "\n".join(includes + before)
        return "\n".join(["#include <iostream>", *includes, *before, "int main() {", *main, "}", ""])

    def cmake_of_rest(self):
        """What builds left_to_test(), in the test's own project."""
        text = ""
        for name in self.left_to_test():
            target = f"{self.name}-{pathlib.Path(name).stem}"
            source = self.folder / name
            if plugin := PLUGIN.search(source.read_text()):
                text += f'page_plugin({plugin[1]} "{self.folder}" {source})\n'
            else:
                text += f'page_program({target} "{self.folder}" {source})\n'
        return text

    def run_commands(self, environment):
        """Runs the blocks of sh in one shell, as they would be typed, and compares what is shown."""
        self.commands_ran = True
        commands = [b for b in self.blocks if b.language == "sh"]
        if not commands:
            return
        script = "failed() { status=$?; }\ntrap failed ERR\n"
        for block in commands:
            from_clone = block.directive == "clone"
            script += "cd clone\n" if from_clone else ""
            script += f"status=0\n{block.code}result=$?; [ $result = 0 ] || status=$result\n"
            script += "cd ..\n" if from_clone else ""
            script += f"printf '{MARK}%s{MARK}' $status\n"
        printed = run(["bash", "-c", script], self.folder, environment, self.longest).split(MARK)
        for block, output, status in zip(commands, printed[0::2], printed[1::2]):
            if (status != "0") != (block.directive == "fails"):
                raise BadPage(f"{block.place}: ended with status {status}:\n{block.code}{output}")
            self.compare_after(block, output)
        if len(printed) // 2 < len(commands):
            raise BadPage(f"{commands[len(printed) // 2].place}: ended the shell:\n{printed[-1]}")

    def run_programs(self, environment):
        """Runs the programs that the test has built, and compares what is shown."""
        for name in self.left_to_test():
            mains = [b for b in self.blocks if b.value == name and b.directive == "main"]
            if not mains:
                continue
            program = self.folder / f"{self.name}-{pathlib.Path(name).stem}"
            outputs = run([str(program)], self.folder, environment).split(MARK)
            if len(outputs) <= len(mains):
                raise BadPage(f"{mains[len(outputs) - 1].place}: the program ended here:\n{outputs[-1]}")
            for block, output in zip(mains, outputs):
                self.compare_after(block, output)

    def compare_after(self, block, output):
        following = self.blocks.index(block) + 1
        if following < len(self.blocks) and self.blocks[following].language == "text":
            compare(self.blocks[following], output)

    def compiled(self):
        return sum(b.language == "cpp" for b in self.blocks)


def run(command, folder, environment, longest=LONGEST):
    """What it printed. A command that never ends is ended with all that it started."""
    process = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, start_new_session=True)
    try:
        return process.communicate(timeout=longest)[0]
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise BadPage(f"{folder.name}: {command[0]} did not end within {longest} s:\n{process.communicate()[0]}")
