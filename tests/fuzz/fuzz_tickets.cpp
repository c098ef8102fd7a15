// SPDX-License-Identifier: Apache-2.0
// Any bytes as an issuer's stream: in any pieces they mean the same. The first byte says how far the stranger gets by
// the rules: 0 the greeting itself is fuzzed; 1 what an authentic issuer seals is, message by message; 2 what it signs
// as a ticket.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "inbound.hpp"
#include "outbound.hpp"

namespace {

using namespace junctor;
using namespace junctor::relay_tickets;

constexpr uint64_t kNow = 1'700'000'000'000'000;

wire::SigningKeys seeded(uint8_t value) {
  std::array<uint8_t, 32> seed{};
  seed.fill(value);
  return wire::SigningKeys::from_seed(seed);
}
const wire::SigningKeys kIssuer = seeded(1), kRelay = seeded(2);

Verdict take(const wire::PublicKey& issuer, std::string_view text) {
  const Opened opened = open_ticket(issuer, kRelay.public_key(), text, kNow, 10);
  const bool fits = !opened.ticket.uuid.empty() && opened.ticket.uuid.size() <= kMaxText;
  if (opened.verdict == Verdict::kGood && !fits) std::abort();
  return opened.verdict;
}

Inbound relay_side() {
  return {kRelay, [](const wire::PublicKey& issuer) { return issuer == kIssuer.public_key(); }, take};
}

/// How it ends and where, without what random keys have sealed.
std::string read(std::string_view stream, size_t piece) {
  Inbound in = relay_side();
  std::string out;
  for (size_t at = 0; at < stream.size(); at += piece) {
    if (!in.feed(stream.substr(at, piece), out)) break;
  }
  if (in.welcome()) std::abort();
  return in.reason();
}

/// A proven issuer says `text` in sealed messages, cut at each of its newlines.
void speak(std::string_view text, bool sign) {
  Inbound in = relay_side();
  const Ephemeral pair = Ephemeral::generate();
  std::string hello, answer, rest;
  wire::append_frame(make_hello(pair.public_key()), hello);
  if (!in.feed(hello, answer)) std::abort();
  wire::FrameDecoder decoder{kMaxFrame};
  std::string_view input = answer, frame;
  if (decoder.next(input, frame) != wire::FrameDecoder::Status::kFrame) std::abort();
  const auto theirs = read_answer(frame, kRelay.public_key(), pair.public_key());
  auto channel = pair.as_caller(theirs.value());
  std::string said;
  channel->seal(make_proof(kIssuer, kRelay.public_key(), {pair.public_key(), *theirs}), said);
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const std::string_view shorter = line.substr(0, kMaxFrame / 2);
    channel->seal(sign ? kTicket + kIssuer.sign(shorter) : std::string{shorter}, said);
  }
  in.feed(said, rest);
  if (!in.welcome()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const std::string_view stream{reinterpret_cast<const char*>(data) + 2, size - 2};
  if (data[0] % 3 != 0) {
    speak(stream, data[0] % 3 == 2);
  } else if (read(stream, 1 + data[1]) != read(stream, stream.size() + 1)) {
    std::abort();
  }
  return 0;
}
