// core/transport/abandon.cpp: sockets that are left to the process' end.
#include "core/transport/abandon.hpp"

#include <mutex>
#include <vector>

namespace enginery::transport {

void abandon(void* state) {
  static std::mutex mutex;
  static auto* const abandoned = new std::vector<void*>;  // never destroyed: NNG's threads may outlive static objects
  const std::lock_guard lock(mutex);
  abandoned->push_back(state);
}

}  // namespace enginery::transport
