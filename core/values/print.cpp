// core/values/print.cpp: repr() and str() as Python prints them.
#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/values/allocation_limit.hpp"
#include "core/values/characters.hpp"
#include "core/values/dtype.hpp"

namespace enginery {
namespace {

/// The shortest digits that read back as the same `Real`; `suffix` is what marks a whole number (".0" or nothing).
template <class Real>
std::string shortest(Real number, const char* suffix) {
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return number < 0 ? "-inf" : "inf";
  char buffer[40];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::scientific);
  std::string text(buffer, end);  // -d.ddde±xx
  const std::size_t e = text.find('e');
  const int exponent = std::atoi(text.c_str() + e + 1);
  // As Python, write numbers from 1e-4 to 1e16 without an exponent. Exponents have at least two digits in both.
  if (exponent < -4 || exponent >= 16) return text;
  const std::string sign = text[0] == '-' ? "-" : "";
  std::string digits;
  for (std::size_t i = sign.size(); i < e; ++i)
    if (text[i] != '.') digits += text[i];
  if (exponent < 0) return sign + "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  const std::size_t whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole) return sign + digits + std::string(whole - digits.size(), '0') + suffix;
  return sign + digits.substr(0, whole) + "." + digits.substr(whole);
}

template <class Real>
std::string complex_repr(std::complex<Real> number) {
  const std::string imaginary = shortest(number.imag(), "") + "j";
  if (number.real() == 0 && !std::signbit(number.real())) return imaginary;
  const bool has_sign = imaginary[0] == '-';
  return "(" + shortest(number.real(), "") + (has_sign ? "" : "+") + imaginary + ")";
}

void append_hex(std::string& text, char letter, std::uint32_t number, int digits) {
  text += '\\';
  text += letter;
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) text += "0123456789abcdef"[number >> shift & 15];
}

/// Which code points beyond ASCII Python escapes: controls, spaces but ' ', formats, surrogates, private use.
bool is_printable(char32_t point) {
  static constexpr std::pair<char32_t, char32_t> kEscaped[] = {
      {0x80, 0xa0},     {0xad, 0xad},     {0x378, 0x379},     {0x600, 0x605},     {0x61c, 0x61c},
      {0x6dd, 0x6dd},   {0x70f, 0x70f},   {0x1680, 0x1680},   {0x180e, 0x180e},   {0x2000, 0x200f},
      {0x2028, 0x202f}, {0x205f, 0x206f}, {0x3000, 0x3000},   {0xd800, 0xf8ff},   {0xfeff, 0xfeff},
      {0xfff0, 0xfffb}, {0xfffe, 0xffff}, {0xe0000, 0xe00ff}, {0xe01f0, 0x10ffff}};
  return std::none_of(std::begin(kEscaped), std::end(kEscaped),
                      [&](const auto& range) { return range.first <= point && point <= range.second; });
}

char quote_for(std::string_view text) {
  return text.find('\'') != text.npos && text.find('"') == text.npos ? '"' : '\'';
}

void append_ascii(std::string& out, unsigned char character, char quote) {
  static constexpr std::string_view kControls = "\n\r\t", kLetters = "nrt";
  if (const std::size_t at = kControls.find(static_cast<char>(character)); at != kControls.npos)
    (out += '\\') += kLetters[at];
  else if (character == '\\' || character == static_cast<unsigned char>(quote))
    (out += '\\') += static_cast<char>(character);
  else if (character < 0x20 || character >= 0x7f)
    append_hex(out, 'x', character, 2);
  else
    out += static_cast<char>(character);
}

std::string bytes_repr(std::string_view bytes) {
  const char quote = quote_for(bytes);
  std::string out = {'b', quote};
  for (const char byte : bytes) append_ascii(out, static_cast<unsigned char>(byte), quote);
  return out += quote;
}

std::string element_repr(DType dtype, const std::byte* at) {
  return with_type(dtype, [at]<class T>(T) -> std::string {
    const T number = number_at<T>(at);
    if constexpr (std::is_same_v<T, bool>)
      return number ? "True" : "False";
    else if constexpr (is_complex<T>)
      return complex_repr(number);
    else if constexpr (std::is_floating_point_v<T>)
      return shortest(number, ".0");
    else
      return std::to_string(number);
  });
}

