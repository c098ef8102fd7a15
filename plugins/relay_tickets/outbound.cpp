// SPDX-License-Identifier: Apache-2.0
// One connection to a relay, as signalling speaks on it. Lives where its connection does.
#include "outbound.hpp"

namespace junctor::relay_tickets {

bool Outbound::feed(std::string_view data, std::string& out) {
  bool good = reason_[0] == '\0';
  std::string_view frame;
  while (good) {
    const auto status = decoder_.next(data, frame);
    if (status == wire::FrameDecoder::Status::kNeedMore) break;
    good = status == wire::FrameDecoder::Status::kFrame ? read(frame, out) : no("bad_message");
  }
  return good;
}

bool Outbound::read(std::string_view frame, std::string& out) {
  if (!channel_) return answer(frame, out);
  const auto plain = channel_->open(frame);
  if (!plain) return no("bad_seal");
  return welcome_ ? verdicts(*plain) : greeted(*plain);
}

bool Outbound::answer(std::string_view frame, std::string& out) {
  const auto theirs = read_answer(frame, relay_, pair_.public_key());
  if (!theirs) return no("wrong_relay_key");
  channel_ = pair_.as_caller(*theirs);
  if (!channel_) return no("wrong_relay_key");
  channel_->seal(make_proof(own_, relay_, {pair_.public_key(), *theirs}), out);
  return true;
}

bool Outbound::greeted(std::string_view plain) {
  if (plain == std::string_view{&kUnlisted, 1}) return no("not_listed");
  welcome_ = plain == std::string_view{&kWelcome, 1};
  return welcome_ || no("bad_message");
}

bool Outbound::verdicts(std::string_view plain) {
  if (plain.empty() || plain[0] != kVerdicts) return no("bad_message");
  for (const char verdict : plain.substr(1)) {
    if (!told_(static_cast<Verdict>(verdict))) return no("bad_message");
  }
  return true;
}

bool Outbound::no(const char* reason) {
  reason_ = reason;
  return false;
}

}  // namespace junctor::relay_tickets
