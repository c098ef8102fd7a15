// SPDX-License-Identifier: Apache-2.0
// Questions of auth/1 and their answers. The asking loop; rows are made on database threads.
#include "accounts/live/rights.hpp"

#include <utility>

#include "accounts/store/devices.hpp"
#include "wire/abi.hpp"

namespace junctor::accounts {
namespace {

constexpr std::string_view kUnavailable = "auth_unavailable";
constexpr std::string_view kTryAgain = "The server cannot check this now; please try again.";

bool needs_model(uint32_t kind) {
  return kind == JCT_AUTH_REACH || kind == JCT_AUTH_LIVE || kind == JCT_AUTH_REGISTER || kind == JCT_AUTH_RENAME;
}

std::string hex(const std::array<uint8_t, 16>& bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const uint8_t byte : bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

std::string_view text_for_device(std::string_view word) {
  if (word == "not_deployed") return "This server serves deployed devices only.";
  if (word == "device_banned") return "This device is banned on this server.";
  return "This ID belongs to another device.";
}

}  // namespace

Rights::Rights(Host& host, Parts parts, Limits limits)
    : host_{host},
      parts_{parts},
      limits_{limits},
      relayed_{limits.relayed},
      device_refused_{host.counter("accounts_devices_refused", nullptr, "registrations that were refused")},
      overflows_{host.counter("accounts_auth_overflows", nullptr, "questions that found no room to wait in")},
      decide_time_{host.histogram("accounts_decide_ns", nullptr, "time of a decision who may reach what")} {
  for (size_t i = 1; i < refused_.size(); ++i) {
    const std::string label = "reason=" + std::string{word(static_cast<Refusal>(i))};
    refused_[i] = host.counter("accounts_refused", label.c_str(), "connections that were refused");
  }
  for (size_t i = 1; i < allowed_.size(); ++i) {
    const std::string label = "ground=" + std::string{word(static_cast<Ground>(i))};
    allowed_[i] = host.counter("accounts_allowed", label.c_str(), "connections that were allowed");
  }
}

const jct_auth_service* Rights::table() {
  static constexpr jct_auth_service kTable{sizeof(jct_auth_service), 0,
                                           [](void* self, const jct_auth_request* request, const jct_auth_done* done) {
                                             static_cast<Rights*>(self)->check(*request, *done);
                                           },
                                           [](void* self) -> uint64_t { return static_cast<Rights*>(self)->changes_; }};
  return &kTable;
}

void Rights::check(const jct_auth_request& request, const jct_auth_done& done) noexcept {
  AuthAsker asker{done};
  host_.guarded("check", [&] {
    const auto own = junctor::detail::adopt<jct_auth_request>(&request);
    if (!open_ && needs_model(own.kind) && hold(own, asker)) return;
    judge(own, std::move(asker));
  });
}

/// The request's views are good until it is answered.
bool Rights::hold(const jct_auth_request& request, AuthAsker& asker) {
  const std::lock_guard lock{mutex_};
  if (open_) return false;
  if (held_.size() >= limits_.held) {
    overflows_.add();
    asker.deny(kUnavailable, kTryAgain);
  } else {
    held_.push_back({request, std::move(asker)});
  }
  return true;
}

void Rights::open() {
  std::vector<Held> held;
  {
    const std::lock_guard lock{mutex_};
    open_ = true;
    held.swap(held_);
  }
  for (Held& one : held) {
    const uint32_t loop = one.asker.loop();
    host_.post(loop, [this, request = one.request, asker = std::move(one.asker)]() mutable {
      judge(request, std::move(asker));
    });
  }
}

void Rights::judge(const jct_auth_request& request, AuthAsker asker) {
  switch (request.kind) {
    case JCT_AUTH_REACH:
      return reach(request, std::move(asker));
    case JCT_AUTH_LIVE:
      return live(request, std::move(asker));
    case JCT_AUTH_REGISTER:
      return admit(request, std::move(asker));
    case JCT_AUTH_RENAME:
      return rename(request, std::move(asker));
    case JCT_AUTH_STAY:
      return stay(request, std::move(asker));
    default:  // what they start is asked for by REACH, whoever they are
      return asker.allow();
  }
}

void Rights::reach(const jct_auth_request& request, AuthAsker asker) {
  Roster::Question question;
  question.id = view(request.id);
  question.token = view(request.token);
  question.id_known = request.id_state != JCT_AUTH_ID_UNKNOWN;
  question.from = wire::from_abi(request.address);
  question.now = now();
  const std::string_view code = view(request.switch_code);
  question.switch_granted = !code.empty() && parts_.grants.fits(question.id, code, question.from, host_.now());

  const Duration began = host_.now();
  Roster::Answer answer = parts_.roster.decide(question);
  decide_time_.observe(host_.now() - began);
  const Access& access = answer.access;
  if (!access.allowed()) {
    refused_[static_cast<size_t>(access.refusal)].add();
    host_.event(JCT_LOG_INFO, "accounts.refused",
                {{"reason", word(access.refusal)},
                 {"id", question.id},
                 {"user", answer.user_name},
                 {"peer", question.from.ip_text()}});
    const bool hidden = access.refusal == Refusal::kIdNotExist;
    const bool logged_in = answer.user != kNoRef;
    return asker.deny(word(access.refusal), sentence(access.refusal, logged_in), answer.user_name,
                      hidden ? JCT_AUTH_AS_UNKNOWN : 0);
  }
  allowed_[static_cast<size_t>(access.ground)].add();
  std::array<uint8_t, 16> random{};
  host_.random(random.data(), random.size());
  AuthGrant grant{answer.user_name, answer.control_permissions.value_or(0), hex(random), answer.user != kNoRef};
  parts_.refs.put(grant.conn_audit_ref,
                  {std::string{question.id}, answer.user, answer.user_name, access.ground, question.from.ip_text()},
                  host_.now());
  if (request.session.size > 0) {
    Leave leave{std::string{question.id}, std::nullopt, question.switch_granted};
    if (!question.token.empty()) leave.session = token_hash(question.token);
    relayed_.put(std::string{view(request.session)}, std::move(leave));
  }
  asker.allow(grant);
}

/// HealthCheck: the session of a user who is logged in (http-api.md 7.6).
void Rights::live(const jct_auth_request& request, AuthAsker asker) {
  const auto session = parts_.roster.session(token_hash(view(request.token)));
  const auto user = session ? parts_.roster.user(session->user) : std::nullopt;
  if (!user || !user->enabled || !session->alive(now())) {
    return asker.deny(word(Refusal::kSessionExpired), sentence(Refusal::kSessionExpired, false));
  }
  asker.allow({user->name, 0, "", 0});
}

/// Disabled, revoked, logged out: what runs is cut where the site wants that; who is banned is put out anyway.
void Rights::stay(const jct_auth_request& request, AuthAsker asker) {
  const bool cuts = parts_.roster.settings()->cut_running;
  if (request.session.size > 0) return cuts ? stay_joined(request, std::move(asker)) : asker.allow();
  if (request.token.size > 0) return cuts && open_ ? live(request, std::move(asker)) : asker.allow();
  const auto device = request.id.size > 0 ? parts_.roster.device(view(request.id)) : std::nullopt;
  if (device && device->state == DeviceState::kBanned)
    return asker.deny("device_banned", text_for_device("device_banned"));
  asker.allow();
}

void Rights::stay_joined(const jct_auth_request& request, AuthAsker asker) {
  const auto leave = request.id.size > 0 ? relayed_.find(view(request.session)) : std::nullopt;
  if (!leave || leave->device != view(request.id)) return asker.allow();
  Roster::Question question;
  question.id = leave->device;
  question.session = leave->session ? &*leave->session : nullptr;
  question.switch_granted = leave->switch_granted;
  question.from = wire::from_abi(request.address);
  question.now = now();
  const Roster::Answer answer = parts_.roster.decide(question);
  if (answer.access.allowed()) return asker.allow();
  asker.deny(word(answer.access.refusal), sentence(answer.access.refusal, answer.user != kNoRef), answer.user_name);
}

void Rights::deny_device(AuthAsker& asker, std::string_view id, std::string_view word) const {
  device_refused_.add();
  host_.event(JCT_LOG_INFO, "accounts.device_refused", {{"reason", word}, {"id", id}});
  asker.deny(word, text_for_device(word));
}

void Rights::admit(const jct_auth_request& request, AuthAsker asker) {
  const std::string_view id = view(request.id);
  const UuidMark mark = uuid_mark(view(request.uuid));
  const auto device = parts_.roster.device(id);
  const bool no_uuid = device && device->uuid == UuidMark{};
  const Registered known =
      device ? Registered{true, device->state, no_uuid || same_mark(device->uuid, mark)} : Registered{};
  const Admitted admitted =
      accounts::admit(parts_.roster.settings()->access.admission, known, parts_.roster.is_banned(mark));
  if (!word(admitted).empty()) return deny_device(asker, id, word(admitted));
  if (admitted == Admitted::kKeep && !no_uuid && device->pk == pk_mark(view(request.pk))) return asker.allow();
  enter(request, std::move(asker));
}

/// A row for a device that is new, or whose uuid or key is; it may register once that is durable.
void Rights::enter(const jct_auth_request& request, AuthAsker asker) {
  Device fresh;
  fresh.device_id = view(request.id);
  fresh.uuid = view(request.uuid);
  fresh.pk = view(request.pk);
  fresh.reported.ip = wire::from_abi(request.address).ip_text();  // until it says more
  const Admission admission = parts_.roster.settings()->access.admission;
  store(std::move(asker), fresh.device_id,
        [fresh, admission, now = now()](const Sql& sql, Touched& touched) -> std::string {
          if (is_banned(sql, fresh.uuid, fresh.pk)) return "device_banned";  // by its key, too, whatever else is new
          auto row = device_by_id(sql, fresh.device_id);
          if (row) {
            if (!row->uuid.empty() && row->uuid != fresh.uuid) return "uuid_mismatch";
            row->uuid = fresh.uuid;
            row->pk = fresh.pk;
            update_device(sql, *row, touched);
            return "";
          }
          const auto reserved = [&](const Row& found) { return found.view(0) != fresh.uuid; };
          if (sql.one("SELECT uuid FROM {p}reserved_ids WHERE device_id = ?1 AND until > ?2", {fresh.device_id, now},
                      reserved)
                  .value_or(false)) {
            return "uuid_mismatch";
          }
          Device made = fresh;
          made.state = admission == Admission::kApprove ? DeviceState::kPending : DeviceState::kActive;
          made.last_signalling = now;
          add_device(sql, made, now, touched);
          return "";
        });
}

/// The row follows at once: whatever else could refuse the change knows the same ids and uuids.
void Rights::rename(const jct_auth_request& request, AuthAsker asker) {
  const auto device = parts_.roster.device(view(request.old_id));
  if (!device) return admit(request, std::move(asker));  // not ours yet: it comes in under the new id
  if (device->uuid != UuidMark{} && !same_mark(device->uuid, uuid_mark(view(request.uuid)))) {
    return deny_device(asker, view(request.id), "uuid_mismatch");
  }
  if (device->state == DeviceState::kBanned) return deny_device(asker, view(request.id), "device_banned");
  const std::string id{view(request.id)}, uuid{view(request.uuid)};
  store(std::move(asker), id,
        [id, uuid, ref = device->ref, now = now(), reserved = limits_.reserved](const Sql& sql,
                                                                                Touched& touched) -> std::string {
          const auto other = device_by_id(sql, id);
          if (other && other->id != ref) return other->uuid == uuid ? "" : "id_reserved";
          const auto foreign = [&](const Row& found) { return found.view(0) != uuid; };
          if (sql.one("SELECT uuid FROM {p}reserved_ids WHERE device_id = ?1 AND until > ?2", {id, now}, foreign)
                  .value_or(false)) {
            return "id_reserved";
          }
          rename_device(sql, ref, id, now + reserved, touched);
          return "";
        });
}

template <class Work>
void Rights::store(AuthAsker asker, const std::string& id, Work work) {
  if (storing_.fetch_add(1) >= limits_.held) {
    storing_.fetch_sub(1);
    overflows_.add();
    return asker.deny(kUnavailable, kTryAgain);
  }
  const uint32_t loop = asker.loop();
  auto kept = std::make_shared<AuthAsker>(std::move(asker));
  parts_.store.write(std::move(work), [this, kept, id, loop](Outcome<std::string>& outcome) {
    storing_.fetch_sub(1);
    const std::string word = outcome ? *outcome : std::string{kUnavailable};
    host_.post(loop, [this, kept, id, word] {
      if (word.empty()) return kept->allow();
      if (word == kUnavailable) return kept->deny(kUnavailable, kTryAgain);
      deny_device(*kept, id, word);
    });
  });
}

}  // namespace junctor::accounts
