// SPDX-License-Identifier: Apache-2.0
// Who serves which kind of message: an array by kind, read without a lock by every loop. add and remove: [control].
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <string_view>

#include "junctor/result.hpp"
#include "junctor/service/signal.h"
#include "wire/message.hpp"

namespace junctor::rendezvous {

class Handlers {
 public:
  /// JCT_E_ARG for what is no kind, JCT_E_EXISTS where it is taken.
  jct_status add(uint32_t kind, jct_signal_handler handler, void* context) {
    if (!wire::is_kind(kind) || handler == nullptr) return JCT_E_ARG;
    if (slot(kind).load() != nullptr) return JCT_E_EXISTS;
    slot(kind).store(&remember({handler, context}));
    return JCT_OK;
  }

  void remove(uint32_t kind, const void* context) {
    if (!wire::is_kind(kind)) return;
    const Handler* held = slot(kind).load();
    if (held != nullptr && held->context == context) slot(kind).store(nullptr);
  }

  /// [loop] The channel's. JCT_E_NOT_FOUND where nobody serves the kind, else what the handler says.
  jct_status dispatch(const jct_channel& channel, uint32_t kind, std::string_view inner) {
    const Handler* held = wire::is_kind(kind) ? slot(kind).load(std::memory_order_acquire) : nullptr;
    if (held == nullptr) return JCT_E_NOT_FOUND;
    return held->handler(held->context, &channel, kind, bytes(inner));
  }

 private:
  struct Handler {
    jct_signal_handler handler;
    void* context;
  };

  /// A loop may still be reading one that was removed, so none is ever freed; the same one is not kept twice, so that
  /// instances that restart do not add up.
  const Handler& remember(Handler wanted) {
    for (const Handler& known : kept_) {
      if (known.handler == wanted.handler && known.context == wanted.context) return known;
    }
    return kept_.emplace_back(wanted);
  }

  std::atomic<const Handler*>& slot(uint32_t kind) { return slots_[kind - wire::kFirstKind]; }

  std::array<std::atomic<const Handler*>, wire::kLastKind - wire::kFirstKind + 1> slots_{};
  std::deque<Handler> kept_;
};

}  // namespace junctor::rendezvous
