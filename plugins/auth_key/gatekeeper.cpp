// SPDX-License-Identifier: Apache-2.0
// auth/1 over the lists, the operators' state and storage. Any loop.
#include "auth_key/gatekeeper.hpp"

#include <algorithm>

#include "auth_key/claim.hpp"

namespace junctor::auth {
namespace {

using namespace std::chrono_literals;

constexpr size_t kMaxHeld = 4096;      // requests that come before the state is loaded, which takes milliseconds
constexpr Duration kLoadAgain = 1s;    // after a failure
constexpr Duration kTidyPeriod = 60s;  // expiry, and approvals that have done their work

Kind kind_of(uint32_t kind) {
  switch (kind) {
    case JCT_AUTH_REGISTER:
      return Kind::kRegister;
    case JCT_AUTH_REACH:
      return Kind::kReach;
    case JCT_AUTH_START:
      return Kind::kStart;
    case JCT_AUTH_RELAY:
      return Kind::kRelay;
    case JCT_AUTH_HTTP:
      return Kind::kHttp;
    case JCT_AUTH_RENAME:
      return Kind::kRename;
    case JCT_AUTH_STAY:
      return Kind::kStay;
    default:
      return Kind::kOther;
  }
}

jct_auth_request read(const jct_auth_request& theirs) {
  jct_auth_request raw{};
  __builtin_memcpy(&raw, &theirs, std::min<size_t>(theirs.size, sizeof raw));
  return raw;
}

Address address_of(const jct_auth_request& raw) {
  Address address;
  std::copy(std::begin(raw.address.ip), std::end(raw.address.ip), address.ip.begin());
  address.family = static_cast<uint8_t>(raw.address.family);
  return address;
}

Request request_of(const jct_auth_request& raw) {
  return {kind_of(raw.kind),     view(raw.id),     address_of(raw),
          view(raw.licence_key), view(raw.old_id), raw.session.size > 0};
}

}  // namespace

Gatekeeper::Gatekeeper(Host& host, const SiteKey& key, const Keeper& keeper, Settings settings)
    : host_{host},
      key_{key},
      keeper_{keeper},
      settings_{std::make_shared<const Settings>(std::move(settings))},
      state_{settings_->waiting},
      allowed_{host.counter("auth_allowed", nullptr, "requests that were allowed")},
      waiting_{host.gauge("auth_waiting", nullptr, "devices that wait to be admitted")},
      waiting_full_{host.counter("auth_waiting_full", nullptr, "askings of devices that the list had no room for")} {
  check_settings(*settings_);
  for (const Decision& denial : kDenials) {
    const std::string label = "reason=" + std::string{denial.reason};
    denied_.emplace_back(denial.reason, host.counter("auth_denied", label.c_str(), "requests that were denied"));
  }
}

void Gatekeeper::check_settings(const Settings& settings) const {
  if (settings.mode == Mode::kOpen || keeper_.has_storage()) return;
  throw Error{JCT_E_CONFIG,
              "admission: \"approve\" and \"closed\" need a storage, which knows the devices that are admitted; add "
              "[storage_sqlite], or set admission = \"open\""};
}

void Gatekeeper::start() {
  load();
  tidy_ = host_.every(kTidyPeriod, [this] { tidy(); });
}

void Gatekeeper::reload(Settings settings) {
  auto fresh = std::make_shared<const Settings>(std::move(settings));
  const std::lock_guard lock{mutex_};
  state_.admission.waiting().set_limits(fresh->waiting);
  settings_ = std::move(fresh);
  ++changes_;
}

std::shared_ptr<const Gatekeeper::Settings> Gatekeeper::settings() const {
  const std::lock_guard lock{mutex_};
  return settings_;
}

// ---- what operators have said, from storage -------------------------------------------------------------------------

void Gatekeeper::load() {
  keeper_.load(
      [this](const Change& pair) {
        if (with_state([&](State& state) { return state.apply(pair); })) return;
        host_.warning("auth.bad_record", {{"key", pair.key}, {"hint", "not understood and passed over"}});
      },
      [this](jct_status status) { loaded(status); });
}

void Gatekeeper::loaded(jct_status status) {
  if (status != JCT_OK) {
    host_.error("auth.load_failed",
                {{"code", status_text(status)}, {"hint", "tried again; nobody is served meanwhile"}});
    again_ = host_.after(kLoadAgain, [this] { load(); });
    return;
  }
  std::vector<Held> held;
  {
    const std::lock_guard lock{mutex_};
    loaded_ = true;
    held.swap(held_);
  }
  for (Held& one : held) {
    const uint32_t loop = one.asker.loop();
    host_.post(loop, [this, request = one.request, asker = std::move(one.asker)]() mutable {
      judge(request, std::move(asker));
    });
  }
}

/// The request's views are good until it is answered.
Gatekeeper::Hold Gatekeeper::hold(const jct_auth_request& request, AuthAsker& asker) {
  if (loaded_) return Hold::kNo;
  const std::lock_guard lock{mutex_};
  if (loaded_) return Hold::kNo;
  if (held_.size() >= kMaxHeld) return Hold::kFull;
  held_.push_back({request, std::move(asker)});
  return Hold::kHeld;
}

// ---- requests -------------------------------------------------------------------------------------------------------

void Gatekeeper::check(const jct_auth_request& request, const jct_auth_done& done) noexcept {
  AuthAsker asker{done};
  host_.guarded("check", [&] {
    const jct_auth_request raw = read(request);
    const Hold held = hold(raw, asker);
    if (held == Hold::kNo) judge(raw, std::move(asker));
    if (held == Hold::kFull) answer(asker, kUnavailable);
  });
}

void Gatekeeper::judge(const jct_auth_request& raw, AuthAsker asker) {
  const Request request = request_of(raw);
  Blocked blocked;
  std::shared_ptr<const Settings> settings;
  {
    const std::lock_guard lock{mutex_};
    settings = settings_;
    if (state_.blocks.size() > 0) {
      blocked = state_.blocked(request.address, request.id, request.old_id, wall_seconds());
    }
  }
  const Decision decision = decide(request, key_, settings->lists, blocked);
  if (!decision.allowed() || settings->mode == Mode::kOpen) return answer(asker, decision);
  if (request.kind == Kind::kRegister) return admit(raw, std::move(asker));
  if (request.kind == Kind::kRename) return rename(raw, std::move(asker));
  answer(asker, decision);
}

void Gatekeeper::admit(const jct_auth_request& raw, AuthAsker asker) {
  const std::string_view uuid = view(raw.uuid);
  Device device{std::string{view(raw.id)}, claim_of(uuid, view(raw.pk)), address_of(raw)};
  const auto first = with_state([&](State& state) { return state.admission.first(device); });
  // Storage takes writes in order: this one is durable before the device is on record.
  if (first.bound) keep(to_keep(device.id, *first.bound));
  if (first.admitted) return answer(asker, kAllowed);
  keeper_.look_up(device.id, std::string{uuid}, [this, device, asker = std::move(asker)](Record record) mutable {
    decide_by(record, device, asker);
  });
}

void Gatekeeper::decide_by(Record record, const Device& device, AuthAsker& asker) {
  const auto second =
      with_state([&](State& state) { return state.admission.second(device, record, settings_->mode, host_.now()); });
  if (second.note) note(device, *second.note);
  answer(asker, second.decision);
}

void Gatekeeper::note(const Device& device, Waiting::Note note) {
  if (note == Waiting::Note::kFull) return waiting_full_.add();
  if (note == Waiting::Note::kKnown) return;
  waiting_.set(static_cast<int64_t>(with_state([](State& state) { return state.admission.waiting().size(); })));
  host_.info("auth.waiting", {{"id", device.id},
                              {"peer", device.address.text()},
                              {"fingerprint", fingerprint(device.claim)},
                              {"hint", "junctorctl peers approve " + device.id}});
}

/// Who is registered already stays so under a new id, unless that is meant for another device.
void Gatekeeper::rename(const jct_auth_request& raw, AuthAsker asker) {
  const Decision decision = with_state([&](State& state) { return state.admission.rename_to(view(raw.id)); });
  if (!decision.allowed()) return answer(asker, decision);
  keeper_.look_up(view(raw.old_id), std::string{view(raw.uuid)},
                  [this, asker = std::move(asker)](Record record) mutable {
                    switch (record) {
                      case Record::kSame:
                        return answer(asker, kAllowed);
                      case Record::kOther:
                        return answer(asker, kUuidMismatch);
                      case Record::kUnknown:
                        return answer(asker, kUnavailable);
                      case Record::kNone:
                        return answer(asker, kNotAdmitted);
                    }
                  });
}

void Gatekeeper::answer(AuthAsker& asker, const Decision& decision) const {
  if (decision.allowed()) {
    allowed_.add();
    return asker.allow();
  }
  const auto counted = [&](const auto& entry) { return entry.first == decision.reason; };
  std::find_if(denied_.begin(), denied_.end(), counted)->second.add();
  asker.deny(decision.reason, decision.text);
}

// ---- from time to time ----------------------------------------------------------------------------------------------

void Gatekeeper::tidy() {
  std::vector<Target> over;
  std::vector<std::string> used;
  with_state([&](State& state) {
    state.admission.waiting().expire(host_.now());
    waiting_.set(static_cast<int64_t>(state.admission.waiting().size()));
    over = state.blocks.expired(wall_seconds());
    used = state.admission.take_used();
  });
  for (const Target& target : over) keep(to_forget(target));
  // A device that is on record is admitted by that; if the record is removed one day, it has to be approved anew.
  for (const std::string& id : used) {
    if (!keeper_.has_storage()) return;
    keeper_.look_up(id, {}, [this, id](Record record) {
      if (record == Record::kSame || record == Record::kOther) keep(to_forget(id));
    });
  }
}

void Gatekeeper::apply(const Change& change) {
  with_state([&](State& state) { state.apply(change); });
  if (change.value) ++changes_;
}

/// Memory follows storage.
void Gatekeeper::keep(const Change& change) {
  keeper_.keep(change, [this, change](jct_status status) {
    if (status == JCT_OK) {
      apply(change);
    } else {
      host_.warning("auth.keep_failed", {{"key", change.key}, {"code", status_text(status)}});
    }
  });
}

}  // namespace junctor::auth
