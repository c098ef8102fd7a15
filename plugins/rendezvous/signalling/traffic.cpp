// SPDX-License-Identifier: Apache-2.0
// What came and what was refused, for the counters and the log. Any thread.
#include "signalling/traffic.hpp"

#include <string>

#include "wire/abi.hpp"
#include "wire/kinds.hpp"

namespace junctor::rendezvous {

namespace {

#define JUNCTOR_KIND_NAME(type, field, number) #field,
constexpr const char* kKindNames[] = {JUNCTOR_WIRE_KINDS(JUNCTOR_KIND_NAME)};
#undef JUNCTOR_KIND_NAME
static_assert(std::size(kKindNames) == wire::kLastKind - wire::kFirstKind + 1);

/// What an operator acts on is shown; what any stranger can send at will is for debugging.
uint32_t level_of(Refusal why) {
  switch (why) {
    case Refusal::kStorage:
    case Refusal::kPeersFull:
    case Refusal::kChannelsFull:
      return JCT_LOG_WARNING;
    case Refusal::kUuidMismatch:
    case Refusal::kTooFrequent:
    case Refusal::kBadBox:
    case Refusal::kDenied:
    case Refusal::kPutOut:
      return JCT_LOG_INFO;
    default:
      return JCT_LOG_DEBUG;
  }
}

}  // namespace

const char* transport_word(uint32_t transport) {
  switch (transport) {
    case JCT_CHANNEL_UDP:
      return "udp";
    case JCT_CHANNEL_TCP:
      return "tcp";
    case JCT_CHANNEL_WS:
      return "ws";
    default:
      return "other";
  }
}

Traffic::Traffic(const Host& host)
    : host_{host},
      held_back_{
          host.counter("held_back", nullptr, "times that a connection over its limit was not read for a while")} {
  for (size_t i = 0; i < received_.size(); ++i) {
    const std::string label = std::string{"kind="} + kKindNames[i];
    received_[i] = host.counter("received", label.c_str(), "messages received, by kind");
  }
  for (size_t i = 0; i < registrations_.size(); ++i) {
    const std::string label = std::string{"change="} + kChangeWords[i];
    registrations_[i] =
        host.counter("registrations", label.c_str(), "registrations accepted, by what they changed on record");
  }
  for (size_t i = 0; i < refused_.size(); ++i) {
    const std::string label = std::string{"reason="} + kRefusalWords[i];
    refused_[i] = host.counter("refused", label.c_str(), "messages and connections refused, by reason");
  }
}

/// One that changes nothing comes with each start of a device: it is counted alone.
void Traffic::registered(const Attempt& attempt, Change change) const {
  registrations_[static_cast<size_t>(change)].add();
  if (change == Change::kKey) {  // the same machine by its uuid; whoever has seen that could do it too
    host_.event(JCT_LOG_WARNING, "rendezvous.key_replaced",
                {{"id", attempt.id},
                 {"peer", wire::from_abi(attempt.from.peer).text()},
                 {"hint", "a device that was set up anew; if it was not, somebody knows its uuid"}});
  }
  if (change == Change::kNothing || !host_.heeds(JCT_LOG_DEBUG)) return;
  host_.event(JCT_LOG_DEBUG, "rendezvous.registered",
              {{"id", attempt.id},
               {"peer", wire::from_abi(attempt.from.peer).text()},
               {"transport", transport_word(attempt.from.transport)},
               {"change", kChangeWords[static_cast<size_t>(change)]}});
}

void Traffic::refused(Refusal why, const jct_channel& from, std::string_view id, std::string_view rule) const {
  refused_[static_cast<size_t>(why)].add();
  const uint32_t level = level_of(why);
  if (!host_.heeds(level)) return;
  host_.event(
      level, "rendezvous.refused",
      {{"reason", word(why)}, {"peer", wire::from_abi(from.peer).text()}, {"id", id.substr(0, 100)}, {"rule", rule}});
}

}  // namespace junctor::rendezvous
