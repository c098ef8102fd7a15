// SPDX-License-Identifier: Apache-2.0
#include "tools/doctor/report.hpp"

#include <Poco/JSON/Stringifier.h>
#include <doctest/doctest.h>

#include <sstream>

#include "tools/doctor/words.hpp"

using namespace junctor::tools::doctor;

namespace {

Report sample() {
  return {"host:21116",
          {timed(ok("udp_registration", "registered"), Millis{12}), skipped("key", "not given"),
           warning("nat_udp", "not answered", "Use another server."), failed("relay_address", "refused", "Start it.")}};
}

}  // namespace

TEST_CASE("each check is one line with its sign, for terminals with and without UTF-8") {
  const Report report = sample();
  CHECK(check_line(report.checks[0], Signs::kUnicode) == "\u2713 udp_registration      registered (12 ms)\n");
  CHECK(check_line(report.checks[0], Signs::kAscii) == "ok   udp_registration      registered (12 ms)\n");
  CHECK(check_line(report.checks[3], Signs::kUnicode) == "\u2717 relay_address         refused\n");
  CHECK(check_line(report.checks[3], Signs::kAscii) == "FAIL relay_address         refused\n");
}

TEST_CASE("failures are explained before warnings, and the rest not at all") {
  CHECK(advice(sample()) ==
        "\nrelay_address: refused\n  Start it.\n"
        "\nnat_udp: not answered\n  Use another server.\n"
        "\nhost:21116: 1 ok, 1 warning, 1 failed, 1 skipped\n");
}

TEST_CASE("long advice is broken into lines, and what a server says cannot command the terminal") {
  std::string words;
  for (int i = 0; i < 60; ++i) words += "word ";
  Report report{"host", {failed("key", "the server says: \x1b[2J", words)}};
  std::istringstream lines{advice(report)};
  for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 100);
  CHECK(advice(report).find('\x1b') == std::string::npos);
}

TEST_CASE("JSON has every member in every check") {
  std::ostringstream out;
  Poco::JSON::Stringifier::stringify(to_json({"h", {sample().checks[0], sample().checks[1]}}), out, 0);
  CHECK(out.str() == R"({"server":"h","checks":[)"
                     R"({"name":"udp_registration","result":"ok","ms":12,"detail":"registered","hint":""},)"
                     R"({"name":"key","result":"skipped","ms":null,"detail":"not given","hint":""}]})");
}

TEST_CASE("warnings are no failure") {
  Report report = sample();
  CHECK(report.failed());
  report.checks.pop_back();
  CHECK_FALSE(report.failed());
}
