// SPDX-License-Identifier: Apache-2.0
// The running sessions of one loop when auth/1's rules change, or a device is removed. Lives on that loop.
#include <vector>

#include "sessions.hpp"
#include "wire/abi.hpp"

namespace junctor::relay {
namespace {

constexpr size_t kAskSlice = 128;  // sessions at a time, two questions each: some 300 us

}  // namespace

void Sessions::ask_again_from(uint64_t id, uint64_t asking) {
  if (asking != askings_) return;
  auto next = all_.upper_bound(id);
  for (size_t i = 0; i < kAskSlice; ++i) {
    if (next == all_.end()) return;
    id = next->first;
    ask_about(*next->second);  // it may be gone after this
    next = all_.upper_bound(id);
  }
  shared_.host.post(loop_, [this, id, asking] { ask_again_from(id, asking); });
}

void Sessions::ask_about(const Session& session) {
  const uint64_t id = session.id;
  const std::string uuid{session.uuid}, peer_id = session.peer_id;
  const jct_addr b = session.b;
  ask_about(id, session.a, peer_id, uuid);
  if (all_.count(id) != 0) ask_about(id, b, "", uuid);
}

void Sessions::ask_about(uint64_t session, const jct_addr& side, const std::string& peer_id, const std::string& uuid) {
  jct_auth_request stay{};
  stay.size = sizeof stay;
  stay.kind = JCT_AUTH_STAY;
  stay.id = str(peer_id);
  stay.session = str(uuid);
  stay.address = side;
  shared_.auth.check(stay, [this, session](const Verdict& verdict) {
    const auto at = all_.find(session);
    if (verdict.allowed || at == all_.end() || at->second->asked != nullptr) return;
    shared_.host.info("relay.put_out", {{"session", session}, {"rule", verdict.reason}});
    end(*at->second, "put_out");
  });
}

void Sessions::end_of(std::string_view id) {
  std::vector<uint64_t> ending;
  for (const auto& [number, session] : all_) {
    if (session->peer_id == id) ending.push_back(number);
  }
  for (const uint64_t number : ending) {
    if (const auto at = all_.find(number); at != all_.end()) end(*at->second, "device_removed");
  }
}

}  // namespace junctor::relay
