// SPDX-License-Identifier: Apache-2.0
// The storage/1 table over a Store, for the plugins that provide it. Wiring: here C structs become C++ values, and
// answers go back to the loop that asked. Any thread.
#pragma once

#include <junctor/service/storage.h>
#include <junctor/host.hpp>

#include <functional>
#include <string>
#include <utility>

#include "storage_memory/store.hpp"

namespace junctor::storage {

/// Posts answers to worker loops. When the instance stops first, an answer runs where the kernel drops it: its asker
/// has been stopped before and only takes its memory back.
class HostCourier : public Courier {
 public:
  explicit HostCourier(const Host& host) : host_{host} {}

  void deliver(Loop loop, std::function<void()> run) override {
    const Loop there = loop < host_.loops() ? loop : host_.home_loop();
    host_.post(there, Letter{std::move(run)});
  }

 private:
  class Letter {
   public:
    explicit Letter(std::function<void()> run) : run_{std::move(run)} {}
    Letter(Letter&& other) noexcept : run_{std::exchange(other.run_, nullptr)} {}
    Letter& operator=(Letter&&) = delete;
    ~Letter() { open(); }
    void operator()() { open(); }

   private:
    void open() {
      if (auto run = std::exchange(run_, nullptr)) run();
    }
    std::function<void()> run_;
  };

  const Host& host_;
};

constexpr jct_status to_status(Status status) {
  switch (status) {
    case Status::kOk:
      return JCT_OK;
    case Status::kNotFound:
      return JCT_E_NOT_FOUND;
    case Status::kExists:
      return JCT_E_EXISTS;
    case Status::kMismatch:
      return JCT_E_MISMATCH;
    case Status::kLimit:
      return JCT_E_LIMIT;
    case Status::kBadArgument:
      return JCT_E_ARG;
    case Status::kClosed:
      return JCT_E_CLOSED;
    case Status::kIo:
      break;
  }
  return JCT_E_IO;
}

/// The table's functions. noexcept: where there is no memory left for a request, the process ends rather than let an
/// exception into another compiler's code or an asker wait for ever.
namespace service {

inline Store& of(void* self) { return *static_cast<Store*>(self); }
inline std::string text(jct_str value) { return std::string{view(value)}; }
inline std::string text(jct_bytes value) { return std::string{view(value)}; }

inline jct_peer_record record_of(const Peer& peer) {
  return {sizeof(jct_peer_record), 0, str(peer.id), bytes(peer.uuid), bytes(peer.pk), str(peer.ip), peer.created_at};
}

inline Peer peer_of(const jct_peer_record& theirs) {
  jct_peer_record record{};
  __builtin_memcpy(&record, &theirs, theirs.size < sizeof record ? theirs.size : sizeof record);
  return {text(record.id), text(record.uuid), text(record.pk), text(record.ip), record.created_at};
}

inline WriteDone answer(const jct_peer_done& done) {
  return [to = done](Status status) { to.done(to.self, to_status(status), nullptr); };
}
inline WriteDone answer(const jct_value_done& done) {
  return [to = done](Status status) { to.done(to.self, to_status(status), {}); };
}

inline void peer_get(void* self, jct_str id, const jct_peer_done* done) noexcept {
  of(self).peer_get(text(id), done->loop, [to = *done](Status status, const Peer* peer) {
    if (peer == nullptr) return to.done(to.self, to_status(status), nullptr);
    const jct_peer_record record = record_of(*peer);
    to.done(to.self, JCT_OK, &record);
  });
}
inline void peer_put(void* self, const jct_peer_record* record, const jct_peer_done* done) noexcept {
  of(self).peer_put(peer_of(*record), done->loop, answer(*done));
}
inline void peer_rename(void* self, jct_str old_id, jct_str new_id, jct_bytes uuid,
                        const jct_peer_done* done) noexcept {
  of(self).peer_rename(text(old_id), text(new_id), text(uuid), done->loop, answer(*done));
}
inline void peer_remove(void* self, jct_str id, const jct_peer_done* done) noexcept {
  of(self).peer_remove(text(id), done->loop, answer(*done));
}
inline void peer_scan(void* self, jct_str after, uint64_t limit, const jct_peer_scan* scan) noexcept {
  const auto row = [to = *scan](const Peer& peer) {
    const jct_peer_record record = record_of(peer);
    return to.row(to.self, &record) >= 0;
  };
  const auto end = [to = *scan](Status status) { to.end(to.self, to_status(status)); };
  of(self).peer_scan(text(after), limit, scan->loop, {row, end});
}
inline void value_get(void* self, jct_str space, jct_str key, const jct_value_done* done) noexcept {
  of(self).value_get(text(space), text(key), done->loop, [to = *done](Status status, std::string_view value) {
    to.done(to.self, to_status(status), bytes(value));
  });
}
inline void value_put(void* self, jct_str space, jct_str key, jct_bytes value, const jct_value_done* done) noexcept {
  of(self).value_put(text(space), text(key), text(value), done->loop, answer(*done));
}
inline void value_remove(void* self, jct_str space, jct_str key, const jct_value_done* done) noexcept {
  of(self).value_remove(text(space), text(key), done->loop, answer(*done));
}
inline void value_scan(void* self, jct_str space, jct_str after, uint64_t limit, const jct_value_scan* scan) noexcept {
  const auto row = [to = *scan](std::string_view key, std::string_view value) {
    return to.row(to.self, str(key), bytes(value)) >= 0;
  };
  const auto end = [to = *scan](Status status) { to.end(to.self, to_status(status)); };
  of(self).value_scan(text(space), text(after), limit, scan->loop, {row, end});
}

inline constexpr jct_storage_service kTable{sizeof(jct_storage_service),
                                            0,
                                            &peer_get,
                                            &peer_put,
                                            &peer_rename,
                                            &peer_remove,
                                            &peer_scan,
                                            &value_get,
                                            &value_put,
                                            &value_remove,
                                            &value_scan};

}  // namespace service

/// [control] in a plugin's constructor; the store outlives its users by the order of stopping.
inline void provide_storage(Host& host, Store& store) { host.provide(JCT_STORAGE_SERVICE, &service::kTable, &store); }

}  // namespace junctor::storage
