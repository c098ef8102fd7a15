// SPDX-License-Identifier: Apache-2.0
// B's answers to what is pushed to it. A thread a push.
#include "controlled.hpp"

#include <cstdlib>
#include <iostream>
#include <thread>

#include "punched.hpp"
#include "session.hpp"

namespace junctor::nat {
namespace {

constexpr Millis kHole{30};     // how long B dials to make the hole
constexpr Millis kRepeat{100};  // a second push for the same address within this is ignored
constexpr int kSentTimes = 3;
constexpr Millis kSentEvery{20};

/// The connection's last message: what the server has sent meanwhile is not read.
template <class T>
void answer_and_close(TcpClient& connection, const T& message) {
  connection.send(message);
  connection.shutdown_write();
}

}  // namespace

Controlled::Controlled(const Arguments& arguments)
    : arguments_{arguments}, peer_{wire::Peer::make(arguments.id)}, registration_{arguments_, peer_} {}

void Controlled::run() {
  nat_type_ = test_nat(arguments_);
  registration_.begin();
  say("registered");
  registration_.run([this](const hbb::RendezvousMessage& message) { pushed(message); });
}

template <class Work>
void Controlled::apart(Work work) {
  std::thread{[work] {
    try {
      work();
    } catch (const std::exception& e) {
      std::cerr << e.what() << std::endl;
    }
  }}.detach();
}

bool Controlled::is_repeated(const std::string& socket_addr) {
  const auto now = std::chrono::steady_clock::now();
  for (auto it = seen_.begin(); it != seen_.end();) it = now - it->second > kRepeat ? seen_.erase(it) : std::next(it);
  return !seen_.emplace(decoded(socket_addr), now).second;
}

void Controlled::pushed(const hbb::RendezvousMessage& message) {
  if (message.has_punch_hole() && !is_repeated(message.punch_hole().socket_addr())) {
    apart([this, push = message.punch_hole()] { punch(push); });
  } else if (message.has_fetch_local_addr() && !is_repeated(message.fetch_local_addr().socket_addr())) {
    apart([this, push = message.fetch_local_addr()] { meet_in_lan(push); });
  } else if (message.has_request_relay()) {
    apart([this, push = message.request_relay()] { relay_asked(push); });
  }
}

// ---- direct connections ---------------------------------------------------------------------------------------------

/// protocol.md 6.4 point 4, in its order.
bool Controlled::must_relay(const hbb::PunchHole& push) const {
  return push.nat_type() == hbb::SYMMETRIC || nat_type_ == hbb::SYMMETRIC || push.force_relay();
}

void Controlled::punch(const hbb::PunchHole& push) {
  const std::string v6 = punch_v6(push.socket_addr_v6());
  if (must_relay(push)) return offer_relay(push, v6);
  if (push.udp_port() > 0) return punch_udp(push, v6);
  punch_tcp(push, v6);
}

hbb::PunchHoleSent Controlled::punch_hole_sent(const hbb::PunchHole& push, const std::string& v6) const {
  hbb::PunchHoleSent sent;
  sent.set_socket_addr(push.socket_addr());
  sent.set_id(peer_.id);
  sent.set_relay_server(push.relay_server());
  sent.set_nat_type(nat_type_);
  sent.set_version(kVersion);
  sent.set_socket_addr_v6(v6);
  return sent;
}

/// Makes the hole, has `ready` answer, waits for A.
void Controlled::punch_tcp(const hbb::PunchHole& push, const std::string& v6) {
  TcpClient answer = TcpClient::connect(arguments_.server);
  TcpClient::Options hole;
  hole.local = answer.local_address();
  hole.timeout = kHole;
  static_cast<void>(TcpClient::try_connect(decoded(push.socket_addr()), hole));
  listen(
      *hole.local, [&] { answer_and_close(answer, punch_hole_sent(push, v6)); }, "tcp");
}

void Controlled::meet_in_lan(const hbb::FetchLocalAddr& push) {
  const std::string v6 = punch_v6(push.socket_addr_v6());
  TcpClient answer = TcpClient::connect(arguments_.server);
  const Address local = answer.local_address();
  if (local.is_v6()) return offer_relay(push, v6);
  TcpClient::Options hole;
  hole.local = local;
  hole.timeout = kHole;
  static_cast<void>(TcpClient::try_connect(decoded(push.socket_addr()), hole));
  hbb::LocalAddr found;
  found.set_socket_addr(push.socket_addr());
  found.set_local_addr(wire::address_field(local));
  found.set_relay_server(push.relay_server());
  found.set_id(peer_.id);
  found.set_version(kVersion);
  found.set_socket_addr_v6(v6);
  listen(
      local, [&] { answer_and_close(answer, found); }, "lan");
}

/// `ready` is called when the port is open: on a path of microseconds A would else meet a closed one.
void Controlled::listen(const Address& local, const std::function<void()>& ready, const char* way) {
  wire::TcpListener listener{local};
  ready();
  if (auto stream = listener.accept(kDirect)) session(*stream, way);
}

void Controlled::punch_udp(const hbb::PunchHole& push, const std::string& v6) {
  UdpClient fresh{wire::any_local(arguments_.server)};
  const hbb::PunchHoleSent sent = punch_hole_sent(push, v6);
  for (int i = 0; i < kSentTimes; ++i) {
    if (i > 0) std::this_thread::sleep_for(kSentEvery);
    fresh.send(arguments_.server, sent);
  }
  answer_path(std::move(fresh), decoded(push.socket_addr()).with_port(static_cast<uint16_t>(push.udp_port())), "udp");
}

/// Begins with the IPv6 path, beside whatever else is tried; gives the address for the answer, empty where there is
/// none.
std::string Controlled::punch_v6(const std::string& socket_addr_v6) {
  if (socket_addr_v6.empty()) return {};
  auto socket = open_v6();
  if (!socket) return {};
  const std::string field = wire::address_field(socket->local_address());
  const auto shared = std::make_shared<UdpClient>(std::move(*socket));
  apart([this, shared, a = decoded(socket_addr_v6)] { answer_path(std::move(*shared), a, "v6"); });
  return field;
}

void Controlled::answer_path(UdpClient socket, const Address& a, const char* way) {
  Punched path{socket, a};
  if (!path.open(kDirect, [] { return false; })) return;
  if (!path.answer(peer_.keys)) return;
  say(way);
  served();
}

// ---- relay ----------------------------------------------------------------------------------------------------------

template <class Push>
void Controlled::offer_relay(const Push& push, const std::string& v6) {
  hbb::RelayResponse response;
  response.set_socket_addr(push.socket_addr());
  response.set_uuid(session_uuid());
  response.set_relay_server(push.relay_server());
  response.set_id(peer_.id);
  response.set_version(kVersion);
  response.set_socket_addr_v6(v6);
  TcpClient side = join_relay(arguments_, push.relay_server(), response.uuid(), "");
  TcpClient answer = TcpClient::connect(arguments_.server);
  answer_and_close(answer, response);
  session(side, "relay");
}

void Controlled::relay_asked(const hbb::RequestRelay& push) {
  TcpClient side = join_relay(arguments_, push.relay_server(), push.uuid(), "");
  hbb::RelayResponse response;
  response.set_socket_addr(push.socket_addr());
  response.set_version(kVersion);
  TcpClient answer = TcpClient::connect(arguments_.server);
  answer_and_close(answer, response);
  session(side, "relay");
}

// ---- sessions -------------------------------------------------------------------------------------------------------

void Controlled::session(TcpClient& stream, const char* way) {
  if (!controlled_session(stream, peer_.keys, arguments_.bytes)) return;  // A has taken another way
  say(way);
  served();
}

void Controlled::served() {
  if (++served_ != arguments_.sessions) return;
  say("ok");
  std::_Exit(0);  // other attempts still wait for an A that does not come
}

}  // namespace junctor::nat
