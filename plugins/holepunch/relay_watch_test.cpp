// SPDX-License-Identifier: Apache-2.0
// Tests of RelayWatch, with a clock and checks of the test's own.
#include "relay_watch.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "relay_choice.hpp"

namespace junctor::holepunch {
namespace {

using namespace std::chrono_literals;
using Verdict = Checked::Verdict;

RelayPtr relay(const std::string& name, const std::string& check = "here:1") {
  RelaySpec spec;
  spec.name = name;
  spec.address = name + ":1";
  spec.check_address = check;
  return std::make_shared<Relay>(std::move(spec));
}

class Watched : public WatchPorts {
 public:
  Duration now() const override { return time; }
  void check_relay(const RelaySpec& which, std::function<void(const Checked&)> done) override {
    checks.emplace_back(which.check_address, std::move(done));
  }
  bool gets_tickets(const std::string& name) const override { return name != without_tickets; }
  void relay_changed(const Relay& which, const std::string& error) override {
    changes.push_back(which.spec().name + (which.is_up() ? " up" : " down: " + error));
  }
  void no_relay_left() override { changes.emplace_back("none left"); }

  /// Answers every check that is under way.
  void answer(Verdict verdict, const std::string& error = "") {
    for (auto& [server, done] : std::exchange(checks, {})) done({verdict, error});
  }
  void round(Verdict verdict, const std::string& error = "") {
    watch.tick();
    answer(verdict, error);
    time += 10s;
  }

  Duration time = 100s;
  std::string without_tickets;
  RelayWatch watch{*this};
  std::vector<std::pair<std::string, std::function<void(const Checked&)>>> checks;
  std::vector<std::string> changes;
};

TEST_CASE("each relay is checked at once and then at its interval, one check at a time") {
  Watched site;
  site.watch.watch({relay("one"), relay("two", "there:2")}, 10s);
  CHECK(std::string{site.watch.rows()[0].state} == "unknown");
  site.watch.tick();
  REQUIRE(site.checks.size() == 2);
  CHECK(site.checks[1].first == "there:2");
  site.time += 20s;
  site.watch.tick();
  CHECK(site.checks.size() == 2);
  site.answer(Verdict::kUp);
  CHECK(std::string{site.watch.rows()[0].state} == "up");
  site.watch.tick();
  CHECK(site.checks.size() == 2);
  site.answer(Verdict::kUp);
  site.time += 9s;
  site.watch.tick();
  CHECK(site.checks.empty());
}

TEST_CASE("changes are told once, with the reason") {
  Watched site;
  const RelayPtr one = relay("one"), two = relay("two");
  site.watch.watch({one}, 10s);
  site.round(Verdict::kUp);
  CHECK(site.changes.empty());
  site.round(Verdict::kDown, "no answer");
  site.round(Verdict::kDown, "no answer");
  CHECK(site.changes == std::vector<std::string>{"one down: no answer", "none left"});
  CHECK_FALSE(one->takes_sessions());
  CHECK(site.watch.rows()[0].error == "no answer");
  CHECK(site.watch.rows()[0].since == 20s);
  site.round(Verdict::kUp);
  CHECK(site.changes.size() == 3);
  CHECK(site.changes.back() == "one up");
}

TEST_CASE("a check that this server could not make changes nothing") {
  Watched site;
  const RelayPtr one = relay("one");
  site.watch.watch({one}, 10s);
  site.round(Verdict::kDown, "no answer");
  site.round(Verdict::kUnknown, "out of sockets");
  CHECK_FALSE(one->is_up());
  site.round(Verdict::kUp);
  site.round(Verdict::kUnknown, "out of sockets");
  CHECK(one->is_up());
}

TEST_CASE("a relay that nobody checks is taken to work, and so are all when checks are switched off") {
  Watched site;
  const RelayPtr own = relay("own", ""), one = relay("one");
  site.watch.watch({own, one}, 10s);
  site.round(Verdict::kDown, "no answer");
  CHECK(own->is_up());
  CHECK_FALSE(one->is_up());
  CHECK(std::string{site.watch.rows()[0].state} == "unchecked");
  site.watch.watch({own, one}, 0s);
  CHECK(one->is_up());
  site.watch.tick();
  CHECK(site.checks.empty());
}

TEST_CASE("an answer about a relay that a reload has removed is forgotten") {
  Watched site;
  site.watch.watch({relay("one")}, 10s);
  site.watch.tick();
  site.watch.watch({relay("two")}, 10s);
  site.answer(Verdict::kDown, "no answer");
  CHECK(site.changes.empty());
}

TEST_CASE("a relay that stays over a reload keeps its state, and its next check its time") {
  Watched site;
  const RelayPtr one = relay("one");
  site.watch.watch({one}, 10s);
  site.round(Verdict::kDown, "no answer");
  site.time -= 5s;
  site.watch.watch({std::make_shared<Relay>(one->spec(), one.get()), relay("two", "")}, 10s);
  CHECK(std::string{site.watch.rows()[0].state} == "down");
  site.watch.tick();
  CHECK(site.checks.empty());
}

TEST_CASE("a relay that its tickets do not reach gets no sessions until they do, whatever its checks say") {
  Watched site;
  const RelayPtr one = relay("one");
  site.watch.watch({one}, 10s);
  site.round(Verdict::kUp);
  site.without_tickets = "one";
  site.round(Verdict::kUp);
  CHECK_FALSE(one->takes_sessions());
  CHECK(Meeting{one, ""}.lost());
  CHECK(std::string{site.watch.rows()[0].state} == "no_tickets");
  CHECK(site.changes == std::vector<std::string>{"none left"});
  site.without_tickets = "two";
  site.watch.tick();
  CHECK(one->takes_sessions());
  CHECK(std::string{site.watch.rows()[0].state} == "up");
}

TEST_CASE("a relay is drained by name") {
  Watched site;
  const RelayPtr one = relay("one");
  site.watch.watch({one}, 10s);
  CHECK(site.watch.set_drained("one", true));
  CHECK_FALSE(one->takes_sessions());
  CHECK(site.changes == std::vector<std::string>{"none left"});
  CHECK(site.watch.set_drained("one", false));
  CHECK(one->takes_sessions());
  CHECK_FALSE(site.watch.set_drained("three", true));
}

}  // namespace
}  // namespace junctor::holepunch
