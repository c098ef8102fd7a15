// SPDX-License-Identifier: Apache-2.0
// Log records in, empty answers out. Connections' loops; works on database threads.
#include "accounts/client_api/audit_calls.hpp"

#include <charconv>
#include <memory>

namespace junctor::accounts {
namespace {

constexpr size_t kInfoBytes = 16 * 1024;

int small(const Body& body, const char* key, int otherwise) {
  const auto value = body.integer(key);
  if (!value) return otherwise;
  if (*value < 0 || *value > 1000)
    throw Refused{std::string{"The field \""} + key + "\" is wrong: expected a small number"};
  return static_cast<int>(*value);
}

/// `info` is JSON in a text; what of it cannot be read is none.
std::string from_info(const std::string& info, const char* key) {
  try {
    return info.empty() ? "" : Body::parse(info).text(key, 1024);
  } catch (const Refused&) {
    return "";
  }
}

std::optional<uint64_t> digits(const std::optional<std::string>& text) {
  uint64_t value = 0;
  if (!text) return std::nullopt;
  const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (fault != std::errc{} || end != text->data() + text->size()) return std::nullopt;
  return value;
}

}  // namespace

AuditCalls::AuditCalls(Calls calls, Parts parts, Settings settings)
    : calls_{calls},
      parts_{parts},
      settings_{settings},
      stored_{calls.host().counter("accounts_audits", nullptr, "log records of devices that were stored")},
      repeated_{calls.host().counter("accounts_audits_repeated", nullptr, "log records that came again")} {}

void AuditCalls::route(http::Server& server) {
  const http::RouteOptions room{settings_.body, {}, 0};
  const auto guarded = [](auto handler) {
    return [handler](Exchange exchange) { guarded_call(exchange, [&] { handler(exchange); }); };
  };
  server.post("/api/audit/conn", guarded([this](const Exchange& e) { conn(e); }), room);
  server.post("/api/audit/file", guarded([this](const Exchange& e) { file(e); }), room);
  server.post("/api/audit/alarm", guarded([this](const Exchange& e) { alarm(e); }), room);
  server.get("/api/audit/conn/active", guarded([this](const Exchange& e) { active(e); }));
  server.put("/api/audit", guarded([this](const Exchange& e) { note(e); }), room);
}

std::optional<std::string> AuditCalls::admit(const Exchange& exchange, const Body& body, std::string* nonce) {
  const DeviceClaim claim = claim_of(body);
  const auto device = calls_.roster().device(claim.id);
  if (!device || device->uuid == UuidMark{} || !same_mark(device->uuid, uuid_mark(claim.uuid))) {
    exchange.answer(http::error("This device is not known here", 403));
    return std::nullopt;
  }
  if (!parts_.devices.admits(exchange, claim.id)) {
    exchange.answer(http::error("Too many records; please try again later", 429));
    return std::nullopt;
  }
  const std::string given = body.text("nonce", 255);
  *nonce = given.empty() ? "" : claim.id + ' ' + given;
  if (!nonce->empty() && !parts_.nonces.put(*nonce, calls_.host().now())) {
    repeated_.add();
    exchange.answer(http::empty());
    return std::nullopt;
  }
  return claim.id;
}

void AuditCalls::store(const Exchange& exchange, const std::string& nonce, std::function<void(const Sql&)> work,
                       std::function<void()> told) {
  calls_.store().write(
      [work = std::move(work)](const Sql& sql, Touched&) {
        work(sql);
        return Unit{};
      },
      [this, exchange, nonce, told = std::move(told)](Outcome<Unit>& outcome) {
        if (outcome) {
          stored_.add();
          if (told) told();
          exchange.answer(http::empty());
          return;
        }
        if (!nonce.empty()) parts_.nonces.forget(nonce);
        exchange.answer(http::error(outcome.refused));
      });
}

std::optional<ConnOrigin> AuditCalls::origin(const Body& body, const std::string& device,
                                             const std::string& address) const {
  const std::string ref = body.text("conn_audit_ref", 255);
  const auto now = calls_.host().now();
  return ref.empty() ? parts_.refs.find_by_address(device, address, now) : parts_.refs.find(ref, device, now);
}

// ---- connections ----------------------------------------------------------------------------------------------------

void AuditCalls::conn(const Exchange& exchange) {
  const Body body = Body::parse(exchange.body());
  const std::string action = body.text("action", 64);
  if (action.empty() && body.has("note")) return note_of_controller(exchange, body);
  ConnRecord record;
  record.uuid = body.text("uuid", 1024);
  record.conn_id = body.integer("conn_id").value_or(0);
  record.session_id = body.unsigned64("session_id").value_or(0);
  record.ip = body.text("ip", 255);
  record.type = small(body, "type", -1);
  record.primary_auth = small(body, "primary_auth", -1);
  record.two_factor = small(body, "two_factor", -1);
  const auto peer = body.texts("peer", 10, 1024).value_or(std::vector<std::string>{});
  if (!peer.empty()) record.peer_id = peer[0];
  if (peer.size() > 1) record.peer_name = peer[1];

  std::string nonce;
  const auto device = admit(exchange, body, &nonce);
  if (!device) return;
  record.device_id = *device;
  if (const auto known = action == "close" ? std::nullopt : origin(body, *device, record.ip)) {
    record.user = known->user;
    record.user_name = known->user_name;
    record.ground = word(known->ground);
  }
  if (action == "close")
    parts_.conns.closed(*device, record.conn_id);
  else
    parts_.conns.opened(*device, record.conn_id);
  const auto keep = [record, action, now = calls_.now()](const Sql& sql) {
    if (action == "new") return open_conn(sql, record, now);
    if (action == "close") return close_conn(sql, record, now);
    authorise_conn(sql, record, now);
  };
  store(exchange, nonce, keep, [this, record, action] {
    calls_.host().event(JCT_LOG_DEBUG, "accounts.connection",
                        {{"action", action.empty() ? "authorised" : action},
                         {"id", record.device_id},
                         {"conn", record.conn_id},
                         {"peer", record.peer_id},
                         {"user", record.user_name},
                         {"address", record.ip}});
  });
}

/// Without proof: for a connection that is open, or was shortly before.
void AuditCalls::note_of_controller(const Exchange& exchange, const Body& body) {
  const std::string device = body.required_text("id", 255), text = body.text("note");
  const auto session = body.unsigned64("session_id");
  if (!session || *session == 0 || !parts_.devices.admits(exchange, device)) {
    exchange.answer(http::empty());
    return;
  }
  store(exchange, "", [device, session = *session, text, since = calls_.now() - settings_.note_after](const Sql& sql) {
    note_conn(sql, device, session, text, since);
  });
}

void AuditCalls::active(const Exchange& exchange) {
  const auto session = digits(exchange.query("session_id"));
  const auto type = digits(exchange.query("conn_type"));
  calls_.read(exchange, {},
              [device = exchange.query("id").value_or(""), session, type](const Sql& sql, const Caller& caller) {
                const int kind = type && *type < 100 ? static_cast<int>(*type) : -1;
                const auto guid = session ? active_conn(sql, device, *session, kind, caller.user) : std::nullopt;
                return http::json(http::json_string(guid.value_or("")));
              });
}

void AuditCalls::note(const Exchange& exchange) {
  const Body body = Body::parse(exchange.body());
  const std::string guid = body.required_text("guid", 64), text = body.text("note");
  calls_.write(exchange, {}, [guid, text](const Sql& sql, Touched&, const Caller& caller) {
    if (!note_by_guid(sql, guid, text, caller.user, caller.administrator)) {
      throw Refused{"There is no such connection, or it does not concern you"};
    }
    return http::empty();
  });
}

// ---- files and alarms -----------------------------------------------------------------------------------------------

void AuditCalls::file(const Exchange& exchange) {
  const Body body = Body::parse(exchange.body());
  FileRecord record;
  record.peer_id = body.text("peer_id", 255);
  record.conn_id = body.integer("conn_id").value_or(0);
  record.type = small(body, "type", 0);
  record.path = body.text("path", kTextMax);
  record.is_file = body.flag("is_file").value_or(false);
  record.info = body.text("info", kInfoBytes);
  record.ip = from_info(record.info, "ip");
  record.peer_name = from_info(record.info, "name");
  std::string nonce;
  const auto device = admit(exchange, body, &nonce);
  if (!device) return;
  record.device_id = *device;
  const auto row = std::make_shared<FileRecord>(record);
  const auto keep = [row, now = calls_.now()](const Sql& sql) {
    const ConnUser user = row->conn_id == 0 ? ConnUser{} : user_of_conn(sql, row->device_id, row->conn_id);
    row->user = user.user;
    row->user_name = user.name;
    add_file(sql, *row, now);
  };
  store(exchange, nonce, keep, [this, row] {
    calls_.host().event(JCT_LOG_DEBUG, "accounts.file",
                        {{"id", row->device_id},
                         {"peer", row->peer_id},
                         {"user", row->user_name},
                         {"path", row->path},
                         {"address", row->ip}});
  });
}

void AuditCalls::alarm(const Exchange& exchange) {
  const Body body = Body::parse(exchange.body());
  AlarmRecord record;
  record.type = small(body, "typ", 0);
  record.info = body.text("info", kInfoBytes);
  record.ip = from_info(record.info, "ip");
  const int64_t conn = body.integer("conn_id").value_or(0);
  std::string nonce;
  const auto device = admit(exchange, body, &nonce);
  if (!device) return;
  record.device_id = *device;
  const auto known = body.has("conn_audit_ref") ? origin(body, *device, record.ip) : std::nullopt;
  if (known) {
    record.user = known->user;
    record.user_name = known->user_name;
  }
  const auto row = std::make_shared<AlarmRecord>(record);
  const auto keep = [row, conn, now = calls_.now()](const Sql& sql) {
    if (row->user == kNoRef && conn != 0) {
      const ConnUser user = user_of_conn(sql, row->device_id, conn);
      row->user = user.user;
      row->user_name = user.name;
    }
    add_alarm(sql, *row, now);
  };
  store(exchange, nonce, keep, [this, row] {
    calls_.host().event(JCT_LOG_INFO, "accounts.alarm",
                        {{"type", row->type}, {"id", row->device_id}, {"user", row->user_name}, {"address", row->ip}});
  });
}

}  // namespace junctor::accounts
