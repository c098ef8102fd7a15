// SPDX-License-Identifier: Apache-2.0
// What is asked over UDP.
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "tools/doctor/ask.hpp"
#include "tools/doctor/signalling_steps.hpp"

namespace junctor::tools::doctor {
namespace {

using Union = hbb::RendezvousMessage::UnionCase;

constexpr Millis kResend{1000};  // four tries at most: servers count the registrations of an id
constexpr Millis kRefusal{500};  // for the host's own ICMP

template <class T>
std::optional<hbb::RendezvousMessage> ask_by_datagram(wire::UdpClient& socket, const Address& server, const T& question,
                                                      Union wanted, Millis patience) {
  const wire::Deadline deadline{patience};
  while (deadline.left() > Millis{0}) {
    socket.send(server, question);
    const wire::Deadline resend{std::min(kResend, deadline.left())};
    while (auto received = socket.receive(resend.left())) {
      if (received->from == server && received->message.union_case() == wanted) return std::move(received->message);
    }
  }
  return std::nullopt;
}

/// A connected socket is told when the host says that nobody listens; others are not.
bool is_refused(const Address& server) {
  wire::Socket probe = wire::Socket::open(server.family, wire::Transport::kUdp);
  if (probe.connect(server, wire::Deadline{Millis{0}}) != 0) return false;
  const std::string question = wire::wrap_message(hbb::TestNatRequest{});
  if (::send(probe.fd(), question.data(), question.size(), MSG_NOSIGNAL) < 0) return errno == ECONNREFUSED;
  if (!probe.wait_readable(wire::Deadline{kRefusal})) return false;
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(probe.fd(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == ECONNREFUSED;
}

void exchange(wire::UdpClient& socket, const Address& server, const wire::Peer& peer, RegistrationSeen& seen,
              Millis patience) {
  const Stopwatch watch;
  const auto ask_for = [&](Millis wait) {
    return ask_by_datagram(socket, server, peer.register_pk(), Union::kRegisterPkResponse, wait);
  };
  auto confirmed = ask_for(std::min(kResend, patience));
  if (!confirmed) seen.refused = is_refused(server);
  if (!confirmed && !seen.refused && patience > kResend) confirmed = ask_for(patience - kResend);
  seen.took = watch.took();
  if (!confirmed) return;
  seen.result = confirmed->register_pk_response().result();
  if (seen.result != hbb::RegisterPkResponse::OK) return;
  const auto beat = ask_by_datagram(socket, server, peer.register_peer(), Union::kRegisterPeerResponse, patience);
  seen.wants_key_again = beat && beat->register_peer_response().request_pk();
}

}  // namespace

RegisteredUdp register_over_udp(const Address& server, Millis patience) {
  RegisteredUdp registered;
  try {
    wire::UdpClient socket{wire::any_local(server)};
    wire::Peer peer = wire::Peer::make(throw_away_id());
    exchange(socket, server, peer, registered.seen, patience);
    if (registered.seen.result == hbb::RegisterPkResponse::OK) {
      registered.device.emplace(std::move(socket), server, std::move(peer));
    }
  } catch (const wire::ClientError& error) {
    registered.seen.error = error.what();
  }
  return registered;
}

UdpNatSeen test_udp_nat(const Address& server, Millis patience) {
  UdpNatSeen seen;
  try {
    wire::UdpClient socket{wire::any_local(server)};
    const Stopwatch watch;
    const auto answer = ask_by_datagram(socket, server, hbb::TestNatRequest{}, Union::kTestNatResponse, patience);
    seen.took = watch.took();
    seen.local = socket.local_address().port;
    if (answer) seen.seen = static_cast<uint16_t>(answer->test_nat_response().port());
  } catch (const wire::ClientError&) {
    seen.seen = 0;
  }
  return seen;
}

}  // namespace junctor::tools::doctor
