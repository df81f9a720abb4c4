#!/usr/bin/env python3
# tests/docs/docs_test.py BUILD [--clone] [PAGE...]: compiles and runs every code block of README.md and docs/*.md.
#
# BUILD is installed into a new home, as ~/enginery. Then each page is followed as a reader would: its files are written,
# its commands run, and what it shows is compared with what comes. Programs and plugins that a page only quotes from are
# built in one project of the test's own, and run against two engines.
import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import blocks
from page import Page, run

SOURCE = pathlib.Path(__file__).resolve().parents[2]
PROJECT = """cmake_minimum_required(VERSION 3.25)
project(pages LANGUAGES CXX)
set(CMAKE_CXX_FLAGS "-O0 -Wall -Wextra -Wno-unused -Werror")
find_package(enginery REQUIRED)
find_package(Eigen3 REQUIRED)
function(page_plugin name folder source)
  enginery_add_plugin(${name} ${source})
  target_link_libraries(${name} PRIVATE Eigen3::Eigen)
  set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${folder})
endfunction()
function(page_program name folder source)
  add_executable(${name} ${source})
  target_link_libraries(${name} PRIVATE enginery::client Eigen3::Eigen)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${folder})
endfunction()
"""


def environment_of(home, runtime):
    """A new user's, but for the compiler's cache."""
    keep = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "LC_ALL", "TERM") or k.startswith("CCACHE_")}
    if shutil.which("ccache"):
        keep |= {"CMAKE_CXX_COMPILER_LAUNCHER": "ccache", "CCACHE_BASEDIR": str(home), "CCACHE_NOHASHDIR": "1"}
        keep.setdefault("CCACHE_DIR", subprocess.run(["ccache", "--get-config", "cache_dir"], capture_output=True,
                                                     text=True).stdout.strip())
    return keep | {"HOME": str(home), "XDG_RUNTIME_DIR": str(runtime), "CMAKE_GENERATOR": "Ninja",
                   "NO_COLOR": "1", "ENGINERY_CACHE": str(home / "cache")}


def checked(command, folder, environment):
    """Runs one of the test's own commands, which must succeed."""
    result = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if result.returncode != 0:
        raise blocks.BadPage(f"{' '.join(map(str, command))}\n{result.stdout}")


def build_rest(pages, home, environment):
    project = home / "pages"
    project.mkdir()
    (project / "CMakeLists.txt").write_text(PROJECT + "".join(page.cmake_of_rest() for page in pages))
    checked(["cmake", "-S", ".", "-B", "build", f"-DCMAKE_PREFIX_PATH={home}/enginery"], project, environment)
    checked(["cmake", "--build", "build"], project, environment)


def follow(page, home, environment):
    started = time.monotonic()
    if not page.commands_ran:
        page.run_commands(environment)
    here = environment | {"ENGINERY_PLUGIN_PATH": f"{page.folder}:{page.folder}/build", "ENGINERY_CLUSTER": "page"}
    if any(block.directive == "main" for block in page.blocks):
        command = str(home / "enginery/bin/enginery")
        checked([command, "start", "-n", "2", "--daemon"], page.folder, here)
        page.run_programs(here)
        checked([command, "stop"], page.folder, here)
    print(f"{page.name}: {len(page.blocks)} blocks ({time.monotonic() - started:.1f} s)", flush=True)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("build", type=pathlib.Path)
    arguments.add_argument("--clone", action="store_true", help="also run what builds and installs from a clone (minutes)")
    arguments.add_argument("pages", nargs="*", type=pathlib.Path)
    given = arguments.parse_intermixed_args()
    paths = given.pages or [SOURCE / "README.md", *sorted((SOURCE / "docs").glob("*.md"))]
    home = given.build.resolve() / "docs-home"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    runtime = pathlib.Path(tempfile.mkdtemp(prefix="docs-"))  # short: sockets' names are
    environment = environment_of(home, runtime)
    try:
        pages = []
        for path in paths:
            found = blocks.read(path, os.path.relpath(path.resolve(), SOURCE))
            if found:
                pages.append(Page(path.stem, found, home / "reader" / path.stem, given.clone))
        if given.clone:
            checked(["git", "clone", "-q", SOURCE, pages[0].folder / "clone"], SOURCE, os.environ)
        else:
            checked(["cmake", "--install", given.build.resolve(), "--prefix", home / "enginery"], SOURCE, os.environ)
        for page in pages:
            page.write()
        if given.clone:
            pages[0].run_commands(environment)  # the README's, which installs
        build_rest(pages, home, environment)
        for page in pages:
            follow(page, home, environment)
        return 0
    except blocks.BadPage as bad:
        print(bad, file=sys.stderr)
        return 1
    finally:
        command = home / "enginery/bin/enginery"
        if command.exists():
            subprocess.run([command, "stop", "--all"], env=environment, capture_output=True)
        shutil.rmtree(runtime, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
