// tests/libraries/rows.cpp: a plugin, under two names, with the code that protoc made of row.proto.
#include "row.pb.h"

#include <string>
#include <vector>

#include <enginery/plugin.hpp>

static std::string packed(const std::string& name, const std::vector<double>& numbers) {
  Row row;
  row.set_name(name);
  row.mutable_numbers()->Assign(numbers.begin(), numbers.end());
  return row.DebugString();
}

ENGINERY_PLUGIN(PLUGIN, m) { m.def("packed", packed, "name"_a, "numbers"_a); }
