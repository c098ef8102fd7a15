// SPDX-License-Identifier: Apache-2.0
// A device that takes another id (protocol.md 6.1). On the loop of the connection that it asked by.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "presence/presence.hpp"
#include "registration/registration_limits.hpp"
#include "signalling/refusal.hpp"
#include "wire/rendezvous.pb.h"

namespace junctor::rendezvous {

/// What it needs of the rest of the server. Completions come exactly once, on the loop that asked.
class IdChangePorts {
 public:
  struct Wish {
    std::string old_id, id, uuid;
    jct_channel from{};
  };

  virtual ~IdChangePorts() = default;
  virtual Duration now() const = 0;
  /// Empty reason: allowed.
  virtual void admit_change(const Wish& wish, std::function<void(std::string_view reason)> done) = 0;
  /// JCT_OK only when the new id is durable.
  virtual void rename(const Wish& wish, std::function<void(jct_status)> done) = 0;
  virtual void answer_pk(const jct_channel& to, hbb::RegisterPkResponse::Result result) = 0;
  virtual void refused(Refusal why, std::string_view id, const jct_channel& from, std::string_view rule = {}) = 0;
};

class IdChange {
 public:
  IdChange(IdChangePorts& ports, Presence& presence, RegistrationLimits& limits)
      : ports_{ports}, presence_{presence}, limits_{limits} {}

  /// OK is answered only once the new id is durable; the old one is then nobody's.
  void change(const jct_channel& from, const hbb::RegisterPk& request, bool allowed);
  /// [any] Those that wait for an answer.
  size_t under_way() const { return under_way_.load(std::memory_order_relaxed); }

 private:
  using Wish = IdChangePorts::Wish;

  void rename(const std::shared_ptr<const Wish>& wish, const std::shared_ptr<void>& counted);
  void refuse(const Wish& wish, Refusal why, hbb::RegisterPkResponse::Result result, std::string_view rule = {});

  IdChangePorts& ports_;
  Presence& presence_;
  RegistrationLimits& limits_;
  std::atomic<size_t> under_way_{0};
};

}  // namespace junctor::rendezvous
