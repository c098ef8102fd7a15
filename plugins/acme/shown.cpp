// SPDX-License-Identifier: Apache-2.0
#include "shown.hpp"

namespace junctor::acme {
namespace {

jct_tls_api table_of(const Host& host) {
  const void* raw = host.raw()->api(host.raw(), JCT_TLS_API);
  if (raw == nullptr) throw Error{JCT_E_UNSUPPORTED, "this kernel lacks junctor.tls/1"};
  return detail::adopt<jct_tls_api>(raw);
}

}  // namespace

Shown::Shown(const Host& host) : host_{host}, tls_{table_of(host)} {}

void Shown::show_token(const std::string& token, const std::string& answer) {
  const std::lock_guard lock{mutex_};
  tokens_[token] = answer;
}

void Shown::show_certificate(const std::string& name, const std::string& key_authorization) {
  const std::lock_guard lock{mutex_};
  std::string& proof = proofs_[name];
  if (proof == key_authorization) return;
  const Pair pair = challenge_certificate(name, key_authorization);
  jct_error error{sizeof error, JCT_OK, {}};
  if (tls_.challenge(host_.raw(), str(name), str(pair.certificate), str(pair.key), &error) != JCT_OK) {
    throw Failure{"challenge", error.text};
  }
  proof = key_authorization;
}

void Shown::clear() {
  const std::lock_guard lock{mutex_};
  tokens_.clear();
  for (const auto& [name, proof] : proofs_) tls_.end_challenge(host_.raw(), str(name));
  proofs_.clear();
}

std::optional<std::string> Shown::answer_to(std::string_view token) const {
  const std::lock_guard lock{mutex_};
  const auto found = tokens_.find(token);
  return found == tokens_.end() ? std::nullopt : std::optional{found->second};
}

std::string Shown::publish(const std::string& chain, const std::string& key) const {
  jct_error error{sizeof error, JCT_OK, {}};
  return tls_.publish(host_.raw(), str(chain), str(key), &error) == JCT_OK ? "" : error.text;
}

}  // namespace junctor::acme
