// tests/unit/engine/asks.cpp: a module that asks for one function, and whose builds are alike but for its name.
#include <unistd.h>

extern "C" __attribute__((visibility("default"))) int ask() { return FUNCTION(); }
