// SPDX-License-Identifier: Apache-2.0
#include "guesses.hpp"

#include <algorithm>

#include "wire/abi.hpp"

namespace junctor::audit {
namespace {

constexpr size_t kMaxIds = 3;  // of one address

struct Ids {
  std::string text;
  size_t count = 0;
};

void add_id(void* self, const jct_peer* peer) {
  auto& ids = *static_cast<Ids*>(self);
  if (!ids.text.empty()) ids.text += ' ';
  ids.text += ++ids.count > kMaxIds ? "~?" : "~" + std::string{view(peer->id)};
}

}  // namespace

void Guesses::add_to(Record& record) {
  const std::string* a = record.kind == Kind::kRegistration ? nullptr : record.find("a");
  if (a == nullptr || record.find("a_id") != nullptr) return;
  const auto address = wire::Address::parse(*a);
  if (!address) return;
  const std::string ids = look_up(address->ip_text());
  if (ids.empty()) return;
  const auto behind_a =
      std::find_if(record.fields.begin(), record.fields.end(), [](const auto& field) { return field.first == "a"; }) +
      1;
  record.fields.emplace(behind_a, "a_id", ids);
}

std::string Guesses::look_up(const std::string& ip) {
  if (const auto at = known_.find(ip); at != known_.end()) return at->second;
  if (budget_ == 0) return {};
  --budget_;
  Ids ids;
  const jct_addr raw = wire::to_abi(*wire::Address::parse_ip(ip));
  peers_.table.at_address(peers_.self, &raw, kMaxIds + 1, &ids, &add_id);
  return known_[ip] = ids.text;
}

}  // namespace junctor::audit
