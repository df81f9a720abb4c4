# cmake/EngineryPlugin.cmake: enginery_add_plugin, for the tree and for the installed package.

# enginery_optimise(TARGET): -O2 where the project chose neither a build type nor an optimisation: CMake's own default is
# none at all, and code made for computing is then many times slower.
function(enginery_optimise target)
  if(CMAKE_BUILD_TYPE OR CMAKE_CONFIGURATION_TYPES OR CMAKE_CXX_FLAGS MATCHES "(^| )-O")
    return()
  endif()
  target_compile_options(${target} PRIVATE -O2)
  get_property(said GLOBAL PROPERTY ENGINERY_SAID_OPTIMISED)
  if(NOT said)
    message(STATUS "enginery: no CMAKE_BUILD_TYPE, so plugins and programs are compiled with -O2")
    set_property(GLOBAL PROPERTY ENGINERY_SAID_OPTIMISED TRUE)
  endif()
endfunction()

# enginery_plugin_options(COMPILE LINK): sets the variables of these names to the options of plugins, which are those of
# scripts too.
function(enginery_plugin_options compile link)
  set(compile_options "")
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    set(compile_options -fno-gnu-unique)
  endif()
  set(link_options -Wl,--build-id=sha1)
  # clang leaves a sanitizer's runtime to the executable, so its plugins cannot be without undefined symbols.
  if(NOT (CMAKE_CXX_COMPILER_ID MATCHES "Clang" AND CMAKE_CXX_FLAGS MATCHES "-fsanitize"))
    list(APPEND link_options -Wl,-z,defs)
  endif()
  set(${compile} ${compile_options} PARENT_SCOPE)
  set(${link} ${link_options} PARENT_SCOPE)
endfunction()

# enginery_open_globally(TARGET libraries…): when TARGET is loaded, the libraries of these names (as -l takes them), which
# it links, become visible to all that is loaded later, as RTLD_GLOBAL makes them. What a library itself loads and does
# not link with it, such as Python's extension modules, needs that.
function(enginery_open_globally target)
  list(TRANSFORM ARGN REPLACE "(.+)" "\"\\1\"")
  list(JOIN ARGN "," names)
  set(source ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/global_libraries.cpp)
  target_sources(${target} PRIVATE ${source})
  set_source_files_properties(${source} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
  target_compile_definitions(${target} PRIVATE "ENGINERY_GLOBAL_LIBRARIES=${names}")
  target_link_libraries(${target} PRIVATE ${CMAKE_DL_LIBS})
endfunction()

# enginery_add_plugin(NAME sources… [GLOBAL_LIBRARIES names…]): the plugin NAME as NAME.so. One of the sources holds ENGINERY_PLUGIN(NAME, m).
# Like any target, it takes target_link_libraries, target_compile_options, …; link with PRIVATE. GLOBAL_LIBRARIES: as
# enginery_open_globally.
#
# Its own symbols are hidden and none is unique across the process, so that two plugins (or two builds of one) do not
# reach into each other; an undefined symbol is an error now, not when an engine loads it; and the build-id is what
# engines know it by.
function(enginery_add_plugin name)
  if(NOT name MATCHES "^[A-Za-z_][A-Za-z0-9_]*$")
    message(FATAL_ERROR "enginery_add_plugin: \"${name}\" is not a name: use letters, digits and _, and begin with no digit")
  endif()
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "GLOBAL_LIBRARIES")
  if(NOT arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "enginery_add_plugin(${name}) needs its sources, such as ${name}.cpp")
  endif()
  add_library(${name} MODULE ${arg_UNPARSED_ARGUMENTS})
  if(arg_GLOBAL_LIBRARIES)
    enginery_open_globally(${name} ${arg_GLOBAL_LIBRARIES})
  endif()
  set_target_properties(${name} PROPERTIES
    PREFIX "" SUFFIX ".so"
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    POSITION_INDEPENDENT_CODE ON)
  target_compile_features(${name} PRIVATE cxx_std_20)
  enginery_optimise(${name})
  enginery_plugin_options(compile_options link_options)
  target_compile_options(${name} PRIVATE ${compile_options})
  target_link_options(${name} PRIVATE ${link_options})
  target_link_libraries(${name} PRIVATE enginery::plugin)
  if(TARGET enginery_flags)  # in the tree
    target_link_libraries(${name} PRIVATE enginery_flags)
    set_target_properties(${name} PROPERTIES
      LIBRARY_OUTPUT_DIRECTORY ${CMAKE_LIBRARY_OUTPUT_DIRECTORY}/enginery/plugins
      INSTALL_RPATH "$ORIGIN/../..")
  endif()
endfunction()
