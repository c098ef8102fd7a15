# SPDX-License-Identifier: Apache-2.0
# junctor_add_plugin: builds one plugin as a shared object that exports its entry symbol alone. Installed with the SDK.

set(JUNCTOR_PLUGIN_CMAKE_DIR ${CMAKE_CURRENT_LIST_DIR})

# junctor_add_plugin(NAME SOURCES a.cpp ... [LIBS lib ...] [CONF name.toml] [PRIORITY 50])
# Makes NAME.so. Everything that is linked in stays private: the version script exports junctor_plugin_v1 alone, so two
# plugins never share an inline variable or a protobuf descriptor. CONF is installed as etc/junctor/conf.d/PRIORITY-NAME.toml.
function(junctor_add_plugin name)
  cmake_parse_arguments(P "NOINSTALL" "CONF;PRIORITY" "SOURCES;LIBS" ${ARGN})
  add_library(${name} MODULE ${P_SOURCES})
  set_target_properties(${name} PROPERTIES PREFIX "" CXX_VISIBILITY_PRESET hidden C_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib/junctor
    LINK_DEPENDS ${JUNCTOR_PLUGIN_CMAKE_DIR}/plugin.map)
  target_link_options(${name} PRIVATE -Wl,--version-script=${JUNCTOR_PLUGIN_CMAKE_DIR}/plugin.map -Wl,--gc-sections)
  if(NOT (CMAKE_CXX_COMPILER_ID MATCHES Clang AND JUNCTOR_SANITIZE))
    target_link_options(${name} PRIVATE -Wl,-z,defs)
  endif()
  target_link_libraries(${name} PRIVATE ${P_LIBS} junctor_sdk)
  if(NOT P_NOINSTALL)
    set_property(GLOBAL APPEND PROPERTY JUNCTOR_PLUGINS ${name})
    install(TARGETS ${name} LIBRARY DESTINATION lib/junctor)
    if(P_CONF)
      if(NOT P_PRIORITY)
        set(P_PRIORITY 50)
      endif()
      install(FILES ${P_CONF} DESTINATION etc/junctor/conf.d RENAME ${P_PRIORITY}-${name}.toml)
    endif()
  endif()
endfunction()
