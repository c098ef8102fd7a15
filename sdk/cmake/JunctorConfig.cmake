# SPDX-License-Identifier: Apache-2.0
# find_package(Junctor) for plugins outside the tree: the target junctor_sdk and junctor_add_plugin(). Works from wherever
# the tree was moved to.
get_filename_component(JUNCTOR_PREFIX "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

if(NOT TARGET junctor_sdk)
  add_library(junctor_sdk INTERFACE IMPORTED)
  set_target_properties(junctor_sdk PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${JUNCTOR_PREFIX}/include"
    INTERFACE_COMPILE_FEATURES cxx_std_20)
endif()

include("${CMAKE_CURRENT_LIST_DIR}/JunctorPlugin.cmake")
