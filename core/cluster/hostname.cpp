// core/cluster/hostname.cpp: the name of this host.
#include "core/cluster/hostname.hpp"

#include <limits.h>
#include <unistd.h>

namespace enginery::cluster {

std::string own_hostname() {
  char name[HOST_NAME_MAX + 1] = {};
  ::gethostname(name, sizeof name - 1);
  return name;
}

}  // namespace enginery::cluster
