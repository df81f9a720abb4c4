# tests/unit/language/reference.py: what Python itself does with statements, for comparison.
#
# Reads programs, each a line with its number of statements and then one line per statement; answers each with one line:
# for each statement the error's kind or "ok", a tab, and the repr of the namespace after all. An int beyond -2**63 to 2**64 - 1 is an OverflowError
# where it is made, as enginery has it.
import ast
import operator
import sys

LEAST, MOST = -2**63, 2**64 - 1


class TooLarge(Exception):
    """What is not compared: it would take Python's memory or time."""


def check(value):
    if type(value) is int and not LEAST <= value <= MOST:
        raise OverflowError
    if isinstance(value, (list, tuple)):
        for item in value:
            if type(item) is int:
                check(item)
    return value


IN_PLACE = {
    ast.Add: operator.iadd, ast.Sub: operator.isub, ast.Mult: operator.imul, ast.Div: operator.itruediv,
    ast.FloorDiv: operator.ifloordiv, ast.Mod: operator.imod, ast.Pow: operator.ipow, ast.BitAnd: operator.iand,
    ast.BitOr: operator.ior, ast.BitXor: operator.ixor, ast.LShift: operator.ilshift, ast.RShift: operator.irshift,
}


def augmented(kind, old, compute):
    right = compute()
    refuse_huge(kind, old, right)
    return check(IN_PLACE[kind](old, right))


def augmented_item(kind, container, key, compute):
    container[key] = augmented(kind, container[key], compute)


def refuse_huge(kind, left, right):
    """Powers, shifts and repetitions that would take for ever; and formatting, which enginery does not do."""
    if kind is ast.Mod and isinstance(left, (str, bytes)):
        raise TypeError
    if kind is ast.Mult:
        for sequence, times in ((left, right), (right, left)):
            if isinstance(sequence, (str, bytes, list, tuple)) and isinstance(times, int):
                if len(sequence) * times > 10**5:
                    raise TooLarge
    if isinstance(left, int) and isinstance(right, int):
        if kind is ast.Pow and right > 64 and abs(left) > 1:
            raise OverflowError
        if kind is ast.LShift and right > 64 and left != 0:
            raise OverflowError


def binary(kind, left, right):
    refuse_huge(kind, left, right)
    return check(PLAIN[kind](left, right))


PLAIN = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow, ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_, ast.BitXor: operator.xor, ast.LShift: operator.lshift, ast.RShift: operator.rshift,
}
HELPERS = {"_check": check, "_binary": binary, "_augmented": augmented, "_augmented_item": augmented_item}
HELPERS.update({"_" + kind.__name__: kind for kind in PLAIN})


def small_range(*arguments):
    numbers = range(*arguments)
    if numbers and abs((numbers[-1] - numbers[0]) // numbers.step) > 10**5:
        raise TooLarge
    return list(numbers)


def power(base, exponent, *modulus):
    return pow(base, exponent, *modulus) if modulus else binary(ast.Pow, base, exponent)


def checked_sum(items, start=0):
    if isinstance(start, str):
        return sum(items, start)
    for item in items:
        start = check(start + item)
    return start



class Step:
    """A slice's step without a hash, so that no slice has one: they do since Python 3.12, and are keys of dicts there."""

    __hash__ = None

    def __init__(self, given):
        self.given = given

    def __index__(self):
        return 1 if self.given is None else operator.index(self.given)


HELPERS.update({"_pow": power, "_sum": checked_sum, "_step": Step})
HELPERS.update({"_range": small_range, "_zip": lambda *a: list(zip(*a)),
                "_reversed": lambda a: list(reversed(a)), "_enumerate": lambda *a: [(check(number), item) for number, item in enumerate(*a)]})


PLACE = {"lineno": 1, "col_offset": 0, "end_lineno": 1, "end_col_offset": 0}


class Checked(ast.NodeTransformer):
    """Wraps what may make an int that is too large, and what gives lists in enginery."""

    def call(self, name, *arguments):
        return ast.Call(self.name(name), list(arguments), [], **PLACE)

    def name(self, name):
        return ast.Name(name, ast.Load(), **PLACE)

    def visit_BinOp(self, node):
        self.generic_visit(node)
        return self.call("_binary", self.name("_" + type(node.op).__name__), node.left, node.right)

    def visit_UnaryOp(self, node):
        self.generic_visit(node)
        return node if isinstance(node.op, ast.Not) else self.call("_check", node)

    def visit_Call(self, node):
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and "_" + node.func.id in HELPERS:
            node.func.id = "_" + node.func.id
        return self.call("_check", node)

    def visit_Slice(self, node):
        self.generic_visit(node)
        node.step = self.call("_step", node.step or ast.Constant(None, **PLACE))
        return node

    def visit_AugAssign(self, node):
        self.generic_visit(node)
        kind = self.name("_" + type(node.op).__name__)
        compute = ast.Lambda(ast.arguments([], [], None, [], [], None, []), node.value, **PLACE)
        if isinstance(node.target, ast.Name):
            old = self.name(node.target.id)
            return ast.Assign([node.target], self.call("_augmented", kind, old, compute), **PLACE)
        call = self.call("_augmented_item", kind, node.target.value, node.target.slice, compute)
        return ast.Expr(call, **PLACE)


def main():
    for line in sys.stdin:
        statements = [sys.stdin.readline() for _ in range(int(line))]
        names, outcomes = dict(HELPERS), []
        for statement in statements:
            try:
                tree = Checked().visit(ast.parse(statement))
                exec(compile(tree, "<statement>", "exec"), names)
                outcomes.append("ok")
            except TooLarge:
                outcomes = ["TooLarge"]
                break
            except Exception as error:
                outcomes.append(type(error).__name__)
        known = {name: value for name, value in names.items() if not name.startswith("_")}
        print(" ".join(outcomes), repr(known), sep="\t", flush=True)


main()
