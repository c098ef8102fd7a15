// SPDX-License-Identifier: Apache-2.0
// Signatures, verifiers and the table of grants. Any thread.
#include "accounts/model/switch_grants.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "wire/base64.hpp"
#include "wire/signing.hpp"

namespace junctor::accounts {

std::string switch_verifier(std::string_view code) {
  std::string text{"switch-grant-verifier"};
  text.push_back('\0');
  text.append(code);
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size());
  return wire::encode_base64({reinterpret_cast<const char*>(hash.data()), hash.size()});
}

GrantCheck check_grant(const SwitchGrant& grant, std::string_view pk, int64_t now, int64_t tolerance) {
  int64_t time = 0;
  const char* end = grant.timestamp.data() + grant.timestamp.size();
  const auto [stop, fault] = std::from_chars(grant.timestamp.data(), end, time);
  if (fault != std::errc{} || stop != end || time < now - tolerance || time > now + tolerance)
    return GrantCheck::kBadTime;

  const auto signature = wire::decode_base64(grant.signature);
  wire::PublicKey key{};
  if (!signature || signature->size() != wire::kSignatureSize || pk.size() != key.size())
    return GrantCheck::kBadSignature;
  std::copy(pk.begin(), pk.end(), key.begin());
  std::string text = *signature + "switch-grant";
  for (const std::string* part : {&grant.id, &grant.verifier, &grant.timestamp}) {
    text.push_back('\0');
    text += *part;
  }
  return wire::open_signed(key, text) ? GrantCheck::kGood : GrantCheck::kBadSignature;
}

bool SwitchGrants::put(std::string_view id, std::string_view verifier, Nanos now) {
  const std::lock_guard lock{mutex_};
  expire(now);
  const auto found = grants_.find(std::string{id});
  if (found == grants_.end() && grants_.size() >= limits_.capacity) return false;
  if (ends_.size() >= 4 * limits_.capacity) return false;  // one device that posts again and again
  const Nanos until = now + limits_.life;
  grants_.insert_or_assign(std::string{id}, Grant{std::string{verifier}, until, std::nullopt});
  ends_.emplace_back(until, id);
  return true;
}

bool SwitchGrants::fits(std::string_view id, std::string_view code, const wire::Address& source, Nanos now) {
  if (code.empty()) return false;
  const std::string verifier = switch_verifier(code);
  const std::lock_guard lock{mutex_};
  expire(now);
  const auto found = grants_.find(std::string{id});
  if (found == grants_.end()) return false;
  Grant& grant = found->second;
  const bool same = grant.verifier.size() == verifier.size() &&
                    sodium_memcmp(grant.verifier.data(), verifier.data(), verifier.size()) == 0;
  if (!same || (grant.source && !grant.source->same_ip(source))) return false;
  grant.source = source;
  return true;
}

size_t SwitchGrants::size() const {
  const std::lock_guard lock{mutex_};
  return grants_.size();
}

void SwitchGrants::expire(Nanos now) {
  for (; !ends_.empty() && ends_.front().first <= now; ends_.pop_front()) {
    const auto found = grants_.find(ends_.front().second);
    if (found != grants_.end() && found->second.until <= now) grants_.erase(found);
  }
}

}  // namespace junctor::accounts