/// The printed text, which counts against the statement's limit as it grows. Once it is full, nothing needs to be
/// added.
struct Text : std::string {
  Text(std::size_t longest, bool only_ends) : most(longest), abbreviated(only_ends) {}
  using std::string::operator+=;

  bool is_full() const { return size() > most; }
  /// As much of an item's text as can be seen, and one character more, which makes this full.
  std::string_view visible(std::string_view text) const {
    return text.size() <= most ? text : beginning(text, most + 4);
  }

  /// To be called at each item.
  void count() {
    const std::size_t grown = size() - counted;
    if (grown < kStep) return;
    AllocationLimit::charge(grown);
    counted = size();
  }

  /// Are there so many items that only the first and last are printed?
  bool is_many(std::size_t items) const { return abbreviated && items > kMany; }
  /// Calls `print` with the number of each item that is to be seen.
  template <class Print>
  void each(std::size_t items, bool ends, Print print) {
    for (std::size_t i = 0; i < items && !is_full(); ++i) {
      if (i) *this += ", ";
      if (ends && i == kEnds && items > 2 * kEnds) {
        *this += "…, ";
        i = items - kEnds;
      }
      print(i);
    }
  }

  static constexpr std::size_t kStep = 64 << 10, kMany = 1000, kEnds = 3;
  const std::size_t most;
  const bool abbreviated;  // as numpy does
  std::size_t counted = 0;
};

/// Rows without elements take no memory, so an array may have more of them than can ever be printed.
bool is_too_long_for_nothing(const Array& array) {
  constexpr std::int64_t kMostRows = 1000;
  std::int64_t rows = 1;
  for (const std::int64_t extent : array.shape()) {
    if (extent == 0) return false;  // the rows within are not reached
    if (__builtin_mul_overflow(rows, extent, &rows) || rows > kMostRows) return array.size() == 0;
  }
  return false;
}

void print_axis(Text& out, const Array& array, bool ends, std::size_t axis = 0, std::size_t offset = 0) {
  out.count();
  if (axis == array.ndim()) {
    out += element_repr(array.dtype(), array.data() + offset * size_of(array.dtype()));
    return;
  }
  out += '[';
  const std::size_t step = static_cast<std::size_t>(array.stride(axis));
  out.each(static_cast<std::size_t>(array.shape()[axis]), ends,
           [&](std::size_t i) { print_axis(out, array, ends, axis + 1, offset + i * step); });
  out += ']';
}

/// Prints one value. Remembers the containers that it is inside of: one that holds itself prints as [...].
class Printer {
 public:
  explicit Printer(std::size_t most, bool abbreviated = false) : out_(most, abbreviated) {}

  void print(const Value& value) {
    out_.count();
    if (value.is_none())
      out_ += "None";
    else
      with_object(value.object(), [&](auto& object) { on(object); });
  }
  std::string take() { return std::move(out_); }

 private:
  void on(const BooleanObject& object) { out_ += object.contents ? "True" : "False"; }
  void on(const IntegerObject& object) { out_ += integer_text(object.number()); }
  void on(const RealObject& object) { out_ += real_repr(object.contents); }
  void on(const ComplexObject& object) { out_ += complex_repr(object.contents); }
  void on(const StringObject& object) { print_text(object.contents, "str", string_repr); }
  void on(const BytesObject& object) { print_text(object.contents, "bytes", bytes_repr); }
  void on(const ListObject& object) { print_items(object, "list", "[...]", "]"); }
  void on(const TupleObject& object) { print_items(object, "tuple", "(...)", ",)"); }
  void on(const ReferenceObject& object) { out_ += "Reference(" + string_repr(object.contents) + ")"; }
  void on(const FunctionObject& object) { out_ += "<" + object.contents.description + ">"; }
  void on(const ModuleObject& object) { out_ += "<" + object.contents.description + ">"; }
  void on(const OpaqueHolding& object) { out_ += "<" + object.contents.type.name() + " object>"; }

