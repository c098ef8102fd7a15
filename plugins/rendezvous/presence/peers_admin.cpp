// SPDX-License-Identifier: Apache-2.0
// What an operator changes among the stored devices. [home]
#include "presence/peers_admin.hpp"

#include "registration/id_rules.hpp"

namespace junctor::rendezvous {

namespace {

void fail(const Reply& reply, jct_status status) {
  switch (status) {
    case JCT_E_NOT_FOUND:
      return reply.fail(status, R"({"error":"no device has this id"})");
    case JCT_E_EXISTS:
      return reply.fail(status, R"({"error":"another device has the new id"})");
    default:
      return reply.fail(status, R"({"error":"storage did not do it; see the log"})");
  }
}

}  // namespace

void PeersAdmin::rename(const std::vector<std::string>& words, const Reply& reply) {
  if (words.size() != 2) return reply.fail(JCT_E_ARG, R"({"error":"expected: peers rename OLD NEW"})");
  if (!is_valid_id(words[1])) {
    return reply.fail(JCT_E_ARG, R"({"error":"an id has 6 to 100 bytes without spaces and control characters"})");
  }
  storage_.get(words[0], [this, words, reply](jct_status status, const jct_peer_record* record) {
    if (status != JCT_OK || record == nullptr) return fail(reply, status);
    storage_.rename(
        words[0], words[1], view(record->uuid), [this, words, reply](jct_status renamed, const jct_peer_record*) {
          if (renamed != JCT_OK) return fail(reply, renamed);
          put_out(words[0]);
          host_.event(JCT_LOG_INFO, "rendezvous.renamed", {{"id", words[1]}, {"old_id", words[0]}, {"by", "operator"}});
          reply.ok(R"({"renamed":true})");
        });
  });
}

void PeersAdmin::remove(const std::vector<std::string>& words, const Reply& reply) {
  if (words.size() != 1) return reply.fail(JCT_E_ARG, R"({"error":"expected: peers remove ID"})");
  storage_.remove(words[0], [this, id = words[0], reply](jct_status status, const jct_peer_record*) {
    if (status != JCT_OK) return fail(reply, status);
    gone(id, "operator");
    reply.ok(R"({"removed":true})");
  });
}

void PeersAdmin::remove_later(std::string id) {
  storage_.remove(id, [this, id](jct_status status, const jct_peer_record*) {
    if (status == JCT_OK || status == JCT_E_NOT_FOUND) return gone(id, "plugin");
    host_.warning("rendezvous.remove_failed", {{"id", id}, {"code", status_text(status)}});
  });
}

void PeersAdmin::remove_quietly(std::string id) {
  storage_.remove(id, [this, id](jct_status status, const jct_peer_record*) {
    if (status != JCT_OK) return;
    put_out(id);
    removed_.add(id);
  });
}

void PeersAdmin::gone(const std::string& id, const char* by) {
  put_out(id);
  removed_.add(id);
  host_.event(JCT_LOG_INFO, "rendezvous.removed", {{"id", id}, {"by", by}});
}

void PeersAdmin::put_out(std::string_view id) {
  const auto seen = presence_.find(id);
  presence_.erase(id);
  if (seen && seen->channel.handle != 0) signal_.close(seen->channel);
}

}  // namespace junctor::rendezvous
