// core/modules/demangle.hpp: names as the user wrote them.
#pragma once

#include <string>

namespace enginery::modules {

/// The C++ name of a mangled symbol or type; the symbol itself when it is none.
std::string demangle(const char* symbol);

}  // namespace enginery::modules
