// SPDX-License-Identifier: Apache-2.0
// NAT tests and the relay, as a client meets them. Any thread.
#include "client.hpp"

#include <iostream>

namespace junctor::nat {
namespace {

constexpr Millis kNatTest{3000};
constexpr Millis kUdpTest{1000};
constexpr int kUdpTries = 3;

std::optional<int32_t> seen_port(TcpClient& connection) {
  connection.send(hbb::TestNatRequest{});
  const auto answer = connection.receive(kNatTest);
  if (!answer || !answer->has_test_nat_response()) return std::nullopt;
  return answer->test_nat_response().port();
}

}  // namespace

Arguments Arguments::parse(const std::vector<std::string>& words) {
  if (words.size() < 5) throw ClientError{"usage: nat_peer ROLE SERVER KEY ID BYTES [udp] [v6] [sessions=N]"};
  Arguments all;
  all.role = words[0];
  const auto server = Address::parse(words[1]);
  const auto site = wire::parse_public_key(words[2]);
  if (!server || !site) throw ClientError{"SERVER or KEY is malformed"};
  all.server = *server;
  all.site = *site;
  all.key_text = words[2];
  all.id = words[3];
  all.bytes = std::stoull(words[4]);
  const std::string sessions = "sessions=";
  for (size_t i = 5; i < words.size(); ++i) {
    if (words[i] == "udp") all.udp = true;
    if (words[i] == "v6") all.v6 = true;
    if (words[i].rfind(sessions, 0) == 0) all.sessions = std::stoi(words[i].substr(sessions.size()));
  }
  return all;
}

void say(const std::string& line) {
  static std::mutex mutex;
  const std::lock_guard lock{mutex};
  std::cout << line << std::endl;
}

Address decoded(const std::string& field) {
  const auto address = wire::decode_address(field);
  if (!address || address->is_none()) throw ClientError{"an address field holds no address"};
  return *address;
}

hbb::NatType test_nat(const Arguments& arguments) {
  TcpClient first = TcpClient::connect(arguments.server);
  const auto one = seen_port(first);
  TcpClient::Options same;
  same.local = first.local_address();
  same.timeout = kNatTest;
  const Address other = arguments.server.with_port(static_cast<uint16_t>(arguments.server.port - 1));
  auto second = TcpClient::try_connect(other, same);
  if (!one || !second) return hbb::UNKNOWN_NAT;
  const auto two = seen_port(*second);
  if (!two) return hbb::UNKNOWN_NAT;
  return *one == *two ? hbb::ASYMMETRIC : hbb::SYMMETRIC;
}

uint16_t test_udp(const Arguments& arguments, UdpClient& socket) {
  for (int i = 0; i < kUdpTries; ++i) {
    socket.send(arguments.server, hbb::TestNatRequest{});
    const auto answer = socket.receive(kUdpTest);
    if (answer && answer->message.has_test_nat_response()) {
      return static_cast<uint16_t>(answer->message.test_nat_response().port());
    }
  }
  return 0;
}

std::optional<UdpClient> open_v6() {
  // Nothing is sent: connecting a UDP socket asks the kernel for the address that it would use.
  const auto world = Address::parse("[2001:db8:ffff::1]:1");
  wire::Socket probe = wire::Socket::open(wire::Family::kV6, wire::Transport::kUdp);
  if (probe.connect(*world, wire::Deadline{Millis{0}}) != 0) return std::nullopt;
  return UdpClient{probe.local_address().with_port(0)};
}

/// Text: it stands in a string field.
std::string session_uuid() {
  std::string text;
  for (const char byte : wire::Peer::make().uuid) {
    text += "0123456789abcdef"[static_cast<unsigned char>(byte) >> 4];
    text += "0123456789abcdef"[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

TcpClient join_relay(const Arguments& arguments, const std::string& relay_server, const std::string& uuid,
                     const std::string& id) {
  const auto relay = Address::parse(relay_server);
  if (!relay) throw ClientError{"relay_server is no address: " + relay_server};
  TcpClient side = TcpClient::connect(*relay);
  hbb::RequestRelay request;
  request.set_uuid(uuid);
  request.set_id(id);
  request.set_licence_key(arguments.key_text);
  side.send(request);
  return side;
}

}  // namespace junctor::nat
