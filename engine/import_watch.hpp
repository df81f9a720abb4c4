// engine/import_watch.hpp: whether code that came into this process could do something.
#pragma once

#include <set>
#include <string_view>
#include <vector>

namespace enginery::engine {

/// Looks for `functions` among those that code asks the dynamic linker for, in the modules that were mapped since this
/// was made. What a task may have changed by these functions need not be checked if no code can call them; the checks
/// would cost more than a short task. In tests, the code that was there before counts, too.
///
/// It does not see code that finds functions by dlsym() or calls the kernel itself. Threads: one.
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
