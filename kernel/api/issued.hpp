// SPDX-License-Identifier: Apache-2.0
// Certificates that plugins have had issued, and the listeners that show them (`tls = { acme = true }`): what is
// published is in force for the next connection. Any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "net/entrance.hpp"
#include "net/tls_context.hpp"

namespace junctor::api {

class Issued {
 public:
  /// What a listener shows now. `rules`: its own. Throws net::NetError.
  std::shared_ptr<const net::TlsContext> context(const net::TlsRules& rules);
  /// From now on the listener gets each change, until it leaves; again where its own rules have changed.
  void join(net::EntranceRules& listener, const net::TlsRules& rules);
  void leave(const net::EntranceRules& listener);

  /// One of each instance: a second takes the place of the first. Throws net::NetError: it does not serve, and what was
  /// there before stays.
  void publish(const void* owner, const std::string& instance, const net::TlsMaterial& material);
  /// Shown to authorities that ask for the name in material.certificate_name. Throws net::NetError.
  void challenge(const void* owner, const net::TlsMaterial& material);
  void end_challenge(const void* owner, const std::string& name);
  /// What this owner has published goes, unless another has taken its place; listeners keep what they have.
  void withdraw(const void* owner);

 private:
  struct Certificate {
    const void* owner;
    net::TlsMaterial material;
  };
  std::shared_ptr<const net::TlsContext> make(const net::TlsRules& rules);
  void tell();

  std::mutex mutex_;
  std::map<std::string, Certificate> certificates_;  ///< by instance
  std::map<std::string, Certificate> challenges_;    ///< by name
  std::map<const net::EntranceRules*, std::pair<net::EntranceRules*, net::TlsRules>> listeners_;
  net::TlsMaterial stopgap_;  ///< self-signed; made when it is needed
};

}  // namespace junctor::api
