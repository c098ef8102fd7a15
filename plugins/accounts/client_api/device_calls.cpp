// SPDX-License-Identifier: Apache-2.0
// Calls of devices. Connections' loops; works on database threads.
#include "accounts/client_api/device_calls.hpp"

#include "accounts/client_api/deployment.hpp"
#include "accounts/store/sessions.hpp"
#include "wire/abi.hpp"
#include "wire/base64.hpp"

namespace junctor::accounts {
namespace {

constexpr size_t kIdBytes = 255;
constexpr size_t kConnsAtOnce = 1000;
constexpr size_t kPkBytes = 32;

wire::KeyedRate::Secret random_secret(const Host& host) {
  wire::KeyedRate::Secret secret{};
  host.random(secret.data(), secret.size());
  return secret;
}

std::string json_numbers(const std::vector<int64_t>& numbers) {
  std::vector<std::string> out;
  for (const int64_t number : numbers) out.push_back(std::to_string(number));
  return json_array(out);
}

std::string heartbeat_json(const Roster::Beat& beat, const LiveConns::Beat& conns) {
  JsonObject out;
  if (beat.wants_sysinfo) out.put("sysinfo", true);
  if (!conns.disconnect.empty()) out.raw("disconnect", json_numbers(conns.disconnect));
  if (beat.delivery) {
    JsonObject options;
    for (const auto& [key, value] : beat.delivery->options) options.put(key, value);
    out.put("modified_at", beat.delivery->modified_at);
    out.raw("strategy", JsonObject{}.raw("config_options", options.str()).str());
  }
  return out.str();
}

Reported reported_of(const Body& body, const http::Exchange& exchange) {
  Reported out;
  out.hostname = body.text("hostname", 1024);
  out.username = body.text("username", 1024);
  out.os = body.text("os", 1024);
  out.cpu = body.text("cpu", 1024);
  out.memory = body.text("memory", 255);
  out.version = body.text("version", 255);
  out.ip = wire::from_abi(exchange.client()).ip_text();
  return out;
}

}  // namespace

DeviceClaim claim_of(const Body& body) {
  const auto uuid = wire::decode_base64(body.required_text("uuid", 1024));
  if (!uuid || uuid->empty()) throw Refused{"The field \"uuid\" is wrong: expected base64"};
  return {body.required_text("id", kIdBytes), *uuid};
}

DeviceCalls::DeviceCalls(Calls calls, SwitchGrants& grants, LiveConns& conns, std::function<Settings()> settings)
    : calls_{calls},
      grants_{grants},
      conns_{conns},
      settings_{std::move(settings)},
      by_address_{random_secret(calls.host()), none_},
      by_id_{random_secret(calls.host())},
      heartbeats_{calls.host().counter("accounts_heartbeats", nullptr, "heartbeats of known devices")},
      strangers_{calls.host().counter("accounts_strangers", nullptr, "calls of unknown devices or with another uuid")},
      limited_{calls.host().counter("accounts_calls_limited", nullptr, "calls of devices beyond their rate")} {
  configure();
}

void DeviceCalls::configure() {
  const Settings settings = settings_();
  by_address_.configure(settings.each_address);
  by_id_.configure(settings.each_id);
}

void DeviceCalls::route(http::Server& server) {
  const http::RouteOptions room{settings_().body, {}, 0};
  const auto guarded = [](auto handler) {
    return [handler](Exchange exchange) { guarded_call(exchange, [&] { handler(exchange); }); };
  };
  server.post("/api/heartbeat", guarded([this](const Exchange& e) { heartbeat(e); }), room);
  server.post("/api/sysinfo", guarded([this](const Exchange& e) { sysinfo(e); }), room);
  server.post("/api/sysinfo_ver", guarded([this](const Exchange& e) { sysinfo_version(e); }), room);
  server.post("/api/devices/cli", guarded([this](const Exchange& e) { assign(e); }), room);
  server.post("/api/devices/deploy", guarded([this](const Exchange& e) { deploy(e); }), room);
  server.post("/api/switch-grant", guarded([this](const Exchange& e) { switch_grant(e); }), room);
}

void DeviceCalls::start() {
  flush_ = calls_.host().every(settings_().flush_every, [this] { flush(); });
}

bool DeviceCalls::admits(const Exchange& exchange, std::string_view id) {
  const wire::Nanos now = calls_.host().now();
  const bool fits = by_address_.allow(wire::from_abi(exchange.client()), now) && by_id_.allow(id, now);
  if (!fits) limited_.add();
  return fits;
}

// ---- heartbeats -----------------------------------------------------------------------------------------------------

void DeviceCalls::heartbeat(const Exchange& exchange) {
  const Body body = Body::parse(exchange.body());
  const DeviceClaim claim = claim_of(body);
  if (!admits(exchange, claim.id)) {
    exchange.answer(http::json("{}"));
    return;
  }
  const int64_t now_ms = static_cast<int64_t>(calls_.host().wall() / 1000);
  const auto beat =
      calls_.roster().beat(claim.id, uuid_mark(claim.uuid), body.integer("modified_at").value_or(0), now_ms);
  if (!beat.known) {
    strangers_.add();
    exchange.answer(http::json("{}"));
    return;
  }
  heartbeats_.add();
  LiveConns::Beat conns = conns_.beat(claim.id, body.integers("conns", kConnsAtOnce).value_or(std::vector<int64_t>{}));
  exchange.answer(http::json(heartbeat_json(beat, conns)));
  if (!conns.lost.empty()) lose(claim.id, std::move(conns.lost));
}

void DeviceCalls::lose(const std::string& device, std::vector<int64_t> conns) {
  calls_.store().write(
      [device, conns = std::move(conns), now = calls_.now()](const Sql& sql, Touched&) {
        for (const int64_t conn : conns) {
          sql.exec(
              "UPDATE {p}audit_conn SET ended = ?3, lost = 1 WHERE device_id = ?1 AND conn_id = ?2 AND ended IS NULL",
              {device, conn, now});
        }
        return Unit{};
      },
      [](Outcome<Unit>&) {});
}

void DeviceCalls::flush() {
  const Settings settings = settings_();
  auto noted = std::make_shared<Roster::Noted>(calls_.roster().take_noted(settings.flush_at_once));
  if (noted->beats.empty() && noted->sent.empty()) return;
  calls_.store().write(
      [noted](const Sql& sql, Touched&) {
        for (const auto& [device, at] : noted->beats) {
          sql.exec("UPDATE {p}devices SET last_heartbeat = ?2 WHERE id = ?1 AND last_heartbeat < ?2", {device, at});
        }
        for (const auto& [device, sent] : noted->sent) {
          sql.exec(
              "INSERT INTO {p}strategy_sent (device_id, strategy_id, revision, stamp, pushed_ms, received, keys) "
              "SELECT id, "
              "?2, ?3, ?4, ?5, ?6, ?7 FROM {p}devices WHERE id = ?1 ON CONFLICT (device_id) DO UPDATE SET strategy_id "
              "= "
              "excluded.strategy_id, revision = excluded.revision, stamp = excluded.stamp, pushed_ms = "
              "excluded.pushed_ms, received = excluded.received, keys = excluded.keys",
              {device, sent.strategy, sent.revision, sent.stamp, sent.pushed_ms, sent.received,
               sent.keys ? json_texts(*sent.keys) : "[]"});
        }
        return Unit{};
      },
      [this, more = noted->beats.size() >= settings.flush_at_once](Outcome<Unit>& outcome) {
        if (outcome && more) flush();
      });
}

// ---- sysinfo --------------------------------------------------------------------------------------------------------

void DeviceCalls::sysinfo(const Exchange& exchange) {
  const Body body = Body::parse(exchange.body());
  const DeviceClaim claim = claim_of(body);
  const auto device = calls_.roster().device(claim.id);
  const bool own = device && device->uuid != UuidMark{} && same_mark(device->uuid, uuid_mark(claim.uuid));
  if (!own) {
    strangers_.add();
    exchange.answer(http::text(device ? "UUID_MISMATCH" : "ID_NOT_FOUND"));
    return;
  }
  if (!admits(exchange, claim.id)) {
    exchange.answer(http::text("TOO_MANY_REQUESTS"));
    return;
  }
  const auto work = [this, ref = device->ref, told = reported_of(body, exchange), wishes = preset_wishes(body),
                     mode = settings_().presets, now = calls_.now()](const Sql& sql, Touched& touched) {
    auto row = device_by_ref(sql, ref);
    if (!row) return http::text("ID_NOT_FOUND");
    const bool first = !row->has_sysinfo;
    const std::string presets = wishes_json(wishes);
    if (first || row->reported != told || row->presets != presets) {
      row->reported = told;
      row->presets = presets;
      row->has_sysinfo = true;
      update_device(sql, *row, touched);
    }
    if (wishes.any()) apply_presets(sql, calls_.sealer(), *row, wishes, mode, first, now, touched);
    return http::text("SYSINFO_UPDATED");
  };
  calls_.store().write(work, [exchange](Outcome<http::Answer>& outcome) {
    exchange.answer(outcome ? *outcome : http::text("TRY_AGAIN"));  // anything else: again after 120 s
  });
}

/// A text that changes when the store is lost.
void DeviceCalls::sysinfo_version(const Exchange& exchange) {
  if (!admits(exchange, "")) {
    exchange.answer(http::text("TOO_MANY_REQUESTS"));
    return;
  }
  calls_.write_open(exchange, [now = calls_.now()](const Sql& sql, Touched&) {
    sql.exec(
        "INSERT INTO {p}settings (name, value, changed) VALUES ('sysinfo_version', ?1, ?2) ON CONFLICT (name) DO "
        "NOTHING",
        {new_guid(), now});
    return http::text(sql.one("SELECT value FROM {p}settings WHERE name = 'sysinfo_version'", {},
                              [](const Row& row) { return row.text(0); })
                          .value_or(""));
  });
}

// ---- by token -------------------------------------------------------------------------------------------------------

void DeviceCalls::assign(const Exchange& exchange) {
  const Body body = Body::parse(exchange.body());
  const DeviceClaim claim = claim_of(body);
  calls_.write(exchange, {Resource::kDevices, true, true},
               [this, claim, wishes = assign_wishes(body), now = calls_.now()](const Sql& sql, Touched& touched,
                                                                               const Caller& caller) {
                 if (!caller.scopes) throw Refused{"Invalid token", 401};  // an API token is due
                 if (wishes.book && !caller.scopes->may_write(Resource::kAddressBooks)) {
                   throw Refused{"This token has no right to do this: it needs address-books:rw", 403};
                 }
                 const auto row = device_by_id(sql, claim.id);
                 if (!row) throw Refused{"The device " + claim.id + " is not known here; it must register first"};
                 if (row->uuid != claim.uuid) throw Refused{"The device " + claim.id + " is another machine"};
                 check_assigner(sql, caller, *row, wishes);
                 assign_all(sql, calls_.sealer(), caller.user, *row, wishes, now, touched);
                 return http::empty();
               });
}

void DeviceCalls::deploy(const Exchange& exchange) {
  const auto answer = [](std::string_view word) { return http::json(JsonObject{}.put("result", word).str()); };
  std::optional<DeviceClaim> claim;
  std::string pk;
  try {
    const Body body = Body::parse(exchange.body());
    claim = claim_of(body);
    pk = wire::decode_base64(body.required_text("pk", 1024)).value_or("");
  } catch (const Refused&) {
    claim.reset();
  }
  const bool valid = claim && pk.size() == kPkBytes;
  const Admission admission = calls_.roster().settings()->access.admission;
  calls_.write(exchange, {Resource::kDevices, true, true},
               [this, answer, claim = claim.value_or(DeviceClaim{}), pk, valid, admission, now = calls_.now()](
                   const Sql& sql, Touched& touched, const Caller& caller) {
                 if (!caller.scopes) throw Refused{"Invalid token", 401};
                 if (!valid) return answer(admission == Admission::kDeploy ? "INVALID_INPUT" : "NOT_ENABLED");
                 const Deployment wanted{claim.id, claim.uuid, pk, admission};
                 return answer(deploy_device(sql, calls_.sealer(), caller, wanted, now, touched));
               });
}

// ---- change of sides ------------------------------------------------------------------------------------------------

void DeviceCalls::switch_grant(const Exchange& exchange) {
  const Body body = Body::parse(exchange.body());
  const SwitchGrant grant{body.required_text("id", kIdBytes), body.required_text("switch_code_verifier", 255),
                          body.required_text("timestamp", 32), body.required_text("signature", 255)};
  const auto refused = [] { return http::json(R"({"accepted":false})"); };
  if (!admits(exchange, grant.id) || !calls_.roster().device(grant.id)) {
    exchange.answer(refused());
    return;
  }
  calls_.store().read(
      [id = grant.id](const Sql& sql) {
        const auto device = device_by_id(sql, id);
        return device ? device->pk : std::string{};
      },
      [this, exchange, grant, refused](Outcome<std::string>& pk) {
        const int64_t now = calls_.now();
        const GrantCheck check =
            pk ? check_grant(grant, *pk, now, settings_().grant_tolerance) : GrantCheck::kBadSignature;
        if (check == GrantCheck::kBadTime) {
          exchange.answer(http::json(JsonObject{}.put("accepted", false).put("server_time", now).str()));
          return;
        }
        const bool good = check == GrantCheck::kGood && grants_.put(grant.id, grant.verifier, calls_.host().now());
        exchange.answer(good ? http::json(R"({"accepted":true})") : refused());
      });
}

}  // namespace junctor::accounts
