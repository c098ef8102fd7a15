// SPDX-License-Identifier: Apache-2.0
// Using other plugins' services from C++: answers come as callbacks that are dropped once the asking instance stops.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "host.hpp"
#include "service/keys.h"
#include "service/peers.h"
#include "service/relay.h"
#include "service/signal.h"
#include "service/storage.h"

namespace junctor {

/// A service's table, cut to what both sides know, and the provider's self.
template <class Table>
struct Service {
  Table table{};
  void* self = nullptr;
  std::string instance;

  static Service adopt(const jct_service_ref& ref) {
    return {detail::adopt<Table>(ref.table), ref.self, std::string{view(ref.instance)}};
  }
  /// Throws where the provider is missing: for needs without a question mark.
  static Service required(const Host& host, const char* id) {
    const auto ref = host.find(id);
    if (!ref) throw Error{JCT_E_NOT_FOUND, std::string{"no provider of "} + id};
    return adopt(*ref);
  }
  static std::optional<Service> optional(const Host& host, const char* id) {
    const auto ref = host.find(id);
    return ref ? std::optional{adopt(*ref)} : std::nullopt;
  }
};

namespace detail {

/// A callback on the heap, called once inside the asker's gate, then freed.
template <class Fn>
struct Once {
  Gate gate;
  Fn fn;

  template <class... Args>
  static void call(void* self, Args... args) {
    std::unique_ptr<Once> once{static_cast<Once*>(self)};
    once->gate.inside([&] { once->fn(args...); });
  }
};

template <class Fn>
void* once(const Host& host, Fn&& fn) {
  return new Once<std::decay_t<Fn>>{host.gate(), std::forward<Fn>(fn)};
}

}  // namespace detail

/// storage/1. Answers come on the calling loop (home for other callers), never inline. [any]
class Storage {
 public:
  explicit Storage(const Host& host)
      : host_{&host}, service_{Service<jct_storage_service>::required(host, JCT_STORAGE_SERVICE)} {}

  /// fn(jct_status, const jct_peer_record* record)
  template <class Fn>
  void get(std::string_view id, Fn&& fn) const {
    const auto done = peer_done(std::forward<Fn>(fn));
    service_.table.peer_get(service_.self, str(id), &done);
  }
  template <class Fn>
  void put(const jct_peer_record& record, Fn&& fn) const {
    const auto done = peer_done(std::forward<Fn>(fn));
    service_.table.peer_put(service_.self, &record, &done);
  }
  template <class Fn>
  void rename(std::string_view old_id, std::string_view new_id, std::string_view uuid, Fn&& fn) const {
    const auto done = peer_done(std::forward<Fn>(fn));
    service_.table.peer_rename(service_.self, str(old_id), str(new_id), bytes(uuid), &done);
  }
  template <class Fn>
  void remove(std::string_view id, Fn&& fn) const {
    const auto done = peer_done(std::forward<Fn>(fn));
    service_.table.peer_remove(service_.self, str(id), &done);
  }
  /// fn(jct_status, jct_bytes value)
  template <class Fn>
  void value_get(std::string_view space, std::string_view key, Fn&& fn) const {
    const auto done = value_done(std::forward<Fn>(fn));
    service_.table.value_get(service_.self, str(space), str(key), &done);
  }
  template <class Fn>
  void value_put(std::string_view space, std::string_view key, std::string_view value, Fn&& fn) const {
    const auto done = value_done(std::forward<Fn>(fn));
    service_.table.value_put(service_.self, str(space), str(key), bytes(value), &done);
  }
  template <class Fn>
  void value_remove(std::string_view space, std::string_view key, Fn&& fn) const {
    const auto done = value_done(std::forward<Fn>(fn));
    service_.table.value_remove(service_.self, str(space), str(key), &done);
  }
  /// At most `limit` pairs with a key greater than `after`: row(std::string_view key, std::string_view value) for each,
  /// in order, then end(jct_status).
  template <class Row, class End>
  void value_scan(std::string_view space, std::string_view after, uint64_t limit, Row&& row, End&& end) const {
    struct Scan {
      Gate gate;
      std::decay_t<Row> row;
      std::decay_t<End> end;
    };
    const jct_value_scan scan{new Scan{host_->gate(), std::forward<Row>(row), std::forward<End>(end)},
                              [](void* self, jct_str key, jct_bytes value) -> jct_status {
                                auto* scanning = static_cast<Scan*>(self);
                                return scanning->gate.inside([&] { scanning->row(view(key), view(value)); });
                              },
                              [](void* self, jct_status status) {
                                std::unique_ptr<Scan> scanning{static_cast<Scan*>(self)};
                                scanning->gate.inside([&] { scanning->end(status); });
                              },
                              host_->answer_loop(), 0};
    service_.table.value_scan(service_.self, str(space), str(after), limit, &scan);
  }
  const Service<jct_storage_service>& raw() const { return service_; }

