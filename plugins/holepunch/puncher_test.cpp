// SPDX-License-Identifier: Apache-2.0
// Tests of Puncher: the flows of protocol.md 6.4 and 6.5, message by message.
#include "puncher.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "rendezvous/test_values.hpp"

namespace junctor::holepunch {
namespace {

using namespace std::chrono_literals;
using test::tcp_from;
using test::udp_from;

constexpr auto kA = "198.51.100.1:5000";
constexpr auto kB = "192.0.2.77:6000";
const std::string kId = "123456789";

struct Sent {
  jct_channel to;
  uint32_t kind;
  std::string bytes;
};

struct FakePeer {
  uint32_t state;
  jct_channel channel;
  std::string pk;
};

class FakePorts : public PuncherPorts {
 public:
  Duration now() const override { return time; }
  uint32_t salt() const override { return 0x12345678; }
  void check(const jct_auth_request& request, Decided done) override {
    kinds.push_back(request.kind);
    if (request.kind == JCT_AUTH_START && view(request.licence_key) != key) return done({false, "wrong_key", "no"});
    if (request.kind == JCT_AUTH_REACH && !reach_text.empty()) return done({false, "blocked", reach_text});
    done({});
  }
  void look_up(std::string_view id, uint32_t want, Found done) override {
    const auto at = peers.find(std::string{id});
    jct_peer peer{};
    peer.id = str(id);
    if (at != peers.end()) {
      peer.state = at->second.state;
      peer.channel = at->second.channel;
      if ((want & JCT_PEER_WANT_KEY) != 0) peer.pk = bytes(at->second.pk);
    }
    done(want == 0 ? lookup_status : key_status, &peer);
  }
  std::string sign(std::string_view message) override { return "signed:" + std::string{message}; }
  jct_status send(const jct_channel& to, uint32_t kind, const google::protobuf::MessageLite& message) override {
    if (to.handle == gone || (to.transport == JCT_CHANNEL_UDP && udp_gone)) return JCT_E_CLOSED;
    sent.push_back({to, kind, message.SerializeAsString()});
    return JCT_OK;
  }
  void refused(Reason why, const jct_channel&, std::string_view, std::string_view) override { refusals.push_back(why); }

  Duration time = 1000s;
  std::string key, reach_text;
  jct_status lookup_status = JCT_OK, key_status = JCT_OK;
  jct_handle gone = 999;
  bool udp_gone = false;
  std::map<std::string, FakePeer> peers;
  std::vector<uint32_t> kinds;
  std::vector<Sent> sent;
  std::vector<Reason> refusals;
};

struct Site {
  explicit Site(size_t max_pending = 100) : puncher{ports, {{max_pending, 30s, 1s}, 100, 2}} {
    ports.peers[kId] = {JCT_PEER_ONLINE, udp_from(kB, "203.0.113.2:21116"), "key of B"};
  }

  template <class Message>
  jct_status say(const jct_channel& from, const Message& message) {
    const std::string inner = message.SerializeAsString();
    if constexpr (std::is_same_v<Message, hbb::PunchHoleRequest>)
      return puncher.punch_hole_request(from, inner);
    else if constexpr (std::is_same_v<Message, hbb::RequestRelay>)
      return puncher.request_relay(from, inner);
    else
      return puncher.template answered<Message>(from, inner);
  }
  /// The one message that was sent since the last call.
  template <class Message>
  Message heard(jct_handle handle) {
    REQUIRE(ports.sent.size() == 1);
    const Sent sent = ports.sent[0];
    ports.sent.clear();
    REQUIRE(sent.kind == wire::kKindOf<Message>);
    CHECK(sent.to.handle == handle);
    Message message;
    REQUIRE(message.ParseFromString(sent.bytes));
    return message;
  }
  void ask(jct_handle handle = 1, int udp_port = 0, std::string_view a = kA) {
    hbb::PunchHoleRequest request = punch_request();
    request.set_udp_port(udp_port);
    say(tcp_from(a, handle), request);
  }
  static hbb::PunchHoleRequest punch_request(const std::string& id = kId) {
    hbb::PunchHoleRequest request;
    request.set_id(id);
    request.set_nat_type(hbb::ASYMMETRIC);
    return request;
  }
  Reason last_refusal() {
    REQUIRE_FALSE(ports.refusals.empty());
    return ports.refusals.back();
  }

