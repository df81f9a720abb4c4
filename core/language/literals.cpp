// core/language/literals.cpp: numbers and texts as Python writes them.
#include "core/language/literals.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <locale>
#include <sstream>

#include <fmt/format.h>

#include "core/values/characters.hpp"
#include "core/values/objects.hpp"

namespace enginery::evaluator {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// The value of a digit in any base; 99 for what is none.
int digit_value(char c) {
  if (is_digit(c)) return c - '0';
  return lower(c) >= 'a' && lower(c) <= 'z' ? lower(c) - 'a' + 10 : 99;
}

/// Without the single underscores between digits of the base; nullopt if one is anywhere else.
std::optional<std::string> without_underscores(std::string_view text, int base) {
  const auto is_outside = [&](std::size_t i) { return i >= text.size() || digit_value(text[i]) >= base; };
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_')
      result += text[i];
    else if (i == 0 || is_outside(i - 1) || is_outside(i + 1))
      return std::nullopt;
  }
  return result;
}

[[noreturn]] void throw_beyond(std::string_view text) {
  constexpr std::size_t kShown = 40;
  throw OverflowError(fmt::format("{}{} does not fit into an int of 64 bits; write it as a float (1e20){}",
                                  text.substr(0, kShown), text.size() > kShown ? "…" : "", kIntRange));
}

/// Without its sign.
std::optional<std::uint64_t> magnitude_of(std::string_view text, int base) {
  const std::string_view whole = text;
  const auto prefixed = [&](char letter, int of) {
    if (text.size() < 2 || text[0] != '0' || lower(text[1]) != letter || (base != 0 && base != of)) return false;
    text.remove_prefix(2);
    if (!text.empty() && text[0] == '_') text.remove_prefix(1);
    base = of;
    return true;
  };
  if (!prefixed('x', 16) && !prefixed('o', 8) && !prefixed('b', 2) && base == 0) base = 10;
  const std::optional<std::string> digits = without_underscores(text, base);
  if (!digits || digits->empty()) return std::nullopt;
  std::uint64_t result = 0;
  bool beyond = false;
  for (const char c : *digits) {
    const int digit = digit_value(c);
    if (digit >= base) return std::nullopt;
    beyond = beyond || __builtin_mul_overflow(result, static_cast<std::uint64_t>(base), &result) ||
             __builtin_add_overflow(result, static_cast<std::uint64_t>(digit), &result);
  }
  if (beyond) throw_beyond(whole);
  return result;
}

/// Reads the escapes of one literal.
class Unescaper {
 public:
  Unescaper(std::string_view token, std::size_t begin, std::size_t end, bool is_bytes)
      : token_(token), at_(begin), end_(end), is_bytes_(is_bytes) {}

  std::string read(bool raw) {
    while (at_ < end_) {
      const char c = token_[at_];
      if (is_bytes_ && static_cast<unsigned char>(c) >= 0x80)
        throw BadLiteral(at_, "bytes can only contain ASCII literal characters; write others as \\x..");
      if (c == '\\' && !raw) {
        escape();
      } else if (c == '\r' && at_ + 1 < end_ && token_[at_ + 1] == '\n') {
        ++at_;  // a line ends in \n, however the text was saved
      } else {
        out_ += c;
        ++at_;
      }
    }
    return std::move(out_);
  }

 private:
  void escape() {
    const std::size_t start = at_++;
    const char c = token_[at_++];  // a literal does not end behind a backslash
    static constexpr std::string_view kLetters = "\\'\"abfnrtv", kMeant = "\\'\"\a\b\f\n\r\t\v";
    if (const std::size_t known = kLetters.find(c); known != std::string_view::npos)
      out_ += kMeant[known];
    else if (c == '\n')
      return;
    else if (c == '\r' && at_ < end_ && token_[at_] == '\n')
      ++at_;
    else if (c >= '0' && c <= '7')
      octal(c);
    else if (c == 'x')
      append(hexadecimal(start, 2));
    else if (c == 'u' && !is_bytes_)
      append(hexadecimal(start, 4));
    else if (c == 'U' && !is_bytes_)
      append(hexadecimal(start, 8));
    else if (c == 'N' && !is_bytes_)
      throw BadLiteral(start, "names of characters (\\N{…}) are not known here; write the character or \\u....");
    else
      (out_ += '\\') += c;  // unknown escapes stay as they are
  }

