// engine/kept_stream.hpp: a standard stream of C++, and the locales, as they were before a task.
#pragma once

#include <locale.h>

#include <array>
#include <clocale>
#include <cstddef>
#include <cstring>
#include <ios>
#include <locale>
#include <streambuf>
#include <string>

namespace enginery::engine {

/// Those of C++ and of C, and the main thread's own, as they were when this was made, after put_back().
///
/// Threads: the main thread.
class KeptLocales {
 public:
  void put_back() const {
    if (::uselocale(nullptr) != of_thread_) ::uselocale(of_thread_);
    if (std::locale() != global_) std::locale::global(global_);
    if (of_c_ != std::setlocale(LC_ALL, nullptr)) std::setlocale(LC_ALL, of_c_.c_str());
  }

 private:
  const std::locale global_;
  const std::string of_c_ = std::setlocale(LC_ALL, nullptr);
  const ::locale_t of_thread_ = ::uselocale(nullptr);
};

/// One of the eight standard streams, whose buffer, format and state are those of the begin after put_back(). All of
/// that is in its object, whose bytes tell, for next to nothing, whether anything was done to it.
///
/// Threads: the main thread.
template <class Stream>
class KeptStream {
  using Char = typename Stream::char_type;

 public:
  KeptStream(Stream& stream, std::basic_streambuf<Char>* buffer) : stream_(stream), buffer_(buffer) {
    if (stream.rdbuf() && !stream.bad()) stream.rdbuf()->pubsync();
    format_.copyfmt(stream_);
    put_back();
  }
  KeptStream(const KeptStream&) = delete;
  KeptStream& operator=(const KeptStream&) = delete;

  void put_back() {
    if (std::memcmp(bytes_.data(), static_cast<const void*>(&stream_), sizeof(Stream)) == 0) return;
    stream_.exceptions(std::ios_base::goodbit);  // that nothing here throws
    stream_.rdbuf(buffer_);
    stream_.copyfmt(format_);
    buffer_->pubimbue(format_.getloc());
    std::memcpy(bytes_.data(), static_cast<const void*>(&stream_), sizeof(Stream));
  }

 private:
  Stream& stream_;
  std::basic_streambuf<Char>* const buffer_;
  std::basic_ios<Char> format_{nullptr};
  std::array<std::byte, sizeof(Stream)> bytes_{};
};

}  // namespace enginery::engine
