// SPDX-License-Identifier: Apache-2.0
// Sessions through the relay, both sides in one process.
#include <sodium.h>

#include <algorithm>
#include <array>
#include <future>

#include "tools/doctor/ask.hpp"
#include "tools/doctor/lookup.hpp"
#include "tools/doctor/reach_steps.hpp"
#include "tools/doctor/session_steps.hpp"

namespace junctor::tools::doctor {
namespace {

constexpr size_t kPings = 5;

Micros since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration_cast<Micros>(std::chrono::steady_clock::now() - start);
}

wire::TcpClient join(const RelaySide& side, Millis patience) {
  wire::TcpClient client = wire::TcpClient::connect(side.relay, {std::nullopt, patience, wire::kProxyMaxMessage});
  hbb::RequestRelay request;
  request.set_uuid(side.uuid);
  request.set_licence_key(side.key);
  request.set_id(side.id);
  client.send(request);
  return client;
}

/// The middle of a few round trips of one byte; nothing where one does not come back.
std::optional<Micros> round_trip(wire::TcpClient& a, wire::TcpClient& b, Millis patience) {
  std::array<Micros, kPings> trips{};
  const wire::Deadline deadline{patience};
  for (Micros& trip : trips) {
    const auto start = std::chrono::steady_clock::now();
    a.send_raw("?", deadline.left());
    if (b.receive_exactly(1, deadline.left()) != "?") return std::nullopt;
    b.send_raw("!", deadline.left());
    if (a.receive_exactly(1, deadline.left()) != "!") return std::nullopt;
    trip = since(start);
  }
  std::sort(trips.begin(), trips.end());
  return trips[kPings / 2];
}

struct Moved {
  size_t bytes = 0;
  Micros took{0};
  bool intact = true;
  std::string error;
};

Moved move_bytes(wire::TcpClient& from, wire::TcpClient& to, const std::string& bytes, Millis patience) {
  const auto start = std::chrono::steady_clock::now();
  auto sending = std::async(std::launch::async, [&] { from.send_raw(bytes, patience); });
  Moved moved;
  std::string got;
  try {
    got = to.receive_exactly(bytes.size(), patience);
  } catch (const wire::ClientError& error) {
    moved.error = error.what();
  }
  moved.took = since(start);
  moved.bytes = got.size();
  moved.intact = bytes.compare(0, got.size(), got) == 0;
  if (to.end() != wire::TcpClient::End::kNotYet) moved.error = "the session ends while bytes are under way";
  try {
    sending.get();
  } catch (const wire::ClientError&) {
    return moved;  // it was slow, or has ended: what came tells
  }
  return moved;
}

std::string random_bytes(size_t size) {
  std::string bytes(size, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

void measure(wire::TcpClient& a, wire::TcpClient& b, TransferSeen& seen, Millis patience) {
  const std::string bytes = random_bytes(seen.wanted);
  const Moved there = move_bytes(a, b, bytes, patience);
  seen.a_to_b = there.bytes;
  seen.a_to_b_took = there.took;
  seen.error = there.error;
  seen.intact = there.intact;
  if (!there.error.empty()) return;
  const Moved back = move_bytes(b, a, bytes, patience);
  seen.b_to_a = back.bytes;
  seen.b_to_a_took = back.took;
  seen.error = back.error;
  seen.intact = seen.intact && back.intact;
}

}  // namespace

std::string random_uuid() {
  wire::init_crypto();
  std::string text;
  for (int i = 0; i < 32; ++i) text += "0123456789abcdef"[randombytes_uniform(16)];
  return text;
}

RelayAddressSeen find_relay(const std::string& text, bool handed_out, Millis patience) {
  RelayAddressSeen seen{text, handed_out, false, {}, {}};
  const auto parsed = parse_host_port(text, kDefaultRelay);
  if (!parsed) {
    seen.malformed = true;
    return seen;
  }
  seen.name = look_up(parsed->host, patience);
  std::vector<Address> relays;
  for (const Address& address : seen.name.addresses) relays.push_back(address.with_port(parsed->port));
  for (const PortSeen& port : reach(relays, patience)) {
    const bool better = port.error == 0 && seen.port.error != 0;
    if (seen.port.address.is_none() || better) seen.port = port;
  }
  return seen;
}

TransferSeen transfer(const RelaySide& a, const RelaySide& b, size_t size, Millis patience) {
  TransferSeen seen;
  seen.wanted = size;
  try {
    wire::TcpClient first = join(b, patience);
    wire::TcpClient second = join(a, patience);
    const auto trip = round_trip(second, first, patience);
    const auto open = wire::TcpClient::End::kNotYet;
    seen.closed = first.end() != open || second.end() != open;
    if (!trip) return seen;
    seen.met = true;
    seen.rtt = *trip;
    measure(second, first, seen, patience);
  } catch (const wire::ClientError& error) {
    seen.closed = !seen.met;
    seen.error = error.what();
  }
  return seen;
}

bool refuses_wrong_key(const Address& relay, Millis patience) {
  try {
    wire::TcpClient stranger = join({relay, wire::SigningKeys::generate().public_text(), random_uuid(), ""}, patience);
    return stranger.wait_end(patience);
  } catch (const wire::ClientError&) {
    return true;
  }
}

}  // namespace junctor::tools::doctor
