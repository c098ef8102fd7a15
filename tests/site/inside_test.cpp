// SPDX-License-Identifier: Apache-2.0
// What the operator is told at the start, and junctorctl doctor without a host: of servers that are well, that lack
// something, and that do not run.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "diagnosis.hpp"
#include "site.hpp"
#include "wire/invite.hpp"

namespace junctor::site {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> ctl(Site& site, std::vector<std::string> words) {
  words.insert(words.begin(), {JUNCTOR_TEST_CTL, "--data", site.server().data_dir()});
  return words;
}

Diagnosis diagnose(Site& site) {
  return Diagnosis::of(testing::run(ctl(site, {"doctor", "--config", site.server().config_file(), "--json"})));
}

TEST_CASE("with a name of its own the site says at the start what clients must enter, and invite repeats it") {
  Site site{"[rendezvous]\npublic_host = \"rd.example.org:21116\"\n"};
  site.start();
  REQUIRE(site.server().log_has("event=rendezvous.invite", "host=rd.example.org"));
  const testing::Finished invited = testing::run(ctl(site, {"--json", "invite"}));
  CAPTURE(invited.err);
  REQUIRE(invited.code == 0);
  const auto shown = tools::parse_json(invited.out).extract<Poco::JSON::Object::Ptr>();
  const auto text = shown->getValue<std::string>("configuration");
  CHECK(site.server().log_has("event=rendezvous.invite", "configuration=" + text));
  CHECK(wire::decode_invite(text) == wire::Invite{"rd.example.org", "", "", site.key()});
}

TEST_CASE("without a name invite asks for one, and a reload gives it") {
  Site site;
  site.start();
  CHECK(site.server().log_has("event=rendezvous.invite", "set public_host"));
  CHECK(testing::run(ctl(site, {"invite"})).code == 2);
  site.server().conf("95-name", "[rendezvous]\npublic_host = \"rd.example.org\"\n");
  site.server().reload();
  const std::string port = std::to_string(site.server().port());
  CHECK(testing::run(ctl(site, {"invite"})).out.find("rd.example.org:" + port) != std::string::npos);
  site.server().conf("95-name", "[rendezvous]\npublic_host = \"https://rd.example.org\"\n");
  CHECK_FALSE(site.server().ctl("reload").ok);
  const auto checked = testing::run_junctord(site.server().arguments({"--check"}));
  CHECK(checked.code == 1);
  CHECK(checked.err.find("95-name.toml:2:") != std::string::npos);
  CHECK(checked.err.find("got \"https://rd.example.org\"") != std::string::npos);
}

TEST_CASE("a server that is well has no failure inside") {
  Site site;
  site.start();
  const Diagnosis seen = diagnose(site);
  CHECK(seen.code == 0);
  CHECK(seen.names("failed").empty());
  for (const char* name : {"configuration", "server", "versions", "plugins", "listeners", "key_files", "database"}) {
    CHECK_MESSAGE(seen.result(name) == "ok", name);
  }
  CHECK(seen.result("certificates") == "skipped");
  CHECK(seen.says("database", "db_v2.sqlite3 is sound"));
}

TEST_CASE("a secret that others may read and a configuration that would not start again are failures") {
  Site site;
  site.start();
  fs::permissions(site.server().data_dir() + "/id_ed25519", fs::perms{0644});
  site.server().conf("95-typo", "[relay]\nmax_wating = 1\n");
  const Diagnosis seen = diagnose(site);
  CHECK(seen.code == 1);
  CHECK(seen.names("failed") == "configuration key_files");
  CHECK(seen.says("configuration", "95-typo.toml:2"));
  CHECK(seen.says("key_files", "chmod 600"));
}

TEST_CASE("a port that clients look for and nobody listens on is a warning") {
  Site site{"[rendezvous]\nlisten_nat = \":P+3\"\n"};
  site.start();
  const Diagnosis seen = diagnose(site);
  CHECK(seen.code == 0);
  CHECK(seen.result("listeners") == "warning");
  CHECK(seen.says("listeners", std::to_string(site.server().port(-1)) + " (NAT test"));
  CHECK(site.server().log_has("event=rendezvous.warning", "reason=port_not_served"));
}

TEST_CASE("a disk that is nearly full is told, by doctor too, and that there is room again") {
  testing::ServerOptions options;
  options.kernel = "warn_interval = \"100ms\"\nwarn_disk_free = \"1000TiB\"\n";
  Site site{"", options};
  site.start();
  CHECK(site.server().log_has("event=host.warning reason=disk_low", "hint="));
  CHECK(testing::eventually([&] { return site.metric("", "warning", "reason=disk_low") == 1; }));
  const Diagnosis seen = diagnose(site);
  CHECK(seen.result("warnings") == "warning");
  CHECK(seen.says("warnings", "disk_low"));
  site.server().kernel("warn_interval = \"100ms\"\nwarn_disk_free = \"1KiB\"\n");
  site.server().reload();
  CHECK(site.server().log_has("event=host.warning_over reason=disk_low"));
  CHECK(testing::eventually([&] { return site.metric("", "warning", "reason=disk_low") == 0; }));
}

TEST_CASE("of a server that does not run the files are examined") {
  Site site;
  site.start();
  const Device device{site, "127.0.0.3"};
  CHECK(site.server().stop() == 0);
  const Diagnosis stopped = diagnose(site);
  CHECK(stopped.code == 1);
  CHECK(stopped.names("failed") == "server");
  CHECK(stopped.result("database") == "ok");
  CHECK(stopped.result("key_files") == "ok");
  CHECK(stopped.result("plugins") == "skipped");

  const std::string database = site.server().data_dir() + "/db_v2.sqlite3";
  std::fstream{database, std::ios::binary | std::ios::in | std::ios::out}.seekp(100) << std::string(3996, '\xff');
  fs::remove(site.server().data_dir() + "/id_ed25519");
  const Diagnosis broken = diagnose(site);
  CHECK(broken.names("failed") == "configuration database key_files server");
}

TEST_CASE("people get a line for each check") {
  Site site;
  site.start();
  const testing::Finished finished = testing::run(ctl(site, {"doctor", "--config", site.server().config_file()}));
  CHECK(finished.code == 0);
  CHECK(finished.out.find("ok   plugins ") != std::string::npos);
  CHECK(finished.out.find(" 0 failed,") != std::string::npos);
}

}  // namespace
}  // namespace junctor::site
