// core/cluster/hostname.hpp: the name of this host.
#pragma once

#include <string>

#include <enginery/export.hpp>

namespace enginery::cluster {

/// By which processes tell whether they are on one host.
ENGINERY_API std::string own_hostname();

}  // namespace enginery::cluster
