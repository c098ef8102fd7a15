// SPDX-License-Identifier: Apache-2.0
// The steps of a log-in. Reads answer on the asking loop, hashes on threads of their own, the session comes of one
// write.
#include "accounts/login/log_in.hpp"

#include <junctor/sql_dialect.hpp>

#include <algorithm>
#include <utility>

#include "accounts/api/json_out.hpp"
#include "accounts/login/persons.hpp"
#include "accounts/login/session_of.hpp"
#include "accounts/login/totp.hpp"
#include "accounts/store/audit_login.hpp"
#include "accounts/store/factors.hpp"
#include "accounts/store/identities.hpp"
#include "accounts/store/names.hpp"
#include "accounts/store/sessions.hpp"
#include "accounts/store/users.hpp"

namespace junctor::accounts {
namespace {

constexpr const char* kWrongCode = "The verification code is incorrect or has expired";
constexpr const char* kBusy = "The server is busy; please try again";
constexpr const char* kNoAnswer = "The directory does not answer; please try again later";
constexpr int kNotedAMinute = 600;

}  // namespace

/// What the database knows of who wants in.
struct LogIn::Found {
  std::optional<User> user;
  bool known = false;  ///< he has logged in on this device before
  bool trusted = false;
  bool has_totp = false;
  std::vector<std::string> issuers;  ///< of his identities
};

/// One call on its way.
struct LogIn::Step {
  std::string name, password;
  LoginFrom from;
  LoginDone done;
  LoginSettings settings;
  Found found;
  FailedLogins::Attempt attempt;
  std::string new_hash;  // of a password that is to be stored anew
  std::string method = "password";
  FailedLogins::Trial trial;
  std::vector<ProviderInfo> directories;  // that may know him, the one that does first in the end
  bool unanswered = false;                // by one of them
  std::optional<ProviderInfo> provider;   // who said who he is
  LoginPerson person;

