// SPDX-License-Identifier: Apache-2.0
// nat_peer: one client as a process of its own, following the clients' rules of protocol.md 6.4 and 6.5.
//   nat_peer controlled  SERVER KEY ID BYTES     registers, serves one session, ends
//   nat_peer controlling SERVER KEY ID BYTES     asks for ID, ends
// Prints `registered`, then `direct` or `relay`, then `ok`; on a fault its text, and exit code 1.
#include <iostream>
#include <optional>
#include <string>

#include "session.hpp"
#include "wire/client.hpp"
#include "wire/peer.hpp"

namespace junctor::nat {
namespace {

using wire::Address;
using wire::ClientError;
using wire::Millis;
using wire::TcpClient;

constexpr const char* kVersion = "1.4.0";
constexpr Millis kHole{30};        // how long B dials to make the hole
constexpr Millis kDirect{18'000};  // how long B listens and A dials
constexpr Millis kPush{60'000};    // how long B waits for somebody

struct Arguments {
  Address server;
  wire::PublicKey site{};
  std::string key_text;
  std::string id;
  uint64_t bytes = 0;
};

void say(const std::string& word) { std::cout << word << std::endl; }

Address decoded(const std::string& field) {
  const auto address = wire::decode_address(field);
  if (!address || address->is_none()) throw ClientError{"an address field holds no address"};
  return *address;
}

Address relay_address(const Arguments& arguments, const std::string& relay_server) {
  if (relay_server.empty()) return arguments.server.with_port(static_cast<uint16_t>(arguments.server.port + 1));
  const auto address = Address::parse(relay_server);
  if (!address) throw ClientError{"relay_server is no address: " + relay_server};
  return *address;
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

/// The NAT test: one local port, two ports of the server.
hbb::NatType nat_type(const Arguments& arguments) {
  hbb::TestNatRequest request;
  TcpClient first = TcpClient::connect(arguments.server);
  first.send(request);
  const auto one = first.receive();
  TcpClient::Options same;
  same.local = first.local_address();
  TcpClient second =
      TcpClient::connect(arguments.server.with_port(static_cast<uint16_t>(arguments.server.port - 1)), same);
  second.send(request);
  const auto two = second.receive();
  if (!one || !two) throw ClientError{"the NAT test was not answered"};
  const bool kept = one->test_nat_response().port() == two->test_nat_response().port();
  return kept ? hbb::ASYMMETRIC : hbb::SYMMETRIC;
}

TcpClient join_relay(const Arguments& arguments, const std::string& relay_server, const std::string& uuid,
                     const std::string& id) {
  TcpClient side = TcpClient::connect(relay_address(arguments, relay_server));
  hbb::RequestRelay request;
  request.set_uuid(uuid);
  request.set_id(id);
  request.set_licence_key(arguments.key_text);
  side.send(request);
  return side;
}

// ---- B
// -----------------------------------------------------------------------------------------------------------------

class Controlled {
 public:
  explicit Controlled(const Arguments& arguments)
      : arguments_{arguments}, peer_{wire::Peer::make(arguments.id)}, udp_{wire::any_local(arguments.server)} {}

  void run() {
    nat_type_ = nat_type(arguments_);
    if (wire::register_peer(udp_, arguments_.server, peer_) != hbb::RegisterPkResponse::OK) {
      throw ClientError{"registration was refused"};
    }
    say("registered");
    const wire::Deadline deadline{kPush};
    while (deadline.left() > Millis{0}) {
      udp_.send(arguments_.server, peer_.register_peer());
      const wire::Deadline beat{Millis{5000}};
      while (beat.left() > Millis{0}) {
        const auto pushed = udp_.receive(beat.left());
        if (pushed && serve(pushed->message)) return;
      }
    }
    throw ClientError{"nobody came"};
  }

 private:
  bool serve(const hbb::RendezvousMessage& message) {
    if (message.has_punch_hole()) return punch(message.punch_hole());
    if (message.has_request_relay()) return relay_asked(message.request_relay());
    return false;
  }

  /// False when nobody came through the hole: A will ask for the relay.
  bool punch(const hbb::PunchHole& push) {
    if (push.nat_type() == hbb::SYMMETRIC || nat_type_ == hbb::SYMMETRIC || push.force_relay())
      return offer_relay(push);
    TcpClient answer = TcpClient::connect(arguments_.server);
    const Address local = answer.local_address();
    TcpClient::Options hole;
    hole.local = local;
    hole.timeout = kHole;
    static_cast<void>(TcpClient::try_connect(decoded(push.socket_addr()), hole));
    // Before the answer leaves: on a path of microseconds A would else meet a closed port.
    wire::TcpListener listener{local};
    hbb::PunchHoleSent sent;
    sent.set_socket_addr(push.socket_addr());
    sent.set_id(peer_.id);
    sent.set_relay_server(push.relay_server());
    sent.set_nat_type(nat_type_);
    sent.set_version(kVersion);
    answer.send(sent);
    answer.shutdown_write();
    auto session = listener.accept(kDirect);
    if (!session) return false;
    say("direct");
    controlled_session(*session, peer_.keys, arguments_.bytes);
    return true;
  }

  bool offer_relay(const hbb::PunchHole& push) {
    hbb::RelayResponse response;
    response.set_socket_addr(push.socket_addr());
    response.set_uuid(session_uuid());
    response.set_relay_server(push.relay_server());
    response.set_id(peer_.id);
    response.set_version(kVersion);
    TcpClient side = join_relay(arguments_, push.relay_server(), response.uuid(), "");
    TcpClient answer = TcpClient::connect(arguments_.server);
    answer.send(response);
    answer.shutdown_write();
    return relayed(side);
  }

  bool relay_asked(const hbb::RequestRelay& push) {
    TcpClient side = join_relay(arguments_, push.relay_server(), push.uuid(), "");
    hbb::RelayResponse response;
    response.set_socket_addr(push.socket_addr());
    response.set_version(kVersion);
    TcpClient answer = TcpClient::connect(arguments_.server);
    answer.send(response);
    answer.shutdown_write();
    return relayed(side);
  }

  bool relayed(TcpClient& side) {
    say("relay");
    controlled_session(side, peer_.keys, arguments_.bytes);
    return true;
  }

  const Arguments& arguments_;
  wire::Peer peer_;
  wire::UdpClient udp_;
  hbb::NatType nat_type_ = hbb::UNKNOWN_NAT;
};

// ---- A
// -----------------------------------------------------------------------------------------------------------------

class Controlling {
 public:
  explicit Controlling(const Arguments& arguments) : arguments_{arguments} {}

  void run() {
    hbb::PunchHoleRequest request;
    request.set_id(arguments_.id);
    request.set_nat_type(nat_type(arguments_));
    request.set_licence_key(arguments_.key_text);
    request.set_version(kVersion);
    TcpClient signalling = TcpClient::connect(arguments_.server);
    const auto answer = ask(signalling, request);
    if (!answer) throw ClientError{"the punch request was not answered"};
    if (answer->has_relay_response()) return relay_answered(answer->relay_response());
    if (!answer->has_punch_hole_response()) throw ClientError{"an answer of another kind"};
    punch_answered(signalling, answer->punch_hole_response());
  }

 private:
  std::optional<hbb::RendezvousMessage> ask(TcpClient& signalling, const hbb::PunchHoleRequest& request) {
    for (const Millis patience : {Millis{3000}, Millis{6000}, Millis{9000}}) {
      signalling.send(request);
      if (auto answer = signalling.receive(patience)) return answer;
    }
    return std::nullopt;
  }

  wire::PublicKey verified(const std::string& signed_id) const {
    const auto opened = wire::open_id_pk(arguments_.site, signed_id);
    wire::PublicKey pk{};
    if (!opened || opened->id != arguments_.id || opened->pk.size() != pk.size()) {
      throw ClientError{"the signed id is not the site's word for " + arguments_.id};
    }
    opened->pk.copy(reinterpret_cast<char*>(pk.data()), pk.size());
    return pk;
  }

  void punch_answered(TcpClient& signalling, const hbb::PunchHoleResponse& response) {
    if (response.socket_addr().empty()) {
      throw ClientError{"refused: " + (response.other_failure().empty() ? std::to_string(response.failure())
                                                                        : response.other_failure())};
    }
    const wire::PublicKey pk = verified(response.pk());
    TcpClient::Options same;
    same.local = signalling.local_address();
    same.timeout = kDirect;
    signalling.close();
    auto direct = TcpClient::try_connect(decoded(response.socket_addr()), same);
    if (!direct) return ask_for_relay(response.relay_server(), pk);
    say("direct");
    controlling_session(*direct, pk, arguments_.bytes);
  }

  void ask_for_relay(const std::string& relay_server, const wire::PublicKey& pk) {
    hbb::RequestRelay request;
    request.set_id(arguments_.id);
    request.set_uuid(session_uuid());
    request.set_relay_server(relay_server);
    request.set_secure(true);
    std::optional<hbb::RendezvousMessage> answer;
    for (int tries = 0; tries < 3 && !answer; ++tries) {
      TcpClient signalling = TcpClient::connect(arguments_.server);
      signalling.send(request);
      answer = signalling.receive(kDirect);
    }
    if (!answer || !answer->has_relay_response()) throw ClientError{"the relay request was not answered"};
    if (!answer->relay_response().refuse_reason().empty()) throw ClientError{answer->relay_response().refuse_reason()};
    relayed(relay_server, request.uuid(), pk);
  }

  void relay_answered(const hbb::RelayResponse& response) {
    if (!response.socket_addr().empty()) throw ClientError{"socket_addr of a RelayResponse must be empty"};
    relayed(response.relay_server(), response.uuid(), verified(response.pk()));
  }

  void relayed(const std::string& relay_server, const std::string& uuid, const wire::PublicKey& pk) {
    TcpClient side = join_relay(arguments_, relay_server, uuid, arguments_.id);
    say("relay");
    controlling_session(side, pk, arguments_.bytes);
  }

  const Arguments& arguments_;
};

int run(const std::vector<std::string>& words) {
  if (words.size() != 5) throw ClientError{"usage: nat_peer controlled|controlling SERVER KEY ID BYTES"};
  Arguments arguments;
  const auto server = Address::parse(words[1]);
  const auto site = wire::parse_public_key(words[2]);
  if (!server || !site) throw ClientError{"SERVER or KEY is malformed"};
  arguments.server = *server;
  arguments.site = *site;
  arguments.key_text = words[2];
  arguments.id = words[3];
  arguments.bytes = std::stoull(words[4]);
  if (words[0] == "controlled") {
    Controlled{arguments}.run();
  } else {
    Controlling{arguments}.run();
  }
  say("ok");
  return 0;
}

}  // namespace
}  // namespace junctor::nat

int main(int argc, char** argv) {
  try {
    return junctor::nat::run({argv + 1, argv + argc});
  } catch (const std::exception& e) {
    std::cout << e.what() << std::endl;
    return 1;
  }
}
