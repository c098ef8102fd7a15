// SPDX-License-Identifier: Apache-2.0
// The plugin login_ldap: login/1 by a directory. Wiring; what blocks runs on the pool.
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <junctor/command_json.hpp>
#include <junctor/plugin.hpp>
#include <junctor/turnstile.hpp>

#include <memory>
#include <mutex>
#include <optional>

#include "options.hpp"

namespace junctor::login_ldap {
namespace {

constexpr uint64_t kSubjectsMost = 1'000'000;

/// What the options say, as one value.
struct Present {
  explicit Present(const Config& config)
      : directory{read_directory(config)},
        creates{config[kAutoCreate]},
        retry{config[kRetry]},
        at_once{static_cast<size_t>(config[kAtOnce])},
        waiting{static_cast<size_t>(config[kWaiting])},
        sync_seconds{
            static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(config[kSyncEvery]).count())},
        sync_brake{static_cast<uint32_t>(config[kSyncBrake])} {}

  const Directory directory;
  const bool creates;
  const Duration retry;
  const size_t at_once, waiting;
  const uint64_t sync_seconds;
  const uint32_t sync_brake;

  bool is_used() const { return !directory.settings().server.urls.empty(); }
};

class LdapPlugin {
 public:
  static constexpr auto kOptions = kAll;

  LdapPlugin(Host& host, const Config& config)
      : host_{host},
        name_{config[kName]},
        present_{std::make_shared<const Present>(config)},
        turnstile_{host, present_->at_once, present_->waiting},
        right_{host.counter("checked", "result=right", "names and passwords by what came of them")},
        wrong_{host.counter("checked", "result=wrong", "names and passwords by what came of them")},
        unknown_{host.counter("checked", "result=unknown", "names and passwords by what came of them")},
        failed_{host.counter("failures", nullptr, "questions that the directory did not answer")},
        refused_{host.counter("refused", nullptr, "questions that found too many waiting")},
        up_{host.gauge("up", nullptr, "1 while the directory answers")},
        down_{host.gauge("warning", "reason=directory_down", "1 while this about the site will hurt it")},
        took_{host.histogram("check_seconds", nullptr, "what a name and a password take")},
        fill_{host, "limit=waiting"} {
    host.provide(JCT_LOGIN_SERVICE, table(), this);
    host.command((config.instance() + " test").c_str(), "NAME: what the directory has of somebody, and what it means",
                 [this](std::string_view args, const Reply& reply) { test(args, reply); });
    up_.set(present_->is_used() ? 1 : 0);
    fill_.set(0, present_->waiting);
  }

  /// [control] Reads what would be applied.
  static void verify(const Config& config) { read_directory(config); }
  void start() {}
  void reload(const Config& config) {
    auto next = std::make_shared<const Present>(config);
    turnstile_.configure(next->at_once, next->waiting);
    const std::lock_guard lock{mutex_};
    present_ = std::move(next);
    silent_until_ = Duration::zero();
  }
  void stop() { turnstile_.close(); }

 private:
  using Shared = std::shared_ptr<const Present>;

  static LdapPlugin& of(void* self) { return *static_cast<LdapPlugin*>(self); }
  static const jct_login_service* table() {
    static constexpr jct_login_service kTable{
        sizeof(jct_login_service),
        0,
        [](void* self, void* to, void (*each)(void*, const jct_login_provider*)) {
          of(self).host_.inside("providers", [&] { of(self).tell(to, each); });
        },
        [](void* self, jct_str, jct_str name, jct_str password, const jct_login_done* done) {
          LoginAsker asker{*done};
          of(self).host_.inside(
              "check", [&] { of(self).check(std::string{view(name)}, std::string{view(password)}, std::move(asker)); });
        },
        nullptr,
        nullptr,
        [](void* self, jct_str, const jct_str* subjects, uint64_t count, const jct_login_rows* rows) {
          LoginRows answer{*rows};
          of(self).host_.inside("persons", [&] { of(self).persons(subjects, count, std::move(answer)); });
        }};
    return &kTable;
  }

