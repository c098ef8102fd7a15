// SPDX-License-Identifier: Apache-2.0
// Does a relay work? Lives on the loop that starts it.
#include "relay_probe.hpp"

#include <algorithm>
#include <utility>

#include "wire/abi.hpp"
#include "wire/frame.hpp"
#include "wire/kinds.hpp"
#include "wire/rendezvous.pb.h"

namespace junctor::holepunch {

namespace {

/// In the form that clients give it.
std::string random_uuid(const Host& host) {
  std::array<uint8_t, 16> raw{};
  host.random(raw.data(), raw.size());
  std::string out;
  for (size_t i = 0; i < raw.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += "0123456789abcdef"[raw[i] >> 4];
    out += "0123456789abcdef"[raw[i] & 15];
  }
  return out;
}

/// Nothing that the relay did: this server is short of something, or the instance stops.
bool is_our_own_doing(jct_status status) {
  return status == JCT_OK || status == JCT_E_CLOSED || status == JCT_E_NO_MEMORY || status == JCT_E_LIMIT ||
         status == JCT_E_STATE;
}

}  // namespace

void RelayProbe::start(const Host& host, Question question, Done done) {
  std::make_shared<RelayProbe>(host, std::move(question), std::move(done))->try_address();
}

RelayProbe::RelayProbe(const Host& host, Question question, Done done)
    : host_{host}, question_{std::move(question)}, done_{std::move(done)} {
  if (question_.addresses.size() > kMostAddresses) question_.addresses.resize(kMostAddresses);
}

void RelayProbe::try_address() {
  uuid_ = random_uuid(host_);
  if (question_.announce) question_.announce(uuid_);
  deadline_ = host_.after(question_.timeout, [this] {
    const auto self = shared_from_this();
    const bool there = sides_[1] != nullptr && sides_[1]->greeted;
    failed(there ? "it does not join two connections within the time" : "no answer");
  });
  const jct_status dialled = dial(0);
  if (dialled != JCT_OK) finish({Checked::Verdict::kUnknown, "this server cannot connect now"});
}

jct_status RelayProbe::dial(size_t which) {
  auto side = std::make_unique<Side>();
  side->probe = shared_from_this();
  const jct_addr peer = wire::to_abi(question_.addresses[address_]);
  jct_handle handle = 0;
  const jct_status status =
      host_.net().connect(host_.raw(), &peer, nullptr, static_cast<uint64_t>(question_.timeout.count()),
                          &Stream::events_of<Side>(), side.get(), &handle);
  if (status != JCT_OK) return status;
  side->stream = Stream{host_, handle};
  sides_[which] = side.release();
  return JCT_OK;
}

void RelayProbe::connected(Side& side) {
  const auto self = shared_from_this();
  if (std::exchange(side.greeted, true) || (&side != sides_[0] && &side != sides_[1])) return;
  hbb::RequestRelay request;
  request.set_uuid(uuid_);
  request.set_licence_key(question_.licence_key);
  std::string hello;
  wire::append_frame(wire::wrap_message(request), hello);
  side.stream.send(hello);
  if (&side == sides_[1]) {
    knocking_ = host_.every(kKnock, [this] { knock(); });
  } else if (dial(1) != JCT_OK) {
    finish({Checked::Verdict::kUnknown, "this server cannot connect now"});
  }
}

/// Bytes of its own that no other service can guess.
void RelayProbe::knock() {
  if (sides_[0] != nullptr) sides_[0]->stream.send(uuid_);
}

size_t RelayProbe::heard(const Side& side, std::string_view data) {
  const auto self = shared_from_this();
  if (&side != sides_[0] && &side != sides_[1]) return data.size();
  const bool ours = &side == sides_[1] && data.substr(0, uuid_.size()) == uuid_.substr(0, data.size());
  if (!ours) {
    failed("what answers there is no relay");
  } else if (data.size() < uuid_.size()) {
    return 0;
  } else {
    finish({Checked::Verdict::kUp, ""});
  }
  return data.size();
}

void RelayProbe::lost(const Side& side, jct_status reason) {
  const auto self = shared_from_this();
  if (&side != sides_[0] && &side != sides_[1]) return;
  if (is_our_own_doing(reason)) return finish({Checked::Verdict::kUnknown, "this server cannot connect now"});
  failed(error_of(side, reason));
}

std::string RelayProbe::error_of(const Side& side, jct_status reason) const {
  if (side.greeted) return "it closes the connection: its key may not be this site's, or it is full";
  return reason == JCT_E_TIMEOUT ? "no answer" : "cannot connect";
}

void RelayProbe::failed(const std::string& error) {
  const std::string where = question_.addresses[address_].text() + ": " + error;
  if (++address_ == question_.addresses.size()) return finish({Checked::Verdict::kDown, where});
  hang_up();
  try_address();
}

void RelayProbe::finish(const Checked& checked) {
  hang_up();
  if (const Done done = std::exchange(done_, nullptr)) done(checked);
}

/// The sides end by themselves once their close has been heard.
void RelayProbe::hang_up() {
  deadline_.cancel();
  knocking_.cancel();
  for (Side*& side : sides_) {
    if (Side* open = std::exchange(side, nullptr)) open->stream.close();
  }
}

}  // namespace junctor::holepunch
