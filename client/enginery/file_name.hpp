// client/enginery/file_name.hpp: the name of a file, as text or as a std::filesystem::path.
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <utility>

namespace enginery {

/// What std::filesystem::path is, without its header.
template <class P>
concept PathLike = requires(const P& path) {
  { path.native() } -> std::same_as<const std::string&>;
  path.parent_path();
};

/// Takes both, and gives both. The empty one is no file.
class FileName {
 public:
  FileName() = default;
  template <class T>
  requires std::convertible_to<const T&, std::string_view> FileName(const T& text) : text_(std::string_view(text)) {}
  template <PathLike P>
  FileName(const P& path) : text_(path.native()) {}

  const std::string& string() const noexcept { return text_; }
  bool empty() const noexcept { return text_.empty(); }
  template <PathLike P>
  operator P() const {
    return P(text_);
  }

 private:
  std::string text_;
};

}  // namespace enginery