  void on(const ArrayObject& object) {
    const Array& array = object.contents;
    const bool nothing = is_too_long_for_nothing(array), many = out_.is_many(array.size());
    if (nothing || many) out_ += "<" + array.describe() + (many ? ": " : "");
    if (!nothing) print_axis(out_, array, many);
    if (nothing || many) out_ += '>';
  }

  void on(const DictObject& object) {
    const Depth depth("printing");
    if (!enter(object, "{...}")) return;
    const Dict& dict = object.contents;
    const bool many = open_many("dict", dict.size());
    out_ += '{';
    auto entry = dict.begin();
    std::size_t at = 0;
    out_.each(dict.size(), many, [&](std::size_t i) {
      for (; at < i; ++at) ++entry;
      const auto [key, item] = *entry;
      print(key);
      out_ += ": ";
      print(item);
    });
    out_ += many ? "}>" : "}";
    inside_.pop_back();
  }

  bool enter(const Object& object, std::string_view ellipsis) {
    if (std::find(inside_.begin(), inside_.end(), &object) != inside_.end()) {
      out_ += ellipsis;
      return false;
    }
    inside_.push_back(&object);
    return true;
  }

  void print_text(std::string_view text, const char* type, std::string (*repr)(std::string_view)) {
    constexpr std::size_t kShown = 100;
    if (!out_.is_many(text.size()))
      out_ += repr(out_.visible(text));
    else
      (((out_ += "<") += type) += " of " + std::to_string(text.size()) + " bytes: ") +=
          repr(beginning(text, kShown)) + "…>";
  }

  /// Begins an abbreviated container, if it has many items.
  bool open_many(const char* type, std::size_t items) {
    if (!out_.is_many(items)) return false;
    out_ += "<" + std::string(type) + " of " + std::to_string(items) + " items: ";
    return true;
  }

  /// Between the first and the last character of `ellipsis`; `close_one` closes a sequence of one item.
  void print_items(const Object& object, const char* type, std::string_view ellipsis, const char* close_one) {
    const Depth depth("printing");
    if (!enter(object, ellipsis)) return;
    ItemReader items(&object);
    const bool many = open_many(type, items.size());
    out_ += ellipsis.front();
    out_.each(items.size(), many, [&](std::size_t i) { print(items[i]); });
    out_ += items.size() == 1 ? close_one : ellipsis.substr(ellipsis.size() - 1);
    if (many) out_ += '>';
    inside_.pop_back();
  }

  Text out_;
  std::vector<const Object*> inside_;
};

}  // namespace

std::string real_repr(double number) { return shortest(number, ".0"); }

std::string string_repr(std::string_view text) {
  const char quote = quote_for(text);
  std::string out(1, quote);
  while (!text.empty()) {
    const std::string_view character = take_character(text);
    if (character.size() == 1) {
      append_ascii(out, static_cast<unsigned char>(character[0]), quote);
      continue;
    }
    const char32_t point = code_point(character);
    if (is_printable(point))
      out += character;
    else if (point < 0x100)
      append_hex(out, 'x', point, 2);
    else if (point < 0x10000)
      append_hex(out, 'u', point, 4);
    else
      append_hex(out, 'U', point, 8);
  }
  return out += quote;
}

static std::string within(std::size_t most, Printer printer, const Value& value, std::string_view ending) {
  printer.print(value);
  std::string text = printer.take();
  if (text.size() <= most) return text;
  text.resize(beginning(text, most).size());
  return text += ending;
}

std::string repr_within(std::size_t most, const Value& value, std::string_view ending) {
  return within(most, Printer(most), value, ending);
}

std::string abbreviated_repr(std::size_t most, const Value& value, std::string_view ending) {
  return within(most, Printer(most, true), value, ending);
}

std::string brief(const Value& value) {
  constexpr std::size_t kLongest = 80;
  return value.kind() == Kind::array ? contents<ArrayObject>(value).describe() : repr_within(kLongest, value, "…");
}

std::string Value::repr() const {
  Printer printer(std::string::npos);
  printer.print(*this);
  return printer.take();
}

std::string Value::str() const { return kind() == Kind::string ? contents<StringObject>(*this) : repr(); }

}  // namespace enginery