  void octal(char first) {
    std::uint32_t code = static_cast<std::uint32_t>(first - '0');
    for (int more = 0; more < 2 && at_ < end_ && token_[at_] >= '0' && token_[at_] <= '7'; ++more)
      code = code * 8 + static_cast<std::uint32_t>(token_[at_++] - '0');
    append(is_bytes_ ? code & 0xff : code);
  }

  std::uint32_t hexadecimal(std::size_t start, std::size_t digits) {
    std::uint32_t code = 0;
    for (std::size_t i = 0; i < digits; ++i, ++at_) {
      if (at_ >= end_ || digit_value(token_[at_]) >= 16)
        throw BadLiteral(start, fmt::format("(unicode error) truncated \\{} escape: it needs {} hexadecimal digits",
                                            token_[start + 1], digits));
      code = code * 16 + static_cast<std::uint32_t>(digit_value(token_[at_]));
    }
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
      throw BadLiteral(start, fmt::format("(unicode error) U+{:04X} is no character; write one up to U+10FFFF that is "
                                          "no surrogate",
                                          code));
    return code;
  }

  void append(std::uint32_t code) {
    if (is_bytes_)
      out_ += static_cast<char>(code);
    else
      append_utf8(out_, code);
  }

  std::string_view token_;
  std::size_t at_, end_;
  bool is_bytes_;
  std::string out_;
};

}  // namespace

std::optional<Value> integer_of(std::string_view text, int base, bool negative) {
  const std::optional<std::uint64_t> magnitude = magnitude_of(text, base);
  if (!magnitude) return std::nullopt;
  const Whole number = negative ? -static_cast<Whole>(*magnitude) : static_cast<Whole>(*magnitude);
  if (!is_int(number)) throw_beyond(text);
  return integer_value(number);
}

std::optional<double> real_of(std::string_view text) {
  double number = 0;
  const std::optional<std::string> digits = without_underscores(text, 10);
  if (!digits || digits->empty()) return std::nullopt;
  const char *first = digits->data(), *const last = first + digits->size();
  if (*first == '+' && digits->size() > 1 && first[1] != '-') ++first;
  if (std::find(first, last, '(') != last) return std::nullopt;  // "nan(…)"
  const auto [end, error] = std::from_chars(first, last, number);
  if (end != last || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc::result_out_of_range) {
    // A stream of the classic locale tells too large from too small.
    std::istringstream stream(*digits);
    stream.imbue(std::locale::classic());
    if (!(stream >> number)) number = std::copysign(std::numeric_limits<double>::infinity(), number);
  }
  return number;
}

Value number_of(std::string_view token) {
  const bool imaginary = lower(token.back()) == 'j';
  const bool prefixed = token.size() > 1 && token[0] == '0' && !is_digit(token[1]) && digit_value(token[1]) != 99 &&
                        lower(token[1]) != 'e' && lower(token[1]) != 'j';
  if (prefixed || (!imaginary && token.find_first_not_of("0123456789_") == std::string_view::npos)) {
    const std::optional<std::uint64_t> magnitude = magnitude_of(token, 0);
    if (!magnitude)
      throw BadLiteral(0, fmt::format("invalid {} literal", lower(token[1]) == 'x'   ? "hexadecimal"
                                                            : lower(token[1]) == 'o' ? "octal"
                                                            : lower(token[1]) == 'b' ? "binary"
                                                                                     : "decimal"));
    if (token[0] == '0' && !prefixed && *magnitude != 0)
      throw BadLiteral(0,
                       "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal "
                       "integers");
    return Value::integer(*magnitude);
  }
  const std::optional<double> number = real_of(token.substr(0, token.size() - (imaginary ? 1 : 0)));
  if (!number || !(is_digit(token[0]) || token[0] == '.')) throw BadLiteral(0, "invalid decimal literal");
  return imaginary ? Value::complex({0, *number}) : Value::real(*number);
}

Value text_of(std::string_view token) {
  const std::size_t quote = token.find_first_of("'\"");
  bool raw = false, is_bytes = false;
  for (const char c : token.substr(0, quote)) {
    raw = raw || lower(c) == 'r';
    is_bytes = is_bytes || lower(c) == 'b';
  }
  const bool triple = token.size() >= quote + 6 && token[quote + 1] == token[quote] && token[quote + 2] == token[quote];
  const std::size_t quotes = triple ? 3 : 1;
  std::string text = Unescaper(token, quote + quotes, token.size() - quotes, is_bytes).read(raw);
  return is_bytes ? Value::bytes(std::move(text)) : Value::string(std::move(text));
}

}  // namespace enginery::evaluator
