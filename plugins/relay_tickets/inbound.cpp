// SPDX-License-Identifier: Apache-2.0
// One connection of an issuer, as the relay reads it. Lives where its connection does.
#include "inbound.hpp"

namespace junctor::relay_tickets {
namespace {

// One answer must fit into a frame, however many tickets come at once.
constexpr size_t kMaxVerdicts = 512;

}  // namespace

bool Inbound::feed(std::string_view data, std::string& out) {
  bool good = reason_[0] == '\0';
  std::string_view frame;
  while (good) {
    const auto status = decoder_.next(data, frame);
    if (status == wire::FrameDecoder::Status::kNeedMore) break;
    good = status == wire::FrameDecoder::Status::kFrame ? read(frame, out) : no("too_large");
  }
  if (answer_due_) channel_->seal(kVerdicts + verdicts_, out);
  answer_due_ = false;
  verdicts_.clear();
  return good;
}

bool Inbound::read(std::string_view frame, std::string& out) {
  if (!channel_) return hello(frame, out);
  const auto plain = channel_->open(frame);
  if (!plain) return no("bad_seal");
  if (!issuer_) return proof(*plain, out);
  if (!message(*plain)) return false;
  if (verdicts_.size() < kMaxVerdicts) return true;
  channel_->seal(kVerdicts + verdicts_, out);
  verdicts_.clear();
  answer_due_ = false;
  return true;
}

bool Inbound::hello(std::string_view frame, std::string& out) {
  const auto caller = read_hello(frame);
  if (!caller) return no("bad_hello");
  const Ephemeral own = Ephemeral::generate();
  session_ = {*caller, own.public_key()};
  channel_ = own.as_relay(*caller);
  if (!channel_) return no("bad_hello");
  wire::append_frame(make_answer(own_, session_), out);
  return true;
}

bool Inbound::proof(std::string_view plain, std::string& out) {
  issuer_ = read_proof(plain, own_.public_key(), session_);
  if (!issuer_) return no("bad_proof");
  welcome_ = known_(*issuer_);
  channel_->seal(std::string_view{welcome_ ? &kWelcome : &kUnlisted, 1}, out);
  return welcome_ || no("unknown_issuer");
}

bool Inbound::message(std::string_view plain) {
  if (plain.empty() || (plain[0] != kTicket && plain != std::string_view{&kPing, 1})) return no("bad_message");
  if (plain[0] == kTicket) verdicts_ += static_cast<char>(take_(*issuer_, plain.substr(1)));
  answer_due_ = true;
  return true;
}

bool Inbound::no(const char* reason) {
  reason_ = reason;
  return false;
}

}  // namespace junctor::relay_tickets