  Shared present() const {
    const std::lock_guard lock{mutex_};
    return present_;
  }

  void tell(void* to, void (*each)(void*, const jct_login_provider*)) const {
    const Shared now = present();
    if (!now->is_used()) return;
    jct_login_provider provider{};
    provider.size = sizeof provider;
    provider.kind = JCT_LOGIN_PASSWORD;
    provider.name = str(name_);
    provider.issuer = str(now->directory.settings().issuer);
    provider.flags = (is_silent() ? 0U : JCT_LOGIN_READY) | (now->creates ? JCT_LOGIN_CREATES : 0U);
    provider.sync_seconds = now->sync_seconds;
    provider.sync_brake = now->sync_brake;
    each(to, &provider);
  }

  /// It failed a moment ago: nobody waits for it to fail again.
  bool is_silent() const {
    const std::lock_guard lock{mutex_};
    return host_.now() < silent_until_;
  }

  /// What became of a question, from the pool to the loop.
  template <class T>
  struct Outcome {
    std::optional<T> value;
    std::string why;
  };

  /// work(const Directory&) -> T on the pool, done(Outcome<T>&) here. False where too many wait.
  template <class Work, class Done>
  bool ask(const Shared& now, Work work, Done done) {
    using T = std::invoke_result_t<Work&, const Directory&>;
    auto outcome = std::make_shared<Outcome<T>>();
    const bool taken = turnstile_.run(
        [now, work = std::move(work), outcome]() mutable {
          try {
            outcome->value = work(now->directory);
          } catch (const Unavailable& failed) {
            outcome->why = failed.what();
          }
        },
        [this, now, outcome, done = std::move(done)]() mutable {
          heard(now, outcome->value.has_value(), outcome->why);
          done(*outcome);
        });
    fill_.set(turnstile_.waiting(), now->waiting);
    if (!taken) refused_.add();
    return taken;
  }

  void heard(const Shared& now, bool answered, const std::string& why) {
    fill_.set(turnstile_.waiting(), now->waiting);
    if (!answered) failed_.add();
    const bool was_up = [&] {
      const std::lock_guard lock{mutex_};
      silent_until_ = answered ? Duration::zero() : host_.now() + now->retry;
      return std::exchange(is_up_, answered);
    }();
    up_.set(answered ? 1 : 0);
    down_.set(answered ? 0 : 1);
    if (was_up && !answered) {
      host_.event(JCT_LOG_WARNING, "login.directory_down",
                  {{"reason", "directory_down"},
                   {"directory", name_},
                   {"detail", why},
                   {"hint", "people of this directory cannot log in until it answers; local users can"}});
    } else if (!was_up && answered) {
      host_.event(JCT_LOG_INFO, "login.directory_up", {{"directory", name_}});
    }
  }

  void check(std::string name, std::string password, LoginAsker asker) {
    const Shared now = present();
    if (!now->is_used()) return asker.fail(JCT_E_NOT_FOUND, "no directory is configured");
    if (is_silent()) return asker.fail(JCT_E_CLOSED, "the directory did not answer a moment ago");
    auto held = std::make_shared<LoginAsker>(std::move(asker));
    const Duration begun = host_.now();
    const bool taken = ask(
        now,
        [name = std::move(name), password = std::move(password)](const Directory& directory) {
          return directory.check(name, password);
        },
        [this, held, begun](Outcome<Directory::Found>& outcome) {
          took_.observe(host_.now() - begun);
          if (!outcome.value) return held->fail(JCT_E_CLOSED, outcome.why);
          answer(*outcome.value, *held);
        });
    if (!taken) held->fail(JCT_E_LIMIT, "too many wait for the directory");
  }

