# cmake/EngineryProgram.cmake: enginery_add_program, for the tree and for the installed package.

set(ENGINERY_CMAKE_DIR ${CMAKE_CURRENT_LIST_DIR})
enable_language(C)  # a program's main is reached by C: C++ forbids to name it

# enginery_add_program(NAME sources… [GLOBAL_LIBRARIES names…]): a user's program as a shared object, NAME.so, and a tiny executable NAME that calls
# its main. The target NAME is the shared object, so target_link_libraries(NAME PRIVATE …) and its like go to the code.
# Both lie in CMAKE_CURRENT_BINARY_DIR. install(TARGETS NAME NAME_executable DESTINATION bin) keeps them together.
#
# glibc refuses to dlopen an executable; so code that is to be loaded elsewhere lives in a shared object. `main` keeps its
# name (renaming it would make its missing return undefined) and is reached through one exported pointer.
function(enginery_add_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "GLOBAL_LIBRARIES")
  if(NOT arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "enginery_add_program(${name}) needs its sources, such as ${name}.cpp")
  endif()
  add_library(${name} SHARED ${arg_UNPARSED_ARGUMENTS} ${ENGINERY_CMAKE_DIR}/program_main.c ${ENGINERY_CMAKE_DIR}/program_note.cpp)
  # It is C, and needs no header: a precompiled one of the target's is not for it.
  set_source_files_properties(${ENGINERY_CMAKE_DIR}/program_main.c PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
  set_target_properties(${name} PROPERTIES PREFIX "" SUFFIX ".so"
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON POSITION_INDEPENDENT_CODE ON
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
  if(arg_GLOBAL_LIBRARIES)
    enginery_open_globally(${name} ${arg_GLOBAL_LIBRARIES})
  endif()
  target_compile_features(${name} PRIVATE cxx_std_20)
  enginery_optimise(${name})
  enginery_plugin_options(compile link)
  target_compile_options(${name} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:${compile}>)
  target_link_options(${name} PRIVATE ${link})
  target_link_libraries(${name} PRIVATE enginery::client)
  if(TARGET enginery_flags)  # in the tree
    target_link_libraries(${name} PRIVATE enginery_flags)
  endif()
  add_executable(${name}_executable ${ENGINERY_CMAKE_DIR}/program_stub.c)
  set_target_properties(${name}_executable PROPERTIES OUTPUT_NAME ${name} BUILD_RPATH "$ORIGIN" INSTALL_RPATH "$ORIGIN"
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
  # What the code throws is caught in it: the stub needs nothing but the code.
  target_link_libraries(${name}_executable PRIVATE ${name} $<TARGET_NAME_IF_EXISTS:enginery_flags>)
endfunction()
