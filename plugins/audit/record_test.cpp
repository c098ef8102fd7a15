// SPDX-License-Identifier: Apache-2.0
#include "record.hpp"

#include <doctest/doctest.h>

#include "intake.hpp"
#include "junctor/result.hpp"

namespace junctor::audit {
namespace {

std::optional<Record> made(const char* name, std::vector<std::pair<const char*, std::string>> fields) {
  std::vector<jct_field> raw;
  for (const auto& [key, value] : fields) raw.push_back({key, str(value)});
  return record_of({sizeof(jct_event), 0, str("relay"), str(name), 1'700'000'000'123'456, raw.data(), raw.size()});
}

TEST_CASE("a line has what is known of it, in a fixed order, and nothing else") {
  const auto record = made("relay.stop", {{"bytes_ab", "10"},
                                          {"id", "123456789"},
                                          {"licence_key", "secret"},
                                          {"reason", "finished"},
                                          {"a", "198.51.100.1:5000"},
                                          {"session", "7"}});
  REQUIRE(record);
  CHECK(line_of(*record) ==
        R"({"time":"2023-11-14T22:13:20.123Z","kind":"relay","what":"stop","plugin":"relay","session":7,)"
        R"("id":"123456789","a":"198.51.100.1:5000","reason":"finished","bytes_ab":10})");
}

TEST_CASE("a refusal is one of whatever plugin; what else happens is not kept") {
  CHECK(made("hours.refused", {})->kind == Kind::kRefusal);
  CHECK_FALSE(made("storage.opened", {}));
  CHECK_FALSE(made(".refused", {}));
}

TEST_CASE("what an operator decides is kept with whom it is about") {
  const auto line = [](const char* name, std::vector<std::pair<const char*, std::string>> fields) {
    const std::string text = line_of(*made(name, std::move(fields)));
    return text.substr(text.find("\"kind\""));
  };
  CHECK(line("auth.approved", {{"id", "123456789"}, {"kept", "stored"}}) ==
        R"("kind":"operator","what":"approved","plugin":"relay","id":"123456789","kept":"stored"})");
  CHECK(
      line("auth.blocked", {{"kept", "stored"}, {"lasts_s", "7200"}, {"network", "10.0.0.0/8"}}) ==
      R"("kind":"operator","what":"blocked","plugin":"relay","network":"10.0.0.0/8","lasts_s":7200,"kept":"stored"})");
  CHECK(line("relay.limit_changed", {{"limit", "total"}, {"rate", "10Mbit"}}) ==
        R"("kind":"operator","what":"limit_changed","plugin":"relay","limit":"total","rate":"10Mbit"})");
  for (const char* name : {"auth.rejected", "auth.unblocked", "relay.blocked", "relay.unblocked",
                           "holepunch.relay_drained", "holepunch.relay_undrained"}) {
    CHECK(made(name, {})->kind == Kind::kOperator);
  }
}

TEST_CASE("the sender of a registration is B, of anything else A") {
  const auto registration = made("rendezvous.registered", {{"peer", "x"}, {"change", "new"}});
  CHECK(line_of(*registration).find(R"("what":"new","plugin":"relay","b":"x"})") != std::string::npos);
  CHECK(line_of(*made("holepunch.refused", {{"peer", "x"}})).find(R"("a":"x"})") != std::string::npos);
}

TEST_CASE("what a stranger has written cannot break a line, nor fill the disk") {
  const auto record = made("relay.refused", {{"id", "\"\\\n\x01\xff\xc3\xa9"}, {"session", "007"}});
  CHECK(line_of(*record).find("\"session\":\"007\",\"id\":\"\\\"\\\\\\u000a\\u0001\\u00ff\xc3\xa9\"") !=
        std::string::npos);
  CHECK(line_of(*made("relay.refused", {{"id", std::string(100'000, 'x')}})).size() < 600);
}

TEST_CASE("addresses are kept whole, as their network, or not at all") {
  CHECK(reduced("198.51.100.7:5000", Addresses::kFull) == "198.51.100.7:5000");
  CHECK(reduced("198.51.100.7:5000", Addresses::kNetwork) == "198.51.100.0/24");
  CHECK(reduced("[2001:db8:1:2::3]:5", Addresses::kNetwork) == "2001:db8:1::/48");
  CHECK(reduced("198.51.100.7", Addresses::kNetwork) == "198.51.100.0/24");
  CHECK(reduced("198.51.100.7:5000", Addresses::kNone) == "");
  CHECK(reduced("10.0.0.0/8", Addresses::kNetwork) == "10.0.0.0/8");
  CHECK(reduced("198.51.100.64/26", Addresses::kNetwork) == "198.51.100.0/24");
  CHECK(reduced("2001:db8:1:2::/64", Addresses::kNetwork) == "2001:db8:1::/48");
  CHECK(reduced("10.0.0.0/x", Addresses::kNetwork) == "10.0.0.0/24");
  CHECK(reduced("no address", Addresses::kNetwork) == "");
  auto record = made("relay.start", {{"a", "198.51.100.7:5000"}, {"b", "198.51.100.8:5000"}, {"id", "1"}});
  reduce(*record, Addresses::kNone);
  CHECK(line_of(*record).find("198.51") == std::string::npos);
}

Record refusal(uint64_t second) { return {second * 1'000'000, Kind::kRefusal, "refused", "relay", {}}; }

TEST_CASE("a full intake loses the newest and counts them") {
  Intake intake{{2, 0}};
  CHECK(intake.push(refusal(1)));
  CHECK(intake.push(refusal(1)));
  CHECK_FALSE(intake.push(refusal(1)));
  auto batch = intake.take();
  CHECK(batch.records.size() == 2);
  CHECK(batch.lost == 1);
  CHECK(intake.take().lost == 0);
  intake.give_up(batch);
  CHECK(intake.take().lost == 3);
}

TEST_CASE("a flood of refusals is bounded by the second, and nothing else is") {
  Intake intake{{100, 3}};
  for (int i = 0; i < 10; ++i) intake.push(refusal(5));
  CHECK(intake.waiting() == 3);
  CHECK(intake.push({5'000'000, Kind::kRelay, "start", "relay", {}}));
  CHECK(intake.push(refusal(6)));
  CHECK(intake.take().lost == 7);
}

TEST_CASE("each kind has its bytes an hour, so that what strangers bring about does not wash the rest away") {
  Intake intake{{10'000, 0, 1000}};
  const auto push = [&](Kind kind, uint64_t second, const std::string& id) {
    return intake.push({second * 1'000'000, kind, "what", "relay", {{"id", id}}});
  };
  int kept = 0;
  for (int i = 0; i < 1000; ++i) kept += push(Kind::kRefusal, 3600, "123456789") ? 1 : 0;
  CHECK(kept == 9);
  CHECK(push(Kind::kRelay, 3600, "123456789"));
  for (int i = 0; i < 100; ++i) CHECK(push(Kind::kOperator, 3600, "123456789"));
  CHECK_FALSE(push(Kind::kRefusal, 7199, ""));
  CHECK(push(Kind::kRefusal, 7200, std::string(100, '\x01')));  // escaped, it takes six times as much
  CHECK_FALSE(push(Kind::kRefusal, 7200, std::string(100, '\x01')));
  CHECK(intake.take().lost == 993);
}

}  // namespace
}  // namespace junctor::audit
