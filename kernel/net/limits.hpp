// SPDX-License-Identifier: Apache-2.0
// How many connections a listener takes: in all, from one source, and new ones from a source per second. Any thread;
// a shard's mutex is held for a few memory accesses.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "loop/clock.hpp"
#include "net/address.hpp"

namespace junctor::net {

/// A source is an IPv4 address or an IPv6 /64. 0 switches a bound off.
struct LimitOptions {
  uint32_t max_connections = 0;
  uint32_t max_per_source = 0;
  uint32_t max_per_site = 0;     // of a whole IPv4 /24 or IPv6 /48: one customer may have it
  uint32_t new_per_second = 0;   // per source; a burst of as many is allowed
  uint32_t max_sources = 65536;  // entries kept; the longest idle one makes room
  bool refuse_beyond = true;     // who comes when all are in use is refused, else let in uncounted
};

enum class Refusal : uint8_t {
  kNone,
  kConnections,
  kSourceConnections,
  kSourceRate,
  kSources,
  // Found between accept and the owner's first word of it (entrance.hpp):
  kHandshakes,        // too many that are not through yet
  kHandshakeTimeout,  // it took too long
  kProxyHeader,       // a trusted proxy's connection without a good header
  kTls,               // the handshake failed
};
constexpr size_t kRefusals = 9;
/// A stable word for logs and metrics: "max_connections", "max_per_source", "new_per_second", "max_sources",
/// "max_handshakes", "handshake_timeout", "proxy_header", "tls_handshake".
const char* refusal_name(Refusal refusal);

class Limits {
 public:
  /// A source: the first 8 bytes of an IPv6 address, or 4 zeros and an IPv4 one: no IPv6 host begins so (::/8).
  using Key = uint64_t;
  static Key key_of(const Address& source);
  /// Of the network around it; no source's key.
  static Key site_of(Key source);

  /// `clock` outlives it.
  explicit Limits(const LimitOptions& options, const loop::Clock& clock = loop::SteadyClock::instance());

  /// Counts the connection in, or says which bound refuses it. Each kNone is matched by a release().
  Refusal admit(const Address& source);
  void release(const Address& source) { release(key_of(source)); }
  void release(Key key);

  /// Counts a refusal that was decided elsewhere.
  void refuse(Refusal reason) { refused_[static_cast<size_t>(reason)].fetch_add(1, std::memory_order_relaxed); }

  /// New bounds hold for new connections; nobody is thrown out.
  void set_options(const LimitOptions& options);

  uint64_t open() const { return open_.load(std::memory_order_relaxed); }
  uint64_t refused(Refusal reason) const {
    return refused_[static_cast<size_t>(reason)].load(std::memory_order_relaxed);
  }
  /// Sources remembered now.
  size_t sources() const;

 private:
  static constexpr size_t kShards = 16;
  static constexpr uint32_t kNil = UINT32_MAX;

  struct KeyHash {
    uint64_t seed;
    size_t operator()(Key key) const noexcept;
  };
  struct Entry {
    Key key = 0;
    uint32_t open = 0;
    uint32_t older = kNil;  // in the list of idle entries, by when they became idle
    uint32_t newer = kNil;
    double tokens = 0;
    loop::Instant stamp;
  };
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<Key, uint32_t, KeyHash> index;
    std::vector<Entry> entries;
    std::vector<uint32_t> free;
    uint32_t oldest = kNil;
    uint32_t newest = kNil;
  };

  Shard& shard_of(Key key);
  Refusal admit_source(Key source);
  Refusal take(Key key, uint32_t most, uint32_t rate, Refusal when_full);
  void give(Key key);
  uint32_t find_or_add(Shard& shard, Key key, loop::Instant now);
  static void refill(Entry& entry, uint32_t per_second, loop::Instant now);
  void expire(Shard& shard, loop::Instant now) const;
  static void erase_idle(Shard& shard, uint32_t at);
  static void link_idle(Shard& shard, uint32_t at);
  static void unlink_idle(Shard& shard, uint32_t at);
  bool tracks_sources() const;

  const loop::Clock& clock_;
  std::atomic<uint32_t> max_connections_;
  std::atomic<uint32_t> max_per_source_;
  std::atomic<uint32_t> max_per_site_;
  std::atomic<bool> refuse_beyond_;
  std::atomic<uint32_t> new_per_second_;
  std::atomic<uint32_t> max_sources_;
  std::atomic<uint64_t> open_{0};
  std::array<std::atomic<uint64_t>, kRefusals> refused_{};
  uint64_t seed_;
  std::array<Shard, kShards> shards_;
};

/// A place under some limits, given back when it dies. Empty ones are under none.
class LimitTicket {
 public:
  LimitTicket() = default;
  LimitTicket(std::shared_ptr<Limits> limits, const Address& source)
      : limits_{std::move(limits)}, source_{Limits::key_of(source)} {}
  LimitTicket(LimitTicket&& other) noexcept = default;
  LimitTicket& operator=(LimitTicket&& other) noexcept {
    if (this != &other) {
      give_back();
      limits_ = std::move(other.limits_);
      source_ = other.source_;
    }
    return *this;
  }
  LimitTicket(const LimitTicket&) = delete;
  LimitTicket& operator=(const LimitTicket&) = delete;
  ~LimitTicket() { give_back(); }

 private:
  void give_back();
  std::shared_ptr<Limits> limits_;
  Limits::Key source_ = 0;
};

}  // namespace junctor::net
