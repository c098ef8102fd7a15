// SPDX-License-Identifier: Apache-2.0
// Says why where no laboratory can be made (exit code 77: skipped), else runs the cases.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdlib>
#include <iostream>

#include "lab.hpp"

int main(int argc, char** argv) {
  const std::string missing = junctor::nat::Lab::missing();
  if (!missing.empty()) {
    std::cerr << "skipped: " << missing << std::endl;
    return std::getenv("CI") != nullptr ? EXIT_FAILURE : 77;  // CI must not skip
  }
  return doctest::Context(argc, argv).run();
}
