// traveller_library.cpp: a library of the program's own.
__attribute__((visibility("default"))) long in_the_library(long x);
long in_the_library(long x) { return x * x; }
