// SPDX-License-Identifier: Apache-2.0
// Why connections are refused or cut off, in stable words, with a counter and a log line. Any thread.
#pragma once

#include <array>
#include <cstddef>

#include "junctor/host.hpp"
#include "wire/abi.hpp"

namespace junctor::ws_bridge {

enum class Refusal {
  kNoUpgrade,  // an HTTP request that wants no WebSocket
  kBadRequest,
  kHeadTooLarge,
  kNotFound,
  kLateHandshake,
  kBadFrame,
  kTooLarge,
  kGatherFull,
  kBadFirstMessage,
  kSlowReader,
  kSignal,  // the signal service wants no more channels, or not this one's message
  kRelay,   // the relay says why
  kOrigin,  // a browser's page that is not among `origins`
  kCount
};

class Traffic {
 public:
  explicit Traffic(const Host& host) : host_{host} {
    for (size_t i = 0; i < refused_.size(); ++i) {
      const std::string label = std::string{"reason="} + kWords[i];
      refused_[i] = host.counter("refused", label.c_str(), "connections refused or cut off");
    }
    signalling = host.gauge("connections", "for=signalling", "WebSockets that are open");
    relaying = host.gauge("connections", "for=relay", "WebSockets that are open");
  }

  void refused(Refusal reason, const jct_addr& peer) const {
    const auto index = static_cast<size_t>(reason);
    refused_[index].add();
    // Clients ask a shared port for an API all day, and whoever is not admitted is told of by the relay.
    const bool noise = reason == Refusal::kNoUpgrade || reason == Refusal::kNotFound || reason == Refusal::kRelay;
    host_.event(noise ? JCT_LOG_DEBUG : JCT_LOG_INFO, "ws_bridge.refused",
                {{"reason", kWords[index]}, {"peer", wire::from_abi(peer).text()}});
  }

  Metric signalling;
  Metric relaying;

 private:
  static constexpr size_t kCount = static_cast<size_t>(Refusal::kCount);
  static constexpr std::array<const char*, kCount> kWords{
      "no_upgrade", "bad_request", "head_too_large", "not_found",         "handshake_timeout",
      "bad_frame",  "too_large",   "gather_full",    "bad_first_message", "slow_reader",
      "signal",     "relay",       "origin"};

  const Host& host_;
  std::array<Metric, kCount> refused_;
};

}  // namespace junctor::ws_bridge
