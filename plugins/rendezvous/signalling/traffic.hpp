// SPDX-License-Identifier: Apache-2.0
// What came and what was refused, for the counters and the log. Any thread.
#pragma once

#include <array>
#include <string_view>

#include "junctor/host.hpp"
#include "junctor/service/signal.h"
#include "registration/registrar.hpp"
#include "signalling/refusal.hpp"
#include "wire/message.hpp"

namespace junctor::rendezvous {

/// "udp", "tcp", "ws".
const char* transport_word(uint32_t transport);

class Traffic {
 public:
  /// [control] Opens the metrics.
  explicit Traffic(const Host& host);

  void received(uint32_t kind) const {
    if (wire::is_kind(kind)) received_[kind - wire::kFirstKind].add();
  }
  /// A connection over its limit is not read for a while.
  void held_back() const { held_back_.add(); }
  void registered(const Attempt& attempt, Change change) const;
  /// `rule`: the reason word of the auth/1 provider that denied it.
  void refused(Refusal why, const jct_channel& from, std::string_view id = {}, std::string_view rule = {}) const;

 private:
  const Host& host_;
  std::array<Metric, wire::kLastKind - wire::kFirstKind + 1> received_;
  Metric held_back_;
  std::array<Metric, kChangeWords.size()> registrations_;
  std::array<Metric, static_cast<size_t>(Refusal::kCount)> refused_;
};

}  // namespace junctor::rendezvous
