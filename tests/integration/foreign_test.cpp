// SPDX-License-Identifier: Apache-2.0
// A plugin that lives on descriptors of its own: a Unix socket, a library's eventfd, work with a deadline.
#include <sys/stat.h>

#include <doctest/doctest.h>

#include <filesystem>

#include "site.hpp"

using namespace junctor::testing;

namespace {

struct Site {
  Server server{fixtures()};
  std::string path = server.data_dir() + "/foreign.sock";

  Site() {
    server.conf("20-foreign", "[foreign]\n");
    server.start();
  }
  LineClient client() const { return LineClient::local(path); }
};

}  // namespace

TEST_CASE("a Unix socket of a plugin's: its mode, streams over it both ways, and nothing left of it at the end") {
  Site site;
  struct stat made {};
  REQUIRE(::stat(site.path.c_str(), &made) == 0);
  CHECK((made.st_mode & 0777) == 0600);
  LineClient one = site.client();
  LineClient two = site.client();
  CHECK(one.ask("echo first") == "first");
  CHECK(two.ask("echo second") == "second");
  CHECK(one.ask("dial") == "another: hello");
  two.finish();
  CHECK(two.wait_end() == LineClient::End::kClosed);
  one.close();
  CHECK(site.server.stop() == 0);
  CHECK_FALSE(std::filesystem::exists(site.path));
  CHECK_FALSE(site.server.log_has("event=plugin.leftover", Millis{0}));
}

TEST_CASE("a watched descriptor wakes the loop, from whatever thread it is written") {
  Site site;
  LineClient client = site.client();
  for (int i = 0; i < 20; ++i) CHECK(client.ask("ring") == "rung");
}

TEST_CASE("work with a deadline: done or late, never both") {
  Site site;
  LineClient client = site.client();
  CHECK(client.ask("wait 0") == "done");
  CHECK(client.ask("wait 3000") == "late");
  CHECK(client.ask("echo next") == "next");  // nothing came between
  CHECK(site.server.stop() == 0);
}

TEST_CASE("a restart hands a Unix socket over: the old one's connections go on, and new ones reach the new one") {
  Site site;
  LineClient before = site.client();
  CHECK(before.ask("echo old") == "old");
  site.server.conf("20-foreign", "[foreign]\nsocket = \"./foreign.sock\"\n");  // not LIVE
  site.server.reload();
  LineClient after = site.client();
  CHECK(after.ask("echo new") == "new");
  CHECK(before.ask("echo still") == "still");
  before.close();
  CHECK(site.server.log_has("event=plugin.stopped instance=foreign"));
  CHECK(after.ask("echo on") == "on");
  CHECK(site.client().ask("echo there") == "there");
}

TEST_CASE("what a dead server has left is replaced, what is no socket or is served by another is refused in words") {
  Site site;
  site.server.signal(SIGKILL);
  site.server.wait_exit();
  REQUIRE(std::filesystem::exists(site.path));
  site.server.start();
  CHECK(site.client().ask("echo again") == "again");

  Server second{fixtures()};
  second.conf("20-foreign", "[foreign]\nsocket = \"" + site.path + "\"\n");
  second.launch();
  CHECK(second.wait_exit() == 2);
  CHECK(second.log_has("event=plugin.start_failed", "listens there"));

  Server third{fixtures()};
  third.conf("20-foreign", "[foreign]\nsocket = \"" + third.config_file() + "\"\n");
  third.launch();
  CHECK(third.wait_exit() == 2);
  CHECK(third.log_has("event=plugin.start_failed", "no socket"));
}

TEST_CASE("a watch that nobody ended is ended, and logged against its plugin") {
  Server server{fixtures()};
  add_probe(server);
  server.conf("20-bad", "[leaks_watch]\n");
  server.start();
  CHECK(answers(server));
  CHECK(server.stop() == 0);
  CHECK(server.log_has("plugin=leaks_watch event=plugin.leftover watches=1"));
}
