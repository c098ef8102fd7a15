// SPDX-License-Identifier: Apache-2.0
// The proof and the stream of bytes. One thread a session.
#include "session.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <random>
#include <vector>

namespace junctor::nat {
namespace {

using wire::ClientError;
using wire::Millis;
using wire::TcpClient;

constexpr size_t kNonceBytes = 32;
constexpr Millis kFirstBytes{30'000};
constexpr size_t kChunk = 64 * 1024;

/// The bytes of one direction: the same for both ends, and no chunk like another.
class Pattern {
 public:
  explicit Pattern(uint64_t seed) : random_{seed} {}
  std::string next(size_t size) {
    while (ready_.size() < size) {
      const uint64_t word = random_();
      ready_.append(reinterpret_cast<const char*>(&word), sizeof word);
    }
    std::string out = ready_.substr(0, size);
    ready_.erase(0, size);
    return out;
  }

 private:
  std::mt19937_64 random_;
  std::string ready_;
};

size_t try_send(int fd, std::string_view bytes) {
  const ssize_t n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (n < 0 && errno != EAGAIN) throw ClientError{"sending in the session failed"};
  return n < 0 ? 0 : static_cast<size_t>(n);
}

/// Sends `bytes` and receives as many, both at once, then half-closes and waits for the other's end.
void exchange(TcpClient& stream, uint64_t send_seed, uint64_t receive_seed, uint64_t bytes) {
  Pattern out{send_seed};
  Pattern in{receive_seed};
  std::string unsent;
  uint64_t made = 0;
  uint64_t received = 0;
  bool shut = false;
  while (received < bytes || !shut) {
    if (unsent.empty() && made < bytes) {
      unsent = out.next(static_cast<size_t>(std::min<uint64_t>(kChunk, bytes - made)));
      made += unsent.size();
    }
    if (!unsent.empty()) unsent.erase(0, try_send(stream.fd(), unsent));
    if (unsent.empty() && made == bytes && !shut) {
      stream.shutdown_write();
      shut = true;
    }
    const std::string piece = stream.receive_raw(kChunk, Millis{0});
    if (piece != in.next(piece.size())) throw ClientError{"a byte differs at " + std::to_string(received)};
    received += piece.size();
    if (piece.empty() && stream.end() != TcpClient::End::kNotYet && received < bytes) {
      throw ClientError{"ended after " + std::to_string(received) + " of " + std::to_string(bytes) + " bytes"};
    }
    if (!piece.empty() || stream.end() != TcpClient::End::kNotYet) continue;
    pollfd wait{stream.fd(), static_cast<short>(POLLIN | (unsent.empty() ? 0 : POLLOUT)), 0};
    if (::poll(&wait, 1, 10'000) == 0) throw ClientError{"stalled after " + std::to_string(received) + " bytes"};
  }
  if (received != bytes) throw ClientError{"received " + std::to_string(received) + " bytes"};
  if (!stream.wait_end()) throw ClientError{"the other side's end did not come"};
}

constexpr uint64_t kToControlled = 1;
constexpr uint64_t kToControlling = 2;

}  // namespace

void controlling_session(TcpClient& stream, const wire::PublicKey& pk, uint64_t bytes) {
  std::random_device random;
  std::string nonce;
  while (nonce.size() < kNonceBytes) nonce += static_cast<char>(random());
  stream.send_raw(nonce);
  const std::string proof = stream.receive_exactly(wire::kSignatureSize + kNonceBytes, kFirstBytes);
  if (wire::open_signed(pk, proof) != nonce) throw ClientError{"the peer does not hold the key that was signed"};
  exchange(stream, kToControlled, kToControlling, bytes);
}

bool controlled_session(TcpClient& stream, const wire::SigningKeys& keys, uint64_t bytes) {
  const std::string nonce = stream.receive_exactly(kNonceBytes, kFirstBytes);
  if (nonce.empty()) return false;
  stream.send_raw(keys.sign(nonce));
  exchange(stream, kToControlling, kToControlled, bytes);
  return true;
}

}  // namespace junctor::nat
