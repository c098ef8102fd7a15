// SPDX-License-Identifier: Apache-2.0
// A real server with traffic, scraped: promtool finds nothing wrong, and all that the dashboard and the rules ask for
// is there.
#include <doctest/doctest.h>

#include <csignal>
#include <regex>

#include "scrape.hpp"
#include "support/certificate.hpp"

namespace junctor::monitoring {
namespace {

using site::Device;
using site::Site;
using testing::eventually;

constexpr const char* kWebSockets =
    "[ws_bridge]\nlisten = [{ address = \":P+2\", tls = { certificate = \"c.pem\", key = \"k.pem\" } }]\n"
    "listen_relay = [\":P+3\"]\n[audit]\n";

/// Nobody listens there.
constexpr const char* kAcme = "[acme]\nnames = [\"rd.example.org\"]\ndirectory = \"https://127.0.0.1:1/directory\"\n";

/// A site that has served every way: a registration, a punch, a session, a refusal.
class Busy {
 public:
  Busy() : site_{std::string{kMetrics} + kWebSockets + kAcme} {
    const auto pair = testing::make_certificate("junctor.example");
    site_.server().files().write("data/c.pem", pair.certificate);
    site_.server().files().write("data/k.pem", pair.key);
    site_.start();
    Device b{site_, "127.0.0.3", "123456789"};
    REQUIRE(site::connects(site_, b));
    REQUIRE(site::relays(site_, "a-uuid"));
    site::ask_for(site_, "no-such-id");
    REQUIRE(eventually(
        [&] { return value_of(scrape(), "junctor_relay_ended_total{plugin=\"relay\",reason=\"finished\"}"); }));
  }
  std::string scrape() { return get(site_.server().port(kPort), "/metrics").body; }
  Site& site() { return site_; }

