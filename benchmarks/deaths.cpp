// benchmarks/deaths.cpp: how long after an engine's end its client knows of it.
#include "benchmarks/deaths.hpp"

#include <signal.h>
#include <unistd.h>

#include <enginery/cluster.hpp>

#include "benchmarks/seconds.hpp"
#include "core/processes/pid.hpp"

namespace enginery::benchmarks {

std::vector<double> deaths(int engines) {
  const Cluster cluster{{.n = engines}};
  const Client rc = cluster.client();
  rc.wait_for_engines(static_cast<std::size_t>(engines));
  std::vector<double> seconds;
  for (int id = 0; id < engines; ++id) {
    const pid_t pid = rc[id].apply_sync(::getpid);
    const auto running = rc[id].apply_async(::pause);
    seconds.push_back(seconds_of([&] {
      cluster::send_signal(pid, SIGKILL);
      running.wait();
    }));
  }
  return seconds;
}

}  // namespace enginery::benchmarks
