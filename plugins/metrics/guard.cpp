// SPDX-License-Identifier: Apache-2.0
#include "guard.hpp"

#include <strings.h>

#include <algorithm>
#include <fstream>
#include <utility>

#include "junctor/result.hpp"

namespace junctor::metrics {
namespace {

constexpr size_t kMaxToken = 4096;
constexpr std::string_view kScheme = "Bearer ";

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }

}  // namespace

Guard::Guard(const std::vector<std::string>& networks, std::string token) : token_{std::move(token)} {
  for (const std::string& text : networks) {
    const auto network = wire::Network::parse(text);
    if (!network) throw Error{JCT_E_CONFIG, "allow: expected a network such as 10.0.0.0/8, got \"" + text + "\""};
    networks_.push_back(*network);
  }
}

bool Guard::allows(const wire::Address& client) const {
  return std::any_of(networks_.begin(), networks_.end(), [&](const auto& network) { return network.contains(client); });
}

bool Guard::knows(std::string_view authorization) const {
  if (token_.empty()) return true;
  if (authorization.size() > kScheme.size() + kMaxToken || authorization.size() <= kScheme.size()) return false;
  if (::strncasecmp(authorization.data(), kScheme.data(), kScheme.size()) != 0) return false;
  const std::string_view given = authorization.substr(kScheme.size());
  unsigned different = given.size() == token_.size() ? 0 : 1;
  for (size_t i = 0; i < given.size(); ++i) {
    different |= static_cast<unsigned char>(given[i]) ^ static_cast<unsigned char>(token_[i % token_.size()]);
  }
  return different == 0;
}

std::string read_token(const std::string& path) {
  std::ifstream file{path};
  std::string line;
  if (!std::getline(file, line)) throw Error{JCT_E_CONFIG, "token_file: cannot read a line of " + path};
  while (!line.empty() && is_space(line.back())) line.pop_back();
  while (!line.empty() && is_space(line.front())) line.erase(0, 1);
  if (line.empty() || line.size() > kMaxToken) {
    throw Error{JCT_E_CONFIG, "token_file: expected a token in the first line of " + path};
  }
  return line;
}

}  // namespace junctor::metrics
