// SPDX-License-Identifier: Apache-2.0
// Plugins whose work does not end: whoever waits for them has a bound, names them, and the rest goes on.
#include <doctest/doctest.h>

#include "site.hpp"

using namespace junctor::testing;

namespace {

/// A kernel that waits briefly, with a pool of two threads.
constexpr const char* kBrief = "stop_timeout = \"300ms\"\ndrain_timeout = \"300ms\"\noffload_threads = 2\n";

int rows_of(Server& server, const std::string& instance, const std::string& state) {
  int rows = 0;
  const auto all = server.ctl("plugins").object()->getArray("rows");
  for (size_t i = 0; i < all->size(); ++i) {
    const auto row = all->getObject(static_cast<unsigned>(i));
    rows += row->getValue<std::string>("instance") == instance && row->getValue<std::string>("state") == state ? 1 : 0;
  }
  return rows;
}

/// The probe's work on the pool comes back.
bool pool_works(const Server& server) {
  LineClient client = connect(server);
  return client.ask("offload") == "done";
}

}  // namespace

TEST_CASE("blocking work that never returns: its old object is failed, all else goes on, and SIGTERM ends") {
  Server server{fixtures(kBrief)};
  add_probe(server);
  server.conf("20-bad", "[holds_pool]\njobs = 2\n");
  server.start();
  server.conf("20-bad", "[holds_pool]\njobs = 0\n");
  server.reload();
  REQUIRE(eventually([&] { return rows_of(server, "holds_pool", "failed") == 1; }));
  CHECK(rows_of(server, "holds_pool", "running") == 1);
  CHECK(server.log_has("plugin=holds_pool event=plugin.still_busy waiting=\"work that it gave to the pool\""));
  CHECK(contains(server.ctl("plugins").text, "[holds_pool] was stopped, and has work that does not end"));
  CHECK(server.ctl("status").ok);
  CHECK(answers(server));
  CHECK(pool_works(server));
  server.signal(SIGTERM);
  CHECK(server.wait_exit() == 3);
  CHECK(server.log_has("event=server.ended_at_once instance=holds_pool"));
  CHECK_FALSE(server.log_has("event=plugin.drain_timeout", Millis{0}));
}

TEST_CASE("work that is late, and ends: its object goes then, and the server ends in order") {
  Server server{fixtures(kBrief)};
  add_probe(server);
  server.conf("20-bad", "[holds_pool]\nhold = \"2s\"\n");
  server.start();
  server.remove_conf("20-bad");
  server.reload();
  CHECK(server.log_has("event=plugin.still_busy"));
  CHECK(server.log_has("event=plugin.stopped instance=holds_pool"));
  CHECK(eventually([&] { return !contains(server.ctl("plugins").text, "holds_pool"); }));
  CHECK(server.stop() == 0);
}

TEST_CASE("a loop that a callback holds: reloads are refused in time, status answers, and SIGTERM ends") {
  Server server{fixtures(std::string{kBrief} + "loop_stall = \"100ms\"\n")};
  server.conf("20-bad", "[blocks_loop]\nhold = \"1h\"\n");
  add_probe(server);
  server.start();
  REQUIRE(server.log_has("plugin=blocks_loop event=loop.stalled"));
  CHECK(server.ctl("status").ok);
  server.remove_conf("20-bad");
  server.ctl("reload");
  CHECK(server.log_has("plugin=blocks_loop event=plugin.still_busy"));
  CHECK(rows_of(server, "blocks_loop", "failed") == 1);
  CHECK(rows_of(server, "probe", "running") == 1);
  server.signal(SIGTERM);
  CHECK(server.wait_exit() == 3);
  CHECK(server.log_has("event=server.ended_at_once instance=blocks_loop"));
}
