// tests/libraries/numpy.cpp: a plugin that embeds Python, whose numpy needs libpython opened globally.
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <string>

#include <enginery/plugin.hpp>

static std::string evaluated(const std::string& code) {
  if (!Py_IsInitialized()) Py_InitializeEx(0);
  PyObject* const names = PyDict_New();
  PyDict_SetItemString(names, "__builtins__", PyEval_GetBuiltins());
  PyObject* const module = PyImport_ImportModule("numpy");
  if (!module) {
    PyErr_Print();
    throw enginery::ImportError("numpy cannot be imported");
  }
  PyDict_SetItemString(names, "numpy", module);
  PyObject* const result = PyRun_String(code.c_str(), Py_eval_input, names, names);
  if (!result) PyErr_Print();
  std::string text;
  if (PyObject* const repr = result ? PyObject_Repr(result) : nullptr) {
    text = PyUnicode_AsUTF8(repr);
    Py_DECREF(repr);
  }
  Py_XDECREF(result);
  Py_DECREF(module);
  Py_DECREF(names);
  return text;
}

ENGINERY_PLUGIN(numpy, m) { m.def("evaluated", evaluated, "code"_a); }