  bool wants_factor() const { return !provider || provider->checks_passwords || provider->local_factor; }
};

namespace {

/// What a device and a second factor mean to this user.
void look_at(const Sql& sql, Ref user, const LoginFrom& from, int64_t now, bool* known, bool* trusted, bool* has_totp) {
  const std::string key = device_key(from);
  const auto device = key.empty() ? std::nullopt : known_device(sql, user, key);
  *known = device.has_value();
  *trusted = device && device->trusted_until > now;
  const auto totp = totp_of(sql, user);
  *has_totp = totp && totp->confirmed;
}

}  // namespace

LogIn::LogIn(const Parts& parts, const TicketLimits& tickets)
    : parts_{parts},
      failed_{LoginLimits{}},
      tickets_{tickets},
      in_{parts.host.counter("logins", nullptr, "sessions begun")},
      factor_{parts.host.counter("login_second_steps", nullptr, "right passwords that a code was asked for")},
      busy_{parts.host.counter("login_busy", nullptr, "log-ins refused by the queue of hashes")},
      unnoted_{parts.host.counter("login_failures_unnoted", nullptr, "failures beyond what is written down a minute")},
      wrong_{parts.host.counter("refused", "reason=wrong_credentials", "refused")},
      wrong_code_{parts.host.counter("refused", "reason=wrong_code", "refused")},
      disabled_{parts.host.counter("refused", "reason=account_disabled", "refused")},
      waited_{parts.host.counter("refused", "reason=too_many_failures", "refused")},
      factor_due_{parts.host.counter("refused", "reason=second_factor_due", "refused")},
      password_off_{parts.host.counter("refused", "reason=password_login_off", "refused")},
      not_let_in_{parts.host.counter("refused", "reason=provider_refused", "refused")},
      no_answer_{parts.host.counter("refused", "reason=directory_down", "refused")} {}

void LogIn::configure(const LoginSettings& settings) {
  failed_.set(settings.limits);
  const std::lock_guard lock{mutex_};
  settings_ = settings;
}

LoginSettings LogIn::settings() const {
  const std::lock_guard lock{mutex_};
  return settings_;
}

bool LogIn::takes_passwords() const {
  if (settings().password_login != PasswordLogin::kOff || parts_.providers == nullptr) return true;
  const auto all = parts_.providers->all();
  const auto asks = [](const ProviderInfo& one) { return one.checks_passwords; };
  return !parts_.providers->any_ready() || std::any_of(all.begin(), all.end(), asks);
}

void LogIn::first(const std::string& name, const std::string& password, const LoginFrom& from, LoginDone done) {
  auto step = std::make_shared<Step>();
  step->name = name;
  step->password = password;
  step->from = from;
  step->done = std::move(done);
  step->settings = settings();
  parts_.store.read(
      [step, now = now()](const Sql& sql) {
        Found found;
        found.user = user_by_login(sql, step->name);
        const Ref user = found.user ? found.user->id : kNoRef;
        look_at(sql, user, step->from, now, &found.known, &found.trusted, &found.has_totp);
        for (const Identity& one : identities_of_user(sql, user)) found.issuers.push_back(one.issuer);
        return found;
      },
      [this, step](Outcome<Found>& outcome) {
        if (!outcome) return step->done({LoginAnswer::Kind::kRefused, {}, {}, {}, outcome.refused});
        step->found = std::move(*outcome);
        check_password(step);
      });
}

bool LogIn::must_wait(const StepPointer& step) {
  const int64_t wait = failed_.begin(step->attempt, now(), &step->trial);
  if (wait == 0) return false;
  waited_.add();
  step->done({LoginAnswer::Kind::kRefused,
              {},
              {},
              {},
              "Too many failed attempts; please wait " + std::to_string(wait) + " seconds"});
  return true;
}

void LogIn::check_password(const StepPointer& step) {
  const Found& found = step->found;
  step->attempt = {found.user ? found.user->guid : "?" + hash_of(name_key(step->name)), step->from.source,
                   found.known ? device_key(step->from) : std::string{}};
  if (must_wait(step)) return;
  // Another source's user, and one without a password, cost as much as a wrong one.
  const std::string stored = found.user && found.user->source == "local" ? found.user->password : std::string{};
  const uint32_t loop = parts_.host.answer_loop();
  const bool taken = parts_.hash([this, step, stored, loop] {
    bool right = false;
    try {
      const Passwords::Verdict verdict = parts_.passwords.verify(stored, step->password);
      right = verdict.right;
      if (verdict.rehash) step->new_hash = parts_.passwords.hash(step->password);
    } catch (const std::exception&) {  // no memory for it
    }
    parts_.host.post(loop, [this, step, right] {
      if (!right) step->directories = directories_for(*step);
      right || step->directories.empty() ? judge(step, right) : ask_directory(step, 0);
    });
  });
  if (taken) return;
  busy_.add();
  step->done({LoginAnswer::Kind::kRefused, {}, {}, {}, kBusy});
}

// ---- users of elsewhere ----

/// Who of the providers is asked about this name: a local user's password is shown to nobody.
std::vector<ProviderInfo> LogIn::directories_for(const Step& step) const {
  if (parts_.providers == nullptr || step.name.empty() || step.password.empty()) return {};
  const Found& found = step.found;
  if (found.user && found.user->source == "local") return {};
  std::vector<ProviderInfo> asked;
  for (ProviderInfo& one : parts_.providers->all()) {
    const bool his = found.issuers.empty() ||
                     std::find(found.issuers.begin(), found.issuers.end(), one.issuer) != found.issuers.end();
    if (one.checks_passwords && (!found.user || his)) asked.push_back(std::move(one));
  }
  return asked;
}

void LogIn::ask_directory(const StepPointer& step, size_t index) {
  if (index == step->directories.size()) {
    if (!step->unanswered) return judge(step, false);
    no_answer_.add();
    return refuse(step, "directory_down", kNoAnswer, false);
  }
  const ProviderInfo& asked = step->directories[index];
  parts_.providers->check(asked, step->name, step->password, [this, step, index](const Providers::Answer& said) {
    if (said.status == JCT_E_DENIED) return judge(step, false);
    if (said.status == JCT_E_LIMIT) {
      busy_.add();
      return step->done({LoginAnswer::Kind::kRefused, {}, {}, {}, kBusy});
    }
    if (said.status != JCT_OK) {
      step->unanswered = step->unanswered || said.status != JCT_E_NOT_FOUND;
      return ask_directory(step, index + 1);
    }
    step->provider = step->directories[index];
    step->person = said.person;
    step->method = "ldap";
    take_person(step);
  });
}

void LogIn::enter(const ProviderInfo& provider, const LoginPerson& person, const LoginFrom& from, LoginDone done) {
  auto step = std::make_shared<Step>();
  step->name = person.name;
  step->from = from;
  step->done = std::move(done);
  step->settings = settings();
  step->attempt = {hash_of(person.issuer + '\n' + person.subject), from.source, {}};
  step->provider = provider;
  step->person = person;
  step->method = "oidc";
  take_person(step);
}

/// The provider has said who he is: his user here, and on as with a right password.
void LogIn::take_person(const StepPointer& step) {
  struct Taken {
    Found found;
    std::vector<std::string> missing;
  };
  parts_.store.write(
      [step, now = now()](const Sql& sql, Touched& touched) {
        Entered entered = accounts::enter(sql, *step->provider, step->person, kNoRef, now, touched);
        Taken taken;
        look_at(sql, entered.user.id, step->from, now, &taken.found.known, &taken.found.trusted, &taken.found.has_totp);
        taken.found.user = std::move(entered.user);
        taken.missing = std::move(entered.missing);
        return taken;
      },
      [this, step](Outcome<Taken>& outcome) {
        if (!outcome) {
          not_let_in_.add();
          return refuse(step, "provider_refused", outcome.refused, false);
        }
        step->found = std::move(outcome->found);
        for (const std::string& name : outcome->missing) {
          parts_.host.warning("accounts.unknown_in_map",
                              {{"provider", step->provider->name},
                               {"name", name},
                               {"hint", "the provider's map names it, and this site has no such thing"}});
        }
        judge(step, true);
      });
}

/// Local passwords count no more, but for an administrator who has no other way in, and while no provider works.
bool LogIn::is_shut(const Step& step) const {
  const PasswordLogin allowed = step.settings.password_login;
  const User& user = *step.found.user;
  if (step.provider || allowed == PasswordLogin::kAll || (user.is_admin && allowed == PasswordLogin::kAdminsOnly)) {
    return false;
  }
  const bool is_last_resort = user.is_admin && step.found.issuers.empty();
  return !is_last_resort && parts_.providers != nullptr && parts_.providers->any_ready();
}

bool LogIn::demands_factor(const User& user) const {
  const SecondFactor site = settings().second_factor;
  return user.tfa_enforced || site == SecondFactor::kAll || (site == SecondFactor::kAdministrators && user.is_admin);
}

void LogIn::judge(const StepPointer& step, bool right) {
  if (!right) {
    wrong_.add();
    return refuse(step, "wrong_credentials", "Wrong credentials", true);
  }
  const User& user = *step->found.user;
  if (!user.enabled()) {
    disabled_.add();
    const bool invited = user.status == UserStatus::kUnverified;
    return refuse(step, "account_disabled", invited ? "Account not verified" : "Account disabled", false);
  }
  if (is_shut(*step)) {
    password_off_.add();
    return refuse(step, "password_login_off", "Please log in with single sign-on", false);
  }
  const bool wants_factor = step->wants_factor();
  if (wants_factor && step->found.has_totp && !step->found.trusted) {
    factor_.add();
    const std::string secret = tickets_.open({user.id, step->from.uuid, step->attempt, step->method}, now());
    return step->done({LoginAnswer::Kind::kFactor, user, {}, secret, {}});
  }
  // The console leads to enrolment; a client has no page for it.
  if (wants_factor && !step->found.has_totp && demands_factor(user) && step->from.kind != SessionKind::kConsole) {
    factor_due_.add();
    const std::string& url = step->settings.console_url;
    const std::string sentence = "Two-factor authentication is required; please set it up";
    return refuse(step, "second_factor_due", url.empty() ? sentence : sentence + " at " + url, false);
  }
  open_session(step, step->method);
}

void LogIn::open_session(const StepPointer& step, const std::string& method) {
  parts_.store.write(
      [step, method, now = now()](const Sql& sql, Touched& touched) {
        const User& user = *step->found.user;
        if (!step->new_hash.empty()) {
          // The same password: sessions stay.
          sql.exec("UPDATE {p}users SET password = ?2 WHERE id = ?1 AND password = ?3",
                   {user.id, step->new_hash, user.password});
        }
        return begin_session(sql, user, step->from, method, false, step->settings, now, touched);
      },
      [this, step](Outcome<std::string>& outcome) {
        if (!outcome) return step->done({LoginAnswer::Kind::kRefused, {}, {}, {}, outcome.refused});
        failed_.succeeded(step->attempt);
        in_.add();
        const User& user = *step->found.user;
        parts_.host.event(JCT_LOG_INFO, "accounts.login",
                          {{"user", user.name}, {"peer", step->from.address}, {"id", step->from.id}});
        step->done({LoginAnswer::Kind::kIn, user, *outcome, {}, {}});
      });
}

void LogIn::second(const std::string& secret, const std::string& name, const std::string& code, const LoginFrom& from,
                   LoginDone done) {
  auto step = std::make_shared<Step>();
  step->name = name;
  step->from = from;
  step->done = std::move(done);
  step->settings = settings();
  const auto ticket = tickets_.attempt(secret, from.uuid, now());
  if (ticket) step->method = ticket->method;
  step->attempt = ticket ? ticket->attempt : FailedLogins::Attempt{"?ticket", {}, {}};
  step->attempt.source = from.source;
  if (must_wait(step)) return;
  if (!ticket) {
    wrong_code_.add();
    return refuse(step, "wrong_code", kWrongCode, true);
  }
  struct Checked {
    User user;
    std::string token;  // empty: the code is wrong
  };
  // A wrong code is no refusal of the transaction: it has to be counted, not taken back.
  parts_.store.write(
      [this, step, code, user_ref = ticket->user, now = now()](const Sql& sql, Touched& touched) {
        const auto user = user_by_id(sql, user_ref);
        if (!user || (!step->name.empty() && name_key(step->name) != name_key(user->name))) throw Refused{kWrongCode};
        Checked checked{*user, {}};
        const auto totp = totp_of(sql, user_ref);
        const std::string place = std::to_string(user_ref);
        const auto plain = totp ? parts_.sealer.open(totp->secret, "totp:" + place) : std::nullopt;
        const auto at = plain && totp->confirmed ? totp_step(*plain, code, now) : std::nullopt;
        const bool right = (at && use_totp_step(sql, user_ref, *at)) ||
                           use_backup_code(sql, user_ref, parts_.sealer.mark(code, "backup:" + place));
        if (right) {
          checked.token =
              begin_session(sql, *user, step->from, step->method + "+totp", true, step->settings, now, touched);
        }
        return checked;
      },
      [this, step, secret](Outcome<Checked>& outcome) {
        if (!outcome) return step->done({LoginAnswer::Kind::kRefused, {}, {}, {}, outcome.refused});
        step->found.user = outcome->user;
        if (outcome->token.empty()) {
          wrong_code_.add();
          return refuse(step, "wrong_code", kWrongCode, true);
        }
        tickets_.close(secret);
        failed_.succeeded(step->attempt);
        in_.add();
        parts_.host.event(JCT_LOG_INFO, "accounts.login",
                          {{"user", outcome->user.name}, {"peer", step->from.address}, {"id", step->from.id}});
        step->done({LoginAnswer::Kind::kIn, outcome->user, outcome->token, {}, {}});
      });
}

// ---- others that ask for a password or a code ----

namespace {

FailedLogins::Attempt attempt_of(const LogIn::Guess& guess) {
  return {guess.user.guid.empty() ? "?" + guess.what : guess.user.guid, guess.source, {}};
}

}  // namespace

int64_t LogIn::begin_guess(const Guess& guess, FailedLogins::Trial* trial) {
  const int64_t wait = failed_.begin(attempt_of(guess), now(), trial);
  if (wait > 0) waited_.add();
  return wait;
}

void LogIn::guessed(const Guess& guess, bool right) {
  if (right) return failed_.succeeded(attempt_of(guess));
  wrong_.add();
  auto step = std::make_shared<Step>();
  step->name = guess.user.name;
  step->method = guess.what;
  step->from.kind = SessionKind::kConsole;
  step->from.address = guess.address;
  step->from.source = guess.source;
  if (guess.user.id != kNoRef) step->found.user = guess.user;
  step->attempt = attempt_of(guess);
  step->done = [](const LoginAnswer&) {};
  refuse(step, "wrong_credentials", "", true);
}

void LogIn::refuse(const StepPointer& step, const char* reason, const std::string& sentence, bool counts) {
  const LoginAlarms alarms = counts ? failed_.failed(step->attempt, now()) : LoginAlarms{};
  parts_.host.event(JCT_LOG_WARNING, "accounts.login_refused",
                    {{"reason", reason}, {"user", step->name}, {"peer", step->from.address}, {"id", step->from.id}});
  note_failure(step, reason, alarms);
  step->done({LoginAnswer::Kind::kRefused, {}, {}, {}, sentence});
}

void LogIn::note_failure(const StepPointer& step, const char* reason, const LoginAlarms& alarms) {
  const int64_t minute = now() / 60;
  if (minute_.exchange(minute) != minute) noted_ = 0;
  if (noted_.fetch_add(1) >= kNotedAMinute) return unnoted_.add();
  parts_.store.write(
      [step, reason = std::string{reason}, alarms, now = now()](const Sql& sql, Touched&) {
        LoginRecord record;
        record.user = step->found.user ? step->found.user->id : kNoRef;
        record.user_name = step->found.user ? step->found.user->name : step->name.substr(0, 64);
        if (!is_sql_text(record.user_name)) record.user_name = "?";
        record.method = step->method;
        record.result = reason;
        record.kind = step->from.kind;
        record.device_id = step->from.id;
        record.device_name = step->from.device_name;
        record.address = step->from.address;
        record.created = now;
        add_login_record(sql, record);
        const bool raised[] = {alarms.in_a_row, alarms.in_a_minute, alarms.in_an_hour};
        for (int i = 0; i < 3; ++i) {
          if (!raised[i]) continue;
          AlarmRecord alarm;
          alarm.type = 3 + i;
          alarm.device_id = record.device_id;
          alarm.user = record.user;
          alarm.user_name = record.user_name;
          alarm.ip = record.address;
          alarm.info =
              JsonObject{}.put("ip", record.address).put("id", record.device_id).put("name", record.user_name).str();
          alarm.created = now;
          add_alarm_record(sql, alarm);
        }
        return Unit{};
      },
      [](Outcome<Unit>&) {});
}

}  // namespace junctor::accounts