 private:
  Site site_;
};

std::set<std::string> names_asked_for(const std::string& file) {
  const std::string text = testing::read_file(file);
  const std::regex name{"\\b(junctor|process)_[a-z0-9_]+"};
  std::set<std::string> names;
  for (std::sregex_iterator at{text.begin(), text.end(), name}, end; at != end; ++at) names.insert(at->str());
  return names;
}

TEST_CASE("promtool finds nothing wrong with a scrape, and every name that dashboard and rules ask for is in it") {
  Busy busy;
  const std::string scrape = busy.scrape();
  const testing::TempDir dir;
  const auto checked = testing::run({"sh", "-c", "promtool check metrics < " + dir.write("scrape", scrape)});
  CHECK_MESSAGE(checked.code == 0, checked.out, checked.err);

  const std::set<std::string> there = names_in(scrape);
  for (const char* file : {"/grafana/junctor.json", "/prometheus/junctor.rules.yml"}) {
    const auto asked = names_asked_for(std::string{JUNCTOR_SHARE} + file);
    CHECK(asked.size() > 10);
    for (const std::string& name : asked)
      CHECK_MESSAGE(there.count(name) == 1, name, " is in ", file, " and not in a scrape");
  }
}

TEST_CASE("a scrape says what has happened") {
  Busy busy;
  CHECK(eventually(
      [&] {
        return value_of(busy.scrape(), "junctor_rendezvous_peers_online{plugin=\"rendezvous\",transport=\"udp\"}") > 0;
      },
      testing::Millis{30'000}));
  const std::string scrape = busy.scrape();
  CHECK(value_of(scrape, "junctor_rendezvous_registrations_total{plugin=\"rendezvous\",change=\"new\"}") == 1);
  CHECK(value_of(scrape, "junctor_holepunch_punches_total{plugin=\"holepunch\",way=\"tcp\",result=\"hole\"}") == 1);
  CHECK(value_of(scrape, "junctor_refused_total{plugin=\"holepunch\",reason=\"unknown_id\"}") == 1);
  CHECK(value_of(scrape, "junctor_relay_paired_total{plugin=\"relay\"}") >= 1);
  CHECK(value_of(scrape, "junctor_relay_bytes_total{plugin=\"relay\",direction=\"a_to_b\"}") > 0);
  CHECK(value_of(scrape, "junctor_storage_commit_seconds_count{plugin=\"storage_sqlite\"}") > 0);
  CHECK(value_of(scrape, "junctor_loop_lag_seconds_count{loop=\"0\"}") > 0);
  CHECK(value_of(scrape, "junctor_plugin_up{plugin=\"relay\"}") == 1);
  CHECK(value_of(scrape, "junctor_limit_used{limit=\"open_files\"}") > 10);
  for (const char* limit : {"plugin=\"rendezvous\",limit=\"max_lookups\"", "plugin=\"holepunch\",limit=\"max_grants\"",
                            "plugin=\"holepunch\",limit=\"max_learned\"", "plugin=\"relay\",limit=\"max_tickets\"",
                            "plugin=\"storage_sqlite\",limit=\"queue\""}) {
    CAPTURE(limit);
    // A second after the start, and each second.
    CHECK(eventually([&] { return value_of(busy.scrape(), "junctor_limit{" + std::string{limit} + "}") > 0; }));
    CHECK(value_of(scrape, "junctor_limit_used{" + std::string{limit} + "}") >= 0);
  }
  CHECK(value_of(scrape, "process_resident_memory_bytes") > 1e6);
  CHECK(value_of(scrape, "process_start_time_seconds") > 1.6e9);
  const Got open = get(busy.site().server().port(kPort), "/metrics", "Accept", "application/openmetrics-text");
  CHECK(open.body.substr(open.body.size() - 6) == "# EOF\n");
}

TEST_CASE("the probes follow the server's life") {
  Site site{kMetrics};
  site.start();
  const uint16_t port = site.server().port(kPort);
  CHECK(get(port, "/healthz").code == 200);
  CHECK(get(port, "/healthz").body == "loops: ok, 2 turn\n");
  CHECK(eventually([&] { return get(port, "/readyz").code == 200; }));
  CHECK(get(port, "/readyz").body.find("storage: ok\n") != std::string::npos);
  CHECK(get(port, "/").code == 200);
  CHECK(get(port, "/x").code == 404);

  // What a reload brings is there at once, and what it takes away is gone.
  site.server().conf("95-audit", "[audit]\n");
  site.server().reload();
  CHECK(get(port, "/readyz").body.find("plugins: ok, 8 run") != std::string::npos);
  site.server().remove_conf("95-audit");
  site.server().reload();
  CHECK(value_of(get(port, "/metrics").body, "junctor_plugin_up{plugin=\"audit\"}") == std::nullopt);
  CHECK(get(port, "/metrics").body.find("junctor_audit_") == std::string::npos);
}

TEST_CASE("a reload that restarts the plugin leaves nobody without an answer") {
  Site site{kMetrics};
  site.start();
  const uint16_t port = site.server().port(kPort);
  site.server().conf("95-more", "[metrics]\nlisten = [\"127.0.0.1:P-2\", \"127.0.0.1:0\"]\n");
  site.server().reload();
  CHECK(get(port, "/healthz").code == 200);
  site.server().conf("95-more", "[metrics]\nallow = [\"10.0.0.0/8\"]\n");
  site.server().reload();
  CHECK(get(port, "/healthz").code == 0);
}

TEST_CASE("the rules and their tests are good") {
  const std::string dir = std::string{JUNCTOR_SHARE} + "/prometheus/";
  const auto rules = testing::run({"promtool", "check", "rules", dir + "junctor.rules.yml"});
  CHECK_MESSAGE(rules.code == 0, rules.out, rules.err);
  const auto tests =
      testing::run({"promtool", "test", "rules", dir + "junctor.rules.test.yml"}, testing::Millis{60'000});
  CHECK_MESSAGE(tests.code == 0, tests.out, tests.err);
}

}  // namespace
}  // namespace junctor::monitoring
