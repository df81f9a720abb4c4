# cmake/Unity.cmake: several sources of a folder compiled as one.
#
# Most of the time of compiling a source goes into the headers that its neighbours read too. Off (as in the preset dev),
# an edit compiles one source only.
option(ENGINERY_UNITY "Compile up to a dozen sources of a folder as one: less than half of the time in all" ON)

# enginery_unity(TARGET): for the sources that the target has so far.
function(enginery_unity target)
  if(NOT ENGINERY_UNITY)
    return()
  endif()
  get_target_property(sources ${target} SOURCES)
  list(FILTER sources EXCLUDE REGEX "(program_note|global_libraries)\\.cpp$")
  foreach(source IN LISTS sources)
    if(NOT source MATCHES "\\.cpp$")
      continue()
    endif()
    cmake_path(ABSOLUTE_PATH source OUTPUT_VARIABLE folder)
    cmake_path(RELATIVE_PATH folder BASE_DIRECTORY ${PROJECT_SOURCE_DIR})
    cmake_path(REMOVE_FILENAME folder)
    string(MAKE_C_IDENTIFIER "${folder}" folder)
    math(EXPR group "${count_${folder}} + 0")
    math(EXPR count_${folder} "${group} + 1")
    math(EXPR group "${group} / 12")
    set_source_files_properties(${source} TARGET_DIRECTORY ${target} PROPERTIES UNITY_GROUP ${folder}_${group})
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
endfunction()
