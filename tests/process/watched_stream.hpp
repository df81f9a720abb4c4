// tests/process/watched_stream.hpp: a stream whose text another thread can wait for.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <ostream>
#include <streambuf>
#include <string>

namespace enginery {

class WatchedStream : public std::streambuf, public std::ostream {
 public:
  WatchedStream() : std::ostream(this) {}
  bool shows(const std::string& words) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return text_.find(words) != std::string::npos; });
  }
  std::string text() {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  int overflow(int c) override {
    const char one = static_cast<char>(c);
    xsputn(&one, 1);
    return c;
  }
  std::streamsize xsputn(const char* text, std::streamsize size) override {
    const std::lock_guard lock(mutex_);
    text_.append(text, static_cast<std::size_t>(size));
    changed_.notify_all();
    return size;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::string text_;
};

}  // namespace enginery
