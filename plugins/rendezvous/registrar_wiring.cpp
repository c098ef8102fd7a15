// SPDX-License-Identifier: Apache-2.0
// Registration's needs, met by storage/1, auth/1 and signal/1. Any thread.
#include "registrar_wiring.hpp"

#include "wire/abi.hpp"
#include "wire/kinds.hpp"

namespace junctor::rendezvous {

namespace {

/// RegisterPeerResponse, wrapped, without and with request_pk: the two answers to every heartbeat.
constexpr std::string_view kFine{"\x3A\x00", 2};
constexpr std::string_view kRequestPk{"\x3A\x02\x10\x01", 4};

}  // namespace

void RegistrarWiring::store(const jct_peer_record& record, Stored done) {
  if (host_.logs(JCT_LOG_DEBUG)) {
    host_.debug("rendezvous.store", {{"id", view(record.id)}, {"ip", view(record.ip)}});
  }
  storage_.put(record, [done = std::move(done)](jct_status status, const jct_peer_record*) { done(status); });
}

void RegistrarWiring::admit(std::string_view id, const jct_channel& from, Admitted done) {
  if (auth_.empty()) return done({});
  jct_auth_request request{};
  request.size = sizeof request;
  request.kind = JCT_AUTH_REGISTER;
  request.id = str(id);
  request.address = from.peer;
  request.transport = from.transport;
  auth_.check(request, [done = std::move(done)](const Verdict& verdict) {
    if (verdict.allowed) return done({});
    done(verdict.reason.empty() ? "denied" : std::string_view{verdict.reason});
  });
}

void RegistrarWiring::answer_peer(const jct_channel& to, bool request_pk) {
  signal_.send_whole(to, request_pk ? kRequestPk : kFine);
}

void RegistrarWiring::answer_pk(const jct_channel& to, hbb::RegisterPkResponse::Result result) {
  hbb::RegisterPkResponse response;
  response.set_result(result);
  signal_.send(to, wire::kKindOf<hbb::RegisterPkResponse>, response.SerializeAsString());
}

}  // namespace junctor::rendezvous
