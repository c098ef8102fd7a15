// SPDX-License-Identifier: Apache-2.0 Tests of Puncher: what it asks auth/1 of who reaches whom, and where the answer
// goes.
#include <doctest/doctest.h>

#include "holepunch/test_site.hpp"

namespace junctor::holepunch {
namespace {

Decision granted() {
  Decision decision;
  decision.user = "ada";
  decision.control_permissions = 0x2050;
  decision.conn_audit_ref = "ref-1";
  decision.feedback = 3;
  return decision;
}

Decision denied(const std::string& text, bool as_unknown = false) {
  Decision decision;
  decision.allowed = false;
  decision.reason = "no_access";
  decision.text = text;
  decision.as_unknown = as_unknown;
  decision.user = "ada";
  return decision;
}

hbb::PunchHoleRequest logged_in() {
  hbb::PunchHoleRequest request = Site::punch_request();
  request.set_token("token of ada");
  request.set_switch_code("a switch code");
  return request;
}

TEST_CASE("control permissions and the audit reference go to B with all three pushes, feedback to A with each answer") {
  Site site;
  site.ports.reach = granted();
  site.ask();
  const auto punch = site.heard<hbb::PunchHole>(0);
  CHECK(punch.control_permissions().permissions() == 0x2050);
  CHECK(punch.controlled_context().conn_audit_ref() == "ref-1");
  site.say(kFromB, hole());
  CHECK(site.heard<hbb::PunchHoleResponse>(1).feedback() == 3);

  site.ask(2, 0, "192.0.2.77:5000");
  const auto local = site.heard<hbb::FetchLocalAddr>(0);
  CHECK(local.control_permissions().permissions() == 0x2050);
  CHECK(local.controlled_context().conn_audit_ref() == "ref-1");

  site.say(tcp_from("198.51.100.1:5009", 3), relay_request());
  const auto relay = site.heard<hbb::RequestRelay>(0);
  CHECK(relay.control_permissions().permissions() == 0x2050);
  CHECK(relay.controlled_context().conn_audit_ref() == "ref-1");
  hbb::RelayResponse go = relay_answer("");
  go.clear_uuid();
  go.set_socket_addr(encoded("198.51.100.1:5009"));
  site.say(kFromB, go);
  CHECK(site.heard<hbb::RelayResponse>(3).feedback() == 3);
}

TEST_CASE("without anything granted the pushes are as they were") {
  Site site;
  site.ask();
  const auto punch = site.heard<hbb::PunchHole>(0);
  CHECK_FALSE(punch.has_control_permissions());
  CHECK_FALSE(punch.has_controlled_context());
}

TEST_CASE("REACH is asked of both requests alike, with the token, the switch code and whether the id is known") {
  Site site;
  site.ports.reach = granted();
  site.say(tcp_from(kA, 1), logged_in());
  CHECK(site.ports.tokens == std::vector<std::string>{"token of ada", "token of ada"});
  CHECK(site.ports.switch_codes == std::vector<std::string>{"a switch code"});
  CHECK(site.ports.id_states == std::vector<uint32_t>{JCT_AUTH_ID_KNOWN});

  // It has no token of its own: it is that of who asked before, from the same address.
  site.say(tcp_from("198.51.100.1:5009", 2), relay_request());
  CHECK(site.ports.tokens.back() == "token of ada");
  CHECK(site.ports.switch_codes.back() == "a switch code");
  CHECK(site.ports.uuids.back() == "uuid-of-A");

  hbb::RequestRelay own = relay_request();
  own.set_token("token of bob");
  site.say(tcp_from("198.51.100.1:5010", 3), own);
  CHECK(site.ports.tokens.back() == "token of bob");

  site.say(tcp_from("198.51.100.1:5011", 4), Site::punch_request("987654321"));
  CHECK(site.ports.id_states.back() == JCT_AUTH_ID_UNKNOWN);
}

TEST_CASE("rights are looked up anew: who may no longer is refused the relay, too") {
  Site site;
  site.ports.reach = granted();
  site.ask();
  site.ports.sent.clear();
  site.ports.reach = denied("please log in");
  site.say(tcp_from(kA, 1), relay_request());
  CHECK(site.heard<hbb::RelayResponse>(1).refuse_reason() == "Connection not allowed: please log in");
  CHECK(site.ports.sessions.empty());
}

TEST_CASE("a refusal is in words that stop the client's reconnecting, with its reason and its user") {
  Site site;
  site.ports.reach = denied("please log in");
  site.ask();
  CHECK(site.heard<hbb::PunchHoleResponse>(1).other_failure() == "Connection not allowed: please log in");
  CHECK(site.last_refusal() == Reason::kDenied);
  CHECK(site.ports.last_rule == "no_access");
  CHECK(site.ports.last_user == "ada");
  for (const char* own : {"Not Allowed at this hour", "This device is OFFLINE for you", ""}) {
    site.ports.reach = denied(own);
    site.ask();
    const std::string text = site.heard<hbb::PunchHoleResponse>(1).other_failure();
    CHECK(text == (*own == 0 ? "Connection not allowed by the server" : own));
  }
}

TEST_CASE("a device that is hidden reads as one that nobody has registered, online or not") {
  Site site;
  site.ports.reach = denied("", true);
  site.ask();
  CHECK(site.heard<hbb::PunchHoleResponse>(1).failure() == hbb::PunchHoleResponse::ID_NOT_EXIST);
  CHECK(site.last_refusal() == Reason::kDenied);
  site.ports.peers[kId].state = JCT_PEER_OFFLINE;
  site.ask();
  CHECK(site.heard<hbb::PunchHoleResponse>(1).failure() == hbb::PunchHoleResponse::ID_NOT_EXIST);
}

TEST_CASE("whether a device is online is told only to who may reach it") {
  Site site;
  site.ports.peers[kId].state = JCT_PEER_OFFLINE;
  site.ports.reach = denied("please log in");
  site.ask();
  CHECK_FALSE(site.heard<hbb::PunchHoleResponse>(1).other_failure().empty());
  site.ports.reach.reset();
  site.ask();
  CHECK(site.heard<hbb::PunchHoleResponse>(1).failure() == hbb::PunchHoleResponse::OFFLINE);
}

TEST_CASE("a RequestRelay that nobody asked for before says one thing whatever is wrong, and names our relays only") {
  Site site;
  site.use_relays({relay_at("one.example.org:1")});
  std::vector<std::string> texts;
  std::vector<Reason> reasons;
  const auto ask = [&](const hbb::RequestRelay& request, int host) {
    site.ports.time += 1s;
    site.say(tcp_from("198.51.100." + std::to_string(host) + ":1", 1), request);
    texts.push_back(site.heard<hbb::RelayResponse>(1).refuse_reason());
    reasons.push_back(site.last_refusal());
  };
  hbb::RequestRelay unknown = relay_request(), ours = relay_request(), foreign = relay_request();
  unknown.set_id("987654321");
  ours.set_relay_server("one.example.org:1");
  foreign.set_relay_server("evil.example.net:21117");
  ask(unknown, 1);
  ask(foreign, 2);
  site.ports.peers[kId].state = JCT_PEER_OFFLINE;
  ask(ours, 3);
  site.ports.reach = denied("please log in");
  ask(ours, 4);
  CHECK(reasons == std::vector{Reason::kUnknownId, Reason::kForeignRelay, Reason::kOffline, Reason::kDenied});
  for (const std::string& text : texts) CHECK(text == texts[0]);
  site.ports.reach.reset();
  site.ports.peers[kId].state = JCT_PEER_ONLINE;
  site.ports.time += 1s;
  site.say(tcp_from("198.51.100.5:1", 1), ours);
  site.heard<hbb::RequestRelay>(0);
}

}  // namespace
}  // namespace junctor::holepunch
