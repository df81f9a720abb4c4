# cmake/InnerLibraries.cmake: C++ libraries that enginery uses inside and that nobody else may see.
#
# What an engine or a program links lies in the scope in which all that it loads looks first. A user's library that has
# spdlog or fmt in it would be bound to ours, whatever the version. So these are linked in, not shared, and exports.map
# keeps their names inside.

# fmt's one source, compiled here: all of fmt in the headers costs four seconds for each of a hundred sources.
# The headers must not see FMT_SHARED, which gives fmt's names away.
get_target_property(include fmt::fmt INTERFACE_INCLUDE_DIRECTORIES)
add_library(enginery_fmt STATIC ${CMAKE_CURRENT_LIST_DIR}/fmt.cpp)
target_include_directories(enginery_fmt SYSTEM PUBLIC ${include})
target_compile_features(enginery_fmt PUBLIC cxx_std_20)

# spdlog in the headers: one source of ours uses it.
get_target_property(include spdlog::spdlog_header_only INTERFACE_INCLUDE_DIRECTORIES)
get_target_property(definitions spdlog::spdlog_header_only INTERFACE_COMPILE_DEFINITIONS)
add_library(enginery_spdlog INTERFACE)
target_include_directories(enginery_spdlog SYSTEM INTERFACE ${include})
if(definitions)
  target_compile_definitions(enginery_spdlog INTERFACE ${definitions})
endif()
target_link_libraries(enginery_spdlog INTERFACE enginery_fmt)

# enginery_export_own_names(TARGET): a library or program gives away enginery's names only, not those of the templates
# that it instantiates.
function(enginery_export_own_names target)
  target_link_options(${target} PRIVATE -Wl,--version-script=${PROJECT_SOURCE_DIR}/cmake/exports.map)
  set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${PROJECT_SOURCE_DIR}/cmake/exports.map)
endfunction()
