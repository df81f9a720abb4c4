#!/usr/bin/env python3
# tests/docs/names_test.py: breaks each of what names.py holds once, in a scratch checkout, and sees that it is told.
import os
import subprocess
import sys
import tempfile

CHECK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "names.py")
RIGHT = {
    "docs/protocol.md": "| 1, 2 | Exchange, Reply (to both) | both |\n1. **Identity.** `session.fbs`\n2. **Client.**\n",
    "docs/tasks.md": "`core/session/link.hpp`, `core/session`, `core/*/link.hpp`, `build/norms.so`, "
                     "`enginery start -n 4 --daemon`\n",
    "docs/threads.md": "`EngineLink::mutex_` of `link.hpp`\n",
    "core/schema/session.fbs": "// kind 1, to an engine.\ntable Exchange {}\n// kind 2.\n// `x`: none\ntable Reply { x: int; }\n",
    "core/session/link.hpp": "// core/session/link.hpp: an Exchange of rules 1 and 2, `mutex_` of EngineLinks.\n"
                             "class EngineLink { Mutex mutex_; };\nauto option = \"--daemon\";\n",
}
BROKEN = [
    ("docs/tasks.md", "`core/session/gone.hpp`", "`core/session/gone.hpp` does not exist"),
    ("docs/tasks.md", "`core/gone`", "`core/gone` does not exist"),
    ("docs/tasks.md", "`core/*/gone.hpp`", "`core/*/gone.hpp` does not exist"),
    ("docs/tasks.md", "`gone.fbs`", "`gone.fbs` does not exist"),
    ("docs/threads.md", "`gone.hpp`", "`gone.hpp` does not exist"),
    ("docs/threads.md", "`EngineGone::mutex_`", "nothing is called EngineGone"),
    ("docs/threads.md", "`gone_mutex_`", "nothing is called gone_mutex_"),
    ("docs/tasks.md", "`enginery start --gone`", "there is no option --gone"),
    ("docs/tasks.md", "`--gone`", "there is no option --gone"),
    ("core/schema/session.fbs", "// kind 3.\n//\n// more\ntable Gone {}", "docs/protocol.md does not list kind 3 as Gone"),
    ("core/session/link.hpp", "int x;  // see core/session/gone.hpp", "core/session/gone.hpp does not exist"),
    ("core/session/link.hpp", "/// Held in a Guarded.", "nothing is called Guarded"),
    ("core/session/link.hpp", "// as EngineGone does", "nothing is called EngineGone"),
    ("core/session/link.hpp", "// as on_gone() does", "nothing is called on_gone"),
    ("core/session/link.hpp", "// as `gone` does", "nothing is called gone"),
    ("core/session/link.hpp", "// by rules 1 and 3", "docs/protocol.md has no rule 3"),
]


def said_of(root):
    ran = subprocess.run([sys.executable, CHECK, root], capture_output=True, text=True, check=False)
    return ran.returncode, ran.stderr


def write(root, name, text):
    os.makedirs(os.path.dirname(os.path.join(root, name)), exist_ok=True)
    with open(os.path.join(root, name), "w", encoding="utf-8") as file:
        file.write(text)


def main():
    unseen = 0
    with tempfile.TemporaryDirectory() as root:
        subprocess.run(["git", "init", "-q", root], check=True)
        for name, text in RIGHT.items():
            write(root, name, text)
        status, said = said_of(root)
        if status != 0:
            print("what is right is refused:", said, file=sys.stderr)
            unseen += 1
        for name, line, words in BROKEN:
            write(root, name, RIGHT[name] + line + "\n")
            where = f"{name}:{RIGHT[name].count(chr(10)) + 1}: {words}"
            status, said = said_of(root)
            if status != 1 or not said.startswith(where) or said.count("\n") != 1:
                print(f"not seen: '{words}' by {line}; said: {said}", file=sys.stderr)
                unseen += 1
            write(root, name, RIGHT[name])
    if unseen == 0:
        print("names: everything was broken once and seen")
    return 1 if unseen else 0


sys.exit(main())
