// SPDX-License-Identifier: Apache-2.0
#include "guard.hpp"

#include <doctest/doctest.h>

#include "health.hpp"
#include "junctor/result.hpp"
#include "support/temp_dir.hpp"

namespace junctor::metrics {
namespace {

wire::Address ip(const char* text) { return *wire::Address::parse_ip(text); }

TEST_CASE("only the networks that are named may ask") {
  const Guard guard{{"127.0.0.0/8", "::1", "10.0.0.5"}, ""};
  CHECK(guard.allows(ip("127.0.0.9")));
  CHECK(guard.allows(ip("::1")));
  CHECK(guard.allows(ip("::ffff:10.0.0.5")));
  CHECK_FALSE(guard.allows(ip("10.0.0.6")));
  CHECK_FALSE(Guard{}.allows(ip("127.0.0.1")));
  CHECK_THROWS_AS((Guard{{"10.0.0.0/33"}, ""}), Error);
}

TEST_CASE("a token is wanted whole") {
  const Guard guard{{}, "secret"};
  CHECK(guard.knows("Bearer secret"));
  CHECK(guard.knows("bearer secret"));
  for (const char* wrong :
       {"", "Bearer", "Bearer ", "Bearer secre", "Bearer secretsecret", "Bearer Secret", "secret", "Basic secret"}) {
    CHECK_FALSE(guard.knows(wrong));
  }
  CHECK_FALSE(guard.knows("Bearer " + std::string(100'000, 's')));
  CHECK(Guard{{}, ""}.knows(""));
}

TEST_CASE("a token is the first line of its file") {
  const testing::TempDir dir;
  CHECK(read_token(dir.write("token", " abc \nmore\n")) == "abc");
  CHECK_THROWS_AS(read_token(dir.write("empty", "\n")), Error);
  CHECK_THROWS_AS(read_token(dir.file("missing")), Error);
}

jct_metric_row row(const char* name, const char* label, int64_t value) {
  return {sizeof(jct_metric_row), JCT_METRIC_GAUGE, {}, {}, str(name), str(label), {}, value, nullptr, 0};
}

TEST_CASE("ready is a server that has started, with all of its plugins") {
  Readiness before;
  before.add(row("ready", "", 0));
  CHECK_FALSE(before.verdict().good);
  CHECK_FALSE(Readiness{}.verdict().good);

  Readiness readiness;
  readiness.add(row("ready", "", 1));
  readiness.add(row("plugin_up", "plugin=relay", 1));
  CHECK(readiness.verdict().good);
  CHECK(readiness.verdict().text == "server: ok\nplugins: ok, 1 run\n");
  readiness.add(row("plugin_up", "plugin=hours", 0));
  CHECK_FALSE(readiness.verdict().good);
  CHECK(readiness.verdict().text == "server: ok\nplugin hours: does not run\n");
}

}  // namespace
}  // namespace junctor::metrics
