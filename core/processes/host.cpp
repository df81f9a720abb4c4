// core/processes/host.cpp: which host a process runs on, whose pids it sees, and the time there.
#include "core/processes/host.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <fstream>

namespace enginery::cluster {

const Host& Host::self() {
  static const Host self = [] {
    Host host;
    char name[HOST_NAME_MAX + 1] = {};
    ::gethostname(name, sizeof name - 1);
    host.name = name;
    std::ifstream("/proc/sys/kernel/random/boot_id") >> host.boot;
    struct stat pids;
    if (::stat("/proc/self/ns/pid", &pids) == 0) host.pids = pids.st_ino;
    return host;
  }();
  return self;
}

}  // namespace enginery::cluster
