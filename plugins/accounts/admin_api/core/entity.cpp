// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/core/entity.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>

namespace junctor::accounts::admin {

std::string Entity::json() const {
  if (!whole.empty()) return whole;
  std::string first = fixed.str();
  const std::string second = live.str();
  if (second == "{}") return first;
  if (first == "{}") return second;
  first.back() = ',';
  return first + second.substr(1);
}

std::string Entity::etag() const { return etag_of(whole.empty() ? fixed.str() : whole); }

std::string etag_of(std::string_view text) {
  std::array<unsigned char, crypto_generichash_BYTES_MIN> hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                     nullptr, 0);
  std::array<char, crypto_generichash_BYTES_MIN * 2 + 1> hex{};
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  return "\"" + std::string{hex.data()} + "\"";
}

bool names_tag(std::string_view header, std::string_view tag) {
  while (!header.empty()) {
    const size_t end = std::min(header.find(','), header.size());
    std::string_view one = header.substr(0, end);
    header.remove_prefix(std::min(end + 1, header.size()));
    while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
    while (!one.empty() && one.back() == ' ') one.remove_suffix(1);
    if (one.substr(0, 2) == "W/") one.remove_prefix(2);
    if (one == "*" || one == tag) return true;
  }
  return false;
}

std::string json_ref(std::string_view guid, std::string_view name) {
  if (guid.empty()) return "null";
  return JsonObject{}.put("guid", guid).put("name", name).str();
}

}  // namespace junctor::accounts::admin
