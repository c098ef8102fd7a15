// SPDX-License-Identifier: Apache-2.0
// The order of the checks. Any thread.
#include "auth_key/decision.hpp"

namespace junctor::auth {
namespace {

/// Whoever stays is judged as by what once let him in.
bool registers(const Request& request) {
  if (request.kind == Kind::kStay) return !request.relayed && !request.id.empty();
  return request.kind == Kind::kRegister || request.kind == Kind::kRename;
}
bool starts(const Request& request) {
  return request.kind == Kind::kStart || (request.kind == Kind::kStay && request.relayed && !request.id.empty());
}
bool reaches(const Request& request) {
  return starts(request) || request.kind == Kind::kReach || request.kind == Kind::kRelay;
}

bool allows_network(const Request& request, const Lists& lists) {
  if (!lists.networks.allows(request.address)) return false;
  if (registers(request)) return lists.register_networks.allows(request.address);
  return !starts(request) || lists.start_networks.allows(request.address);
}

bool allows_id(const Request& request, const Lists& lists) {
  if (!lists.ids.allows(request.id) || !lists.ids.allows(request.old_id)) return false;
  return !reaches(request) || lists.reach_ids.allows(request.id);
}

Decision blocked_by(const std::string& text) { return {kBlocked.reason, text.empty() ? kBlocked.text : text}; }

}  // namespace

Decision decide(const Request& request, const SiteKey& key, const Lists& lists, const Blocked& blocked) {
  if (request.kind == Kind::kOther) return kAllowed;
  if (!allows_network(request, lists)) return kNetworkDenied;
  if (blocked.address) return blocked_by(*blocked.address);
  const bool needs_key = request.kind == Kind::kStart || request.kind == Kind::kRelay;
  if (needs_key && !key.accepts(request.licence_key)) return kWrongKey;
  if (request.kind == Kind::kHttp) return kAllowed;
  if (!allows_id(request, lists)) return kIdDenied;
  return blocked.id ? blocked_by(*blocked.id) : kAllowed;
}

}  // namespace junctor::auth
