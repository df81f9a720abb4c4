// tests/chaos/much_use_test.cpp: what many tasks and many clients leave behind: nothing.
#include <unistd.h>
#include <filesystem>
#include <iostream>

#include <enginery/connection.hpp>

#include "tests/chaos/chaos_fixture.hpp"
#include "tests/sanitized.hpp"

namespace enginery {
namespace {

void nothing() {}

/// What a process holds now.
struct Held {
  std::int64_t bytes = 0, descriptors = 0, threads = 0;
};
Held held_by(int pid) {
  const std::filesystem::path place = "/proc/" + std::to_string(pid);
  const auto count = [](const std::filesystem::path& folder) {
    return std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator());
  };
  std::ifstream file(place / "statm");
  std::int64_t total = 0, pages = 0;
  file >> total >> pages;
  return {pages * ::sysconf(_SC_PAGESIZE), count(place / "fd"), count(place / "task")};
}

class MuchUseTest : public ChaosTest {
 protected:
  void SetUp() override {
    ChaosTest::SetUp();
    start_engines(1, "");
    processes_ = {
        {"hub", Connection::find("").hub.process.pid}, {"engine", on(0).apply_sync(::getpid)}, {"client", ::getpid()}};
  }
  std::map<std::string, Held> held() const {
    std::map<std::string, Held> all;
    for (const auto& [name, pid] : processes_) all[name] = held_by(pid);
    return all;
  }
  /// Waits for what is still being closed.
  void expect_flat(const std::map<std::string, Held>& before) const {
    // Begun at need, and then there for good: the thread for slow sends, one for each of an engine's two sockets.
    constexpr long kLazyThreads = 2;
    const auto flat = [&] {
      const auto now = held();
      for (const auto& [name, then] : before)
        if (now.at(name).descriptors > then.descriptors || now.at(name).threads > then.threads + kLazyThreads)
          return false;
      return true;
    };
    EXPECT_TRUE(comes(flat));
    const auto after = held();
    for (const auto& [name, then] : before) {
      const Held& now = after.at(name);
      const double grown = 1e-6 * static_cast<double>(now.bytes - then.bytes);
      std::cout << name << ": " << grown << " MB, " << now.descriptors - then.descriptors << " descriptors, "
                << now.threads - then.threads << " threads more\n";
      EXPECT_TRUE(kSanitized || grown < 5) << name;
    }
  }

  std::map<std::string, int> processes_;
};

TEST_F(MuchUseTest, MillionsOfTasksLeaveTheMemoryFlat) {
  const auto run = [this](std::int64_t tasks) {
    std::vector<AsyncResult<void>> window;
    for (std::int64_t i = 0; i < tasks; ++i) {
      window.push_back(on(0).apply_async(nothing));
      if (window.size() < 4096) continue;
      for (const auto& result : window) result.get();
      window.clear();
    }
    for (const auto& result : window) result.get();
  };
  run(100'000);  // what is kept for reuse, as buffers
  const auto before = held();
  run(in_form(400'000, 10'000'000));
  expect_flat(before);
}

TEST_F(MuchUseTest, ClientsThatHaveLeftLeaveNothing) {
  const auto use = [](int clients) {
    for (int i = 0; i < clients; ++i) {
      const Client fresh;
      fresh.wait_for_engines(1, Seconds(30));
      fresh[0].apply_sync(nothing);
    }
  };
  use(10);
  const auto before = held();
  use(in_form(50, 1000));
  expect_flat(before);
}

}  // namespace
}  // namespace enginery

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
