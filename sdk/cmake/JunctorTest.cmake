# SPDX-License-Identifier: Apache-2.0
# How this tree's own tests are declared. Not installed.

# For unit tests that use the headers of tests/support.
add_library(junctor_test_headers INTERFACE)
target_include_directories(junctor_test_headers INTERFACE ${PROJECT_SOURCE_DIR}/tests)

# junctor_add_test(NAME SOURCES a_test.cpp ... [LIBS lib ...] [LABEL unit] [TIMEOUT 120] [APART] [OPTIMISED] [MAIN lib])
# One doctest executable, registered with ctest under NAME. Does nothing where tests are switched off.
# What is tested is compiled as it is shipped; the own files of a unit test without the optimiser, which would take most
# of the time of a build. OPTIMISED: with it, for what is measured. The sanitizers' presets compile the files of a target as one;
# APART: one by one, where two of them want the same name for different things. MAIN: an entry point of its own, which may
# end with 77 where what is tested is not there.
function(junctor_add_test name)
  cmake_parse_arguments(T "APART;OPTIMISED" "LABEL;TIMEOUT;MAIN" "SOURCES;LIBS" ${ARGN})
  if(NOT JUNCTOR_TESTS)
    return()
  endif()
  if(NOT T_LABEL)
    set(T_LABEL unit)
  endif()
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 120)
  endif()
  if(NOT TARGET junctor_doctest_main)  # doctest's own code takes seconds to compile: once is enough
    add_library(junctor_doctest_main STATIC ${PROJECT_SOURCE_DIR}/tests/doctest_main.cpp)
    target_link_libraries(junctor_doctest_main PUBLIC doctest::doctest)
  endif()
  if(NOT T_MAIN)
    set(T_MAIN junctor_doctest_main)
  endif()
  add_executable(${name} ${T_SOURCES})
  target_link_libraries(${name} PRIVATE ${T_LIBS} ${T_MAIN} Threads::Threads)
  if(T_LABEL STREQUAL unit AND NOT T_OPTIMISED)
    target_compile_options(${name} PRIVATE -U_FORTIFY_SOURCE -O0)
  endif()
  if(T_APART)
    set_target_properties(${name} PROPERTIES UNITY_BUILD OFF)
  endif()
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS ${T_LABEL} TIMEOUT ${T_TIMEOUT} SKIP_RETURN_CODE 77)
endfunction()

# junctor_add_fuzzer(NAME SOURCES fuzz_x.cpp [LIBS lib ...] [CORPUS dir])
# A libFuzzer target; ctest runs it for a few seconds from its seed corpus (label fuzz).
function(junctor_add_fuzzer name)
  cmake_parse_arguments(F "" "CORPUS" "SOURCES;LIBS" ${ARGN})
  if(NOT JUNCTOR_FUZZERS)
    return()
  endif()
  add_executable(${name} ${F_SOURCES})
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  target_link_libraries(${name} PRIVATE ${F_LIBS} Threads::Threads)
  set(work ${CMAKE_CURRENT_BINARY_DIR}/${name}.corpus)
  file(MAKE_DIRECTORY ${work})
  add_test(NAME ${name} COMMAND ${name} -max_total_time=5 -timeout=5 -rss_limit_mb=2048 ${work} ${F_CORPUS})
  set_tests_properties(${name} PROPERTIES LABELS fuzz TIMEOUT 120)
endfunction()
