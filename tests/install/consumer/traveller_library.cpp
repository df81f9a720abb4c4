// consumer/traveller_library.cpp: a library of the program's own.
#include "traveller.hpp"

long in_the_library(long x) { return x * x; }
