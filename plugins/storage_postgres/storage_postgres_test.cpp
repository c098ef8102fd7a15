// SPDX-License-Identifier: Apache-2.0
// The plugin on a fake host, which has one thread: opening, refusing, reloading and closing. Answers: the other files.
#include <doctest/doctest.h>

#include <junctor/plugin.hpp>
#include <junctor/testing/fake_host.hpp>

#include "support/postgres.hpp"

namespace junctor::storage::postgres {
namespace {

using testing::FakeHost;
using testing::PluginUnderTest;
using testing::Postgres;

Postgres& server() {
  static Postgres one;
  return one;
}

testing::Settings settings(testing::Settings more = {}) {
  more.insert({{"hosts", "127.0.0.1"},
               {"port", std::to_string(server().port())},
               {"database", Postgres::kDatabase},
               {"user", Postgres::kUser},
               {"password", Postgres::kPassword}});
  return more;
}

std::string refusal(const testing::Settings& given) {
  FakeHost host;
  try {
    PluginUnderTest plugin{host, junctor_plugin_v1(), given};
  } catch (const Error& error) {
    return error.what();
  }
  FAIL("it was created");
  return {};
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_CASE("the plugin connects, says to what, and reloads its bounds") {
  FakeHost host;
  PluginUnderTest plugin{host, junctor_plugin_v1(), settings()};
  plugin.start();
  const std::string line = host.last_line("storage.connected").text();
  CHECK(has(line, "127.0.0.1:" + std::to_string(server().port())));
  CHECK(has(line, "tls=no"));
  CHECK(plugin.service_self("storage/1") != nullptr);
  CHECK(plugin.service_self("database/1") != nullptr);
  CHECK(host.metric("storage_up") == 1);
  host.advance(std::chrono::seconds{1});
  CHECK(host.metric("limit", "limit=queue") == 100'000);
  plugin.reload(settings({{"queue", "10"}, {"batch", "1"}}));
  host.advance(std::chrono::seconds{1});
  CHECK(host.metric("limit", "limit=queue") == 10);
  CHECK(host.metric("limit_used", "limit=queue") == 0);
  plugin.finish();
  CHECK(server().sql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'junctor'") == "0\n");
  CHECK(host.complaints().empty());
}

TEST_CASE("what is wrong refuses the start with the mend, and never says the password") {
  const std::string wrong = refusal(settings({{"password", "wrong-one"}}));
  CHECK(has(wrong, "ALTER ROLE"));
  CHECK_FALSE(has(wrong, "wrong-one"));
  CHECK(has(refusal(settings({{"database", "absent"}})), "createdb"));
  CHECK(has(refusal(settings({{"hosts", "db1;db2"}})), "hosts: expected a host"));
  CHECK(has(refusal(settings({{"schema", ""}})), "schema: expected a name"));
  CHECK(has(refusal(settings({{"ssl_mode", "verify-full"}})), "ca_file:"));
  CHECK(has(refusal(settings({{"backoff", "10s"}})), "longest_backoff:"));
}

TEST_CASE("a server that is not there is waited for, with a word, and not for ever") {
  FakeHost host;
  try {
    PluginUnderTest plugin{host, junctor_plugin_v1(), settings({{"port", "1"}, {"start_wait", "50ms"}})};
    FAIL("it was created");
  } catch (const Error& error) {
    CHECK(has(error.what(), "127.0.0.1:1"));
  }
  CHECK(has(host.last_line("storage.waiting").text(), "127.0.0.1:1"));
}

}  // namespace
}  // namespace junctor::storage::postgres
