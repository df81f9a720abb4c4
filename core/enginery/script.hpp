// core/enginery/script.hpp: what scripts and statements of C++ see without including it.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <complex>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iomanip>
#include <iostream>
#include <limits>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include <enginery/array.hpp>
#include <enginery/errors.hpp>
#include <enginery/namespace.hpp>
#include <enginery/plugin.hpp>
#include <enginery/stop.hpp>
#if __has_include(<Eigen/Core>)
#include <enginery/eigen.hpp>
#endif
