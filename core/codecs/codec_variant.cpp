// core/codecs/codec_variant.cpp: which alternative a value is, and what an optional holds.
//
// A value that says no index, and whose kind does not tell, is decoded as each alternative and encoded again. The
// alternative whose result is most like the value wins. Two that are equally good are an error: a guess would depend on
// the order of declaration.
#include <enginery/codec_variant.hpp>

#include <algorithm>
#include <cmath>

#include "core/values/objects.hpp"

namespace enginery::detail {
namespace {

bool is_tuple_of(std::size_t count, const Value& value) {
  return value.kind() == Kind::tuple && items_of(value).size() == count;
}

bool is_nan(const Value& value) { return value.kind() == Kind::real && std::isnan(contents<RealObject>(value)); }

/// As arrays: of the same elements, and of one dtype?
Likeness compare_arrays(const Array& given, const Array& back) {
  if (given == back) return given.dtype() == back.dtype() ? Likeness::same : Likeness::equal;
  return Likeness::changed;
}

Likeness compare_items(const List& given, const List& back, Likeness best) {
  if (given.size() != back.size()) return Likeness::changed;
  for (std::size_t i = 0; i < given.size() && best != Likeness::changed; ++i)
    best = std::min(best, likeness_of(given[i], back[i]));
  return best;
}

Likeness compare_dicts(const Dict& given, const Dict& back) {
  if (given.size() != back.size()) return Likeness::changed;
  Likeness worst = Likeness::same;
  for (const auto& [key, item] : given) {
    const Value* const there = back.find(key);
    worst = there ? std::min(worst, likeness_of(item, *there)) : Likeness::changed;
    if (worst == Likeness::changed) break;
  }
  return worst;
}

}  // namespace

Value encode_held(Value held) {
  return held.is_none() || is_tuple_of(1, held) ? Value::tuple({std::move(held)}) : held;
}

Value decode_held(const Value& value) { return is_tuple_of(1, value) ? items_of(value)[0] : value; }

Likeness likeness_of(const Value& given, const Value& back) {
  if (given.is(back)) return Likeness::same;
  if (is_nan(given) && is_nan(back)) return Likeness::same;
  const bool same_kind = given.kind() == back.kind();
  if (same_kind && given.kind() == Kind::array) {
    const Likeness fit = compare_arrays(contents<ArrayObject>(given), contents<ArrayObject>(back));
    if (fit != Likeness::changed) return fit;  // else there may be NaNs in it
  }
  if (has_items(given) && has_items(back)) {
    const Depth depth("comparing");
    const bool one_dtype =
        given.kind() != Kind::array || contents<ArrayObject>(given).dtype() == contents<ArrayObject>(back).dtype();
    return compare_items(given.elements(), back.elements(), same_kind && one_dtype ? Likeness::same : Likeness::equal);
  }
  if (same_kind && given.kind() == Kind::dict) {
    const Depth depth("comparing");
    return compare_dicts(contents<DictObject>(given), contents<DictObject>(back));
  }
  if (!Value::equal(given, back)) return Likeness::changed;
  return same_kind ? Likeness::same : Likeness::equal;
}

Value tagged(std::size_t index, Value value) {
  return Value::tuple({Value::integer(static_cast<std::int64_t>(index)), std::move(value)});
}

std::size_t index_of(const Value& value, std::size_t count) noexcept {
  if (!is_tuple_of(2, value) || items_of(value)[0].kind() != Kind::integer) return count;
  const auto index = integral(items_of(value)[0]);
  return index >= 0 && static_cast<std::size_t>(index) < count ? static_cast<std::size_t>(index) : count;
}

const Value& tagged_item(const Value& value) { return items_of(value)[1]; }

void rethrow_within_alternative(std::size_t index, std::string_view type) {
  rethrow_within("alternative " + std::to_string(index) + ", " + std::string(type));
}

std::size_t only_best(std::span<const Likeness> fits, const Value& value, TypeName name,
                      std::span<const std::string_view> types, bool is_tagged) {
  const Likeness best = *std::max_element(fits.begin(), fits.end());
  if (best == Likeness::not_at_all) throw_expected(name, value);
  const auto first = static_cast<std::size_t>(std::find(fits.begin(), fits.end(), best) - fits.begin());
  if (std::count(fits.begin(), fits.end(), best) == 1) return first;
  std::string text = value.type_name() + ' ' + brief(value) + " could be several alternatives of a variant:";
  for (std::size_t i = 0; i < fits.size(); ++i)
    if (fits[i] == best) text += (i == first ? " " : ", ") + std::to_string(i) + " (" + std::string(types[i]) + ')';
  throw TypeError(text + (is_tagged ? "; give (index, value), as (" + std::to_string(first) + ", …)"
                                    : std::string("; give what is exactly one of them")));
}

}  // namespace enginery::detail
