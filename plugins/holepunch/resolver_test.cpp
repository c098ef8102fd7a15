// SPDX-License-Identifier: Apache-2.0
// Tests of Resolver, with look-ups that end when the test says so.
#include "resolver.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace junctor::holepunch {
namespace {

wire::Address at(std::string_view text) { return *wire::Address::parse(text); }

struct Names {
  void ask(const std::string& text) {
    resolver.resolve(*Server::parse(text), [this](const std::optional<Addresses>& found) { answers.push_back(found); });
  }
  /// Ends the look-up that is under way.
  void end() {
    REQUIRE_FALSE(running.empty());
    const auto [work, done] = running.front();
    running.erase(running.begin());
    work();
    done();
  }

  std::map<std::string, Addresses> names;
  bool full = false;
  std::vector<std::string> asked;
  std::vector<std::pair<std::function<void()>, std::function<void()>>> running;
  std::vector<std::optional<Addresses>> answers;
  Resolver resolver{[this](const std::string& host) {
                      asked.push_back(host);
                      return names[host];
                    },
                    [this](std::function<void()> work, std::function<void()> done) {
                      if (!full) running.emplace_back(std::move(work), std::move(done));
                      return !full;
                    }};
};

TEST_CASE("a literal needs no look-up") {
  Names site;
  site.ask("192.0.2.1:5");
  site.ask("[2001:db8::1]:6");
  REQUIRE(site.answers.size() == 2);
  CHECK(site.answers[0] == Addresses{at("192.0.2.1:5")});
  CHECK(site.answers[1] == Addresses{at("[2001:db8::1]:6")});
  CHECK(site.running.empty());
}

TEST_CASE("names are looked up one at a time, and asked for once however many wait") {
  Names site;
  site.names["one"] = {at("192.0.2.1:0")};
  site.ask("one:5");
  site.ask("one:6");
  site.ask("two:7");
  CHECK(site.running.size() == 1);
  site.end();
  REQUIRE(site.answers.size() == 2);
  CHECK(site.answers[0] == Addresses{at("192.0.2.1:5")});
  CHECK(site.answers[1] == Addresses{at("192.0.2.1:6")});
  site.end();
  CHECK(site.answers[2] == Addresses{});
  CHECK(site.asked == std::vector<std::string>{"one", "two"});
}

TEST_CASE("what was found last is used while the next look-up runs, and when that finds nothing") {
  Names site;
  site.names["one"] = {at("192.0.2.1:0")};
  site.ask("one:5");
  site.end();
  site.names["one"] = {};
  site.ask("one:5");
  REQUIRE(site.answers.size() == 2);
  site.end();
  site.ask("one:5");
  CHECK(site.answers.back() == Addresses{at("192.0.2.1:5")});
  site.names["one"] = {at("192.0.2.2:0")};
  site.end();
  site.ask("one:5");
  CHECK(site.answers.back() == Addresses{at("192.0.2.2:5")});
}

TEST_CASE("when nothing can be looked up now that is said, and the next try is a new one") {
  Names site;
  site.full = true;
  site.ask("one:5");
  REQUIRE(site.answers.size() == 1);
  CHECK_FALSE(site.answers[0]);
  site.full = false;
  site.ask("one:5");
  CHECK(site.running.size() == 1);
}

TEST_CASE("names that are configured no more are forgotten") {
  Names site;
  site.names["one"] = {at("192.0.2.1:0")};
  site.ask("one:5");
  site.end();
  site.resolver.keep_only({"two"});
  site.ask("one:5");
  CHECK(site.answers.size() == 1);
}

}  // namespace
}  // namespace junctor::holepunch
