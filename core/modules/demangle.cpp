// core/modules/demangle.cpp: names as the user wrote them.
#include "core/modules/demangle.hpp"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>

namespace enginery::modules {

std::string demangle(const char* symbol) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> name(abi::__cxa_demangle(symbol, nullptr, nullptr, &status), std::free);
  return status == 0 && name ? std::string(name.get()) : std::string(symbol);
}

}  // namespace enginery::modules
