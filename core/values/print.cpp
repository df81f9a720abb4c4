// core/values/print.cpp: repr() and str() as Python prints them.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include "core/values/allocation_limit.hpp"
#include "core/values/objects.hpp"

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
  // Python writes out what lies between 1e-4 and 1e16; to_chars has at least two digits of exponent, too.
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
bool is_printable(std::uint32_t point) {
  static constexpr std::pair<std::uint32_t, std::uint32_t> kEscaped[] = {
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
  if (character == '\n')
    out += "\\n";
  else if (character == '\r')
    out += "\\r";
  else if (character == '\t')
    out += "\\t";
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

std::uint32_t code_point(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(character[i])); };
  std::uint32_t point = byte(0) & (0xffU >> (character.size() + 1));
  for (std::size_t i = 1; i < character.size(); ++i) point = point << 6 | (byte(i) & 0x3f);
  return point;
}

std::string element_repr(DType dtype, const std::byte* at) {
  const auto load = [at]<class T>(T number) {
    std::memcpy(&number, at, sizeof number);
    return number;
  };
  switch (dtype) {
    case DType::boolean:
      return load(std::uint8_t{}) ? "True" : "False";
    case DType::i8:
      return std::to_string(load(std::int8_t{}));
    case DType::i16:
      return std::to_string(load(std::int16_t{}));
    case DType::i32:
      return std::to_string(load(std::int32_t{}));
    case DType::i64:
      return std::to_string(load(std::int64_t{}));
    case DType::u8:
      return std::to_string(load(std::uint8_t{}));
    case DType::u16:
      return std::to_string(load(std::uint16_t{}));
    case DType::u32:
      return std::to_string(load(std::uint32_t{}));
    case DType::u64:
      return std::to_string(load(std::uint64_t{}));
    case DType::f32:
      return shortest(load(float{}), ".0");
    case DType::f64:
      return shortest(load(double{}), ".0");
    case DType::c64:
      return complex_repr(load(std::complex<float>{}));
    case DType::c128:
      return complex_repr(load(std::complex<double>{}));
  }
  return "?";
}

/// The text's first `most` bytes, or up to three less: no character is cut.
std::string_view beginning(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  const std::size_t least = most - std::min<std::size_t>(most, 3);
  while (most > least && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
  return text.substr(0, most);
}

/// What is printed, which counts against a statement's limit as it grows. Nothing needs to be added once it is full.
struct Text : std::string {
  Text(std::size_t longest, bool only_ends) : most(longest), abbreviated(only_ends) {}
  using std::string::operator+=;

  bool is_full() const { return size() > most; }
  /// As much of an item's text as can be seen, and a character more: it makes this full.
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

  /// Whether of so many only the ends are printed.
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

/// Rows without elements cost nothing, so there may be more of them than can ever be printed.
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

/// Prints, and knows which containers it is inside of.
class Printer {
 public:
  explicit Printer(std::size_t most, bool abbreviated = false) : out_(most, abbreviated) {}

  void print(const Value& value) {
    out_.count();
    switch (value.kind()) {
      case Kind::none:
        out_ += "None";
        break;
      case Kind::boolean:
        out_ += contents<BooleanObject>(value) ? "True" : "False";
        break;
      case Kind::integer:
        out_ += integer_text(integral(value));
        break;
      case Kind::real:
        out_ += real_repr(contents<RealObject>(value));
        break;
      case Kind::complex:
        out_ += complex_repr(contents<ComplexObject>(value));
        break;
      case Kind::string:
        print_text(contents<StringObject>(value), "str", string_repr);
        break;
      case Kind::bytes:
        print_text(contents<BytesObject>(value), "bytes", bytes_repr);
        break;
      case Kind::list:
        print_items(value, "[", "]", "]");
        break;
      case Kind::tuple:
        print_items(value, "(", ")", ",)");
        break;
      case Kind::dict:
        print_dict(value);
        break;
      case Kind::array:
        print_array(contents<ArrayObject>(value));
        break;
      case Kind::reference:
        out_ += "Reference(" + string_repr(contents<ReferenceObject>(value)) + ")";
        break;
      case Kind::function:
        out_ += "<" + contents<FunctionObject>(value).description + ">";
        break;
      case Kind::module:
        out_ += "<" + contents<ModuleObject>(value).description + ">";
        break;
      case Kind::opaque:
        out_ += "<" + value.type_name() + " object>";
        break;
    }
  }
  std::string take() { return std::move(out_); }

 private:
  bool enter(const Value& value, const char* ellipsis) {
    if (std::find(inside_.begin(), inside_.end(), value.object()) != inside_.end()) {
      out_ += ellipsis;
      return false;
    }
    inside_.push_back(value.object());
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

  /// What stands before the ends of many items, if they are many.
  bool open_many(const Value& value, std::size_t items) {
    if (!out_.is_many(items)) return false;
    out_ += "<" + value.type_name() + " of " + std::to_string(items) + " items: ";
    return true;
  }

  /// `close_one` closes a sequence of one item.
  void print_items(const Value& value, const char* open, const char* close, const char* close_one) {
    const Depth depth("printing");
    if (!enter(value, *open == '[' ? "[...]" : "(...)")) return;
    ItemReader items(value);
    const bool many = open_many(value, items.size());
    out_ += open;
    out_.each(items.size(), many, [&](std::size_t i) { print(items[i]); });
    out_ += items.size() == 1 ? close_one : close;
    if (many) out_ += '>';
    inside_.pop_back();
  }

  void print_array(const Array& array) {
    const bool nothing = is_too_long_for_nothing(array), many = out_.is_many(array.size());
    if (nothing || many) out_ += "<" + array.describe() + (many ? ": " : "");
    if (!nothing) print_axis(out_, array, many);
    if (nothing || many) out_ += '>';
  }

  void print_dict(const Value& value) {
    const Depth depth("printing");
    if (!enter(value, "{...}")) return;
    const Dict& dict = contents<DictObject>(value);
    const bool many = open_many(value, dict.size());
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

  Text out_;
  std::vector<const Object*> inside_;
};

}  // namespace

std::string real_repr(double number) { return shortest(number, ".0"); }

std::string string_repr(std::string_view text) {
  const char quote = quote_for(text);
  std::string out(1, quote);
  while (!text.empty()) {
    const std::string_view character = text.substr(0, character_length(text));
    text.remove_prefix(character.size());
    if (character.size() == 1) {
      append_ascii(out, static_cast<unsigned char>(character[0]), quote);
      continue;
    }
    const std::uint32_t point = code_point(character);
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
