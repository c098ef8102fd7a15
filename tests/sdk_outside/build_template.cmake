# SPDX-License-Identifier: Apache-2.0
# What a plugin's author does, in the order of sdk/README.md: install the SDK, copy the template, build, test, install.
set(prefix ${WORK}/prefix)
file(REMOVE_RECURSE ${WORK})

function(step)
  execute_process(COMMAND ${ARGN} COMMAND_ECHO STDOUT RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "failed: ${ARGN}")
  endif()
endfunction()

step(${CMAKE_COMMAND} --install ${TREE_BUILD} --component sdk --prefix ${prefix})
foreach(template hours:template tally:template_c)
  string(REPLACE ":" ";" pair ${template})
  list(GET pair 0 name)
  list(GET pair 1 folder)
  set(copy ${WORK}/${name})
  file(COPY ${prefix}/share/junctor/${folder}/ DESTINATION ${copy})
  step(${CMAKE_COMMAND} -G ${GENERATOR} -S ${copy} -B ${copy}/build -DCMAKE_PREFIX_PATH=${prefix}
    -DCMAKE_C_COMPILER=${CC} -DCMAKE_CXX_COMPILER=${CXX} -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS=-Werror
    -DCMAKE_CXX_FLAGS=-Werror)
  step(${CMAKE_COMMAND} --build ${copy}/build)
  step(${CMAKE_CTEST_COMMAND} --test-dir ${copy}/build --output-on-failure --no-tests=error)
  step(${CMAKE_COMMAND} --install ${copy}/build --prefix ${prefix})
  foreach(file lib/junctor/${name}.so etc/junctor/conf.d/50-${name}.toml)
    if(NOT EXISTS ${prefix}/${file})
      message(FATAL_ERROR "missing after the install: ${file}")
    endif()
  endforeach()
  step(sh ${EXPORTS} ${prefix}/lib/junctor/${name}.so)

  # Nothing of the source tree may have been used, only what was installed.
  file(GLOB_RECURSE flags ${copy}/build/build.ninja ${copy}/build/*.make)
  foreach(file ${flags})
    file(READ ${file} text)
    string(FIND "${text}" "${TREE_SOURCE}/sdk" at)
    if(NOT at EQUAL -1)
      message(FATAL_ERROR "${file} names the source tree")
    endif()
  endforeach()
endforeach()

# The same in C without CMake, as its README says.
find_program(pkg_config pkg-config REQUIRED)
set(ENV{PKG_CONFIG_PATH} ${prefix}/share/pkgconfig)
step(sh -c "${CC} -std=c11 -Wall -Wextra -Werror -fPIC -shared -fvisibility=hidden $(${pkg_config} --cflags junctor) \
  -Wl,--version-script=$(${pkg_config} --variable=versionscript junctor) -o ${WORK}/tally.so ${WORK}/tally/tally.c")
step(sh ${EXPORTS} ${WORK}/tally.so)
