// SPDX-License-Identifier: Apache-2.0
// Admission and blocks as an operator sees them: each ruling, who gets in by it, and what is kept.
#include "auth_key/admission.hpp"

#include <doctest/doctest.h>

#include "auth_key/claim.hpp"
#include "auth_key/state.hpp"
#include "auth_key/test_values.hpp"

namespace junctor::auth {
namespace {

using namespace std::chrono_literals;

const std::string kId = "123456789";
const Device kFirst{kId, claim_of("uuid-1", "key-1"), address("192.0.2.1")};
const Device kOtherKey{kId, claim_of("uuid-1", "key-2"), address("192.0.2.1")};

struct Desk {
  State state{{10, 10, 24h}};

  /// As the plugin asks: memory, then storage.
  std::string_view asks(const Device& device, Mode mode = Mode::kApprove, Record record = Record::kNone) {
    const auto first = state.admission.first(device);
    if (first.bound) state.apply(to_keep(device.id, *first.bound));
    return first.admitted ? "" : state.admission.second(device, record, mode, 0s).decision.reason;
  }
  void rule(bool approved, const std::string& claim) { state.apply(to_keep(kId, Ruling{approved, claim, 7})); }
  size_t waiting() const { return state.admission.waiting().size(); }
};

TEST_CASE("a claim tells uuid and key apart") {
  CHECK(claim_of("a", "bc") != claim_of("ab", "c"));
  CHECK(claim_of("a", "bc").size() == 64);
  CHECK(fingerprint(claim_of("a", "bc")).size() == 16);
}

TEST_CASE("who is not on record waits, and is let in once approved; nobody else under its id") {
  Desk desk;
  CHECK(desk.asks(kFirst) == "not_admitted");
  CHECK(desk.waiting() == 1);
  desk.rule(true, kFirst.claim);
  CHECK(desk.waiting() == 0);
  CHECK(desk.asks(kOtherKey) == "not_admitted");
  CHECK(desk.waiting() == 0);
  CHECK(desk.asks(kFirst) == "");
  CHECK(desk.asks(kFirst) == "");
}

TEST_CASE("who is on record is admitted in every mode; an id of somebody else is not given away") {
  for (const Mode mode : {Mode::kApprove, Mode::kClosed}) {
    Desk desk;
    CHECK(desk.asks(kFirst, mode, Record::kSame) == "");
    CHECK(desk.asks(kFirst, mode, Record::kOther) == "uuid_mismatch");
    CHECK(desk.asks(kFirst, mode, Record::kUnknown) == "auth_unavailable");
    CHECK(desk.waiting() == 0);
    desk.rule(false, "");
    CHECK(desk.asks(kFirst, mode, Record::kSame) == "");
  }
}

TEST_CASE("a closed site lists nobody, and lets in who was approved beforehand") {
  Desk desk;
  CHECK(desk.asks(kFirst, Mode::kClosed) == "not_admitted");
  CHECK(desk.waiting() == 0);
  desk.rule(true, "");
  CHECK(desk.asks(kFirst, Mode::kClosed) == "");
  CHECK(desk.asks(kOtherKey, Mode::kClosed) == "not_admitted");
  CHECK(desk.asks(kFirst, Mode::kClosed) == "");
  CHECK(desk.state.admission.ruling(kId)->claim == kFirst.claim);
}

TEST_CASE("a rejected device waits no more, another one of that id does") {
  Desk desk;
  desk.asks(kFirst);
  desk.rule(false, kFirst.claim);
  CHECK(desk.asks(kFirst) == "rejected");
  CHECK(desk.waiting() == 0);
  CHECK(desk.asks(kOtherKey) == "not_admitted");
  CHECK(desk.waiting() == 1);
  desk.rule(false, "");
  CHECK(desk.asks(kOtherKey) == "rejected");
}

TEST_CASE("an id that is meant for another device is not to be had by a change of id") {
  Desk desk;
  CHECK(desk.state.admission.rename_to(kId).allowed());
  desk.rule(true, kFirst.claim);
  CHECK(desk.state.admission.rename_to(kId).reason == "id_reserved");
  desk.rule(false, kFirst.claim);
  CHECK(desk.state.admission.rename_to(kId).allowed());
  desk.rule(false, "");
  CHECK(desk.state.admission.rename_to(kId).reason == "rejected");
}

TEST_CASE("an approval is named as used when its device has come, or may have before a restart") {
  Desk desk;
  desk.rule(true, "");
  CHECK(desk.state.admission.take_used().empty());
  desk.asks(kFirst);
  CHECK(desk.state.admission.take_used() == std::vector<std::string>{kId});
  CHECK(desk.state.admission.take_used().empty());
  desk.asks(kFirst);
  CHECK(desk.state.admission.take_used().size() == 1);
  desk.state.apply(to_forget(kId));
  CHECK(desk.asks(kFirst) == "not_admitted");
}

TEST_CASE("what is kept is what was there, and what is not ours changes nothing") {
  State before{{10, 10, 24h}}, after{{10, 10, 24h}};
  const Target network = Target::parse("10.0.0.0/8"), id = Target::parse("with/slash");
  for (const Change& change : {to_keep(kId, Ruling{true, kFirst.claim, 7}), to_keep(network, Block{"text \"q\"", 1, 2}),
                               to_keep(id, Block{})}) {
    CHECK(before.apply(change));
    CHECK(after.apply(change));
  }
  CHECK(after.kept() == 3);
  CHECK(after.admission.ruling(kId)->claim == kFirst.claim);
  CHECK(after.admission.ruling(kId)->since == 7);
  CHECK(after.blocks.of_address(address("10.1.2.3"), 1)->text == "text \"q\"");
  CHECK(after.blocks.of_address(address("10.1.2.3"), 2) == nullptr);
  for (const Change& change : {Change{"ruling/", "{}"}, Change{"ruling/x", "{"}, Change{"ruling/x", "{}"},
                               Change{"other", "{}"}, Change{"block/network/ten", "{}"}, Change{"block/id/x", "7"}}) {
    CAPTURE(change.key);
    CHECK_FALSE(after.apply(change));
  }
  CHECK(after.kept() == 3);
  for (const Change& change : {to_forget(kId), to_forget(network), to_forget(id)}) CHECK(after.apply(change));
  CHECK(after.kept() == 0);
}

TEST_CASE("a block holds for an id or for all of a network, until its time is over") {
  Blocks blocks;
  blocks.put(Target::parse("10.0.0.0/8"), {"", 0, 0});
  blocks.put(Target::parse("10.1.2.3"), {"", 0, 100});
  blocks.put(Target::parse("2001:db8::/64"), {"", 0, 0});
  blocks.put(Target::parse(kId), {"", 0, 100});
  CHECK(blocks.of_id(kId, 99) != nullptr);
  CHECK(blocks.of_id(kId, 100) == nullptr);
  CHECK(blocks.of_id("", 0) == nullptr);
  CHECK(blocks.of_address(address("10.1.2.3"), 200) != nullptr);
  CHECK(blocks.of_address(address("11.1.2.3"), 0) == nullptr);
  CHECK(blocks.of_address(address("2001:db8::7"), 0) != nullptr);
  CHECK(blocks.of_address({}, 0) == nullptr);
  CHECK(blocks.expired(100).size() == 2);
  blocks.remove(Target::parse("10.0.0.0/8"));
  CHECK(blocks.of_address(address("10.1.2.4"), 0) == nullptr);
  CHECK(blocks.of_address(address("10.1.2.3"), 0) != nullptr);
  blocks.remove(Target::parse("10.1.2.3"));
  blocks.remove(Target::parse("10.1.2.3"));
  CHECK(blocks.of_address(address("10.1.2.3"), 0) == nullptr);
  CHECK(blocks.size() == 2);
}

}  // namespace
}  // namespace junctor::auth
