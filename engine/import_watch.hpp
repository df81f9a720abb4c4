// engine/import_watch.hpp: whether code that came into this process could do something.
#pragma once

#include <set>
#include <string_view>
#include <vector>

namespace enginery::engine {

/// Looks for functions that code asks the dynamic linker for, in what was mapped since this was made; `own` code counts
/// too, which is for tests. So a task that cannot call any of them need not be checked after, which would cost more
/// than the task.
///
/// Code that finds functions by dlsym() or calls the kernel itself is not seen. Threads: one.
class ImportWatch {
 public:
  enum class Own : bool { is_trusted, counts };
  explicit ImportWatch(std::vector<std::string_view> functions, Own own = Own::is_trusted);

  /// True once something asked for one. Asks the kernel for nothing, and costs next to nothing when no code came.
  bool found();

 private:
  struct Search;
  const std::vector<std::string_view> functions_;
  struct Counts {
    unsigned long long added = 0, removed = 0;  // by the dynamic linker, since the process began
  };
  std::set<const void*> own_, known_;  // program headers of what is trusted, and of what was looked at
  Counts counts_;
  bool found_ = false;
};

}  // namespace enginery::engine
