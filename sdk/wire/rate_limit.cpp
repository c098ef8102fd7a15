// SPDX-License-Identifier: Apache-2.0
// Token buckets. Any thread.
#include "wire/rate_limit.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstring>

namespace junctor::wire {

namespace {

int64_t interval_of(Rate rate) { return rate.count > 0 ? std::max<int64_t>(1, rate.window.count() / rate.count) : 0; }
int64_t burst_of(Rate rate) { return interval_of(rate) * std::max<int64_t>(1, rate.count); }

/// Of `cost` tokens, for one who has `share` times the rate.
int64_t price(int64_t interval, int64_t cost, int64_t share) { return std::max<int64_t>(1, interval * cost / share); }

/// One token fewer: the bucket is full that much later. False where there is none.
bool take(int64_t& full_at, int64_t interval, int64_t burst, int64_t now) {
  const int64_t then = std::max(full_at, now) + interval;
  if (then - now > burst) return false;
  full_at = then;
  return true;
}

}  // namespace

void TokenBucket::configure(Rate rate) {
  interval_ = interval_of(rate);
  burst_ = burst_of(rate);
}

bool TokenBucket::allow(Nanos now) {
  const int64_t interval = interval_.load(std::memory_order_relaxed);
  if (interval == 0) return true;
  int64_t seen = full_at_.load(std::memory_order_relaxed);
  for (;;) {
    int64_t next = seen;
    if (!take(next, interval, burst_.load(std::memory_order_relaxed), now.count())) return false;
    if (full_at_.compare_exchange_weak(seen, next, std::memory_order_relaxed)) return true;
  }
}

bool TokenBucket::has(Nanos now) const {
  const int64_t interval = interval_.load(std::memory_order_relaxed);
  int64_t full_at = full_at_.load(std::memory_order_relaxed);
  return interval == 0 || take(full_at, interval, burst_.load(std::memory_order_relaxed), now.count());
}

KeyedRate::KeyedRate(const Secret& secret, Rate rate)
    : secret_{secret}, sets_{std::make_unique<std::array<Set, kSets>>()} {
  static_assert(crypto_shorthash_KEYBYTES == std::tuple_size_v<Secret>);
  configure(rate);
}

void KeyedRate::configure(Rate rate) {
  interval_ = interval_of(rate);
  burst_ = burst_of(rate);
}

uint64_t KeyedRate::hash(std::string_view key) const {
  uint64_t out = 0;
  crypto_shorthash(reinterpret_cast<unsigned char*>(&out), reinterpret_cast<const unsigned char*>(key.data()),
                   key.size(), secret_.data());
  return out;
}

bool KeyedRate::allow(std::string_view key, Nanos now, int64_t cost, int64_t share) {
  const int64_t interval = interval_.load(std::memory_order_relaxed);
  if (interval == 0) return true;
  const uint64_t wanted = hash(key);
  Set& set = (*sets_)[wanted % kSets];
  std::lock_guard lock{set.mutex};
  Bucket* bucket = &set.buckets.front();
  for (Bucket& one : set.buckets) {
    if (one.key_hash == wanted) {
      bucket = &one;
      break;
    }
    if (one.full_at < bucket->full_at) bucket = &one;
  }
  if (bucket->key_hash != wanted) *bucket = Bucket{wanted, INT64_MIN};
  return take(bucket->full_at, price(interval, cost, share), burst_.load(std::memory_order_relaxed), now.count());
}

bool KeyedRate::has(std::string_view key, Nanos now, int64_t share) const {
  const int64_t interval = interval_.load(std::memory_order_relaxed);
  if (interval == 0) return true;
  const uint64_t wanted = hash(key);
  const Set& set = (*sets_)[wanted % kSets];
  std::lock_guard lock{set.mutex};
  const auto at = std::find_if(set.buckets.begin(), set.buckets.end(),
                               [&](const Bucket& bucket) { return bucket.key_hash == wanted; });
  if (at == set.buckets.end()) return true;
  int64_t full_at = at->full_at;
  return take(full_at, price(interval, 1, share), burst_.load(std::memory_order_relaxed), now.count());
}

namespace {

constexpr int64_t kSiteShare = 16;  // a /48, an IPv4 /24
constexpr int64_t kHomeShare = 4;   // a /56

/// The first `octets` of the address; the family and how many tell networks of different lengths apart.
std::array<char, 9> network_key(const Address& address, size_t octets) {
  std::array<char, 9> key{};
  key[0] = static_cast<char>(static_cast<size_t>(address.family) | octets << 4);
  std::memcpy(key.data() + 1, address.ip.data(), octets);
  return key;
}

std::string_view view_of(const std::array<char, 9>& key) { return {key.data(), key.size()}; }

}  // namespace

std::array<char, 9> client_key(const Address& address) {
  std::array<char, 9> key{};
  key[0] = static_cast<char>(address.family);
  std::memcpy(key.data() + 1, address.ip.data(), 8);
  return key;
}

std::array<char, 9> site_key(const Address& address) { return network_key(address, address.is_v6() ? 6 : 3); }

void ExemptNetworks::set(std::vector<Network> networks) {
  std::lock_guard lock{mutex_};
  networks_ = std::move(networks);
}

bool ExemptNetworks::contains(const Address& client) const {
  std::lock_guard lock{mutex_};
  return std::any_of(networks_.begin(), networks_.end(), [&](const Network& one) { return one.contains(client); });
}

void AddressLimit::configure(Rate each, Rate total) {
  each_.configure(each);
  total_.configure(total);
}

bool AddressLimit::allow(const Address& client, Nanos now, int64_t cost) {
  if (exempt_.contains(client)) return true;
  if (!each_.allow(view_of(client_key(client)), now, cost)) return false;
  if (client.is_v6() && !each_.allow(view_of(network_key(client, 7)), now, cost, kHomeShare)) return false;
  return each_.allow(view_of(site_key(client)), now, cost, kSiteShare) && total_.allow(now);
}

bool AddressLimit::has(const Address& client, Nanos now) const {
  if (exempt_.contains(client)) return true;
  if (!each_.has(view_of(client_key(client)), now)) return false;
  if (client.is_v6() && !each_.has(view_of(network_key(client, 7)), now, kHomeShare)) return false;
  return each_.has(view_of(site_key(client)), now, kSiteShare) && total_.has(now);
}

}  // namespace junctor::wire
