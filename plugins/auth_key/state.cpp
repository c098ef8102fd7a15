// SPDX-License-Identifier: Apache-2.0
// Pairs of keys and values: ruling/ID, block/id/ID, block/network/CIDR, each with a JSON object. One thread at a time.
#include "auth_key/state.hpp"

#include <Poco/Exception.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <junctor/command_json.hpp>

namespace junctor::auth {
namespace {

using Poco::JSON::Object;

constexpr std::string_view kRuling = "ruling/";
constexpr std::string_view kBlockedId = "block/id/";
constexpr std::string_view kBlockedNetwork = "block/network/";

std::string key_of(std::string_view kind, std::string_view what) { return std::string{kind}.append(what); }
std::string key_of(const Target& target) {
  return key_of(target.network ? kBlockedNetwork : kBlockedId, target.text());
}

/// What stands behind the kind; nothing where it is another kind.
std::optional<std::string> behind(std::string_view kind, const std::string& key) {
  if (key.compare(0, kind.size(), kind) != 0 || key.size() == kind.size()) return std::nullopt;
  return key.substr(kind.size());
}

std::optional<Target> target_of(const std::string& key) {
  if (const auto id = behind(kBlockedId, key)) return Target{std::nullopt, *id};
  const auto text = behind(kBlockedNetwork, key);
  const auto network = text ? Network::parse(*text) : std::nullopt;
  return network ? std::optional{Target{network, {}}} : std::nullopt;
}

Ruling ruling_of(const Object& object) {
  return {object.getValue<std::string>("said") == "approved", object.optValue<std::string>("claim", ""),
          object.optValue<int64_t>("since", 0)};
}

Block block_of(const Object& object) {
  return {object.optValue<std::string>("text", ""), object.optValue<int64_t>("since", 0),
          object.optValue<int64_t>("until", 0)};
}

}  // namespace

Change to_keep(const std::string& id, const Ruling& ruling) {
  Object object{Poco::JSON_PRESERVE_KEY_ORDER};
  object.set("said", std::string{ruling.approved ? "approved" : "rejected"});
  object.set("claim", ruling.claim);
  object.set("since", ruling.since);
  return {key_of(kRuling, id), command::text(object)};
}

Change to_forget(const std::string& id) { return {key_of(kRuling, id), std::nullopt}; }

Change to_keep(const Target& target, const Block& block) {
  Object object{Poco::JSON_PRESERVE_KEY_ORDER};
  object.set("text", block.text);
  object.set("since", block.since);
  object.set("until", block.until);
  return {key_of(target), command::text(object)};
}

Change to_forget(const Target& target) { return {key_of(target), std::nullopt}; }

bool State::apply(const Change& change) {
  const auto id = behind(kRuling, change.key);
  const auto target = target_of(change.key);
  if (!id && !target) return false;
  if (!change.value) {
    if (id) admission.forget(*id);
    if (target) blocks.remove(*target);
    return true;
  }
  try {
    const auto object = Poco::JSON::Parser{}.parse(*change.value).extract<Object::Ptr>();
    if (id) admission.rule(*id, ruling_of(*object));
    if (target) blocks.put(*target, block_of(*object));
    return true;
  } catch (const Poco::Exception&) {
    return false;
  }
}

Blocked State::blocked(const Address& address, std::string_view id, std::string_view old_id, int64_t now) const {
  Blocked found;
  if (const Block* block = blocks.of_address(address, now)) found.address = block->text;
  const Block* block = blocks.of_id(id, now);
  if (block == nullptr) block = blocks.of_id(old_id, now);
  if (block != nullptr) found.id = block->text;
  return found;
}

}  // namespace junctor::auth
