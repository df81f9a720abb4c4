// engine/kept_locales.hpp: the locales that code which names none gets.
#pragma once

#include <locale.h>

#include <clocale>
#include <locale>
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

}  // namespace enginery::engine
