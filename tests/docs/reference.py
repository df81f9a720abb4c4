#!/usr/bin/env python3
# tests/docs/reference.py: docs/reference.md names what the public headers declare, no more and no less.
#
# Public are types, functions, concepts, variables and literals in namespace enginery, but not those in an inner
# namespace such as detail; and macros that begin with ENGINERY_ and do not end in _. A class that is only declared
# counts if it is a template that only specialisations define. On the page, a heading links a header, and the list below
# it has the header's names, as * `Name`, `name`: what they are. A header without names may be linked anywhere.
import pathlib
import re
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ("core/enginery", "client/enginery")
HEADING = re.compile(r"#+ .*\]\(\.\./((?:core|client)/enginery/\w+\.hpp)\)")
CLASS = re.compile(r"(?:class|struct|union|enum(?: class)?) (?:ENGINERY_API )?(?:\[\[.*?\]\] )?(\w+)(\s*<)?")
ATTRIBUTES = re.compile(r"\[\[.*?\]\]|__attribute__\(\(.*?\)\)|alignas\(.*?\)|\[\w*\]")
ITEM = re.compile(r"\* ((?:`[^`]+`(?:, )?)+): \S")


def without_text(code):
    """The code without comments, and without what stands in literals."""
    pattern = r'//[^\n]*|/\*.*?\*/|(R"\(.*?\)"|"(?:\\.|[^"\\\n])*"|(?<![0-9A-Fa-f])\'(?:\\.|[^\'\\\n])+\')'
    return re.sub(pattern, lambda match: '""' if match[1] else " ", code, flags=re.S)


def closing(code, start, opening, end):
    """Where the bracket that opens at `start` closes."""
    depth = 0
    for at in range(start, len(code)):
        depth += (code[at] == opening) - (code[at] == end and code[at - 1] != "-")
        if depth == 0:
            return at
    raise ValueError(f"'{opening}' has no '{end}': {code[start:start + 60]}")


def without_template(declaration):
    """Without template<…> and what it requires. None for an explicit specialisation."""
    while declaration.startswith("template"):
        end = closing(declaration, declaration.index("<"), "<", ">")
        if not declaration[declaration.index("<") + 1:end].strip():
            return None
        declaration = declaration[end + 1:].lstrip()
        while match := re.match(r"requires\s*|(?:&&|\|\|)\s*", declaration):
            declaration = declaration[match.end():]
            if declaration.startswith("("):
                declaration = declaration[closing(declaration, 0, "(", ")") + 1:].lstrip()
            elif concept := re.match(r"!?[\w:]+", declaration):
                declaration = declaration[concept.end():]
                if declaration.startswith("<"):
                    declaration = declaration[closing(declaration, 0, "<", ">") + 1:]
                declaration = declaration.lstrip()
    return declaration


def name_of(declaration, defines):
    """The name that a declaration at namespace scope makes public, if any. `defines`: a body follows it."""
    template = declaration.startswith("template")
    declaration = without_template(" ".join(declaration.split()))
    if not declaration or re.match(r"(static_assert|friend|extern template)\b", declaration):
        return None
    if error := re.match(r"ENGINERY_NAMED_ERROR\((\w+)\)", declaration):
        return error[1]
    if alias := re.match(r"using (\w+) =|concept (\w+) =", declaration):
        return alias[1] or alias[2]
    if re.match(r"using\b", declaration):
        return None
    if kind := CLASS.match(declaration):
        if "(" not in declaration[:kind.end() + 1]:
            return kind[1] if not kind[2] and (defines or template or declaration.startswith("enum")) else None
    if literal := re.search(r'operator""\s*(_\w+)', declaration):
        return literal[1]
    if re.search(r"\boperator\b", declaration.split("=", 1)[0]):
        return None
    head = re.split(r"[(={;]", ATTRIBUTES.sub("", declaration), maxsplit=1)[0].strip()
    if head.endswith(">"):
        return None  # a partial specialisation of a variable
    found = re.search(r"([\w:]*\b\w+)$", head)
    return found[1] if found and "::" not in found[1] and " " in head else None


def names_of(code):
    """The public names of a header: those that it defines, and class templates that it only declares."""
    code, declared = without_text(code), set()
    names = {m for m in re.findall(r"^[ \t]*#[ \t]*define[ \t]+(ENGINERY_\w+)", code, re.M) if not m.endswith("_")}
    names -= set(re.findall(r"^[ \t]*#[ \t]*undef[ \t]+(\w+)", code, re.M))
    code = re.sub(r"^[ \t]*#(?:.*\\\n)*.*$", "", code, flags=re.M)
    spaces, begin, at, parens = [], 0, 0, 0
    while at < len(code):
        here = code[at]
        parens += (here in "([") - (here in ")]")
        if parens == 0 and here in ";{}":
            declaration = code[begin:at].strip()
            begin = at + 1
            if here == "}":
                spaces.pop()
            elif space := re.match(r'(?:inline )?namespace\b\s*([\w:]*)$|extern ""$', declaration):
                spaces.append(space[1])
            else:
                inside = [space for space in spaces if space is not None]
                if inside in (["enginery"], ["enginery", "literals"]):
                    only_declared = here == ";" and re.search(r"^template\b[^=(]*\b(class|struct) \w+$", declaration)
                    (declared if only_declared else names).add(name_of(declaration, here == "{"))
                if here == "{":
                    at = closing(code, at, "{", "}")
                    begin = at + 1
                    plain = without_template(" ".join(declaration.split())) or declaration
                    if re.match(r"(class|struct|union|enum|concept)\b", plain) or re.search(r"[^=!<>]=\s", plain + " "):
                        end = code.index(";", at)
                        at = begin = end + 1
                        continue
        at += 1
    return names - {None}, declared - {None}


def names_on(page):
    """Header → names, as the page has them; and what it says twice."""
    headers, header, twice = {}, None, []
    for line in page.split("\n"):
        if line.startswith("#"):
            heading = HEADING.match(line)
            header = heading[1] if heading else None
            if header:
                headers.setdefault(header, set())
        elif header and (item := ITEM.match(line)):
            for name in re.findall(r"`([^`]+)`", item[1]):
                twice += [f"{header}: {name} is named twice"] if name in headers[header] else []
                headers[header].add(name)
    return headers, twice


def differences(headers, page):
    """What the page lacks, and what it has too many. `headers`: path → code."""
    said, complaints = names_on(page)
    found = {path: names_of(code) for path, code in sorted(headers.items())}
    defined = set().union(*(names for names, _ in found.values()))
    for path, (names, declared) in found.items():
        names = names | (declared - defined)
        if path not in said:
            if names or f"](../{path})" not in page:
                complaints.append(f"{path} is not on the page")
            continue
        complaints += [f"{path}: {name} is not on the page" for name in sorted(names - said[path])]
        made_up = sorted(said[path] - names)
        complaints += [f"{path}: the page names {name}, which is not public there" for name in made_up]
    return complaints + [f"{path}: there is no such header" for path in sorted(set(said) - set(headers))]


def main():
    paths = [path for folder in FOLDERS for path in (SOURCE / folder).glob("*.hpp")]
    headers = {str(path.relative_to(SOURCE)): path.read_text() for path in paths}
    complaints = differences(headers, (SOURCE / "docs/reference.md").read_text())
    for complaint in complaints:
        print(f"docs/reference.md: {complaint}", file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
