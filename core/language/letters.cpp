// core/language/letters.cpp: upper and lower case beyond ASCII.
#include "core/language/letters.hpp"

#include <clocale>
#include <cwctype>
#include <memory>

#include "core/values/objects.hpp"

namespace enginery::evaluator {
namespace {

/// The process's own locale may be any; this one knows Unicode's letters.
class Letters {
 public:
  Letters() : locale_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {}
  ~Letters() {
    if (locale_) freelocale(locale_);
  }
  Letters(const Letters&) = delete;
  Letters& operator=(const Letters&) = delete;

  template <class Map>
  std::string mapped(std::string_view text, Map map) const {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
      const std::size_t length = character_length(text);
      const auto first = static_cast<unsigned char>(text[0]);
      if (length == 1 && (first >= 0x80 || !locale_)) {
        result += text[0];
      } else {
        char32_t code = length == 1 ? first : first & (0xffU >> (length + 1));
        for (std::size_t i = 1; i < length; ++i) code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3f);
        append_utf8(result, static_cast<char32_t>(map(static_cast<wint_t>(code), locale_)));
      }
      text.remove_prefix(length);
    }
    return result;
  }

 private:
  const locale_t locale_;
};

}  // namespace

std::string upper_case(std::string_view text) { return Letters().mapped(text, towupper_l); }
std::string lower_case(std::string_view text) { return Letters().mapped(text, towlower_l); }

void append_utf8(std::string& text, char32_t code) {
  const auto tail = [&](int shift) { text += static_cast<char>(0x80 | (code >> shift & 0x3f)); };
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xc0 | code >> 6);
    tail(0);
  } else if (code < 0x10000) {
    text += static_cast<char>(0xe0 | code >> 12);
    tail(6), tail(0);
  } else {
    text += static_cast<char>(0xf0 | code >> 18);
    tail(12), tail(6), tail(0);
  }
}

}  // namespace enginery::evaluator
