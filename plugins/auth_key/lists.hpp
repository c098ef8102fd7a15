// SPDX-License-Identifier: Apache-2.0
// Who may use the site, by network and by id, in general and for each kind of request. Immutable once made; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "auth_key/id_patterns.hpp"
#include "auth_key/network.hpp"

namespace junctor::auth {

/// An allow list and a deny list, both may be empty.
struct Texts {
  std::vector<std::string> allow;
  std::vector<std::string> deny;
};

/// Denial wins; with an allow list only what is in it may. An address without a family is not judged.
class NetworkRule {
 public:
  NetworkRule() = default;
  /// Throws std::invalid_argument with the text that is no network.
  explicit NetworkRule(const Texts& texts);
  bool allows(const Address& address) const;

 private:
  std::vector<Network> allow_, deny_;
};

/// The same for ids; an empty id is not judged.
class IdRule {
 public:
  IdRule() = default;
  explicit IdRule(const Texts& texts) : allow_{texts.allow}, deny_{texts.deny} {}
  bool allows(std::string_view id) const {
    return id.empty() || (!deny_.contains(id) && (allow_.empty() || allow_.contains(id)));
  }

 private:
  IdPatterns allow_, deny_;
};

struct Lists {
  NetworkRule networks;           ///< every request, by its sender's address
  IdRule ids;                     ///< every request with an id
  NetworkRule register_networks;  ///< registering, by the device's address
  NetworkRule start_networks;     ///< asking for a session, by the asker's address
  IdRule reach_ids;               ///< being asked for
};

}  // namespace junctor::auth
