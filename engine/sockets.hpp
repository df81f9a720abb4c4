// engine/sockets.hpp: where an engine listens, and the files that it has there.
#pragma once

#include <optional>
#include <string>

#include "core/clusters/address.hpp"

namespace enginery::engine {

/// An address for each purpose.
struct Addresses {
  cluster::Address tasks, bulk, output;
};

/// On the hub's host an engine listens in the cluster's folder, where local clients reach it; on other hosts there is
/// no such folder. It listens for other hosts if the cluster does.
class Sockets {
 public:
  /// `listen`: EngineOptions'. Throws ValueError, ConnectionError, with words.
  Sockets(const Connection& connection, const Uuid& engine, const std::string& listen);
  ~Sockets() { remove(); }
  Sockets(const Sockets&) = delete;
  Sockets& operator=(const Sockets&) = delete;

  /// In the folder; without one, where no other process can connect.
  const Addresses& local() const { return local_; }
  bool has_folder() const { return !directory_.empty(); }
  /// A port is 0 where the system is to choose.
  const std::optional<Addresses>& remote() const { return remote_; }
  /// The flight recorder's file. Without a folder, it need not outlive this process.
  const std::string& record() const { return record_; }
  /// Removes the engine's files.
  void remove() const;
  /// Removes them except the record, which the hub takes.
  void leave_record() const;

 private:
  std::string directory_;  // empty: none
  Addresses local_;
  std::optional<Addresses> remote_;
  std::string record_;
};

}  // namespace enginery::engine
