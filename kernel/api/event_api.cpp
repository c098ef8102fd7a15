// SPDX-License-Identifier: Apache-2.0
// junctor.event/1. [any]
#include <algorithm>
#include <chrono>

#include "api/host.hpp"
#include "api/tables.hpp"

namespace junctor::api {
namespace {

constexpr uint64_t kMaxFields = 32;

uint64_t wall_us() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

uint32_t wanted(const jct_host* host) { return Host::of(host).kernel().events.wanted() ? 1 : 0; }

void publish(const jct_host* raw, const char* name, const jct_field* fields, uint64_t count) {
  Host& host = Host::of(raw);
  if (name == nullptr || (fields == nullptr && count > 0)) return;
  host.kernel().events.publish(&host, name, {fields, static_cast<size_t>(std::min(count, kMaxFields))});
}

jct_status subscribe(const jct_host* raw, jct_event_fn fn, void* self) {
  Host& host = Host::of(raw);
  if (!host.carries_over()) return host.wrong_thread("subscribe");
  if (fn == nullptr) return JCT_E_ARG;
  return host.kernel().events.add(host, fn, self) ? JCT_OK : JCT_E_EXISTS;
}

}  // namespace

EventBoard::~EventBoard() {
  for (Subscriber* one = first_.load(); one != nullptr;) delete std::exchange(one, one->next);
}

void EventBoard::publish(const Host* from, std::string_view name, std::span<const jct_field> fields) const {
  if (!wanted()) return;
  const std::string_view instance = from == nullptr ? std::string_view{} : const_cast<Host*>(from)->instance();
  const jct_event event{
      sizeof(jct_event), 0, {instance.data(), instance.size()}, {name.data(), name.size()}, wall_us(), fields.data(),
      fields.size()};
  for (Subscriber* one = first_.load(std::memory_order_acquire); one != nullptr; one = one->next) {
    if (one->host == from || one->over.load(std::memory_order_relaxed) || !one->host->enter()) continue;
    one->fn(one->self, &event);
    one->host->leave();
  }
}

EventBoard::Subscriber* EventBoard::find(const Host& host) const {
  for (Subscriber* one = first_.load(std::memory_order_acquire); one != nullptr; one = one->next) {
    if (one->host == &host) return one;
  }
  return nullptr;
}

bool EventBoard::add(Host& host, jct_event_fn fn, void* self) {
  if (find(host) != nullptr) return false;
  auto* made = new Subscriber{&host, fn, self, {}, first_.load(std::memory_order_relaxed)};
  first_.store(made, std::memory_order_release);
  listening_.fetch_add(1, std::memory_order_relaxed);
  return true;
}

void EventBoard::remove(const Host& host) {
  Subscriber* one = find(host);
  if (one == nullptr || one->over.exchange(true)) return;
  listening_.fetch_sub(1, std::memory_order_relaxed);
}

const jct_event_api& event_api() {
  static constexpr jct_event_api kApi{sizeof(jct_event_api), 0, wanted, publish, subscribe};
  return kApi;
}

}  // namespace junctor::api
