// core/cluster/pidfd.hpp: <sys/pidfd.h>, whose functions glibc 2.36 forgot to declare as C.
#pragma once

#include <signal.h>
#include <sys/types.h>

extern "C" {
#include <sys/pidfd.h>
}
