// SPDX-License-Identifier: Apache-2.0
// A site with its metrics plugin, and what it says. One thread.
#pragma once

#include <set>
#include <string>

#include "site.hpp"

namespace junctor::monitoring {

struct Got {
  int code = 0;  ///< 0: the connection was closed instead
  std::string type;
  std::string body;
};

/// GET on 127.0.0.1:port, with one more header where it has a name.
Got get(uint16_t port, const std::string& path, const std::string& header = "", const std::string& value = "");

/// The names of samples, without labels.
std::set<std::string> names_in(const std::string& scrape);
/// The value of the sample that begins so, or nothing: `junctor_ready`, `junctor_relay_sessions{plugin="relay"}`.
std::optional<double> value_of(const std::string& scrape, const std::string& sample);

/// Metrics listen on P-2.
inline constexpr int kPort = -2;
inline constexpr const char* kMetrics = "[http]\nlisten = []\n[metrics]\nlisten = \"127.0.0.1:P-2\"\n";

}  // namespace junctor::monitoring
