// tests/libraries/images.cpp: a plugin of OpenCV's.
#include "tests/libraries/opencv_codec.hpp"

#include <enginery/plugin.hpp>

static cv::Mat turned(const cv::Mat& image) {
  cv::Mat result;
  cv::rotate(image, result, cv::ROTATE_90_CLOCKWISE);
  return result;
}
static cv::Mat corner(const cv::Mat& image) { return image(cv::Rect(0, 0, 2, 2)); }  // of a larger one
static double brightness(const enginery::Array& image) {
  return cv::mean(enginery::Codec<cv::Mat>::on_memory_of(image))[0];
}

ENGINERY_PLUGIN(images, m) {
  m.def("turned", turned, "image"_a).def("corner", corner, "image"_a).def("brightness", brightness, "image"_a);
}