  FakePorts ports;
  Puncher puncher;
};

std::string encoded(std::string_view address) { return wire::encode_address(*wire::Address::parse(address), 42); }
std::string decoded(const std::string& bytes) {
  const auto address = wire::decode_address(bytes);
  REQUIRE(address);
  return address->text();
}

hbb::PunchHoleSent hole(const std::string& version = "1.2.3", std::string_view a = kA) {
  hbb::PunchHoleSent message;
  message.set_socket_addr(encoded(a));
  message.set_id(kId);
  message.set_nat_type(hbb::ASYMMETRIC);
  message.set_version(version);
  message.set_relay_server("203.0.113.2:21117");
  return message;
}

hbb::RelayResponse relay_answer(const std::string& id = kId) {
  hbb::RelayResponse message;
  message.set_socket_addr(encoded(kA));
  if (!id.empty()) message.set_id(id);
  message.set_uuid("uuid-of-B");
  message.set_version("1.2.3");
  message.set_relay_server("203.0.113.2:21117");
  return message;
}

hbb::RequestRelay relay_request() {
  hbb::RequestRelay message;
  message.set_id(kId);
  message.set_uuid("uuid-of-A");
  message.set_relay_server("203.0.113.1:21117");
  message.set_secure(true);
  return message;
}

const jct_channel kFromB = tcp_from("192.0.2.77:6001", 2, "203.0.113.2:21116");

std::string signed_id() {
  hbb::IdPk id_pk;
  id_pk.set_id(kId);
  id_pk.set_pk("key of B");
  return "signed:" + id_pk.SerializeAsString();
}

// ---- requests -------------------------------------------------------------------------------------------------------

TEST_CASE("a request is pushed to B at its registered address, with all that A said") {
  Site site;
  hbb::PunchHoleRequest request = Site::punch_request();
  request.set_udp_port(7777);
  request.set_force_relay(true);
  request.set_upnp_port(8888);
  request.set_socket_addr_v6(encoded("[2001:db8::1]:9"));
  CHECK(site.say(tcp_from(kA, 1), request) == JCT_OK);
  CHECK(site.ports.sent.at(0).to.transport == JCT_CHANNEL_UDP);
  const auto push = site.heard<hbb::PunchHole>(0);
  CHECK(decoded(push.socket_addr()) == kA);
  CHECK(push.nat_type() == hbb::ASYMMETRIC);
  CHECK(push.udp_port() == 7777);
  CHECK(push.force_relay());
  CHECK(push.upnp_port() == 8888);
  CHECK(decoded(push.socket_addr_v6()) == "[2001:db8::1]:9");
  CHECK(push.relay_server() == "203.0.113.2:21117");
}

TEST_CASE("peers behind one address are asked for B's local address") {
  Site site;
  site.ask(1, 0, "192.0.2.77:5000");
  const auto push = site.heard<hbb::FetchLocalAddr>(0);
  CHECK(decoded(push.socket_addr()) == "192.0.2.77:5000");
  CHECK(push.relay_server() == "203.0.113.2:21117");
}

TEST_CASE("a wrong key is LICENSE_MISMATCH, before anything is looked up") {
  Site site;
  site.ports.key = "the site's key";
  site.say(tcp_from(kA, 1), Site::punch_request("nobody"));
  const auto answer = site.heard<hbb::PunchHoleResponse>(1);
  CHECK(answer.failure() == hbb::PunchHoleResponse::LICENSE_MISMATCH);
  CHECK(answer.other_failure().empty());
  CHECK(site.last_refusal() == Reason::kWrongKey);
}

TEST_CASE("another denial is told in words") {
  Site site;
  site.ports.reach_text = "This computer may not be reached now";
  site.ask();
  CHECK(site.heard<hbb::PunchHoleResponse>(1).other_failure() == "This computer may not be reached now");
  CHECK(site.ports.kinds == std::vector<uint32_t>{JCT_AUTH_START, JCT_AUTH_REACH});
}

TEST_CASE("unknown and offline ids are told at once") {
  Site site;
  site.say(tcp_from(kA, 1), Site::punch_request("nobody"));
  CHECK(site.heard<hbb::PunchHoleResponse>(1).failure() == hbb::PunchHoleResponse::ID_NOT_EXIST);
  site.ports.peers[kId].state = JCT_PEER_OFFLINE;
  site.ask();
  CHECK(site.heard<hbb::PunchHoleResponse>(1).failure() == hbb::PunchHoleResponse::OFFLINE);
  CHECK(site.ports.refusals == std::vector{Reason::kUnknownId, Reason::kOffline});
}

TEST_CASE("when peers cannot be looked up A is told in words") {
  Site site;
  for (const jct_status status : {JCT_E_IO, JCT_E_LIMIT}) {
    site.ports.lookup_status = status;
    site.ask();
    CHECK_FALSE(site.heard<hbb::PunchHoleResponse>(1).other_failure().empty());
    CHECK(site.last_refusal() == Reason::kStorage);
  }
}

TEST_CASE("a B whose connection has just gone is offline") {
  Site site;
  site.ports.udp_gone = true;
  site.ask();
  CHECK(site.heard<hbb::PunchHoleResponse>(1).failure() == hbb::PunchHoleResponse::OFFLINE);
}

TEST_CASE("a request by UDP is dropped: nothing goes to B, nothing to whoever is named as its sender") {
  Site site;
  CHECK(site.say(udp_from(kA), Site::punch_request()) == JCT_OK);
  CHECK(site.say(udp_from(kA), relay_request()) == JCT_OK);
  CHECK(site.ports.sent.empty());
  CHECK(site.ports.refusals == std::vector{Reason::kTransport, Reason::kTransport});
}

TEST_CASE("a request with an impossible IPv6 address is dropped") {
  Site site;
  hbb::PunchHoleRequest request = Site::punch_request();
  request.set_socket_addr_v6(std::string(17, 'x'));
  site.say(tcp_from(kA, 1), request);
  CHECK(site.ports.sent.empty());
  CHECK(site.last_refusal() == Reason::kBadAddress);
}

TEST_CASE("what is no message of its kind closes the connection") {
  Site site;
  const std::string garbage = "\x0A\xFF\xFF\xFF";
  CHECK(site.puncher.punch_hole_request(tcp_from(kA, 1), garbage) < 0);
  CHECK(site.puncher.request_relay(tcp_from(kA, 1), garbage) < 0);
  CHECK(site.puncher.answered<hbb::PunchHoleSent>(kFromB, garbage) < 0);
  CHECK(site.puncher.answered<hbb::LocalAddr>(kFromB, garbage) < 0);
  CHECK(site.puncher.answered<hbb::RelayResponse>(kFromB, garbage) < 0);
  CHECK(site.ports.sent.empty());
}

TEST_CASE("beyond the bound on pending requests A is told that the server is busy") {
  Site site{1};
  site.ask(1);
  site.ports.sent.clear();
  site.ask(2, 0, "198.51.100.9:1");
  CHECK_FALSE(site.heard<hbb::PunchHoleResponse>(2).other_failure().empty());
  CHECK(site.last_refusal() == Reason::kFull);
}

TEST_CASE("a repeated request is pushed again, and each gets its answer") {
  Site site;
  for (int i = 0; i < 3; ++i) {
    site.ask();
    site.heard<hbb::PunchHole>(0);
    site.say(kFromB, hole());
    site.heard<hbb::PunchHoleResponse>(1);
  }
  CHECK(site.puncher.pending() == 1);
}

// ---- answers --------------------------------------------------------------------------------------------------------

TEST_CASE("PunchHoleSent gives A the address that B punches from, its signed key, and A's own way to the relay") {
  Site site;
  site.ask();
  site.ports.sent.clear();
  hbb::PunchHoleSent message = hole();
  message.set_upnp_port(44);
  message.set_socket_addr_v6(encoded("[2001:db8::2]:7"));
  site.say(kFromB, message);
  const auto answer = site.heard<hbb::PunchHoleResponse>(1);
  CHECK(decoded(answer.socket_addr()) == "192.0.2.77:6001");
  CHECK(answer.pk() == signed_id());
  CHECK(answer.nat_type() == hbb::ASYMMETRIC);
  CHECK(answer.relay_server() == "203.0.113.1:21117");
  CHECK(answer.upnp_port() == 44);
  CHECK(decoded(answer.socket_addr_v6()) == "[2001:db8::2]:7");
  CHECK_FALSE(answer.is_udp());
}

TEST_CASE("PunchHoleSent by UDP, sent three times, reaches the connection that asked for UDP once") {
  Site site;
  site.ask(1, 0);
  site.ask(2, 7777, "198.51.100.1:5001");
  site.ports.sent.clear();
  for (int i = 0; i < 3; ++i) site.say(udp_from("192.0.2.77:9000"), hole("1.2.3", "198.51.100.1:5001"));
  const auto answer = site.heard<hbb::PunchHoleResponse>(2);
  CHECK(answer.is_udp());
  CHECK(decoded(answer.socket_addr()) == "192.0.2.77:9000");
}

TEST_CASE("LocalAddr gives A the local address") {
  Site site;
  site.ask(1, 0, "192.0.2.77:5000");
  site.ports.sent.clear();
  hbb::LocalAddr message;
  message.set_socket_addr(encoded("192.0.2.77:5000"));
  message.set_local_addr(encoded("192.168.1.5:6001"));
  message.set_id(kId);
  message.set_version("1.2.3");
  site.say(kFromB, message);
  const auto answer = site.heard<hbb::PunchHoleResponse>(1);
  CHECK(answer.is_local());
  CHECK(decoded(answer.socket_addr()) == "192.168.1.5:6001");
  CHECK(answer.pk() == signed_id());
  CHECK(answer.relay_server() == "203.0.113.1:21117");
}

TEST_CASE("a B that cannot punch gives A its key in place of the id, and no address") {
  Site site;
  site.ask();
  site.ports.sent.clear();
  site.say(kFromB, relay_answer());
  const auto answer = site.heard<hbb::RelayResponse>(1);
  CHECK(answer.socket_addr().empty());
  CHECK(answer.union_case() == hbb::RelayResponse::kPk);
  CHECK(answer.pk() == signed_id());
  CHECK(answer.uuid() == "uuid-of-B");
  CHECK(answer.relay_server() == "203.0.113.1:21117");
}

TEST_CASE("an old B that tells no version, or one without a key, gets no signed id") {
  Site site;
  site.ask();
  site.ports.sent.clear();
  site.say(kFromB, hole(""));
  CHECK(site.heard<hbb::PunchHoleResponse>(1).pk().empty());
  site.ports.peers[kId].pk.clear();
  site.ask();
  site.ports.sent.clear();
  site.say(kFromB, hole());
  CHECK(site.heard<hbb::PunchHoleResponse>(1).pk().empty());
}

TEST_CASE("when B's key cannot be read A is told so rather than connected unverified") {
  Site site;
  site.ask();
  site.ports.sent.clear();
  site.ports.key_status = JCT_E_IO;
  site.say(kFromB, hole());
  CHECK_FALSE(site.heard<hbb::PunchHoleResponse>(1).other_failure().empty());
  site.ask();
  site.ports.sent.clear();
  site.say(kFromB, relay_answer());
  CHECK_FALSE(site.heard<hbb::RelayResponse>(1).refuse_reason().empty());
}

TEST_CASE("answers that nobody waits for reach nobody") {
  Site site;
  site.say(kFromB, hole());
  site.say(kFromB, relay_answer());
  site.say(kFromB, relay_answer(""));
  CHECK(site.ports.sent.empty());
  CHECK(site.ports.refusals == std::vector<Reason>(3, Reason::kNotPending));
}

TEST_CASE("answers with impossible addresses are dropped") {
  Site site;
  site.ask();
  site.ports.sent.clear();
  const std::string port_zero = encoded("198.51.100.1:0");
  for (const std::string& bad : {std::string{}, std::string(17, 'x'), std::string(19, 'x'), port_zero}) {
    hbb::PunchHoleSent sent = hole();
    sent.set_socket_addr(bad);
    site.say(kFromB, sent);
    hbb::LocalAddr local;
    local.set_socket_addr(encoded(kA));
    local.set_id(kId);
    local.set_local_addr(bad);
    site.say(kFromB, local);
  }
  CHECK(site.ports.sent.empty());
  CHECK(site.ports.refusals == std::vector<Reason>(8, Reason::kBadAddress));
}

TEST_CASE("an answer from a foreign address waits for a second, and then passes on the tick") {
  Site site;
  site.ask();
  site.ports.sent.clear();
  site.say(tcp_from("192.0.2.99:1234", 3), hole());
  site.puncher.tick();
  CHECK(site.ports.sent.empty());
  site.ports.time += 1s;
  site.puncher.tick();
  const auto answer = site.heard<hbb::PunchHoleResponse>(1);
  CHECK(decoded(answer.socket_addr()) == "192.0.2.99:1234");
}

TEST_CASE("B's own relay setting passes to A unchanged") {
  Site site;
  site.ask();
  site.ports.sent.clear();
  hbb::PunchHoleSent message = hole();
  message.set_relay_server("own.example.net:5");
  site.say(kFromB, message);
  CHECK(site.heard<hbb::PunchHoleResponse>(1).relay_server() == "own.example.net:5");
}

TEST_CASE("with several relays both sides are sent to the same one") {
  Site site;
  Policy policy;
  policy.relay = RelayChoice{{"one.example.org:1", "two.example.org:2"}, {}, 21117};
  site.puncher.set_policy(policy);
  for (const char* expected : {"one.example.org:1", "two.example.org:2"}) {
    const std::string a = std::string{"198.51.100.1:"} + (expected[0] == 'o' ? "5000" : "5001");
    site.ask(1, 0, a);
    CHECK(site.heard<hbb::PunchHole>(0).relay_server() == expected);
    hbb::PunchHoleSent message = hole("1.2.3", a);
    message.set_relay_server("");
    site.say(kFromB, message);
    CHECK(site.heard<hbb::PunchHoleResponse>(1).relay_server() == expected);
  }
}

// ---- the relay ------------------------------------------------------------------------------------------------------

TEST_CASE("after an accepted punch request a RequestRelay from the same IP is pushed, and the go-ahead comes back") {
  Site site;
  site.ask();
  site.ports.sent.clear();
  hbb::RequestRelay request = relay_request();
  request.set_licence_key("secret");
  request.set_token("secret");
  request.mutable_control_permissions()->set_permissions(7);
  site.say(tcp_from("198.51.100.1:5009", 4), request);
  const auto push = site.heard<hbb::RequestRelay>(0);
  CHECK(push.uuid() == "uuid-of-A");
  CHECK(decoded(push.socket_addr()) == "198.51.100.1:5009");
  CHECK(push.relay_server() == "203.0.113.2:21117");  // B's address of the relay that A named
  CHECK(push.secure());
  CHECK(push.licence_key().empty());
  CHECK(push.token().empty());
  CHECK_FALSE(push.has_control_permissions());

  hbb::RelayResponse go = relay_answer("");
  go.clear_uuid();
  go.set_socket_addr(encoded("198.51.100.1:5009"));
  site.say(kFromB, go);
  const auto answer = site.heard<hbb::RelayResponse>(4);
  CHECK(answer.socket_addr().empty());
  CHECK(answer.uuid().empty());
  CHECK(answer.union_case() == hbb::RelayResponse::UNION_NOT_SET);
  CHECK(answer.relay_server() == "203.0.113.1:21117");
  CHECK(answer.refuse_reason().empty());
}

TEST_CASE("B's refusal to relay reaches A in B's words") {
  Site site;
  site.ask();
  site.say(tcp_from(kA, 4), relay_request());
  site.ports.sent.clear();
  hbb::RelayResponse no = relay_answer("");
  no.set_refuse_reason("not now");
  site.say(kFromB, no);
  CHECK(site.heard<hbb::RelayResponse>(4).refuse_reason() == "not now");
}

TEST_CASE("a RequestRelay that cannot be served is refused at once, in words") {
  Site site;
  site.ask();
  site.ports.sent.clear();
  site.ports.peers[kId].state = JCT_PEER_OFFLINE;
  site.say(tcp_from(kA, 1), relay_request());
  CHECK(site.heard<hbb::RelayResponse>(1).refuse_reason() == "Remote desktop is offline");
  site.ports.peers.clear();
  site.say(tcp_from(kA, 1), relay_request());
  CHECK(site.heard<hbb::RelayResponse>(1).refuse_reason() == "ID does not exist");
}

TEST_CASE("a RequestRelay that nobody asked for before is served at a limited rate") {
  Site site;
  for (int i = 0; i < 2; ++i) {
    site.say(tcp_from(kA, 1), relay_request());
    site.heard<hbb::RequestRelay>(0);
  }
  site.say(tcp_from(kA, 1), relay_request());
  CHECK_FALSE(site.heard<hbb::RelayResponse>(1).refuse_reason().empty());
  CHECK(site.last_refusal() == Reason::kNotAsked);
}

TEST_CASE("where the site says so a RequestRelay that nobody asked for is refused, after two minutes too") {
  Site site;
  Policy policy;
  policy.refuse_unasked_relay = true;
  site.puncher.set_policy(policy);
  site.say(tcp_from(kA, 1), relay_request());
  CHECK_FALSE(site.heard<hbb::RelayResponse>(1).refuse_reason().empty());
  site.ask();
  site.ports.sent.clear();
  site.ports.time += 119s;
  site.say(tcp_from(kA, 1), relay_request());
  site.heard<hbb::RequestRelay>(0);
  site.ports.time += 1s;
  site.say(tcp_from(kA, 1), relay_request());
  CHECK_FALSE(site.heard<hbb::RelayResponse>(1).refuse_reason().empty());
}

TEST_CASE("a refused punch request grants no relay") {
  Site site;
  Policy policy;
  policy.refuse_unasked_relay = true;
  site.puncher.set_policy(policy);
  site.ports.key = "the site's key";
  site.ask();
  site.ports.sent.clear();
  site.say(tcp_from(kA, 1), relay_request());
  CHECK_FALSE(site.heard<hbb::RelayResponse>(1).refuse_reason().empty());
  CHECK(site.last_refusal() == Reason::kNotAsked);
}

}  // namespace
}  // namespace junctor::holepunch
