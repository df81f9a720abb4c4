// core/diagnosis/function_name.hpp: functions by the names that they have in the source.
#pragma once

#include <string>
#include <string_view>
#include <typeinfo>

#include <enginery/export.hpp>

namespace enginery::modules {

/// "get_norms", "ns::wait": a demangled function or class without parameters, template arguments, qualifiers and return
/// type. What stands in an anonymous namespace is named without it, and a lambda is "f::<lambda>".
std::string short_name(std::string_view demangled);

/// The short name of the function at an address of this process, also of a static one: from the symbols of its file.
/// Where they were stripped, "tour.so+0x1f40".
ENGINERY_API std::string function_name(const void* function);

/// The name of a function object's class, which a lambda has too.
ENGINERY_API std::string class_name(const std::type_info& type);

}  // namespace enginery::modules
