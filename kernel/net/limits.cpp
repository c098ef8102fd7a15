// SPDX-License-Identifier: Apache-2.0
// Bounds on connections. Any thread.
#include "net/limits.hpp"

#include <algorithm>
#include <bit>
#include <random>

namespace junctor::net {

const char* refusal_name(Refusal refusal) {
  switch (refusal) {
    case Refusal::kNone:
      break;
    case Refusal::kConnections:
      return "max_connections";
    case Refusal::kSourceConnections:
      return "max_per_source";
    case Refusal::kSourceRate:
      return "new_per_second";
    case Refusal::kSources:
      return "max_sources";
    case Refusal::kHandshakes:
      return "max_handshakes";
    case Refusal::kHandshakeTimeout:
      return "handshake_timeout";
    case Refusal::kProxyHeader:
      return "proxy_header";
    case Refusal::kTls:
      return "tls_handshake";
  }
  return "none";
}

size_t Limits::KeyHash::operator()(Key key) const noexcept {
  uint64_t value = key ^ seed;
  value *= 0x9e3779b97f4a7c15U;
  value ^= value >> 32;
  value *= 0xbf58476d1ce4e5b9U;
  return value ^ (value >> 29);
}

Limits::Limits(const LimitOptions& options, const loop::Clock& clock)
    : clock_{clock}, seed_{uint64_t{std::random_device{}()} << 32 | std::random_device{}()} {
  set_options(options);
  // Seeded, so that nobody can choose sources that collide.
  for (Shard& shard : shards_) shard.index = decltype(shard.index){0, KeyHash{seed_}};
}

void Limits::set_options(const LimitOptions& options) {
  max_connections_.store(options.max_connections, std::memory_order_relaxed);
  max_per_source_.store(options.max_per_source, std::memory_order_relaxed);
  max_per_site_.store(options.max_per_site, std::memory_order_relaxed);
  refuse_beyond_.store(options.refuse_beyond, std::memory_order_relaxed);
  new_per_second_.store(options.new_per_second, std::memory_order_relaxed);
  max_sources_.store(std::max(options.max_sources, 1U), std::memory_order_relaxed);
}

Limits::Key Limits::key_of(const Address& source) {
  const size_t zeros = source.family == 4 ? 4 : 0;
  std::array<uint8_t, sizeof(Key)> bytes{};
  std::copy_n(source.ip.begin(), bytes.size() - zeros, bytes.begin() + static_cast<std::ptrdiff_t>(zeros));
  return std::bit_cast<Key>(bytes);
}

/// 0100::/8 and 0200::/8 are nobody's.
Limits::Key Limits::site_of(Key source) {
  auto bytes = std::bit_cast<std::array<uint8_t, sizeof(Key)>>(source);
  const bool is_v4 = std::all_of(bytes.begin(), bytes.begin() + 4, [](uint8_t octet) { return octet == 0; });
  if (is_v4) {
    bytes[0] = 1;
    bytes[7] = 0;
  } else {
    std::copy_backward(bytes.begin(), bytes.begin() + 6, bytes.end() - 1);
    bytes[0] = 2;
    bytes[7] = 0;
  }
  return std::bit_cast<Key>(bytes);
}

Limits::Shard& Limits::shard_of(Key key) { return shards_[KeyHash{~seed_}(key) % kShards]; }

bool Limits::tracks_sources() const {
  return max_per_source_.load(std::memory_order_relaxed) != 0 || new_per_second_.load(std::memory_order_relaxed) != 0;
}

Refusal Limits::admit(const Address& source) {
  const uint32_t most = max_connections_.load(std::memory_order_relaxed);
  Refusal refusal = Refusal::kNone;
  if (open_.fetch_add(1, std::memory_order_relaxed) >= most && most != 0) {
    refusal = Refusal::kConnections;
  } else if (tracks_sources()) {
    refusal = admit_source(key_of(source));
  }
  if (refusal != Refusal::kNone) {
    open_.fetch_sub(1, std::memory_order_relaxed);
    refuse(refusal);
  }
  return refusal;
}

Refusal Limits::admit_source(Key source) {
  const uint32_t most_of_site = max_per_site_.load(std::memory_order_relaxed);
  const Refusal refusal = take(source, max_per_source_.load(std::memory_order_relaxed),
                               new_per_second_.load(std::memory_order_relaxed), Refusal::kSourceConnections);
  if (refusal != Refusal::kNone || most_of_site == 0) return refusal;
  const Refusal by_site = take(site_of(source), most_of_site, 0, Refusal::kSourceConnections);
  if (by_site != Refusal::kNone) give(source);
  return by_site;
}

Refusal Limits::take(Key key, uint32_t most, uint32_t rate, Refusal when_full) {
  const loop::Instant now = clock_.now();
  Shard& shard = shard_of(key);
  const std::lock_guard lock{shard.mutex};
  expire(shard, now);
  const uint32_t at = find_or_add(shard, key, now);
  if (at == kNil) return refuse_beyond_.load(std::memory_order_relaxed) ? Refusal::kSources : Refusal::kNone;
  Entry& entry = shard.entries[at];
  refill(entry, new_per_second_.load(std::memory_order_relaxed), now);
  if (most != 0 && entry.open >= most) return when_full;
  if (rate != 0 && entry.tokens < 1) return Refusal::kSourceRate;
  entry.tokens -= 1;
  if (entry.open++ == 0) unlink_idle(shard, at);
  return Refusal::kNone;
}

uint32_t Limits::find_or_add(Shard& shard, Key key, loop::Instant now) {
  if (const auto found = shard.index.find(key); found != shard.index.end()) return found->second;
  const uint32_t room = std::max<uint32_t>(1, max_sources_.load(std::memory_order_relaxed) / kShards);
  if (shard.index.size() >= room) {
    if (shard.oldest == kNil) return kNil;
    erase_idle(shard, shard.oldest);
  }
  uint32_t at = 0;
  if (shard.free.empty()) {
    at = static_cast<uint32_t>(shard.entries.size());
    shard.entries.emplace_back();
  } else {
    at = shard.free.back();
    shard.free.pop_back();
    shard.entries[at] = Entry{};
  }
  Entry& entry = shard.entries[at];
  entry.key = key;
  entry.stamp = now;
  entry.tokens = new_per_second_.load(std::memory_order_relaxed);
  shard.index.emplace(key, at);
  link_idle(shard, at);
  return at;
}

void Limits::refill(Entry& entry, uint32_t per_second, loop::Instant now) {
  const double seconds = std::max(0.0, std::chrono::duration<double>(now - entry.stamp).count());
  entry.tokens = std::min<double>(per_second, entry.tokens + seconds * per_second);
  entry.stamp = now;
}

void Limits::expire(Shard& shard, loop::Instant now) const {
  const uint32_t rate = new_per_second_.load(std::memory_order_relaxed);
  // After a second a bucket is full again, and an idle entry says nothing any more. A few at a time bound the work.
  for (int i = 0; i < 4 && shard.oldest != kNil; ++i) {
    const Entry& entry = shard.entries[shard.oldest];
    if (rate != 0 && now - entry.stamp < std::chrono::seconds{1}) return;
    erase_idle(shard, shard.oldest);
  }
}

void Limits::erase_idle(Shard& shard, uint32_t at) {
  unlink_idle(shard, at);
  shard.index.erase(shard.entries[at].key);
  shard.free.push_back(at);
}

void Limits::link_idle(Shard& shard, uint32_t at) {
  Entry& entry = shard.entries[at];
  entry.older = shard.newest;
  entry.newer = kNil;
  (shard.newest == kNil ? shard.oldest : shard.entries[shard.newest].newer) = at;
  shard.newest = at;
}

void Limits::unlink_idle(Shard& shard, uint32_t at) {
  Entry& entry = shard.entries[at];
  (entry.older == kNil ? shard.oldest : shard.entries[entry.older].newer) = entry.newer;
  (entry.newer == kNil ? shard.newest : shard.entries[entry.newer].older) = entry.older;
  entry.older = entry.newer = kNil;
}

void Limits::release(Key key) {
  open_.fetch_sub(1, std::memory_order_relaxed);
  give(key);
  if (max_per_site_.load(std::memory_order_relaxed) != 0) give(site_of(key));
}

void Limits::give(Key key) {
  Shard& shard = shard_of(key);
  const std::lock_guard lock{shard.mutex};
  const auto found = shard.index.find(key);
  // Bounds may have been switched on while it was open: then it was never counted.
  if (found == shard.index.end()) return;
  Entry& entry = shard.entries[found->second];
  if (entry.open == 0) return;
  refill(entry, new_per_second_.load(std::memory_order_relaxed), clock_.now());
  if (--entry.open == 0) link_idle(shard, found->second);
}

size_t Limits::sources() const {
  size_t sum = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock{shard.mutex};
    sum += shard.index.size();
  }
  return sum;
}

void LimitTicket::give_back() {
  if (const auto limits = std::exchange(limits_, nullptr)) limits->release(source_);
}

}  // namespace junctor::net
