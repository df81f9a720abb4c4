// tests/libraries/opencv_codec.hpp: OpenCV's matrices, which are row-major, as Values. docs/libraries.md quotes it.
#pragma once

#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include <opencv2/core.hpp>

#include <enginery/array.hpp>
#include <enginery/codec.hpp>

/// An image of c channels is an array of shape (rows, columns, c), or (rows, columns) when c is 1.
template <>
struct enginery::Codec<cv::Mat> {
  static Value encode(const cv::Mat& image) { return encode(image.clone()); }
  /// No copy, unless others hold the image, too, or it is a part of a larger one.
  static Value encode(cv::Mat&& image) {
    const bool alone = image.u && image.u->refcount == 1 && image.isContinuous();
    const auto owner = std::make_shared<cv::Mat>(alone ? std::move(image) : image.clone());
    std::vector<std::int64_t> shape{owner->rows, owner->cols};
    if (owner->channels() > 1) shape.push_back(owner->channels());
    return Value::array(
        Array(dtype(owner->depth()), shape, Order::row_major, owner, reinterpret_cast<std::byte*>(owner->data)));
  }
  static cv::Mat decode(const Value& value) {
    return on_memory_of(Codec<Array>::decode(value).ordered(Order::row_major)).clone();
  }
  static std::string name() { return "array[image]"; }

  /// No copy: an image on the memory of an array, which must outlive it.
  static cv::Mat on_memory_of(const Array& array) {
    const auto shape = array.shape();
    if (array.ndim() < 2 || array.ndim() > 3 || !array.fits(Order::row_major))
      throw ValueError("an image is an array of rows, columns and channels, in rows; got an " + array.describe());
    const int channels = array.ndim() == 3 ? static_cast<int>(shape[2]) : 1;
    return cv::Mat(static_cast<int>(shape[0]), static_cast<int>(shape[1]), CV_MAKETYPE(depth(array.dtype()), channels),
                   const_cast<std::byte*>(array.data()));
  }

 private:
  static constexpr std::pair<int, DType> kTypes[] = {{CV_8U, DType::u8},   {CV_8S, DType::i8},   {CV_16U, DType::u16},
                                                     {CV_16S, DType::i16}, {CV_32S, DType::i32}, {CV_32F, DType::f32},
                                                     {CV_64F, DType::f64}};
  static DType dtype(int depth) {
    for (const auto& [cv, our] : kTypes)
      if (cv == depth) return our;
    throw TypeError("an image of half-precision numbers cannot travel; convertTo(…, CV_32F) first");
  }
  static int depth(DType dtype) {
    for (const auto& [cv, our] : kTypes)
      if (our == dtype) return cv;
    throw TypeError(std::string("OpenCV has no images of ") + to_string(dtype));
  }
};
