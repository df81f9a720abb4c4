#!/usr/bin/env python3
# tests/docs/blocks_test.py: a page that says what is not so, or that hides a block from the test, is refused.
import os
import pathlib
import tempfile
import unittest

import blocks
import links
import page


class PageTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def read(self, text):
        path = pathlib.Path(self.folder.name) / "page.md"
        path.write_text(text)
        return blocks.read(path, "page.md")

    def refused(self, text, words):
        with self.assertRaisesRegex(blocks.BadPage, words):
            self.read(text)

    def follow(self, text):
        it = page.Page("page", self.read(text), pathlib.Path(tempfile.mkdtemp(dir=self.folder.name)) / "project")
        it.write()
        it.run_commands(dict(os.environ))
        return it

    def not_so(self, text, words):
        with self.assertRaisesRegex(blocks.BadPage, words):
            self.follow(text)

    def test_code_that_says_not_what_it_is(self):
        self.refused("```cpp\nint a;\n```\n", "page.md:2: this cpp is not compiled")

    def test_a_block_of_no_language(self):
        self.refused("```\nls\n```\n", "neither compiled nor run")

    def test_an_indented_block(self):
        self.refused("Thus:\n\n    ls\n", "page.md:3: an indented block")
        self.assertEqual(self.read("* An item,\n\n    and more of it.\n"), [])

    def test_text_that_nothing_printed(self):
        self.refused("```text\n5\n```\n", "prints nothing")
        self.refused("<!-- not run: long -->\n```sh\nls\n```\n```text\na\n```\n", "prints nothing")

    def test_a_reason_must_be_given(self):
        self.refused("<!-- not run -->\n```sh\nls\n```\n", "nobody knows")

    def test_a_comment_that_no_block_follows(self):
        self.refused("<!-- fails -->\nSome words.\n", "before something else")

    def test_a_block_without_an_end(self):
        self.refused("```sh\nls\n", "has no end")

    def test_what_is_shown_is_what_was_printed(self):
        self.follow("```sh\necho 5; echo 6\n```\n```text\n5\n6\n```\n")
        self.not_so("```sh\necho 5; echo 6\n```\n```text\n5\n7\n```\n", "page.md:5: the page shows")
        self.not_so("```sh\necho 5; echo 6\n```\n```text\n5\n```\n", "the page shows")

    def test_dots_stand_for_anything(self):
        self.follow("```sh\nseq 9\necho pid 12\n```\n```text\n1\n…\n9\npid …\n```\n")
        self.not_so("```sh\nseq 9\n```\n```text\n1\n…\n8\n```\n", "the page shows")

    def test_builds_and_times_vary_but_nothing_else(self):
        vary = "```sh\necho old 0123abcd 0; echo new 89abcdef, old 0123abcd in 7.25 ms\n```\n<!-- builds and times vary -->\n"
        self.follow(vary + "```text\nold aaaaaaaa 0\nnew bbbbbbbb, old aaaaaaaa in 12 ms\n```\n")
        for other in ("aaaaaaaa 0\nnew aaaaaaaa, old aaaaaaaa in 12 ms", "aaaaaaaa 0\nnew bbbbbbbb, old bbbbbbbb in 12 ms",
                      "aaaaaaaa 1\nnew bbbbbbbb, old aaaaaaaa in 12 ms"):
            self.not_so(vary + f"```text\nold {other}\n```\n", "the page shows")
        self.refused("<!-- builds and times vary -->\n```text\n5\n```\n", "prints nothing")

    def test_a_command_that_fails(self):
        self.not_so("```sh\nfalse\ntrue\n```\n", "page.md:2: ended with status 1")
        self.not_so("```sh\nfalse && true\n```\n", "ended with status 1")
        self.not_so("```sh\necho a; exit 0\n```\n```sh\nls\n```\n", "ended the shell")
        self.follow("<!-- fails -->\n```sh\nfalse\n```\n")
        self.not_so("<!-- fails -->\n```sh\ntrue\n```\n", "ended with status 0")

    def test_commands_share_a_shell(self):
        self.follow("```sh\na=5\n```\n```sh\necho $a\n```\n```text\n5\n```\n")

    def test_blocks_of_one_file_follow_each_other(self):
        it = self.follow("<!-- part of p.cpp -->\n```cpp\nint a;\n```\n<!-- hidden part of p.cpp\nint b;\n-->\n"
                         "<!-- in main of p.cpp -->\n```cpp\n#include <map>\nreturn a + b;\n```\n")
        source = [line for line in it.source("p.cpp").split("\n") if line and not line.startswith("#line")]
        self.assertEqual(source[:5], ["#include <iostream>", "#include <map>", "int a;", "int b;", "int main() {"])
        self.assertEqual(source[5], "return a + b;")
        self.assertEqual(it.left_to_test(), ["p.cpp"])

    def test_what_the_reader_builds_is_left_to_the_reader(self):
        it = self.follow("<!-- file: n.cpp -->\n```cpp\nint a;\n```\n```cmake\nenginery_add_plugin(n n.cpp)\n```\n")
        self.assertEqual(it.left_to_test(), [])

    def test_links_lead_to_files_and_headings(self):
        text = "# One `two`\n[a](#one-two) [b](page.md#one-two) [c](https://a.b/c.md)\n```text\n[d](none.md)\n```\n"
        path = pathlib.Path(self.folder.name) / "page.md"
        path.write_text(text)
        self.assertEqual(list(links.broken_links([path])), [])
        path.write_text(text + "[e](none.md) [f](#three)\n")
        self.assertEqual(list(links.broken_links([path])),
                         ["page.md: none.md leads to no file", "page.md: #three leads to no heading"])


if __name__ == "__main__":
    unittest.main()
