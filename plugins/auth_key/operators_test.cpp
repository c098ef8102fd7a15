// SPDX-License-Identifier: Apache-2.0
// The operators' commands: what they plan, and what they say to what is none of theirs.
#include "auth_key/operators.hpp"

#include <doctest/doctest.h>

#include "auth_key/claim.hpp"
#include "auth_key/test_values.hpp"

namespace junctor::auth {
namespace {

using namespace std::chrono_literals;
using What = Operators::What;

const std::string kId = "123456789";

struct Desk {
  State state{{1000, 1000, 24h}};
  size_t max_kept = 100;

  Operators operators() const { return {state, {100s, 1000}, max_kept}; }
  Plan did(Plan plan) {
    REQUIRE_MESSAGE(plan.error.empty(), plan.error);
    REQUIRE(plan.change);
    CHECK(state.apply(*plan.change));
    return plan;
  }
  std::string wait(const std::string& id, const std::string& key) {
    const std::string claim = claim_of("uuid", key);
    state.admission.waiting().note({id, claim, address("192.0.2.1")}, 40s);
    return std::string{fingerprint(claim)};
  }
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_CASE("a waiting device is shown, approved for its key, and shown as approved") {
  Desk desk;
  const std::string print = desk.wait(kId, "key");
  const std::string shown = desk.operators().waiting({}).answer;
  CHECK(has(shown, R"("id":"123456789","state":"waiting","fingerprint":")" + print + R"(","address":"192.0.2.1")"));
  CHECK(has(shown, R"("first_s":60,"last_s":60)"));
  CHECK(has(shown, R"("total":1,"page":1,"pages":1)"));
  const Plan plan = desk.did(desk.operators().approve({kId}));
  CHECK(has(plan.answer, "this device"));
  CHECK(std::string{plan.event} == "auth.approved");
  CHECK(desk.state.admission.ruling(kId)->claim == claim_of("uuid", "key"));
  CHECK(has(desk.operators().waiting({}).answer, R"("state":"approved")"));
}

TEST_CASE("where several wait under one id the operator says which") {
  Desk desk;
  desk.wait(kId, "one");
  const std::string two = desk.wait(kId, "two");
  CHECK(has(desk.operators().approve({kId}).error, "2 devices wait as 123456789"));
  CHECK(has(desk.operators().approve({kId, "0123"}).error, "no device with the fingerprint 0123"));
  desk.did(desk.operators().approve({kId, two}));
  CHECK(desk.state.admission.ruling(kId)->claim == claim_of("uuid", "two"));
}

TEST_CASE("an id may be approved before it asks, and a rejected device after all") {
  Desk desk;
  CHECK(has(desk.did(desk.operators().approve({"new-device"})).answer, "the first device that asks"));
  desk.wait(kId, "key");
  desk.did(desk.operators().reject({kId}));
  CHECK_FALSE(desk.state.admission.ruling(kId)->approved);
  desk.did(desk.operators().approve({kId}));
  CHECK(desk.state.admission.ruling(kId)->approved);
  CHECK(desk.state.admission.ruling(kId)->claim == claim_of("uuid", "key"));
}

TEST_CASE("a block takes ids and networks, a time and a text") {
  Desk desk;
  desk.did(desk.operators().block({"10.0.0.0/8", "for", "2h", "Not", "today."}, What::kAll));
  const Block block = *desk.state.blocks.of_address(address("10.1.2.3"), 1000);
  CHECK(block.text == "Not today.");
  CHECK(block.since == 1000);
  CHECK(block.until == 1000 + 7200);
  desk.did(desk.operators().block({kId}, What::kAll));
  desk.did(desk.operators().block({"10.0.0.1", "stolen"}, What::kIds));
  CHECK(desk.state.blocks.of_id("10.0.0.1", 0)->text == "stolen");
  CHECK(has(desk.operators().blocked({}, What::kAll).answer, R"("total":3)"));
  const std::string ids = desk.operators().blocked({}, What::kIds).answer;
  CHECK(has(ids, R"("total":2)"));
  CHECK_FALSE(has(ids, "10.0.0.0/8"));
  desk.did(desk.operators().unblock({"10.0.0.0/8"}, What::kAll));
  CHECK(has(desk.operators().unblock({"10.0.0.0/8"}, What::kAll).error, "10.0.0.0/8 is not blocked"));
  desk.did(desk.operators().unblock({kId}, What::kIds));
}

TEST_CASE("wrong words are answered with the right ones, and change nothing") {
  const Desk desk;
  const Operators operators = desk.operators();
  const std::string long_id(101, 'x');
  CHECK(has(operators.waiting({"page"}).error, "peers waiting [page N]"));
  CHECK(has(operators.waiting({"page", "0"}).error, "peers waiting [page N]"));
  CHECK(has(operators.waiting({"page", "1x"}).error, "peers waiting [page N]"));
  CHECK(has(operators.approve({}).error, "peers approve ID"));
  CHECK(has(operators.approve({"with space"}).error, "peers approve ID"));
  CHECK(has(operators.reject({long_id}).error, "peers reject ID"));
  CHECK(has(operators.approve({"a", "b", "c"}).error, "peers approve ID"));
  CHECK(has(operators.block({}, What::kAll).error, "expected: block"));
  CHECK(has(operators.block({long_id}, What::kIds).error, "expected: peers block"));
  CHECK(has(operators.block({kId, "for"}, What::kIds).error, "for how long?"));
  CHECK(has(operators.block({kId, "for", "ever"}, What::kIds).error, "for how long?"));
  CHECK(has(operators.block({kId, std::string(501, 'x')}, What::kIds).error, "longer than 500"));
  CHECK(has(operators.unblock({}, What::kAll).error, "expected: unblock"));
  for (const char* text : {"", "7", "s", "0s", "-1s", "1w", "1.5h", "99999d", "1ss"}) CHECK_FALSE(parse_seconds(text));
  CHECK(parse_seconds("90s") == 90);
  CHECK(parse_seconds("7d") == 7 * 24 * 3600);
}

TEST_CASE("no more is kept than the limit, and what is there can still be changed") {
  Desk desk;
  desk.max_kept = 1;
  desk.did(desk.operators().approve({kId}));
  CHECK(has(desk.operators().approve({"another-one"}).error, "max_kept"));
  CHECK(has(desk.operators().block({kId}, What::kIds).error, "max_kept"));
  desk.did(desk.operators().reject({kId}));
}

TEST_CASE("a long list comes in pages") {
  Desk desk;
  for (int i = 0; i < 150; ++i) desk.wait("device-" + std::to_string(1000 + i), "key");
  CHECK(has(desk.operators().waiting({}).answer, R"("total":150,"page":1,"pages":2)"));
  const std::string second = desk.operators().waiting({"page", "2"}).answer;
  CHECK(has(second, "device-1149"));
  CHECK_FALSE(has(second, "device-1099"));
  CHECK(has(desk.operators().waiting({"page", "3"}).answer, R"("rows":[])"));
}

}  // namespace
}  // namespace junctor::auth
