// SPDX-License-Identifier: Apache-2.0
// Answers to challenges, where authorities find them: tokens for the HTTP route, certificates for the kernel's
// listeners. Any thread.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "junctor/host.hpp"
#include "junctor/tls.h"
#include "procedure.hpp"

namespace junctor::acme {

class Shown final : public Stage {
 public:
  explicit Shown(const Host& host);

  void show_token(const std::string& token, const std::string& answer) override;
  void show_certificate(const std::string& name, const std::string& key_authorization) override;
  void clear() override;

  std::optional<std::string> answer_to(std::string_view token) const;
  /// "": listeners show it from now on; else why not.
  std::string publish(const std::string& chain, const std::string& key) const;

 private:
  const Host& host_;
  jct_tls_api tls_;
  mutable std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> tokens_;
  std::map<std::string, std::string> proofs_;  ///< by name: the authorization that is shown
};

}  // namespace junctor::acme
