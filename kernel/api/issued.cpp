// SPDX-License-Identifier: Apache-2.0
#include "api/issued.hpp"

#include <utility>

#include "net/self_signed.hpp"

namespace junctor::api {

std::shared_ptr<const net::TlsContext> Issued::context(const net::TlsRules& rules) {
  const std::lock_guard lock{mutex_};
  return make(rules);
}

void Issued::join(net::EntranceRules& listener, const net::TlsRules& rules) {
  const std::lock_guard lock{mutex_};
  listener.set_tls(make(rules));
  listeners_[&listener] = {&listener, rules};
}

void Issued::leave(const net::EntranceRules& listener) {
  const std::lock_guard lock{mutex_};
  listeners_.erase(&listener);
}

void Issued::publish(const void* owner, const std::string& instance, const net::TlsMaterial& material) {
  net::TlsContext::make(material, net::TlsVersion::k12);
  const std::lock_guard lock{mutex_};
  certificates_[instance] = {owner, material};
  tell();
}

void Issued::challenge(const void* owner, const net::TlsMaterial& material) {
  net::TlsContext::make(material, net::TlsVersion::k12);
  const std::lock_guard lock{mutex_};
  challenges_[material.certificate_name] = {owner, material};
  tell();
}

void Issued::end_challenge(const void* owner, const std::string& name) {
  const std::lock_guard lock{mutex_};
  const auto found = challenges_.find(name);
  if (found == challenges_.end() || found->second.owner != owner) return;
  challenges_.erase(found);
  tell();
}

void Issued::withdraw(const void* owner) {
  const std::lock_guard lock{mutex_};
  std::erase_if(certificates_, [&](const auto& entry) { return entry.second.owner == owner; });
  std::erase_if(challenges_, [&](const auto& entry) { return entry.second.owner == owner; });
}

std::shared_ptr<const net::TlsContext> Issued::make(const net::TlsRules& own) {
  net::TlsRules rules = own;
  for (const auto& [name, one] : challenges_) rules.challenges.push_back(one.material);
  std::vector<net::TlsMaterial> materials;
  for (const auto& [instance, one] : certificates_) materials.push_back(one.material);
  if (materials.empty()) {
    if (stopgap_.certificate.empty()) stopgap_ = net::make_self_signed();
    materials.push_back(stopgap_);
    rules.doubt = "no certificate has been issued yet: a self-signed one is shown, which clients refuse";
  }
  return net::TlsContext::make(materials, rules);
}

void Issued::tell() {
  for (auto& [key, entry] : listeners_) entry.first->set_tls(make(entry.second));
}

}  // namespace junctor::api
