// SPDX-License-Identifier: Apache-2.0
// Scopes as text. Any thread.
#include "accounts/model/scopes.hpp"

namespace junctor::accounts {
namespace {

constexpr std::array<std::string_view, kResources> kNames = {"users",   "user-groups",   "device-groups",
                                                             "devices", "address-books", "strategies",
                                                             "audit",   "control-roles", "admin-roles"};

std::string expected() {
  std::string out = "expected \"all\" or a list like \"devices:rw,users:r\" of";
  for (const std::string_view name : kNames) out.append(" ").append(name);
  return out;
}

}  // namespace

std::string_view name(Resource resource) { return kNames[static_cast<size_t>(resource)]; }

std::optional<Resource> resource(std::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<Resource>(i);
  }
  return std::nullopt;
}

Scopes Scopes::all() {
  Scopes out;
  out.levels_.fill(Level::kReadWrite);
  return out;
}

std::optional<Scopes> Scopes::parse(std::string_view text, std::string* why) {
  if (text == "all") return all();
  Scopes out;
  for (size_t at = 0; at <= text.size();) {
    const size_t comma = std::min(text.find(',', at), text.size());
    const std::string_view part = text.substr(at, comma - at);
    at = comma + 1;
    const size_t colon = std::min(part.find(':'), part.size());
    const auto found = resource(part.substr(0, colon));
    const std::string_view level = part.substr(colon);
    const bool twice = found && out.level(*found) != Level::kNone;
    if (!found || twice || (level != ":r" && level != ":rw")) {
      if (why) *why = expected() + (twice ? ", each once" : "") + "; got \"" + std::string{part} + "\"";
      return std::nullopt;
    }
    out.set(*found, level == ":r" ? Level::kRead : Level::kReadWrite);
  }
  return out;
}

std::string Scopes::text() const {
  if (*this == all()) return "all";
  std::string out;
  for (size_t i = 0; i < kResources; ++i) {
    if (levels_[i] == Level::kNone) continue;
    if (!out.empty()) out += ',';
    out.append(kNames[i]).append(levels_[i] == Level::kRead ? ":r" : ":rw");
  }
  return out;
}

}  // namespace junctor::accounts
