// SPDX-License-Identifier: Apache-2.0
// Says why where no PostgreSQL can be run (exit code 77: skipped), else runs the cases.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdlib>
#include <iostream>

#include "support/postgres.hpp"

int main(int argc, char** argv) {
  const std::string absent = junctor::testing::Postgres::absent();
  if (!absent.empty()) {
    std::cerr << "skipped: " << absent << std::endl;
    return std::getenv("CI") != nullptr ? EXIT_FAILURE : 77;  // CI must not skip
  }
  return doctest::Context(argc, argv).run();
}
