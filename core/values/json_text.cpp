// core/values/json_text.cpp: a value as JSON.

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/values/allocation_limit.hpp"
#include "core/values/characters.hpp"
#include "core/values/objects.hpp"

namespace enginery {
namespace {

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k) bits = bits << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k) text += k <= count ? kDigits[bits >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

/// Writes one value. Remembers the containers that it is inside of, since JSON cannot say that one holds itself.
class JsonWriter {
 public:
  explicit JsonWriter(std::size_t most) : most_(most) {}

  void write(const Value& value) {
    check_length();
    if (value.is_none())
      out_ += "null";
    else
      with_object(value.object(), [&](auto& object) {
        if constexpr (requires { on(object); })
          on(object);
        else  // JSON has nothing like it
          write_text(value.repr());
      });
  }
  std::string take() {
    check_length();
    return std::move(out_);
  }

 private:
  void check_length() {
    if (out_.size() > most_)
      throw ValueError(fmt::format(
          "the result has more than {} MiB as JSON; give it a name and pull it, or a part of it", most_ >> 20));
    constexpr std::size_t kStep = 64 << 10;
    if (out_.size() - counted_ < kStep) return;
    AllocationLimit::charge(out_.size() - counted_);
    counted_ = out_.size();
  }

  void on(const BooleanObject& object) { out_ += object.contents ? "true" : "false"; }
  void on(const IntegerObject& object) { out_ += integer_text(object.number()); }
  void on(const RealObject& object) { write_real(object.contents); }
  void on(const StringObject& object) { write_text(object.contents); }
  void on(const BytesObject& object) { out_ += "{\"base64\": \"" + base64(object.contents) + "\"}"; }
  void on(const ListObject& object) { write_items(object, "list"); }
  void on(const TupleObject& object) { write_items(object, "tuple"); }
  void on(const ArrayObject& object) { write_array(object.contents); }

  void on(const ComplexObject& object) {
    out_ += "{\"real\": ";
    write_real(object.contents.real());
    out_ += ", \"imag\": ";
    write_real(object.contents.imag());
    out_ += '}';
  }

  void on(const DictObject& object) {
    const Depth depth("writing JSON");
    enter(object, "dict");
    const Dict& dict = object.contents;
    const bool texts =
        std::all_of(dict.begin(), dict.end(), [](const auto& item) { return item.key.kind() == Kind::string; });
    out_ += texts ? '{' : '[';
    bool first = true;
    for (const auto& [key, item] : dict) {
      if (!std::exchange(first, false)) out_ += ", ";
      if (!texts) out_ += '[';
      write(key);
      out_ += texts ? ": " : ", ";
      write(item);
      if (!texts) out_ += ']';
    }
    out_ += texts ? '}' : ']';
    inside_.pop_back();
  }

  void enter(const Object& object, const char* type) {
    if (std::find(inside_.begin(), inside_.end(), &object) != inside_.end())
      throw ValueError(fmt::format("a {} that holds itself cannot be written as JSON", type));
    inside_.push_back(&object);
  }

  void write_real(double number) {
    if (std::isfinite(number))
      out_ += real_repr(number);
    else
      out_ += '"' + real_repr(number) + '"';
  }

  void write_text(std::string_view text) {
    out_ += '"';
    while (!text.empty()) {
      const std::string_view character = take_character(text);
      const auto byte = static_cast<unsigned char>(character[0]);
      if (character.size() > 1)
        out_ += character;
      else if (byte >= 0x80)
        out_ += "\xef\xbf\xbd";
      else if (byte < 0x20 || byte == 0x7f)
        out_ += fmt::format("\\u{:04x}", byte);
      else if (byte == '"' || byte == '\\')
        (out_ += '\\') += character;
      else
        out_ += character;
    }
    out_ += '"';
  }

  void write_items(const Object& object, const char* type) {
    const Depth depth("writing JSON");
    enter(object, type);
    ItemReader items(&object);
    out_ += '[';
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i) out_ += ", ";
      write(items[i]);
    }
    out_ += ']';
    inside_.pop_back();
  }

  void write_array(const Array& array) {
    if (array.ndim() == 0) return write(array.item(0));
    out_ += '[';
    for (std::int64_t i = 0; i < array.shape()[0]; ++i) {
      if (i) out_ += ", ";
      if (array.ndim() == 1)
        write(array.item(static_cast<std::size_t>(i)));
      else
        write_array(array.row(i));
      check_length();
    }
    out_ += ']';
  }

  const std::size_t most_;
  std::string out_;
  std::size_t counted_ = 0;
  std::vector<const Object*> inside_;
};

}  // namespace

std::string json_text(std::size_t most, const Value& value) {
  JsonWriter writer(most);
  writer.write(value);
  return writer.take();
}

}  // namespace enginery
