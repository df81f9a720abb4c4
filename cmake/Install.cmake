# cmake/Install.cmake: what `cmake --install` puts where.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/enginery)

set_target_properties(enginery PROPERTIES EXPORT_NAME core INSTALL_RPATH "$ORIGIN")
set_target_properties(enginery_client PROPERTIES EXPORT_NAME client INSTALL_RPATH "$ORIGIN")
install(TARGETS enginery enginery_client enginery_plugin EXPORT enginery-targets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY core/enginery client/enginery DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT enginery-targets NAMESPACE enginery:: DESTINATION ${package_dir})
configure_package_config_file(cmake/enginery-config.cmake.in ${PROJECT_BINARY_DIR}/enginery-config.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/enginery-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/enginery-config.cmake ${PROJECT_BINARY_DIR}/enginery-config-version.cmake
  cmake/EngineryPlugin.cmake cmake/EngineryProgram.cmake cmake/global_libraries.cpp cmake/program_main.c cmake/program_note.cpp
  cmake/program_stub.c
  DESTINATION ${package_dir})
