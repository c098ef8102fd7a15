// SPDX-License-Identifier: Apache-2.0
// Identities and registration for tools and tests. No thread of its own.
#include "wire/peer.hpp"

#include <algorithm>

namespace junctor::wire {
namespace {

// Datagrams get lost: what is not answered in this time is sent again.
constexpr Millis kResend{500};

constexpr uint32_t kFirstId = 1'000'000'000;

using Union = hbb::RendezvousMessage::UnionCase;

template <class T>
hbb::RendezvousMessage ask(UdpClient& client, const Address& server, const T& question, Union wanted,
                           const Deadline& deadline) {
  while (deadline.left() > Millis{0}) {
    client.send(server, question);
    const Deadline resend{std::min(kResend, deadline.left())};
    while (auto received = client.receive(resend.left())) {
      if (received->from == server && received->message.union_case() == wanted) return received->message;
    }
  }
  throw ClientError{"no answer from " + server.text()};
}

}  // namespace

Peer Peer::make(std::string id) {
  init_crypto();
  if (id.empty()) id = std::to_string(kFirstId + randombytes_uniform(kFirstId));
  std::string uuid(16, '\0');
  randombytes_buf(uuid.data(), uuid.size());
  return Peer{std::move(id), std::move(uuid), SigningKeys::generate()};
}

hbb::RegisterPk Peer::register_pk() const {
  hbb::RegisterPk message;
  message.set_id(id);
  message.set_uuid(uuid);
  message.set_pk(std::string{bytes_of(keys.public_key())});
  return message;
}

hbb::RegisterPeer Peer::register_peer(int32_t serial) const {
  hbb::RegisterPeer message;
  message.set_id(id);
  message.set_serial(serial);
  return message;
}

std::string address_field(const Address& address) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return encode_address(address,
                        static_cast<uint32_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count()));
}

hbb::RegisterPkResponse::Result register_peer(UdpClient& client, const Address& server, const Peer& peer,
                                              Millis timeout) {
  const Deadline deadline{timeout};
  const auto confirmed = ask(client, server, peer.register_pk(), Union::kRegisterPkResponse, deadline);
  const auto result = confirmed.register_pk_response().result();
  if (result == hbb::RegisterPkResponse::OK) {
    ask(client, server, peer.register_peer(), Union::kRegisterPeerResponse, deadline);
  }
  return result;
}

hbb::RegisterPkResponse register_peer(TcpClient& client, const Peer& peer, Millis timeout) {
  const Deadline deadline{timeout};
  client.send(peer.register_pk());
  while (auto message = client.receive(deadline.left())) {
    if (message->has_register_pk_response()) return message->register_pk_response();
  }
  throw ClientError{"no answer from " + client.peer_address().text() + " to RegisterPk"};
}

}  // namespace junctor::wire
