// SPDX-License-Identifier: Apache-2.0
// Lines about repeated faults: not too many, nothing left out.
#include "storage_memory/fault_log.hpp"

#include <doctest/doctest.h>

namespace junctor::storage {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a fault is told at once, its repetitions once in an interval with their number") {
  FaultLog log{10s};
  const FaultLog::Time begin{100s};
  CHECK(log.failed("disk_full", 3, begin) == 3);
  CHECK(log.failed("disk_full", 5, begin + 1s) == std::nullopt);
  CHECK(log.failed("disk_full", 2, begin + 9s) == std::nullopt);
  CHECK(log.failed("disk_full", 1, begin + 10s) == 8);
}

TEST_CASE("another reason is told at once") {
  FaultLog log{10s};
  const FaultLog::Time begin{100s};
  CHECK(log.failed("disk_full", 1, begin) == 1);
  CHECK(log.failed("read_only", 1, begin) == 1);
}

TEST_CASE("recovery is told once, with all that failed, and the next fault is new") {
  FaultLog log{10s};
  const FaultLog::Time begin{100s};
  CHECK(log.recovered() == std::nullopt);
  CHECK(log.failed("locked", 1, begin) == 1);
  CHECK(log.failed("locked", 4, begin) == std::nullopt);
  CHECK(log.recovered() == 5);
  CHECK(log.recovered() == std::nullopt);
  CHECK(log.failed("locked", 1, begin) == 1);
}

}  // namespace
}  // namespace junctor::storage
