// engine/live_output.hpp: publishes what tasks print, while they run.
#pragma once

#include <cstdint>
#include <exception>
#include <string>

#include <enginery/uuid.hpp>

#include "core/transport/publisher.hpp"
#include "core/wire/engine_wire.hpp"
#include "engine/output.hpp"

namespace enginery::engine {

/// Numbers what it publishes, so that a subscriber notices what was lost.
///
/// Threads: one at a time; Output's order is that of the numbers.
class LiveOutput {
 public:
  /// Listens. Throws ConnectionError.
  LiveOutput(const Uuid& engine, const std::string& url) : engine_(engine), publisher_(url, kQueue) {}
  /// Listens for other hosts, too; the address with its port. Throws ConnectionError.
  std::string listen(const cluster::Address& address) { return publisher_.listen(address); }

  void publish(const Output::Piece& piece) {
    publish({.engine = engine_,
             .number = ++number_,
             .stream = piece.stream,
             .session = piece.session,
             .seq = piece.seq,
             .mark = {},
             .last = piece.last,
             .text = piece.text});
  }
  void mark(const Uuid& mark) {
    publish({.engine = engine_, .number = ++number_, .session = {}, .mark = mark, .text = {}});
  }

 private:
  /// Of pieces of 16 KiB at most: what a subscriber that does not read can cost.
  static constexpr int kQueue = 2048;

  void publish(const wire::Printed& printed) try {
    publisher_.publish(wire::encode(printed));
  } catch (const std::exception&) {
    // Without memory it is lost, as its number shows.
  }

  const Uuid engine_;
  std::uint64_t number_ = 0;
  transport::Publisher publisher_;
};

}  // namespace enginery::engine
