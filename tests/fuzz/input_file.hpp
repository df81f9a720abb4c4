// tests/fuzz/input_file.hpp: an input as a file, for what reads files.
#pragma once

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace enginery::fuzz {

/// Holds the bytes while it lives. There is one at a time.
class InputFile {
 public:
  /// With zeros behind the bytes up to `least`.
  InputFile(const std::uint8_t* data, std::size_t size, std::size_t least = 0) {
    std::ofstream out(path(), std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
    for (; size < least; ++size) out.put('\0');
    out.close();
    if (!out) std::abort();  // a full disk would pass every test
  }
  ~InputFile() { ::unlink(path().c_str()); }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  static const std::filesystem::path& path() {
    static const std::filesystem::path file =
        std::filesystem::temp_directory_path() / ("enginery-fuzz-" + std::to_string(::getpid()));
    return file;
  }
};

}  // namespace enginery::fuzz