 private:
  template <class Fn>
  jct_peer_done peer_done(Fn&& fn) const {
    using Once = detail::Once<std::decay_t<Fn>>;
    return {detail::once(*host_, std::forward<Fn>(fn)),
            [](void* self, jct_status status, const jct_peer_record* record) { Once::call(self, status, record); },
            host_->answer_loop(), 0};
  }
  template <class Fn>
  jct_value_done value_done(Fn&& fn) const {
    using Once = detail::Once<std::decay_t<Fn>>;
    return {detail::once(*host_, std::forward<Fn>(fn)),
            [](void* self, jct_status status, jct_bytes value) { Once::call(self, status, value); },
            host_->answer_loop(), 0};
  }

  const Host* host_;
  Service<jct_storage_service> service_;
};

/// keys/1. [any]
class Keys {
 public:
  explicit Keys(const Host& host) : service_{Service<jct_keys_service>::required(host, JCT_KEYS_SERVICE)} {}

  /// base64, as clients enter it; empty where the site has none.
  std::string public_text() const { return std::string{view(service_.table.public_text(service_.self))}; }
  std::optional<std::array<uint8_t, JCT_KEYS_PUBLIC_SIZE>> public_key() const {
    std::array<uint8_t, JCT_KEYS_PUBLIC_SIZE> key{};
    if (service_.table.public_key(service_.self, key.data()) != JCT_OK) return std::nullopt;
    return key;
  }
  bool can_sign() const { return service_.table.can_sign(service_.self) != 0; }
  /// Signature and message; empty where nothing can be signed.
  std::string sign(std::string_view message) const {
    std::string out(message.size() + JCT_KEYS_SIGNATURE_SIZE, '\0');
    uint64_t written = 0;
    const jct_status status = service_.table.sign(service_.self, bytes(message), reinterpret_cast<uint8_t*>(out.data()),
                                                  out.size(), &written);
    out.resize(status == JCT_OK ? written : 0);
    return out;
  }

 private:
  Service<jct_keys_service> service_;
};

/// signal/1: [any] except transports.
class Signal {
 public:
  explicit Signal(const Host& host) : service_{Service<jct_signal_service>::required(host, JCT_SIGNAL_SERVICE)} {}

  jct_status send(const jct_channel& channel, uint32_t kind, std::string_view message) const {
    return service_.table.send(service_.self, &channel, kind, bytes(message));
  }
  jct_status close(const jct_channel& channel) const { return service_.table.close(service_.self, &channel); }
  const Service<jct_signal_service>& raw() const { return service_; }

 private:
  Service<jct_signal_service> service_;
};

/// peers/1.
class Peers {
 public:
  explicit Peers(const Host& host)
      : host_{&host}, service_{Service<jct_peers_service>::required(host, JCT_PEERS_SERVICE)} {}

  /// [loop] fn(jct_status, const jct_peer*), inline or later on this loop. want: JCT_PEER_WANT_*.
  template <class Fn>
  void lookup(std::string_view id, uint32_t want, Fn&& fn) const {
    using Once = detail::Once<std::decay_t<Fn>>;
    const jct_lookup_done done{
        detail::once(*host_, std::forward<Fn>(fn)),
        [](void* self, jct_status status, const jct_peer* peer) { Once::call(self, status, peer); },
        host_->answer_loop(), want};
    service_.table.lookup(service_.self, str(id), &done);
  }
  bool is_online(std::string_view id) const { return service_.table.is_online(service_.self, str(id)) != 0; }

 private:
  const Host* host_;
  Service<jct_peers_service> service_;
};

}  // namespace junctor
