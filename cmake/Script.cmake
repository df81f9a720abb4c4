# cmake/Script.cmake: writes down how scripts are compiled, which is how enginery_add_plugin compiles in Release:
# <libdir>/enginery/script.json, for the tree and to be installed. The library finds it beside itself.

# The elements of a list as a JSON array.
function(enginery_json_array result)
  set(array "[]")
  foreach(element IN LISTS ARGN)
    string(JSON count LENGTH "${array}")
    string(REPLACE "\\" "\\\\" element "${element}")
    string(REPLACE "\"" "\\\"" element "${element}")
    string(JSON array SET "${array}" ${count} "\"${element}\"")
  endforeach()
  set(${result} "${array}" PARENT_SCOPE)
endfunction()

# enginery_write_script_json(FILE INCLUDE): `INCLUDE` is the folder of enginery's headers, relative to FILE's or absolute.
function(enginery_write_script_json file include)
  enginery_plugin_options(plugin_compile plugin_link)
  get_directory_property(tree_compile COMPILE_OPTIONS)  # a sanitizer's
  get_directory_property(tree_link LINK_OPTIONS)
  get_target_property(eigen Eigen3::Eigen INTERFACE_INCLUDE_DIRECTORIES)
  separate_arguments(given UNIX_COMMAND "${CMAKE_CXX_FLAGS}")
  enginery_json_array(compile ${CMAKE_CXX20_EXTENSION_COMPILE_OPTION} -O2 -g1 -DNDEBUG ${given} ${tree_compile} -fPIC
    -fvisibility=hidden -fvisibility-inlines-hidden ${plugin_compile})
  enginery_json_array(link ${tree_link} ${plugin_link})
  enginery_json_array(include ${include})
  enginery_json_array(system_include ${eigen})
  set(json "{}")
  string(JSON json SET "${json}" compiler "\"${CMAKE_CXX_COMPILER}\"")
  foreach(key compile link include system_include)
    string(JSON json SET "${json}" ${key} "${${key}}")
  endforeach()
  file(CONFIGURE OUTPUT ${file} CONTENT "${json}\n" @ONLY)
endfunction()

enginery_write_script_json(${CMAKE_LIBRARY_OUTPUT_DIRECTORY}/enginery/script.json ${PROJECT_SOURCE_DIR}/core)
file(RELATIVE_PATH include_of_script ${CMAKE_INSTALL_FULL_LIBDIR}/enginery ${CMAKE_INSTALL_FULL_INCLUDEDIR})
enginery_write_script_json(${PROJECT_BINARY_DIR}/installed/script.json ${include_of_script})
install(FILES ${PROJECT_BINARY_DIR}/installed/script.json DESTINATION ${CMAKE_INSTALL_LIBDIR}/enginery)
