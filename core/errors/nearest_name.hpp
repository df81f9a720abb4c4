// core/errors/nearest_name.hpp: what the user may have meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <enginery/export.hpp>

namespace enginery::modules {

/// The candidate that is fewest typing errors away from `wanted`; empty when none is near enough to be meant.
std::string nearest_name(std::string_view wanted, const std::vector<std::string>& candidates);

/// " Did you mean 'norm'?", or nothing when none is near.
ENGINERY_API std::string did_you_mean(std::string_view name, const std::vector<std::string>& names);

}  // namespace enginery::modules
