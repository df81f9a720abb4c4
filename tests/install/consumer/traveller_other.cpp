// traveller_other.cpp: the program's second source.
long in_the_library(long x);
long in_the_other_source(long x) { return in_the_library(x) + 1; }
