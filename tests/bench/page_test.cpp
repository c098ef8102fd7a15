// SPDX-License-Identifier: Apache-2.0
#include "page.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

#include "chart.hpp"

namespace junctor::bench {
namespace {

constexpr const char* kJson = R"({"machine": "2 cores", "how": "5 rounds", "rows": [
  {"part": "heartbeats, CPU of each", "what": "64 in flight", "subject": "echo", "unit": "us",
   "value": {"median": 4, "min": 3, "max": 5}, "rounds": [4, 3, 5]},
  {"part": "heartbeats, CPU of each", "what": "64 in flight", "subject": "junctor 1,000,000", "unit": "us",
   "value": {"median": 4.4, "min": 4, "max": 5}, "base": "echo", "ratio": {"median": 1.1, "min": 1, "max": 1.2},
   "rounds": [4.4, 4, 5], "target": 1.15, "at_least": false, "verdict": "met"},
  {"part": "registrations", "what": "1,024 in flight", "subject": "junctor", "unit": "a second",
   "value": {"median": 25000, "min": 1, "max": 2}, "rounds": [25000], "target": 20000, "at_least": true,
   "verdict": "met"},
  {"part": "punch exchange, CPU", "what": "32 at once", "subject": "junctor", "unit": "us",
   "value": {"median": 70, "min": 1, "max": 2}, "base": "bare", "ratio": {"median": 1.12, "min": 1, "max": 2},
   "rounds": [70], "target": 60, "of_value": true, "verdict": "missed"}
]})";

}  // namespace

TEST_CASE("the table has the rows with a target, with ratios and floors") {
  const std::string table = table_of(read_figures(kJson));
  CHECK(table.find("2 cores; 5 rounds") == 0);
  CHECK(table.find(
            "| heartbeats, CPU of each | 64 in flight | junctor 1,000,000 | 4.4 us | 1.1 x echo | <= 1.15 x | met |") !=
        std::string::npos);
  CHECK(table.find("| registrations | 1,024 in flight | junctor | 25,000 a second |  | >= 20,000 | met |") !=
        std::string::npos);
  CHECK(table.find("| 32 at once | junctor | 70 us | 1.12 x bare | <= 60 | missed |") != std::string::npos);
  CHECK(table.find("| echo |") == std::string::npos);
}

TEST_CASE("the picture has a line for the server and one for what it is held against") {
  const std::string picture = picture_of(read_figures(kJson));
  CHECK(picture.find("64 in flight, bare echo") != std::string::npos);
  CHECK(picture.find("1,000,000") != std::string::npos);
  CHECK(picture.find("stroke-dasharray") != std::string::npos);
  CHECK(picture.find("nan") == std::string::npos);
}

TEST_CASE("only what stands between the marks is written anew") {
  const std::string marks = "<!-- figures: by tests/bench/page -->\nold\n<!-- end of figures -->\n";
  CHECK(with_table("head\n" + marks + "tail\n", "new\n") ==
        "head\n<!-- figures: by tests/bench/page -->\n\nnew\n\n<!-- end of figures -->\ntail\n");
  CHECK_THROWS_AS(with_table("no marks", "new"), std::runtime_error);
}

TEST_CASE("what is no report is refused") {
  CHECK_THROWS(read_figures("{}"));
  CHECK_THROWS(read_figures("nonsense"));
}

TEST_CASE("an axis ends at a round number") {
  CHECK(round_up(0.3) == doctest::Approx(0.5));
  CHECK(round_up(11) == doctest::Approx(20));
  CHECK(round_up(5) == doctest::Approx(5));
  CHECK(round_up(0) == doctest::Approx(1));
}

}  // namespace junctor::bench
