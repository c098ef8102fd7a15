// SPDX-License-Identifier: Apache-2.0
// The bounds of every field, by message. Any thread.
#include "wire/bounds.hpp"

#include <algorithm>
#include <initializer_list>
#include <string>

namespace junctor::wire {

namespace {

struct Bound {
  const std::string& text;
  size_t most;
};

bool fit(std::initializer_list<Bound> fields) {
  return std::all_of(fields.begin(), fields.end(), [](const Bound& field) { return field.text.size() <= field.most; });
}

template <class Texts>
bool each_fits(const Texts& texts, size_t most) {
  return std::all_of(texts.begin(), texts.end(), [most](const std::string& text) { return text.size() <= most; });
}

}  // namespace

bool within_bounds(const hbb::PunchHoleRequest& m) {
  return fit({{m.id(), kMostId},
              {m.licence_key(), kMostKey},
              {m.token(), kMostToken},
              {m.version(), kMostVersion},
              {m.socket_addr_v6(), kMostAddress},
              {m.switch_code(), kMostSwitchCode}});
}

bool within_bounds(const hbb::PunchHoleSent& m) {
  return fit({{m.socket_addr(), kMostAddress},
              {m.id(), kMostId},
              {m.relay_server(), kMostHost},
              {m.version(), kMostVersion},
              {m.socket_addr_v6(), kMostAddress}});
}

bool within_bounds(const hbb::LocalAddr& m) {
  return fit({{m.socket_addr(), kMostAddress},
              {m.local_addr(), kMostAddress},
              {m.relay_server(), kMostHost},
              {m.id(), kMostId},
              {m.version(), kMostVersion},
              {m.socket_addr_v6(), kMostAddress}});
}

bool within_bounds(const hbb::RegisterPk& m) {
  return fit({{m.id(), kMostId}, {m.uuid(), kMostDeviceUuid}, {m.pk(), kMostPk}, {m.old_id(), kMostId}});
}

bool within_bounds(const hbb::RequestRelay& m) {
  return fit({{m.id(), kMostId},
              {m.uuid(), kMostUuid},
              {m.socket_addr(), kMostAddress},
              {m.relay_server(), kMostHost},
              {m.licence_key(), kMostKey},
              {m.token(), kMostToken},
              {m.controlled_context().conn_audit_ref(), kMostAuditRef},
              {m.switch_code(), kMostSwitchCode}});
}

bool within_bounds(const hbb::RelayResponse& m) {
  return fit({{m.socket_addr(), kMostAddress},
              {m.uuid(), kMostUuid},
              {m.relay_server(), kMostHost},
              {m.id(), kMostId},
              {m.pk(), kMostText},
              {m.refuse_reason(), kMostText},
              {m.version(), kMostVersion},
              {m.socket_addr_v6(), kMostAddress}});
}

bool within_bounds(const hbb::OnlineRequest& m) { return m.id().size() <= kMostId && each_fits(m.peers(), kMostId); }

bool within_bounds(const hbb::KeyExchange& m) {
  return m.keys_size() <= kMostHandshakeKeys && each_fits(m.keys(), kMostHandshakeKey);
}

bool within_bounds(const hbb::HealthCheck& m) { return m.token().size() <= kMostToken; }

bool within_bounds(const hbb::HttpProxyRequest& m) {
  const auto header_fits = [](const hbb::HeaderEntry& header) {
    return fit({{header.name(), kMostHeader}, {header.value(), kMostHeader}});
  };
  return fit({{m.method(), kMostMethod}, {m.path(), kMostPath}}) && m.headers_size() <= kMostHeaders &&
         std::all_of(m.headers().begin(), m.headers().end(), header_fits);
}

}  // namespace junctor::wire
