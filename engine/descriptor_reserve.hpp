// engine/descriptor_reserve.hpp: descriptors that tasks leave to the engine.
#pragma once

namespace enginery::engine {

/// Tasks that open files and never close them would end with an engine that nobody new reaches: NNG accepts no
/// connection without a descriptor. So the process may open kReserve fewer than it could, and whenever it has taken
/// those, it may open the rest for a moment, in which NNG, which tries ten times a second, accepts who waits. Who needs
/// many, a task in a loop, may take from the reserve too; it is for those that come now and then.
///
/// Threads: has one of its own, which ends with the process.
class DescriptorReserve {
 public:
  static constexpr unsigned long kReserve = 64;

  /// Requires: the limit was raised to what the process may have; one with few has no reserve.
  DescriptorReserve();
};

}  // namespace enginery::engine
