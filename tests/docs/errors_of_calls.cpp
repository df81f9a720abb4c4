// tests/docs/errors_of_calls.cpp: errors of calling tasks, and of reading and writing the namespace.
#include "tests/docs/error_page.hpp"

namespace enginery::documents {

using namespace literals;

void errors_of_calls(ErrorPage& page) {
  page.section("Calling tasks",
               "A call names a task by `plugin.function`. Nothing is run when name or arguments do not fit.");
  page.error("The plugin was not imported", ENGINERY_PROVOKE(page.e0().apply_sync("linalg.norm", 3)),
             "The engine has no such name: the plugin is not imported there, or is spelt otherwise. Import it.");
  page.error("The plugin has no such task", ENGINERY_PROVOKE(page.e0().apply_sync("testing.ad", 1)),
             "Correct the name; `enginery plugins testing` lists the tasks with their signatures.");
  page.error("The name is no task", ENGINERY_PROVOKE(page.e0()["a"] = 5; page.e0().apply_sync("a", 1)),
             "A variable is called as if it were a function.");
  page.error("The name is no path", ENGINERY_PROVOKE(page.e0().apply_sync("testing add", 1)),
             "Names are letters, digits and `_`, joined by dots and subscripts.");
  page.error("An argument is missing", ENGINERY_PROVOKE(page.e0().apply_sync("testing.add")),
             "Give it, by position or by keyword.");
  page.error("Too many arguments", ENGINERY_PROVOKE(page.e0().apply_sync("testing.add", 1, 2, 3)),
             "Leave out what the signature does not have.");
  page.error("An unknown keyword", ENGINERY_PROVOKE(page.e0().apply_sync("norms.get_norms", 1, "level"_a = 2)),
             "Correct the name of the argument.");
  page.error("An argument is given twice", ENGINERY_PROVOKE(page.e0().apply_sync("testing.add", 1, "a"_a = 2)),
             "By position and by keyword: choose one.");
  page.error("An argument is of the wrong type", ENGINERY_PROVOKE(page.e0().apply_sync("testing.add", "one")),
             "Give what the signature says. int → float is converted; float → int and text → number are not.");
  page.error("An argument is too large for its type", ENGINERY_PROVOKE(page.e0().apply_sync("boxes.narrow", 300)),
             "The parameter is a narrower integer than the value needs.");
  page.error("A task threw", ENGINERY_PROVOKE(page.e0().apply_sync("testing.raise", "value")),
             "The task itself threw. Its text is the task author's; `traceback()` says where.");
  page.error("A task threw a standard exception",
             ENGINERY_PROVOKE(page.e0().apply_sync("testing.raise", "out_of_range")),
             "`std::out_of_range` is IndexError, `std::invalid_argument` and `std::domain_error` ValueError,\n"
             "`std::overflow_error` OverflowError, `std::bad_alloc` MemoryError, `std::system_error` OSError; others "
             "have their C++ name.\nA pointer to an exception is named as that exception.");
  page.error("A task threw an exception with a cause",
             ENGINERY_PROVOKE(page.e0().apply_sync("testing.raise", "nested")),
             "`std::throw_with_nested` made it. Of many causes the first eight and the last are told.");
  page.error("A task threw what is no exception", ENGINERY_PROVOKE(page.e0().apply_sync("testing.raise", "foreign")),
             "Texts, numbers and error codes print their value, other types nothing.\n"
             "Derive what you throw from `std::exception`, or throw `enginery::ValueError` and its like.");
}

/// A function of a program that is an ordinary executable.
static double half(double x) { return x / 2; }

void errors_of_code(ErrorPage& page) {
  page.section("Functions of the program",
               "What cannot travel is refused by the compiler. The rest, when it is called:");
  page.error("The program is an executable", ENGINERY_PROVOKE(page.e0().apply_sync(half, 3)),
             "Nothing was sent. enginery_add_program builds the program so that its code can be loaded elsewhere.");
  page.error("A typed name of another type",
             ENGINERY_PROVOKE(constexpr fn<double(double)> add("testing.add"); page.e0().apply_sync(add, 1)),
             "Nothing was run. The declaration that the caller was built with is not that of the engine's plugin.");
  page.error("An argument that does not fit the parameter",
             ENGINERY_PROVOKE(page.e0().apply_sync([](std::uint8_t byte) { return byte; }, 256)),
             "Nothing was sent: the parameter is a narrower integer than the value needs.");
}

void errors_of_namespaces(ErrorPage& page) {
  page.section("The namespace", "Reading and writing an engine's variables, and References to them.");
  page.error("No such variable", ENGINERY_PROVOKE(page.e0().pull<double>("temperature")),
             "Push or assign it first; `keys()` lists what there is.");
  page.error("A similar variable", ENGINERY_PROVOKE(page.e0()["pressure"] = 1.0; page.e0().pull<double>("presure")),
             "Correct the name.");
  page.error("A Reference to nothing",
             ENGINERY_PROVOKE(page.e0().apply_sync("testing.identity", Reference("nothing_yet"))),
             "The task was not run. Push the variable first.");
  page.error("Erasing what is not there", ENGINERY_PROVOKE(page.e0().erase("nothing_yet")), "Nothing was erased.");
  page.error("A variable of another type", ENGINERY_PROVOKE(page.e0()["t"] = "warm"; page.e0().pull<double>("t")),
             "The value came, and cannot become the type that was asked for. Ask for that type, or for `Value`.");
  page.error("An index out of range",
             ENGINERY_PROVOKE(page.e0()["v"] = std::vector<double>{1, 2}; page.e0().pull<double>("v[7]")),
             "Indices count from 0; negative ones from the end.");
  page.error("A key that is not in the dict",
             ENGINERY_PROVOKE(page.e0()["d"] = std::map<std::string, int>{{"x", 1}}; page.e0().pull<int>("d['y']")),
             "The text is the key.");
  page.error("An attribute of what has none", ENGINERY_PROVOKE(page.e0()["n"] = 1; page.e0().pull<int>("n.real")),
             "Only modules and dicts have attributes.");
  page.error("Assigning into what cannot change", ENGINERY_PROVOKE(page.e0()["s"] = "text"; page.e0()["s[0]"] = "T"),
             "Texts and tuples are immutable: assign the whole variable.");
  page.error("An object that lives on its engine",
             ENGINERY_PROVOKE(page.e0().apply_sync("boxes.make", "stack"); page.e0().pull("stack").get()),
             "Opaque C++ objects do not travel. Pass a `Reference` to a task on that engine.");
  page.error("Scattering what is no sequence", ENGINERY_PROVOKE(page.all().scatter("x", 5)),
             "`push` gives all engines the same.");
}

void errors_of_execute(ErrorPage& page) {
  page.section("execute",
               "The messages are Python's where Python has them. [The language](execute.md) has its own page.");
  page.error("A syntax error", ENGINERY_PROVOKE(page.e0().execute("a = (1, 2").get()),
             "Nothing of the text was done. The mark shows where reading ended.");
  page.error("What the language does not have", ENGINERY_PROVOKE(page.e0().execute("for i in a: print(i)").get()),
             "Write a task in a plugin.");
  page.error("An unknown name", ENGINERY_PROVOKE(page.e0().execute("b = temperature + 1").get()), "Assign it first.");
  page.error("A function of Python's", ENGINERY_PROVOKE(page.e0().execute("b = eval('1 + 1')").get()),
             "`dir()` lists the builtins, and `help(f)` tells of one.");
  page.error("A function of an imported plugin",
             ENGINERY_PROVOKE(page.e0().execute("import linalg\nnorm([3, 4])").get()), "Write its path.");
  page.error("An error in one of several lines", ENGINERY_PROVOKE(page.e0().execute("z = 1\nw = z / 0").get()),
             "The statements before it have been done.");
  page.error("Operands that do not go together", ENGINERY_PROVOKE(page.e0().execute("1 + 'one'").get()),
             "Convert one of them: `str(1)`, `int('1')`.");
  page.error("An int beyond 64 bits", ENGINERY_PROVOKE(page.e0().execute("2 ** 64").get()), "Use a float.");
  page.error("Shapes that do not fit", ENGINERY_PROVOKE(page.e0().execute("array([1, 2, 3]) + array([1, 2])").get()),
             "As in numpy.");
  page.error("Too much memory in one statement", ENGINERY_PROVOKE(page.e0().execute("[0] * 10 ** 10").get()),
             "A statement allocates at most 1 GiB; tasks may more.");
  page.error("A plugin that is not there", ENGINERY_PROVOKE(page.e0().execute("import geometry").get()),
             "Put its folder where the client looks, which then brings it, or where the engines do.");
}

}  // namespace enginery::documents
