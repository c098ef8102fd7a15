// SPDX-License-Identifier: Apache-2.0
// Ending: a drain waits for running connections, for so long and no longer; a second signal does not wait.
#include <doctest/doctest.h>

#include "site.hpp"

using namespace junctor::testing;

TEST_CASE("SIGTERM refuses new connections, lets the old ones end and then stops with code 0") {
  Server server{fixtures("drain_timeout = \"60s\"\n")};
  add_probe(server);
  server.start();
  LineClient client = connect(server);
  REQUIRE(client.ask("echo a") == "a");
  server.signal(SIGTERM);
  CHECK(server.log_has("event=server.draining"));
  CHECK(client.ask("echo b") == "b");
  CHECK(server.ctl("status").object()->getValue<std::string>("state") == "draining");
  CHECK(contains(server.ctl("reload").error, "the server is draining"));
  CHECK(server.running());
  client.close();
  CHECK(server.wait_exit() == 0);
  CHECK(server.log_has("event=server.stopped"));
  CHECK_FALSE(server.log_has("drain_timeout", Millis{0}));
}

TEST_CASE("the drain timeout ends what does not end by itself") {
  Server server{fixtures("drain_timeout = \"400ms\"\n")};
  add_probe(server);
  server.start();
  LineClient client = connect(server);
  REQUIRE(client.ask("echo a") == "a");
  server.signal(SIGTERM);
  CHECK(server.wait_exit() == 0);
  CHECK(server.log_has("event=plugin.drain_timeout instance=probe"));
  CHECK(client.wait_end() != LineClient::End::kOpen);
}

TEST_CASE("a second SIGTERM stops at once") {
  Server server{fixtures("drain_timeout = \"1h\"\n")};
  add_probe(server);
  server.start();
  LineClient client = connect(server);
  REQUIRE(client.ask("echo a") == "a");
  server.signal(SIGTERM);
  REQUIRE(server.log_has("event=server.draining"));
  server.signal(SIGTERM);
  CHECK(server.wait_exit() == 0);
}

TEST_CASE("the drain command does the same as SIGTERM") {
  Server server{fixtures()};
  add_probe(server);
  server.start();
  CHECK(server.ctl("drain").ok);
  CHECK(server.wait_exit() == 0);
  CHECK(server.log_has("event=server.stopped"));
}

TEST_CASE("a signal reaches the server whichever of its threads the system chooses") {
  for (int i = 0; i < scaled(10); ++i) {
    Server server{fixtures()};
    add_probe(server);
    server.start();
    server.signal(i % 2 == 0 ? SIGTERM : SIGINT);
    CHECK(server.wait_exit() == 0);
  }
}

TEST_CASE("reloads and connections up to the end leave nothing behind") {
  Server server{fixtures("drain_timeout = \"2s\"\n")};
  add_probe(server);
  server.start();
  std::vector<LineClient> clients;
  for (int i = 0; i < scaled(20); ++i) {
    clients.push_back(connect(server));
    clients.back().send("big 3000000\nmigrate " + std::to_string(i % 2) + "\noffload\n");
    add_probe(server, "label = \"" + std::to_string(i) + "\"\n");
    server.reload();
  }
  server.signal(SIGTERM);
  REQUIRE(server.log_has("event=server.draining"));
  server.signal(SIGTERM);
  CHECK(server.wait_exit() == 0);
}
