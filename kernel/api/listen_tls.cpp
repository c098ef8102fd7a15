// SPDX-License-Identifier: Apache-2.0
// The files behind `tls = { certificate, key }`. [control]
#include "api/listen_tls.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <set>
#include <string>

#include "api/net_objects.hpp"
#include "config/files.hpp"
#include "junctor/tls.h"
#include "net/ticket_keys.hpp"

namespace junctor::api {
namespace {

/// A long chain takes some 10 KiB.
constexpr size_t kMostBytes = size_t{1} << 20;

constexpr const char* kDoubted = "certificate_doubted";

std::string read_pem(const std::string& path) {
  std::string why;
  auto text = config::read_bounded_file(path, kMostBytes, &why);
  if (!text) throw net::NetError{path + ": " + why};
  return std::move(*text);
}

/// "": the listener may be opened as it is described.
std::string fault_of(const config::KernelConfig& kernel, const config::Listener& listener, bool datagram, bool places,
                     bool issuing) {
  const bool tls = listener.speaks_tls();
  if (datagram && tls) return "tls is for connections, and these are datagrams";
  if (datagram && listener.proxy_protocol) return "proxy_protocol is for connections, and these are datagrams";
  if (const std::string why = places ? listen_fault(listener, datagram) : ""; !why.empty()) return why;
  if (!tls) return {};
  if (listener.tls_acme && !issuing) return "tls: acme = true, and no plugin gets certificates: add an [acme] table";
  try {
    if (listener.tls_acme) {
      tls_rules(kernel, listener, nullptr);
    } else {
      load_tls(kernel, listener, nullptr);
    }
    return {};
  } catch (const net::NetError& e) {
    return std::string{"tls: "} + e.what();
  }
}

/// `fn(object, group, described)` for each listening group that speaks TLS.
template <class Fn>
void each_tls(const Kernel& kernel, Fn fn) {
  for (const ListenerObject* object : kernel.listeners.all()) {
    for (size_t i = 0; i < object->groups.size(); ++i) {
      if (object->groups[i]->entrance().has_tls()) fn(*object, *object->groups[i], object->described[i]);
    }
  }
}

bool issues_certificates(const config::Snapshot& snapshot) {
  return std::any_of(snapshot.instances.begin(), snapshot.instances.end(), [](const config::Instance& instance) {
    if (!instance.enabled || !instance.schema) return false;
    const auto& all = instance.schema->provides;
    return std::find(all.begin(), all.end(), JCT_CERTIFICATES_SERVICE) != all.end();
  });
}

int64_t days_until(net::TlsContext::Time end) {
  using Days = std::chrono::duration<int64_t, std::ratio<86400>>;
  return std::chrono::floor<Days>(end - std::chrono::system_clock::now()).count();
}

}  // namespace

net::TlsRules tls_rules(const config::KernelConfig& kernel, const config::Listener& listener,
                        const net::TlsContext* before) {
  net::TlsRules rules;
  rules.least = listener.tls_min_version == "1.3" ? net::TlsVersion::k13 : net::TlsVersion::k12;
  if (!listener.tls_client_ca.empty()) {
    rules.clients.name = config::under_data_dir(kernel, listener.tls_client_ca);
    rules.clients.text = read_pem(rules.clients.name);
    if (rules.clients.text.empty()) throw net::NetError{rules.clients.name + ": it is empty"};
  }
  if (before != nullptr && rules.clients.text.empty()) rules.tickets = before->tickets();
  const auto life =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::nanoseconds{listener.tls_ticket_lifetime});
  if (!rules.tickets || rules.tickets->life() != life) rules.tickets = std::make_shared<net::TicketKeys>(life);
  return rules;
}

