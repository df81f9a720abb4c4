// cmake/program_note.cpp: what a program's shared object says of itself to who loads it.
#include <enginery/abi.hpp>

ENGINERY_ABI_NOTE();
