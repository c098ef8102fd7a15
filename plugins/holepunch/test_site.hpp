// SPDX-License-Identifier: Apache-2.0
// Puncher with a server around it that notes what is sent. Tests only.
#pragma once

#include "puncher.hpp"

#include <doctest/doctest.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rendezvous/test_values.hpp"

namespace junctor::holepunch {

using namespace std::chrono_literals;
using test::tcp_from;
using test::udp_from;

inline constexpr auto kA = "198.51.100.1:5000";
inline constexpr auto kB = "192.0.2.77:6000";
inline const std::string kId = "123456789";

struct Sent {
  jct_channel to;
  uint32_t kind;
  std::string bytes;
};

struct FakePeer {
  uint32_t state;
  jct_channel channel;
  std::string pk;
  jct_channel also{};
};

inline Decision denial_of(std::string reason, std::string text) {
  Decision decision;
  decision.allowed = false;
  decision.reason = std::move(reason);
  decision.text = std::move(text);
  return decision;
}

class FakePorts : public PuncherPorts {
 public:
  Duration now() const override { return time; }
  uint32_t salt() const override { return 0x12345678; }
  void check(const jct_auth_request& request, Decided done) override {
    kinds.push_back(request.kind);
    tokens.emplace_back(view(request.token));
    if (request.kind == JCT_AUTH_REACH) {
      id_states.push_back(request.id_state);
      switch_codes.emplace_back(view(request.switch_code));
      uuids.emplace_back(view(request.session));
      if (reach) return done(*reach);
    }
    if (request.kind == JCT_AUTH_START && view(request.licence_key) != key) return done(denial_of("wrong_key", "no"));
    if (request.kind == JCT_AUTH_START && !start_text.empty()) return done(denial_of("network_denied", start_text));
    if (request.kind == JCT_AUTH_REACH && !reach_text.empty()) return done(denial_of("blocked", reach_text));
    done({});
  }
  void look_up(std::string_view id, uint32_t want, Found done) override {
    const auto at = peers.find(std::string{id});
    jct_peer peer{};
    peer.id = str(id);
    if (at != peers.end()) {
      peer.state = at->second.state;
      peer.channel = at->second.channel;
      peer.also = at->second.also;
      if ((want & JCT_PEER_WANT_KEY) != 0) peer.pk = bytes(at->second.pk);
    }
    done(want == 0 ? lookup_status : key_status, &peer);
  }
  std::string licence_key() const override { return key; }
  std::string sign(std::string_view message) override {
    return signs && !sign_fails ? "signed:" + std::string{message} : "";
  }
  bool can_sign() const override { return signs; }
  void answers_cut_off(const jct_channel&) override { ++cut_off; }
  jct_status send(const jct_channel& to, uint32_t kind, const google::protobuf::MessageLite& message) override {
    if (to.handle == gone || (to.transport == JCT_CHANNEL_UDP && udp_gone)) return JCT_E_CLOSED;
    sent.push_back({to, kind, message.SerializeAsString()});
    return JCT_OK;
  }
  void refused(Reason why, const jct_channel&, std::string_view, std::string_view detail,
               std::string_view user) override {
    refusals.push_back(why);
    last_rule = detail;
    last_user = user;
  }
  void waits() override { waiting = true; }
  void noted(Note note) override { notes.push_back(note); }
  void ended(const Asked&, Outcome outcome) override { outcomes.push_back(outcome); }
  void allowed_session(const Meeting& meeting, std::string_view uuid, std::string_view id) override {
    sessions.emplace_back(std::string{uuid} + " " + std::string{id});
    meetings.push_back(meeting);
  }

  Duration time = 1000s;
  std::string key, start_text, reach_text;
  jct_status lookup_status = JCT_OK, key_status = JCT_OK;
  bool signs = true, sign_fails = false;
  int cut_off = 0;
  jct_handle gone = 999;
  bool udp_gone = false;
  std::map<std::string, FakePeer> peers;
  std::optional<Decision> reach;  // what REACH is answered
  std::vector<uint32_t> kinds, id_states;
  std::vector<std::string> tokens, switch_codes, uuids;
  std::string last_rule, last_user;
  std::vector<Sent> sent;
  std::vector<Reason> refusals;
  bool waiting = false;
  std::vector<Note> notes;
  std::vector<Outcome> outcomes;
  std::vector<std::string> sessions;  // "UUID ID"
  std::vector<Meeting> meetings;      // of each
};

/// Two relays that nobody asked for before a second; no other limits.
inline Puncher::Bounds bounds(size_t max_pending = 100) {
  Puncher::Bounds out;
  out.pending = {max_pending, 30s, 1s};
  out.max_grants = 100;
  out.max_signed = 100;
  out.rates.unasked_relays = 2;
  out.rates.lost_answers = 60;
  out.learned = {10, 6h, 5s, 1h};
  return out;
}

inline RelayPtr relay_at(const std::string& address) {
  RelaySpec spec;
  spec.name = spec.address = address;
  return std::make_shared<Relay>(std::move(spec));
}

struct Site {
  explicit Site(size_t max_pending = 100) : Site{bounds(max_pending)} {}
  explicit Site(const Puncher::Bounds& with) : puncher{ports, with, {}} {
    ports.peers[kId] = {JCT_PEER_ONLINE, udp_from(kB, "203.0.113.2:21116"), "key of B", {}};
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
  /// The site's relays, for as long as nothing else is set.
  void use_relays(const std::vector<RelayPtr>& relays) {
    Policy policy;
    policy.relay = RelayChoice{relays, {}, 21117};
    puncher.set_policy(policy);
  }
  Reason last_refusal() {
    REQUIRE_FALSE(ports.refusals.empty());
    return ports.refusals.back();
  }

  FakePorts ports;
  Puncher puncher;
};

inline std::string encoded(std::string_view address) {
  return wire::encode_address(*wire::Address::parse(address), 42);
}
inline std::string decoded(const std::string& bytes) {
  const auto address = wire::decode_address(bytes);
  REQUIRE(address);
  return address->text();
}

inline hbb::PunchHoleSent hole(const std::string& version = "1.2.3", std::string_view a = kA) {
  hbb::PunchHoleSent message;
  message.set_socket_addr(encoded(a));
  message.set_id(kId);
  message.set_nat_type(hbb::ASYMMETRIC);
  message.set_version(version);
  message.set_relay_server("203.0.113.2:21117");
  return message;
}

inline hbb::RelayResponse relay_answer(const std::string& id = kId) {
  hbb::RelayResponse message;
  message.set_socket_addr(encoded(kA));
  if (!id.empty()) message.set_id(id);
  message.set_uuid("uuid-of-B");
  message.set_version("1.2.3");
  message.set_relay_server("203.0.113.2:21117");
  return message;
}

inline hbb::RequestRelay relay_request() {
  hbb::RequestRelay message;
  message.set_id(kId);
  message.set_uuid("uuid-of-A");
  message.set_relay_server("203.0.113.1:21117");
  message.set_secure(true);
  return message;
}

inline const jct_channel kFromB = tcp_from("192.0.2.77:6001", 2, "203.0.113.2:21116");

inline std::string signed_id() {
  hbb::IdPk id_pk;
  id_pk.set_id(kId);
  id_pk.set_pk("key of B");
  return "signed:" + id_pk.SerializeAsString();
}

}  // namespace junctor::holepunch
