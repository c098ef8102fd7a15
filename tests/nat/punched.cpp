// SPDX-License-Identifier: Apache-2.0
// Knocking, and a stop-and-wait exchange behind it. One thread a path.
#include "punched.hpp"

namespace junctor::nat {
namespace {

// The first byte of a packet.
constexpr char kKnock = 'K';
constexpr char kNonce = 'N';  // then 32 bytes
constexpr char kProof = 'P';  // then those, signed
constexpr char kWord = 'W';   // then number and bytes
constexpr char kEcho = 'E';   // then the same
constexpr char kGoodbye = 'G';

constexpr Millis kKnockEvery{50};
constexpr Millis kResend{200};
constexpr Millis kSilence{5000};
constexpr size_t kWordSize = 1000;
constexpr int kGoodbyes = 3;

}  // namespace

std::optional<std::string> Punched::next(Millis patience) {
  const wire::Deadline deadline{patience};
  while (auto datagram = socket_.receive_bytes(deadline.left())) {
    if (datagram->from == peer_ && !datagram->bytes.empty()) return datagram->bytes;
  }
  return std::nullopt;
}

bool Punched::open(Millis patience, const std::function<bool()>& stop) {
  const wire::Deadline deadline{patience};
  while (deadline.left() > Millis{0} && !stop()) {
    socket_.send_bytes(peer_, std::string{kKnock});
    if (!next(kKnockEvery)) continue;
    socket_.send_bytes(peer_, std::string{kKnock});  // the peer may not have heard one yet
    return true;
  }
  return false;
}

std::string Punched::exchange(const std::string& question, char answer_kind) {
  const wire::Deadline deadline{kSilence};
  while (deadline.left() > Millis{0}) {
    socket_.send_bytes(peer_, question);
    const wire::Deadline resend{kResend};
    while (const auto packet = next(resend.left())) {
      if (packet->front() == answer_kind && (answer_kind == kProof || packet->substr(1) == question.substr(1))) {
        return packet->substr(1);
      }
    }
  }
  throw ClientError{"the punched path has gone silent"};
}

void Punched::ask(const wire::PublicKey& pk, int count) {
  const std::string nonce = session_uuid();
  if (wire::open_signed(pk, exchange(kNonce + nonce, kProof)) != nonce) {
    throw ClientError{"the peer does not hold the key that was signed"};
  }
  for (int i = 0; i < count; ++i) exchange(kWord + std::to_string(i) + std::string(kWordSize, 'w'), kEcho);
  for (int i = 0; i < kGoodbyes; ++i) socket_.send_bytes(peer_, std::string{kGoodbye});
}

bool Punched::answer(const wire::SigningKeys& keys) {
  while (const auto packet = next(kSilence)) {
    if (packet->front() == kGoodbye) return true;
    if (packet->front() == kNonce) socket_.send_bytes(peer_, kProof + keys.sign(packet->substr(1)));
    if (packet->front() == kWord) socket_.send_bytes(peer_, kEcho + packet->substr(1));
  }
  return false;
}

}  // namespace junctor::nat
