// consumer/traveller_other.cpp: the program's second source.
#include "traveller.hpp"

long in_the_other_source(long x) { return in_the_library(x) + 1; }
