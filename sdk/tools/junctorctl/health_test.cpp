// SPDX-License-Identifier: Apache-2.0
#include "tools/junctorctl/health.hpp"

#include <Poco/Exception.h>
#include <Poco/JSON/Parser.h>
#include <doctest/doctest.h>

#include "tools/junctorctl/render.hpp"

using namespace junctor::tools;

namespace {

Poco::Dynamic::Var json(const std::string& text) { return Poco::JSON::Parser{}.parse(text); }

const std::string kRunning = R"({"state":"running"})";
const std::string kRelay = R"({"instance":"relay","state":"running","reason":""})";
const std::string kFailed = R"({"instance":"ws_bridge","state":"failed","reason":"the port is taken"})";

std::string rows(const std::string& some) { return "{\"rows\":[" + some + "]}"; }

}  // namespace

TEST_CASE("a server with all its instances is healthy") {
  const Health health = judge_health(json(kRunning), json(rows(kRelay)));
  CHECK(health.good);
  CHECK(render(health.shown).find("1 of 1") != std::string::npos);
}

TEST_CASE("an instance that does not run makes it ill, and is named with the reason") {
  const Health health = judge_health(json(kRunning), json(rows(kRelay + "," + kFailed)));
  CHECK_FALSE(health.good);
  const std::string shown = render(health.shown);
  CHECK(shown.find("1 of 2") != std::string::npos);
  CHECK(shown.find("ws_bridge") != std::string::npos);
  CHECK(shown.find("the port is taken") != std::string::npos);
}

TEST_CASE("a server that drains takes no new work and is not healthy") {
  CHECK_FALSE(judge_health(json(R"({"state":"draining"})"), json(rows(kRelay))).good);
}

TEST_CASE("an answer that is no answer is an error, not health") {
  CHECK_THROWS_AS(judge_health(json("{}"), json(rows(kRelay))), Poco::Exception);
  CHECK_THROWS_AS(judge_health(json(kRunning), json("{}")), Poco::Exception);
}
