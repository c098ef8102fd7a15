// SPDX-License-Identifier: Apache-2.0
// Blocks by id and by network. One thread at a time.
#include "auth_key/blocks.hpp"

namespace junctor::auth {

Target Target::parse(std::string_view word) {
  if (const auto network = Network::parse(word)) return {network, {}};
  return {std::nullopt, std::string{word}};
}

void Blocks::put(const Target& target, Block block) {
  if (!target.network) {
    ids_.insert_or_assign(target.id, std::move(block));
    return;
  }
  const bool added = networks_.insert_or_assign(*target.network, std::move(block)).second;
  if (added) ++shapes_[{target.network->family(), target.network->bits()}];
}

void Blocks::remove(const Target& target) {
  if (!target.network) {
    ids_.erase(target.id);
    return;
  }
  if (networks_.erase(*target.network) == 0) return;
  const auto shape = shapes_.find({target.network->family(), target.network->bits()});
  if (--shape->second == 0) shapes_.erase(shape);
}

const Block* Blocks::of_id(std::string_view id, int64_t now) const {
  const auto found = ids_.find(id);
  return found != ids_.end() && found->second.holds(now) ? &found->second : nullptr;
}

const Block* Blocks::of_address(const Address& address, int64_t now) const {
  for (const auto& [shape, count] : shapes_) {
    if (shape.first != address.family) continue;
    const auto found = networks_.find(Network::of(address, shape.second));
    if (found != networks_.end() && found->second.holds(now)) return &found->second;
  }
  return nullptr;
}

bool Blocks::has(const Target& target) const {
  return target.network ? networks_.count(*target.network) != 0 : ids_.count(target.id) != 0;
}

std::vector<Target> Blocks::expired(int64_t now) const {
  std::vector<Target> over;
  each([&](const Target& target, const Block& block) {
    if (!block.holds(now)) over.push_back(target);
  });
  return over;
}

}  // namespace junctor::auth
