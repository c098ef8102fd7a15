// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/core/lists_text.hpp"

#include <algorithm>

#include "wire/address.hpp"

namespace junctor::accounts::admin {

std::vector<std::string> listed_texts(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const size_t end = std::min(text.find(','), text.size());
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string joined_texts(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& one : texts) {
    if (!out.empty()) out += ',';
    out += one;
  }
  return out;
}

std::string networks_text(const Call& call, const std::string& field) {
  std::vector<std::string> networks;
  for (const std::string& one : call.texts(field)) {
    const auto network = wire::Network::parse(one);
    if (!network) refuse_field(field, "invalid", "Expected a network such as 10.0.0.0/8, got " + one + ".");
    networks.push_back(network->text());
  }
  return joined_texts(networks);
}

}  // namespace junctor::accounts::admin
