// SPDX-License-Identifier: Apache-2.0
#include "ops/data_lock.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <string>

#include "support/temp_dir.hpp"

using namespace junctor::ops;

namespace {

std::string refusal(const std::string& directory, const std::string& sharer) {
  try {
    const DataLock lock{directory, sharer};
    return lock.holds() ? "" : "no locks";
  } catch (const std::runtime_error& e) {
    return e.what();
  }
}

}  // namespace

TEST_CASE("one server has a data directory, and who is refused hears its pid") {
  const junctor::testing::TempDir files;
  const std::string directory = files.path();
  {
    const DataLock first{directory, ""};
    const std::string holder = "another server, pid " + std::to_string(::getpid());
    CHECK(refusal(directory, "").find(holder) != std::string::npos);
    CHECK(refusal(directory, "hbbr").find(holder) != std::string::npos);
  }
  CHECK(refusal(directory, "").empty());
}

TEST_CASE("those that share it each come once, and nobody alone beside them") {
  const junctor::testing::TempDir files;
  const std::string directory = files.path();
  const DataLock signalling{directory, "hbbs"};
  const DataLock relay{directory, "hbbr"};
  CHECK_FALSE(refusal(directory, "hbbs").empty());
  CHECK_FALSE(refusal(directory, "").empty());
}
