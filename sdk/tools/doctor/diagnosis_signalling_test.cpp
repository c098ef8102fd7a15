// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tools/doctor/diagnosis.hpp"

using namespace junctor::tools::doctor;
using Answer = hbb::RegisterPkResponse;

namespace {

Target target() {
  Target made;
  made.server = {"rd.example.org", kDefaultPort};
  return made;
}

RegistrationSeen answered(RegisterResult result) {
  RegistrationSeen seen;
  seen.result = result;
  return seen;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("silence on UDP is a blocked UDP where TCP works, and a dead server where it does not") {
  const Check blocked = diagnose_registration(target(), {}, true);
  CHECK(blocked.result == Result::kFailed);
  CHECK(has(blocked.detail, "UDP is blocked"));
  CHECK(has(blocked.hint, "Open UDP port 21116"));
  const Check dead = diagnose_registration(target(), {}, false);
  CHECK(dead.result == Result::kFailed);
  CHECK_FALSE(has(dead.detail, "blocked"));
  RegistrationSeen refused;
  refused.refused = true;
  CHECK(has(diagnose_registration(target(), refused, true).detail, "nothing listens on UDP port 21116"));
}

TEST_CASE("each answer to a registration has its own words") {
  CHECK(diagnose_registration(target(), answered(Answer::OK), true).result == Result::kOk);
  CHECK(diagnose_registration(target(), answered(Answer::NOT_DEPLOYED), true).result == Result::kWarning);
  CHECK(has(diagnose_registration(target(), answered(Answer::NOT_DEPLOYED), true).hint, "admission"));
  CHECK(has(diagnose_registration(target(), answered(Answer::TOO_FREQUENT), true).hint, "limit"));
  CHECK(has(diagnose_registration(target(), answered(Answer::SERVER_ERROR), true).hint, "disk full"));
  CHECK(diagnose_registration(target(), answered(Answer::UUID_MISMATCH), true).result == Result::kFailed);
}

TEST_CASE("a heartbeat that is not recognised right after OK is worth a warning") {
  RegistrationSeen seen = answered(Answer::OK);
  seen.wants_key_again = true;
  CHECK(diagnose_registration(target(), seen, true).result == Result::kWarning);
}

TEST_CASE("the NAT's type is told from two ports") {
  const auto judged = [](uint16_t local, uint16_t p, uint16_t p_minus_1) {
    return diagnose_nat({local, p, p_minus_1, "", Millis{4}});
  };
  CHECK(has(judged(5000, 5000, 5000).detail, "no NAT"));
  CHECK(has(judged(5000, 6000, 6000).detail, "asymmetric, direct"));
  const Check symmetric = judged(5000, 6000, 6001);
  CHECK(symmetric.result == Result::kWarning);
  CHECK(has(symmetric.detail, "type symmetric"));
  CHECK(judged(5000, 0, 6001).result == Result::kFailed);
  CHECK(judged(5000, 6000, 0).result == Result::kFailed);
  CHECK(has(diagnose_nat({5000, 5000, 5000, "new.example.org", Millis{4}}).detail, "new.example.org"));
}

TEST_CASE("what a stock server leaves unanswered is a warning, never a failure") {
  CHECK(diagnose_udp_nat({5000, 0, Millis{1}}).result == Result::kWarning);
  CHECK(diagnose_http({}).result == Result::kWarning);
  CHECK(diagnose_encryption({}).result == Result::kWarning);
  TcpRegistrationSeen refused;
  refused.result = Answer::NOT_SUPPORT;
  CHECK(diagnose_tcp_registration(refused).result == Result::kWarning);
}

TEST_CASE("an offer by another key is the classic mismatch") {
  const auto judged = [](Signature offer, bool answers) {
    return diagnose_encryption({offer, answers, "", Millis{9}});
  };
  const Check foreign = judged(Signature::kForeign, false);
  CHECK(foreign.result == Result::kFailed);
  CHECK(has(foreign.detail, "Key mismatch"));
  CHECK(judged(Signature::kGenuine, true).result == Result::kOk);
  CHECK(judged(Signature::kGenuine, false).result == Result::kFailed);
  CHECK(has(judged(Signature::kUnchecked, false).detail, "no --key"));
}

TEST_CASE("a registration over TCP needs an answered heartbeat") {
  TcpRegistrationSeen seen;
  CHECK(diagnose_tcp_registration(seen).result == Result::kFailed);
  seen.result = Answer::OK;
  seen.keep_alive_s = 30;
  CHECK(diagnose_tcp_registration(seen).result == Result::kFailed);
  seen.heartbeat = Millis{2};
  CHECK(diagnose_tcp_registration(seen).result == Result::kOk);
  CHECK(has(diagnose_tcp_registration(seen).detail, "keep-alive 30 s"));
}
