// core/enginery/durations.hpp: std::chrono's durations, clocks and literals, without its calendars and their streams.
#pragma once

#include <string>  // also tells which library this is

#if defined(__GLIBCXX__) && __has_include(<bits/chrono.h>)
#include <bits/chrono.h>
#else
#include <chrono>
#endif
