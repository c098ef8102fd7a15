// SPDX-License-Identifier: Apache-2.0
// Who wants to hear of events (junctor.event/1). [any], without a lock: subscribers come in front of a list and stay
// in it as long as the process; one whose instance stops is passed over.
#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <string_view>

#include "junctor/event.h"

namespace junctor::api {

class Host;

class EventBoard {
 public:
  EventBoard() = default;
  ~EventBoard();
  EventBoard(const EventBoard&) = delete;
  EventBoard& operator=(const EventBoard&) = delete;

  bool wanted() const { return listening_.load(std::memory_order_relaxed) > 0; }
  /// `from`: null for the kernel itself. Its own subscription does not hear it.
  void publish(const Host* from, std::string_view name, std::span<const jct_field> fields) const;

  /// [control] False where it has one already.
  bool add(Host& host, jct_event_fn fn, void* self);
  /// [control]
  bool has(const Host& host) const { return find(host) != nullptr; }
  /// [control] Once its gate is closed.
  void remove(const Host& host);

 private:
  struct Subscriber {
    Host* host;
    jct_event_fn fn;
    void* self;
    std::atomic<bool> over{false};
    Subscriber* next = nullptr;
  };
  Subscriber* find(const Host& host) const;

  std::atomic<Subscriber*> first_{nullptr};
  std::atomic<int> listening_{0};
};

}  // namespace junctor::api