std::shared_ptr<const net::TlsContext> load_tls(const config::KernelConfig& kernel, const config::Listener& listener,
                                                const net::TlsContext* before) {
  struct Wiper {
    ~Wiper() {
      for (net::TlsMaterial& one : all) OPENSSL_cleanse(one.key.data(), one.key.size());
    }
    std::vector<net::TlsMaterial> all;
  } materials;
  materials.all.reserve(1 + listener.tls_more_keys.size());  // keys are not left behind in places that have moved
  const auto add = [&](const std::string& certificate, const std::string& key) {
    materials.all.emplace_back();
    net::TlsMaterial& material = materials.all.back();
    material.certificate_name = config::under_data_dir(kernel, certificate);
    material.certificate = read_pem(material.certificate_name);
    material.key_name = config::under_data_dir(kernel, key);
    material.key = read_pem(material.key_name);
  };
  add(listener.tls_certificate, listener.tls_key);
  for (size_t i = 0; i < listener.tls_more_keys.size(); ++i) {
    add(listener.tls_more_certificates[i], listener.tls_more_keys[i]);
  }
  return net::TlsContext::make(materials.all, tls_rules(kernel, listener, before));
}

void find_listener_faults(const config::Snapshot& snapshot, const config::KernelConfig& kernel, bool places,
                          std::vector<config::Fault>* faults) {
  const bool issuing = issues_certificates(snapshot);
  for (const config::Instance& instance : snapshot.instances) {
    for (const config::Setting& setting : instance.settings) {
      const config::Option* option = config::find_option(instance.schema->options, setting.name);
      for (const config::Listener& listener : listeners_of(instance, setting.name)) {
        const std::string what = fault_of(kernel, listener, option != nullptr && option->datagram, places, issuing);
        if (!what.empty()) faults->push_back(config::fault_at(setting.origin, setting.name + ": " + what));
      }
    }
  }
}

void reload_certificates(Kernel& kernel, const config::KernelConfig& settings) {
  each_tls(kernel, [&](const ListenerObject& object, net::ListenerGroup& group, const config::Listener& described) {
    try {
      const auto before = group.entrance().tls();
      if (described.tls_acme) {
        kernel.issued.join(group.entrance(), tls_rules(settings, described, before.get()));
      } else {
        group.entrance().set_tls(load_tls(settings, described, before.get()));
      }
    } catch (const net::NetError& e) {  // it was good a moment ago, when the configuration was checked
      const ops::Field fields[] = {{"reason", e.what()}, {"hint", "the certificate before stays; reload again"}};
      kernel.log.write(ops::Level::kError, object.host.instance(), "tls.reload_failed", fields);
    }
  });
}

void warn_of_expiry(Kernel& kernel) {
  std::set<std::string> doubted;
  each_tls(kernel, [&](const ListenerObject& object, net::ListenerGroup& group, const config::Listener& described) {
    const auto tls = group.entrance().tls();
    for (const std::string& doubt : tls->doubts()) {
      const ops::Field told[] = {{"detail", doubt},
                                 {"hint", described.tls_acme ? "junctorctl certificates says what is under way"
                                                             : "it serves meanwhile; mend the file, then reload"}};
      kernel.log.write(ops::Level::kWarning, object.host.instance(), "tls.doubt", told);
      doubted.insert(doubt);
    }
    const auto end = tls->expires();
    if (end - std::chrono::system_clock::now() >= std::chrono::nanoseconds{described.tls_expiry_warning}) return;
    const int64_t days = days_until(end);
    const std::string left = std::to_string(days);
    const std::string day = net::day_of(end);
    const std::string source = described.tls_acme ? "acme" : described.tls_certificate;
    const ops::Field fields[] = {{"certificate", source},
                                 {"expires", day},
                                 {"days", left},
                                 {"hint", described.tls_acme ? "junctorctl certificates says why it was not renewed"
                                          : days < 0         ? "it has expired; renew it, then reload"
                                                             : "renew it, then reload"}};
    kernel.log.write(ops::Level::kWarning, object.host.instance(), "tls.expires", fields);
  });
  std::string all;
  for (const std::string& doubt : doubted) all += (all.empty() ? "" : "; ") + doubt;
  if (all.empty()) return kernel.standing.clear(kDoubted);
  kernel.standing.keep({kDoubted, all, "they serve meanwhile; mend the files, then reload"});
}

}  // namespace junctor::api
