// client/output/output_marks.hpp: marks in the output of engines, asked for and waited for.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include <enginery/uuid.hpp>

#include "client/links/engine_link.hpp"

namespace enginery {

/// PUB/SUB acknowledges nothing. So the engine is asked, by request, to publish a mark; when it comes, the subscription
/// is in force, and all that was published before the mark has come, or is lost. A mark that does not come after its
/// request was answered was published too early or is lost itself, and is asked for again.
///
/// Threads: meet() from one; arrived() from any.
class OutputMarks : public std::enable_shared_from_this<OutputMarks> {
 public:
  /// Waits until the marks of all that live have come; false when some did not come in time.
  bool meet(const std::vector<std::shared_ptr<EngineLink>>& links, std::chrono::milliseconds timeout);
  void arrived(const Uuid& mark);

 private:
  struct Awaited {
    std::shared_ptr<EngineLink> link;
    bool asking = false;
  };
  void ask(const Uuid& mark, const std::shared_ptr<EngineLink>& link);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Uuid, Awaited> awaited_;
};

}  // namespace enginery
