// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cerrno>

#include "tools/doctor/diagnosis.hpp"

using namespace junctor::tools::doctor;
using What = Said::What;

namespace {

Target target(const std::string& key = "key") {
  Target made;
  made.server = {"rd.example.org", kDefaultPort};
  made.key = key;
  return made;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

Check key_check(What given, What wrong, const std::string& key = "key") {
  return diagnose_key(target(key), {{given, ""}, {wrong, ""}, Millis{1}});
}

PunchSeen punched() {
  PunchSeen seen;
  seen.pushed = true;
  seen.said.what = What::kFound;
  seen.id = Signature::kGenuine;
  seen.a_seen = Address::parse("198.51.100.2:4000").value();
  return seen;
}

RelayAddressSeen relay(const std::string& text, const std::string& ip, int error) {
  const Address address = Address::parse_ip(ip, 21117).value();
  return {text, true, false, {{address.with_port(0)}, "", Millis{1}}, {address, error, Millis{5}}};
}

TransferSeen moved(int seconds) {
  TransferSeen seen;
  seen.met = true;
  seen.wanted = seen.a_to_b = seen.b_to_a = size_t{4} << 20U;
  seen.a_to_b_took = seen.b_to_a_took = std::chrono::seconds{seconds};
  seen.rtt = Micros{1500};
  return seen;
}

const Address kServer = Address::parse("203.0.113.7:21116").value();

}  // namespace

TEST_CASE("the key is right where it is taken and a wrong one is not") {
  CHECK(key_check(What::kUnknownId, What::kWrongKey).result == Result::kOk);
  const Check mismatch = key_check(What::kWrongKey, What::kWrongKey);
  CHECK(mismatch.result == Result::kFailed);
  CHECK(has(mismatch.detail, "Key mismatch"));
  const Check open = key_check(What::kUnknownId, What::kUnknownId);
  CHECK(open.result == Result::kWarning);
  CHECK(has(open.hint, "Anybody"));
  CHECK(has(key_check(What::kNothing, What::kNothing).hint, "holepunch plugin"));
}

TEST_CASE("without a key the check is skipped where the site demands one, and a warning where it does not") {
  CHECK(key_check(What::kWrongKey, What::kNothing, "").result == Result::kSkipped);
  CHECK(key_check(What::kUnknownId, What::kNothing, "").result == Result::kWarning);
}

TEST_CASE("a punch is good when the answer came and the id is signed") {
  const Check good = diagnose_punch(name::kPunch, punched());
  CHECK(good.result == Result::kOk);
  CHECK(has(good.detail, "198.51.100.2:4000"));
  PunchSeen foreign = punched();
  foreign.id = Signature::kForeign;
  CHECK(diagnose_punch(name::kPunch, foreign).result == Result::kFailed);
  PunchSeen unsigned_id = punched();
  unsigned_id.id = Signature::kNone;
  CHECK(diagnose_punch(name::kPunch, unsigned_id).result == Result::kWarning);
}

TEST_CASE("a punch fails at the hop where its message got lost") {
  PunchSeen seen = punched();
  seen.said.what = What::kNothing;
  CHECK(has(diagnose_punch(name::kPunch, seen).detail, "does not reach the asking side"));
  seen.pushed = false;
  CHECK(has(diagnose_punch(name::kPunch, seen).detail, "hears nothing"));
  CHECK(has(diagnose_punch(name::kPunch, seen).hint, "UDP"));
  CHECK_FALSE(has(diagnose_punch(name::kTcpPunch, seen).hint, "UDP"));
  seen.said.what = What::kOffline;
  CHECK(has(diagnose_punch(name::kPunch, seen).detail, "offline"));
}

TEST_CASE("a relay request ends in a go-ahead or in words") {
  RelayRequestSeen seen;
  CHECK(diagnose_relay_request(seen).result == Result::kFailed);
  seen.refused = "no relay";
  CHECK(has(diagnose_relay_request(seen).detail, "no relay"));
  seen = {};
  seen.pushed = true;
  CHECK(has(diagnose_relay_request(seen).detail, "go-ahead"));
  seen.answered = true;
  CHECK(diagnose_relay_request(seen).result == Result::kOk);
}

TEST_CASE("a relay that nobody can reach is named with who handed it out") {
  const RelayAddressSeen good = relay("rd.example.org:21117", "203.0.113.7", 0);
  CHECK(diagnose_relay_address(kServer, good, good).result == Result::kOk);
  const RelayAddressSeen refused = relay("rd.example.org:21117", "203.0.113.7", ECONNREFUSED);
  const Check down = diagnose_relay_address(kServer, refused, refused);
  CHECK(down.result == Result::kFailed);
  CHECK(has(down.detail, "the relay cannot be reached"));
  CHECK(has(down.hint, "[[holepunch.relay]]"));
  const RelayAddressSeen inside = relay("10.0.0.5:21117", "10.0.0.5", ETIMEDOUT);
  CHECK(has(diagnose_relay_address(kServer, good, inside).hint, "private address"));
  CHECK(has(diagnose_relay_address(kServer, good, inside).detail, "the device is given"));
}

TEST_CASE("a relay's name that is wrong or unknown is a failure of its own") {
  RelayAddressSeen unknown{"relay.example.org", true, false, {{}, "Name or service not known", Millis{1}}, {}};
  CHECK(has(diagnose_relay_address(kServer, unknown, unknown).detail, "does not resolve"));
  RelayAddressSeen malformed{"[", true, true, {}, {}};
  CHECK(has(diagnose_relay_address(kServer, malformed, malformed).detail, "no HOST:PORT"));
}

TEST_CASE("a transfer is judged by whether all came, unchanged, and how fast") {
  const Check good = diagnose_transfer(target(), moved(1));
  CHECK(good.result == Result::kOk);
  CHECK(has(good.detail, "4.2 MB/s there"));
  CHECK(has(good.detail, "1.5 ms"));
  CHECK(diagnose_transfer(target(), moved(30)).result == Result::kWarning);
  TransferSeen cut = moved(1);
  cut.b_to_a = 5;
  cut.error = "the session ends";
  CHECK(diagnose_transfer(target(), cut).result == Result::kFailed);
  TransferSeen changed = moved(1);
  changed.intact = false;
  CHECK(has(diagnose_transfer(target(), changed).detail, "changed"));
}

TEST_CASE("two sides that do not meet are told apart from a relay that refuses them") {
  TransferSeen seen;
  CHECK(has(diagnose_transfer(target(), seen).detail, "do not hear each other"));
  seen.closed = true;
  CHECK(has(diagnose_transfer(target(), seen).detail, "closes"));
  CHECK(has(diagnose_transfer(target(), seen).hint, "another key"));
  CHECK(diagnose_transfer(target(""), seen).result == Result::kSkipped);
  CHECK(diagnose_relay_key(true).result == Result::kOk);
  CHECK(diagnose_relay_key(false).result == Result::kWarning);
}

TEST_CASE("the online query knows who is registered and who is not") {
  const auto judged = [](const std::optional<std::string>& at_p, const std::optional<std::string>& at_p_minus_1) {
    return diagnose_online({{"doctor-1", "doctor-2"}, at_p, at_p_minus_1, Millis{1}});
  };
  const std::string right(1, '\xC0');
  CHECK(judged(right, right).result == Result::kOk);
  CHECK(judged(std::nullopt, right).result == Result::kOk);
  CHECK(has(judged(std::nullopt, right).detail, "stock"));
  CHECK(judged(right, std::string(1, '\x80')).result == Result::kFailed);
  CHECK(judged(right, std::string(1, '\xE0')).result == Result::kFailed);
  CHECK(judged(std::nullopt, std::nullopt).result == Result::kFailed);
}
