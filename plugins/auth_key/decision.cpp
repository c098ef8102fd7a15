// SPDX-License-Identifier: Apache-2.0
// The order of the checks. Any thread.
#include "auth_key/decision.hpp"

namespace junctor::auth {

Decision decide(const Request& request, const SiteKey& key, const Lists& lists) {
  if (request.kind == Kind::kOther) return kAllowed;
  if (!lists.allows(request.address)) return kNetworkDenied;
  const bool needs_key = request.kind == Kind::kStart || request.kind == Kind::kRelay;
  if (needs_key && !key.accepts(request.licence_key)) return kWrongKey;
  if (request.kind != Kind::kHttp && !lists.allows_id(request.id)) return kIdDenied;
  return kAllowed;
}

}  // namespace junctor::auth