  void answer(const Directory::Found& found, LoginAsker& asker) const {
    switch (found.verdict) {
      case Directory::Verdict::kRight:
        right_.add();
        return asker.ok(found.person);
      case Directory::Verdict::kWrong:
        wrong_.add();
        return asker.fail(JCT_E_DENIED, found.hint);
      case Directory::Verdict::kUnknown:
        unknown_.add();
        return asker.fail(JCT_E_NOT_FOUND, found.hint);
    }
  }

  void persons(const jct_str* subjects, uint64_t count, LoginRows rows) {
    const Shared now = present();
    if (!now->is_used()) return rows.end(JCT_E_UNSUPPORTED, "no directory is configured");
    if (count > kSubjectsMost) return rows.end(JCT_E_ARG, "more subjects than can be asked for at once");
    std::vector<std::string> all;
    all.reserve(count);
    for (uint64_t i = 0; i < count; ++i) all.emplace_back(view(subjects[i]));
    auto held = std::make_shared<LoginRows>(std::move(rows));
    const bool taken = ask(
        now, [all = std::move(all)](const Directory& directory) { return directory.persons(all); },
        [held](Outcome<std::vector<LoginPerson>>& outcome) {
          if (!outcome.value) return held->end(JCT_E_CLOSED, outcome.why);
          for (const LoginPerson& person : *outcome.value) held->row(person);
          held->end(JCT_OK, {});
        });
    if (!taken) held->end(JCT_E_LIMIT, "too many wait for the directory");
  }

  // ---- junctorctl login_ldap test ----

  /// [home]
  void test(std::string_view args, const Reply& reply) {
    const auto words = command::words(args);
    const Shared now = present();
    if (words.size() != 1) return reply.fail(JCT_E_ARG, command::error("expected one name"));
    if (!now->is_used()) {
      return reply.fail(JCT_E_UNSUPPORTED, command::error("no directory: set urls and base in [login_ldap]"));
    }
    const bool taken = ask(
        now, [name = words[0]](const Directory& directory) { return directory.look_up(name); },
        [reply](Outcome<Directory::Found>& outcome) {
          if (!outcome.value) return reply.fail(JCT_E_CLOSED, command::error(outcome.why));
          if (outcome.value->verdict == Directory::Verdict::kRight) return reply.ok(told(*outcome.value));
          const std::string& hint = outcome.value->hint;
          reply.fail(
              JCT_E_NOT_FOUND,
              command::error(hint.empty() ? "nobody of this name; look at base, filter and user_attributes" : hint));
        });
    if (!taken) reply.fail(JCT_E_LIMIT, command::error("too many wait for the directory; please try again"));
  }

  static std::string told(const Directory::Found& found) {
    const auto texts = [](const std::vector<std::string>& all) {
      Poco::JSON::Array::Ptr array = new Poco::JSON::Array;
      for (const std::string& one : all) array->add(one);
      return array;
    };
    const LoginPerson& person = found.person;
    Poco::JSON::Object answer;
    answer.set("dn", found.dn);
    answer.set("subject", person.subject);
    answer.set("name", person.name);
    answer.set("email", person.email);
    answer.set("display_name", person.display_name);
    answer.set("disabled", person.disabled);
    answer.set("directory_groups", texts(found.group_names));
    answer.set("user_groups", texts(person.groups));
    answer.set("admin_roles", texts(person.roles));
    answer.set("administrator", person.admin);
    answer.set("refused", person.refused);
    return command::text(answer);
  }

  Host& host_;
  const std::string name_;
  mutable std::mutex mutex_;
  Shared present_;            // guarded by mutex_, as the two below
  Duration silent_until_{0};  // nobody is asked until then
  bool is_up_ = true;
  Turnstile turnstile_;
  Metric right_, wrong_, unknown_, failed_, refused_, up_, down_, took_;
  Fill fill_;
};

}  // namespace
}  // namespace junctor::login_ldap

JUNCTOR_PLUGIN(junctor::login_ldap::LdapPlugin, "login_ldap", "names and passwords by an LDAP directory",
               provides("login/1"))
