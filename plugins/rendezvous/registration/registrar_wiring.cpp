// SPDX-License-Identifier: Apache-2.0
// Registration's needs, met by storage/1, auth/1 and signal/1. Any thread.
#include "registration/registrar_wiring.hpp"

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

void RegistrarWiring::admit(const Attempt& attempt, Admitted done) {
  jct_auth_request request{};
  request.size = sizeof request;
  request.kind = JCT_AUTH_REGISTER;
  request.id = str(attempt.id);
  request.address = attempt.from.peer;
  request.transport = attempt.from.transport;
  request.uuid = bytes(attempt.uuid);
  request.pk = bytes(attempt.pk);
  ask(request, std::move(done));
}

void RegistrarWiring::admit_change(const Wish& wish, Admitted done) {
  jct_auth_request request{};
  request.size = sizeof request;
  request.kind = JCT_AUTH_RENAME;
  request.id = str(wish.id);
  request.old_id = str(wish.old_id);
  request.address = wish.from.peer;
  request.transport = wish.from.transport;
  request.uuid = bytes(wish.uuid);
  ask(request, std::move(done));
}

void RegistrarWiring::stays(std::string_view id, const jct_channel& from, Admitted done) {
  jct_auth_request request{};
  request.size = sizeof request;
  request.kind = JCT_AUTH_STAY;
  request.id = str(id);
  request.address = from.peer;
  request.transport = from.transport;
  ask(request, std::move(done));
}

void RegistrarWiring::ask(const jct_auth_request& request, Admitted done) {
  if (auth_.empty()) return done({});
  auth_.check(request, [done = std::move(done)](const Verdict& verdict) {
    if (verdict.allowed) return done({});
    done(verdict.reason.empty() ? "denied" : std::string_view{verdict.reason});
  });
}

void RegistrarWiring::rename(const Wish& wish, Stored done) {
  storage_.rename(wish.old_id, wish.id, wish.uuid,
                  [this, wish, done = std::move(done)](jct_status status, const jct_peer_record*) {
                    if (status == JCT_OK) {
                      host_.event(JCT_LOG_INFO, "rendezvous.renamed",
                                  {{"id", wish.id},
                                   {"old_id", wish.old_id},
                                   {"peer", wire::from_abi(wish.from.peer).text()},
                                   {"by", "device"}});
                    }
                    done(status);
                  });
}

bool RegistrarWiring::hold(const jct_channel& channel, std::string_view id) {
  return channel.transport == JCT_CHANNEL_UDP || signal_.hold(channel, id);
}

void RegistrarWiring::run_for(const jct_channel& channel, std::function<void()> fn) {
  if (channel.transport == JCT_CHANNEL_UDP) return fn();
  host_.post(Channels::loop_of(channel.handle), std::move(fn));
}

void RegistrarWiring::send_update(const jct_channel& to) {
  if (const auto update = site_config_.update_for(to.peer, host_.now())) signal_.send_whole(to, *update);
}

void RegistrarWiring::answer_peer(const jct_channel& to, bool request_pk) {
  signal_.send_whole(to, request_pk ? kRequestPk : kFine);
}

void RegistrarWiring::answer_pk(const jct_channel& to, hbb::RegisterPkResponse::Result result) {
  hbb::RegisterPkResponse response;
  response.set_result(result);
  if (to.transport != JCT_CHANNEL_UDP && result == hbb::RegisterPkResponse::OK) {
    response.set_keep_alive(
        static_cast<int32_t>(std::chrono::duration_cast<std::chrono::seconds>(settings_.keep_alive()).count()));
  }
  signal_.send(to, wire::kKindOf<hbb::RegisterPkResponse>, response.SerializeAsString());
}

}  // namespace junctor::rendezvous
