// SPDX-License-Identifier: Apache-2.0
// Who may ask: networks for everything, a token for the metrics. A value; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wire/address.hpp"

namespace junctor::metrics {

class Guard {
 public:
  Guard() = default;
  /// Throws junctor::Error for what is no network. An empty token asks for none.
  Guard(const std::vector<std::string>& networks, std::string token);

  bool allows(const wire::Address& client) const;
  /// `authorization`: the header's value. In a time that does not tell how much of it was right.
  bool knows(std::string_view authorization) const;

 private:
  std::vector<wire::Network> networks_;
  std::string token_;
};

/// The first line of a file, without spaces around it. Throws junctor::Error where there is none.
std::string read_token(const std::string& path);

}  // namespace junctor::metrics
