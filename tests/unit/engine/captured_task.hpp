// tests/unit/engine/captured_task.hpp: tasks of this process, whose output is captured as on an engine.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "core/processes/descriptor.hpp"
#include "engine/output.hpp"

namespace enginery::engine {

/// The log is a file of this test's; what a failed test says comes to the terminal when it has ended.
class CapturedTaskTest : public testing::Test {
 protected:
  CapturedTaskTest() {
    std::fflush(nullptr);
    for (int i = 0; i < 2; ++i) {
      const int standard = STDOUT_FILENO + i;
      terminal_[i] = cluster::Descriptor(::fcntl(standard, F_DUPFD_CLOEXEC, 3));
      ::dup2(log_[i].get(), standard);
    }
    output_.emplace([](const Output::Piece&) {}, ImportWatch::Own::counts);
  }
  ~CapturedTaskTest() override {
    output_.reset();
    std::fflush(nullptr);
    for (int i = 0; i < 2; ++i) {
      ::dup2(terminal_[i].get(), STDOUT_FILENO + i);
      if (HasFailure()) std::fputs(log(i).c_str(), stderr);
    }
  }

  /// What a task prints that does just that.
  template <class Body>
  Output::Texts task(Body body) {
    output_->begin(session_, ++seq_);
    body();
    return output_->end();
  }
  /// What came to the log of stdout (0) or stderr (1).
  std::string log(int which) const {
    std::string text(1 << 20, '\0');
    const ssize_t size = ::pread(log_[which].get(), text.data(), text.size(), 0);
    text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return text;
  }
  /// The same once all is there.
  std::string whole_log(int which) {
    output_.reset();
    return log(which);
  }

  std::optional<Output> output_;

 private:
  const Uuid session_ = Uuid::random();
  std::uint64_t seq_ = 0;
  const cluster::Descriptor log_[2] = {cluster::Descriptor(::memfd_create("out", MFD_CLOEXEC)),
                                       cluster::Descriptor(::memfd_create("err", MFD_CLOEXEC))};
  cluster::Descriptor terminal_[2];
};

}  // namespace enginery::engine
