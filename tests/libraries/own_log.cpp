// tests/libraries/own_log.cpp: a plugin that uses that library.
#include <string>

#include <enginery/plugin.hpp>

std::string logged_by_own_spdlog(const std::string& words);

ENGINERY_PLUGIN(own_log, m) { m.def("logged", logged_by_own_spdlog, "words"_a); }
