// SPDX-License-Identifier: Apache-2.0
// The order of the checks. Any thread.
#include "auth_key/decision.hpp"

namespace junctor::auth {
namespace {

bool registers(Kind kind) { return kind == Kind::kRegister || kind == Kind::kRename; }

bool allows_network(const Request& request, const Lists& lists) {
  if (!lists.networks.allows(request.address)) return false;
  if (registers(request.kind)) return lists.register_networks.allows(request.address);
  return request.kind != Kind::kStart || lists.start_networks.allows(request.address);
}

bool allows_id(const Request& request, const Lists& lists) {
  if (!lists.ids.allows(request.id) || !lists.ids.allows(request.old_id)) return false;
  const bool reaches = request.kind == Kind::kStart || request.kind == Kind::kReach || request.kind == Kind::kRelay;
  return !reaches || lists.reach_ids.allows(request.id);
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
