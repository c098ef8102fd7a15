// SPDX-License-Identifier: Apache-2.0
// junctorctl against a real server: what is printed, and the exit codes.
#include <doctest/doctest.h>

#include "support/server.hpp"

using namespace junctor::testing;

namespace {

struct Site {
  Site() {
    server.conf("10-storage", "[storage_memory]\n");
    server.conf("20-keys", "[auth_key]\n");
    server.conf("40-relay", "[relay]\n");
    server.start();
  }
  Finished ctl(std::vector<std::string> words) const {
    words.insert(words.begin(), {JUNCTOR_TEST_CTL, "--data", server.data_dir()});
    return run(words);
  }
  Server server;
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a word of the server is shown as a table, and as JSON where that is asked for") {
  const Site site;
  const Finished table = site.ctl({"plugins"});
  CHECK(table.code == 0);
  CHECK(table.out.rfind("INSTANCE", 0) == 0);
  CHECK(has(table.out, "storage_memory  storage_memory"));
  const Finished json = site.ctl({"--json", "plugins"});
  CHECK(json.code == 0);
  CHECK(json.out.rfind("{\"rows\":[{\"instance\":", 0) == 0);
}

TEST_CASE("an invitation holds the site's key in all three shapes") {
  const Site site;
  const Finished keys = site.ctl({"--json", "keys", "export"});
  REQUIRE(keys.code == 0);
  const Finished invite = site.ctl({"invite", "rd.example.org", "--json"});
  REQUIRE(invite.code == 0);
  const size_t begin = keys.out.find("\":\"") + 3;
  const std::string key = keys.out.substr(begin, keys.out.find('"', begin) - begin);
  REQUIRE(key.size() == 44);
  CHECK(has(invite.out, "\"host\":\"rd.example.org:" + std::to_string(site.server.port()) + "\""));
  CHECK(has(invite.out, key));
  CHECK(has(invite.out, R"(rustdesk://config/)"));
}

TEST_CASE("a refusal of the server is its own text and exit code 1") {
  const Site site;
  const Finished refused = site.ctl({"log", "loud"});
  CHECK(refused.code == 1);
  CHECK(refused.out.empty());
  CHECK(has(refused.err, "expected error, warning, info or debug"));
  CHECK(site.ctl({"no_such_word"}).code == 1);
}

TEST_CASE("health is exit code 0 while all runs, and 1 without a server") {
  Site site;
  const Finished well = site.ctl({"health"});
  CHECK(well.code == 0);
  CHECK(has(well.out, "3 of 3"));
  CHECK(has(site.ctl({"--json", "health"}).out, "\"healthy\":true"));
  site.server.kill();
  CHECK(site.ctl({"health"}).code == 1);
}

TEST_CASE("without a server the socket is named and what to do") {
  const Finished none = run({JUNCTOR_TEST_CTL, "--socket", "/nowhere/junctord.sock", "status"});
  CHECK(none.code == 1);
  CHECK(has(none.err, "/nowhere/junctord.sock"));
  CHECK(has(none.err, "--data DIR"));
}

TEST_CASE("wrong usage is exit code 2, help and version are not") {
  CHECK(run({JUNCTOR_TEST_CTL}).code == 2);
  CHECK(run({JUNCTOR_TEST_CTL, "--nonsense"}).code == 2);
  CHECK(run({JUNCTOR_TEST_CTL, "invite", "a", "b"}).code == 2);
  CHECK(run({JUNCTOR_TEST_CTL, "--socket", "/nowhere/s", "help"}).code == 0);
  CHECK(has(run({JUNCTOR_TEST_CTL, "--version"}).out, "junctorctl "));
}

TEST_CASE("events are streamed as they are logged until the server goes") {
  Site site;
  const std::string out = site.server.dir() + "/events";
  Process events{{JUNCTOR_TEST_CTL, "--data", site.server.data_dir(), "events", "--follow"}, out, out + ".err"};
  // Whether it follows already is nowhere to be seen: reload until it has said so.
  CHECK(eventually([&] {
    site.ctl({"reload"});
    return has(run({"cat", out}).out, "event=config.reloaded");
  }));
  site.ctl({"drain"});
  CHECK(events.wait() == 1);
  CHECK(has(run({"cat", out + ".err"}).out, "closed the connection"));
}

TEST_CASE("an invitation is for a host that clients can use, checked as public_host is") {
  const Site site;
  for (const char* host : {"https://rd.example.org", "rd example", "host:0", "1.2.3"}) {
    const Finished invite = site.ctl({"invite", host});
    CHECK(invite.code == 2);
    CHECK(has(invite.err, "HOST: expected a name or an address"));
  }
  CHECK(has(site.ctl({"invite", "rd.example.org:7", "--json"}).out, "\"host\":\"rd.example.org:7\""));
}

TEST_CASE("a data directory with a long name has its control socket all the same") {
  TempDir place;
  const std::string dir = place.file(std::string(120, 'd') + "/" + std::string(120, 'e'));
  ServerOptions options;
  options.args = {"--data", dir};
  Server server{options};
  server.conf("10-storage", "[storage_memory]\n");
  server.start();
  CHECK(run({JUNCTOR_TEST_CTL, "--data", dir, "status"}).code == 0);
  CHECK(server.stop() == 0);
}
