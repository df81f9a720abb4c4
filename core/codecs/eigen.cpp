// core/codecs/eigen.cpp: what Eigen's codecs check about shapes, strides and indices.
//
// Eigen checks little of this itself in a release build: a wrong stride or a wrong index of a sparse matrix reads
// memory of somebody else's. Values come from other processes, so all is checked here before Eigen sees a pointer.
#include <enginery/eigen.hpp>

#include "core/values/dtype.hpp"
#include "core/values/objects.hpp"

namespace enginery::detail {
namespace {

std::string extent_text(std::int64_t fixed) { return fixed < 0 ? "n" : std::to_string(fixed); }

std::string wanted_text(const DenseShape& wanted) {
  if (wanted.vector) {
    const std::int64_t length = wanted.rows == 1 ? wanted.cols : wanted.rows;
    return "(" + extent_text(length) + ",)";
  }
  return "(" + extent_text(wanted.rows) + ", " + extent_text(wanted.cols) + ")";
}

bool allows(std::int64_t extent, std::int64_t fixed, std::int64_t most) {
  return (fixed < 0 || extent == fixed) && (most < 0 || extent <= most);
}

const Value& entry(const Dict& dict, const char* key, std::string_view type) {
  const Value* const value = dict.find(key);
  if (!value)
    throw ValueError("a dict for " + std::string(type) + " lacks the key '" + key +
                     "'; it needs format, shape, data, indices and indptr");
  return *value;
}

Array numbers(const Dict& dict, const char* key, DType dtype, std::string_view type) {
  try {
    return readable_vector(entry(dict, key, type), dtype, "the sparse matrix");
  } catch (const TypeError&) {
    rethrow_within(std::string("key '") + key + "'");
  } catch (const ValueError&) {
    rethrow_within(std::string("key '") + key + "'");
  }
}

}  // namespace

RowsCols fit_shape(const Array& array, const DenseShape& wanted, std::string_view type) {
  std::optional<RowsCols> fit;
  const std::span<const std::int64_t> shape = array.shape();
  if (array.ndim() == 1) {
    // A vector lies along the free dimension; for a matrix it is one column.
    const bool row = wanted.rows == 1 && wanted.cols != 1;
    fit = row ? RowsCols{1, shape[0]} : RowsCols{shape[0], 1};
  } else if (array.ndim() == 2) {
    fit = {shape[0], shape[1]};
  }
  if (!fit || !allows(fit->rows, wanted.rows, wanted.max_rows) || !allows(fit->cols, wanted.cols, wanted.max_cols)) {
    const std::string message = "expected an array of shape " + wanted_text(wanted) + " for " + std::string(type) +
                                ", got an " + array.describe();
    if (!fit || (array.ndim() == 2 && wanted.vector && shape[0] != 1 && shape[1] != 1)) throw TypeError(message);
    throw ValueError(message);
  }
  return *fit;
}

Array dense_array(const Value& value, DType dtype, std::string_view type) {
  if (!has_items(value)) throw_expected("an array for " + std::string(type), value);
  return array_of(value, dtype);
}

std::optional<Strides> view_strides(const Array& array, const DenseView& view, RowsCols extents) noexcept {
  // Two readings of the same memory: as it is stored, or (of one row or column) either way.
  for (const Order order :
       {array.order(), array.order() == Order::row_major ? Order::column_major : Order::row_major}) {
    if (!array.fits(order)) continue;
    const bool row_major = array.ndim() == 1 ? view.row_major : order == Order::row_major;
    const Strides along = row_major ? Strides{1, extents.cols} : Strides{1, extents.rows};
    const Strides strides = row_major == view.row_major ? along : Strides{along.outer, along.inner};
    const std::int64_t natural = view.row_major ? extents.cols : extents.rows;
    const auto serves = [](std::int64_t wanted, std::int64_t otherwise, std::int64_t actual) {
      return wanted < 0 || actual == (wanted == 0 ? otherwise : wanted);
    };
    if (serves(view.inner_stride, 1, strides.inner) &&
        serves(view.outer_stride, natural * strides.inner, strides.outer))
      return strides;
    // The outer stride of a vector is never walked along.
    if (view.shape.vector && serves(view.inner_stride, 1, 1)) return Strides{1, natural};
  }
  return std::nullopt;
}

Array& viewable_array(const Value& value, const DenseView& view, std::string_view type) {
  const std::string prefix = "cannot see the object's own memory as " + std::string(type) + ": ";
  const std::string remedy = "; take a const Eigen::Ref or the matrix by value to get a copy";
  if (value.kind() != Kind::array) throw TypeError(prefix + "it is a " + value.type_name() + ", not an array" + remedy);
  Array& array = value.as_array();
  if (array.dtype() != view.dtype)
    throw TypeError(prefix + "it is an " + array.describe() + ", not of " + to_string(view.dtype) + remedy);
  const RowsCols extents = fit_shape(array, view.shape, type);
  if (!view_strides(array, view, extents))
    throw TypeError(prefix + "it is " + (array.order() == Order::row_major ? "row-major" : "column-major") + remedy);
  if (view.alignment > 1 && reinterpret_cast<std::uintptr_t>(array.data()) % view.alignment != 0)
    throw TypeError(prefix + "it is not aligned to " + std::to_string(view.alignment) + " bytes" + remedy);
  return array;
}

Array readable_array(const Value& value, const DenseView& view, std::string_view type) {
  Array array = dense_array(value, view.dtype, type);
  const RowsCols extents = fit_shape(array, view.shape, type);
  if (!view_strides(array, view, extents)) {
    array = array.ordered(view.row_major ? Order::row_major : Order::column_major);
    if (!view_strides(array, view, extents))
      throw TypeError("an " + array.describe() + " has no layout for " + std::string(type) +
                      ", whose strides are fixed; take a Ref with its usual strides");
  }
  if (view.alignment > 1 && reinterpret_cast<std::uintptr_t>(array.data()) % view.alignment != 0) {
    const Array unaligned = array;
    array.mutable_data();  // a copy of our own, which is aligned
  }
  return array;
}

Value encode_compressed(Compressed parts) {
  Dict dict;
  dict.reserve(5);
  set_field(dict, "format", Value::string(parts.row_major ? "csr" : "csc"));
  set_field(dict, "shape", Value::tuple({Value::integer(parts.rows), Value::integer(parts.cols)}));
  set_field(dict, "data", Value::array(std::move(parts.data)));
  set_field(dict, "indices", Value::array(std::move(parts.indices)));
  set_field(dict, "indptr", Value::array(std::move(parts.indptr)));
  return Value::dict(std::move(dict));
}

Compressed decode_compressed(const Value& value, DType scalar, DType index, std::string_view type) {
  if (value.kind() != Kind::dict) throw_expected("a dict for " + std::string(type), value);
  const Dict& dict = value.as_dict();
  const auto refuse = [&](const std::string& why) {
    throw ValueError("not a sparse matrix for " + std::string(type) + ": " + why);
  };
  Compressed parts;
  const std::string& format = decode_text(entry(dict, "format", type));
  if (format != "csc" && format != "csr") refuse("its format is '" + format + "', not 'csc' or 'csr'");
  parts.row_major = format == "csr";
  Items shape(
      entry(dict, "shape", type), [] { return word("its shape"); }, 2);
  parts.rows = shape.next().as<std::int64_t>();
  parts.cols = shape.next().as<std::int64_t>();
  if (parts.rows < 0 || parts.cols < 0) refuse("its shape is negative");
  parts.data = numbers(dict, "data", scalar, type);
  parts.indices = numbers(dict, "indices", index, type);
  parts.indptr = numbers(dict, "indptr", index, type);

  const std::int64_t outer = parts.row_major ? parts.rows : parts.cols;
  const std::int64_t inner = parts.row_major ? parts.cols : parts.rows;
  // As i64, whatever Eigen's index type is: the checks below must not overflow.
  const Array wide_indices = parts.indices.converted(DType::i64), wide_starts = parts.indptr.converted(DType::i64);
  const std::span<const std::int64_t> indices = wide_indices.elements<std::int64_t>();
  const std::span<const std::int64_t> starts = wide_starts.elements<std::int64_t>();
  const std::int64_t count = static_cast<std::int64_t>(parts.data.size());
  if (static_cast<std::int64_t>(starts.size()) - 1 != outer)
    refuse("indptr needs " + std::to_string(outer) + " + 1 elements");
  if (static_cast<std::int64_t>(indices.size()) != count) refuse("data and indices differ in length");
  if (starts.front() != 0 || starts.back() != count) refuse("indptr must run from 0 to " + std::to_string(count));
  for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
    if (starts[i + 1] < starts[i] || starts[i + 1] > count) refuse("indptr must ascend");
    for (std::int64_t k = starts[i]; k < starts[i + 1]; ++k) {
      const std::int64_t at = indices[static_cast<std::size_t>(k)];
      if (at < 0 || at >= inner) refuse("index " + std::to_string(at) + " is outside its shape");
      if (k > starts[i] && at <= indices[static_cast<std::size_t>(k - 1)])
        refuse("indices must ascend within each " + std::string(parts.row_major ? "row" : "column"));
    }
  }
  return parts;
}

}  // namespace enginery::detail
