// SPDX-License-Identifier: Apache-2.0
// The plugin login_oidc: login/1 by OpenID Connect. Wiring; what blocks runs on the pool.
#include <junctor/plugin.hpp>
#include <junctor/turnstile.hpp>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "options.hpp"

namespace junctor::login_oidc {
namespace {

constexpr Duration kLook = std::chrono::seconds{1};

/// A provider, and whether it answered when it was last asked.
struct Known {
  Known(ProviderSettings settings, Provider::Parts parts) : provider{std::move(settings), std::move(parts)} {}
  Provider provider;
  std::atomic<bool> is_up{true};
};

class OidcPlugin {
 public:
  static constexpr auto kOptions = kAll;

  OidcPlugin(Host& host, const Config& config)
      : host_{host},
        fetcher_{std::chrono::duration_cast<std::chrono::milliseconds>(config[kTimeout])},
        turnstile_{host, static_cast<size_t>(config[kAtOnce]), static_cast<size_t>(config[kWaiting])},
        believed_{host.counter("sign_ons", "result=believed", "people who came back, by what was made of it")},
        refused_{host.counter("sign_ons", "result=refused", "people who came back, by what was made of it")},
        failed_{host.counter("failures", nullptr, "questions that a provider did not answer")},
        too_many_{host.counter("refused", nullptr, "questions that found too many waiting")},
        down_{host.gauge("warning", "reason=sign_on_down", "1 while this about the site will hurt it")},
        fill_{host, "limit=waiting"} {
    host.random(secret_.data(), secret_.size());
    take(config);
    host.provide(JCT_LOGIN_SERVICE, table(), this);
  }

  /// [control] Reads what would be applied.
  static void verify(const Config& config) { read_providers(config); }
  void start() {
    overdue_ = host_.every(kLook, [this] { fetcher_.end_overdue(); });
  }
  void reload(const Config& config) {
    turnstile_.configure(static_cast<size_t>(config[kAtOnce]), static_cast<size_t>(config[kWaiting]));
    take(config);
  }
  void drain(Done done) {
    fetcher_.abort();
    done();
  }
  void stop() {
    fetcher_.abort();
    overdue_.cancel();
    turnstile_.close();
  }

 private:
  using Shared = std::shared_ptr<Known>;

  static OidcPlugin& of(void* self) { return *static_cast<OidcPlugin*>(self); }
  static const jct_login_service* table() {
    static constexpr jct_login_service kTable{
        sizeof(jct_login_service),
        0,
        [](void* self, void* to, void (*each)(void*, const jct_login_provider*)) {
          of(self).host_.inside("providers", [&] { of(self).tell(to, each); });
        },
        nullptr,
        [](void* self, jct_str provider, jct_str state, jct_str callback, const jct_login_begun* done) {
          LoginBeginner beginner{*done};
          of(self).host_.inside("begin", [&] {
            of(self).begin(view(provider), std::string{view(state)}, std::string{view(callback)}, std::move(beginner));
          });
        },
        [](void* self, jct_str provider, jct_str state, jct_str callback, jct_str query, const jct_login_done* done) {
          LoginAsker asker{*done};
          of(self).host_.inside("finish", [&] {
            of(self).finish(view(provider), {view(state), view(callback), view(query)}, std::move(asker));
          });
        },
        nullptr};
    return &kTable;
  }

  /// All of them anew: what they said of themselves is asked again.
  void take(const Config& config) {
    const auto now = [this] { return static_cast<int64_t>(host_.wall() / 1'000'000); };
    const auto refresh = std::chrono::duration_cast<std::chrono::seconds>(config[kRefresh]).count();
    std::vector<Shared> fresh;
    for (ProviderSettings& one : read_providers(config)) {
      fresh.push_back(std::make_shared<Known>(std::move(one), Provider::Parts{fetcher_, now, secret_, refresh}));
    }
    fill_.set(0, static_cast<size_t>(config[kWaiting]));
    down_.set(0);
    const std::lock_guard lock{mutex_};
    waiting_ = static_cast<size_t>(config[kWaiting]);
    known_ = std::move(fresh);
  }
  std::vector<Shared> known() const {
    const std::lock_guard lock{mutex_};
    return known_;
  }
  Shared named(std::string_view name) const {
    for (Shared& one : known()) {
      if (one->provider.settings().name == name) return std::move(one);
    }
    return nullptr;
  }

  void tell(void* to, void (*each)(void*, const jct_login_provider*)) const {
    for (const Shared& one : known()) {
      const ProviderSettings& settings = one->provider.settings();
      jct_login_provider provider{};
      provider.size = sizeof provider;
      provider.kind = JCT_LOGIN_REDIRECT;
      provider.name = str(settings.name);
      provider.title = str(settings.title);
      provider.icon = str(settings.icon);
      provider.issuer = str(settings.issuer);
      provider.flags = (one->is_up ? JCT_LOGIN_READY : 0U) | (settings.creates ? JCT_LOGIN_CREATES : 0U) |
                       (settings.links_mail ? JCT_LOGIN_LINKS_MAIL : 0U) |
                       (settings.local_factor ? JCT_LOGIN_LOCAL_FACTOR : 0U);
      each(to, &provider);
    }
  }

  /// What became of a question, from the pool to the loop.
  template <class T>
  struct Outcome {
    std::optional<T> value;
    jct_status status = JCT_OK;
    std::string why;
  };

  /// work(Provider&) -> T on the pool, done(Outcome<T>&) here. False where too many wait.
  template <class Work, class Done>
  bool ask(const Shared& whom, Work work, Done done) {
    using T = std::invoke_result_t<Work&, Provider&>;
    auto outcome = std::make_shared<Outcome<T>>();
    const bool taken = turnstile_.run(
        [whom, work = std::move(work), outcome]() mutable {
          try {
            outcome->value = work(whom->provider);
          } catch (const NotBelieved& wrong) {
            outcome->status = JCT_E_DENIED;
            outcome->why = wrong.what();
          } catch (const Unavailable& failed) {
            outcome->status = JCT_E_CLOSED;
            outcome->why = failed.what();
          }
        },
        [this, whom, outcome, done = std::move(done)]() mutable {
          heard(whom, outcome->status != JCT_E_CLOSED, outcome->why);
          done(*outcome);
        });
    tell_fill();
    if (!taken) too_many_.add();
    return taken;
  }

  void heard(const Shared& whom, bool answered, const std::string& why) {
    tell_fill();
    const bool was_up = whom->is_up.exchange(answered);
    const auto all = known();
    down_.set(std::all_of(all.begin(), all.end(), [](const Shared& one) { return one->is_up.load(); }) ? 0 : 1);
    if (!answered) failed_.add();
    const std::string& name = whom->provider.settings().name;
    if (was_up && !answered) {
      host_.event(JCT_LOG_WARNING, "login.sign_on_down",
                  {{"reason", "sign_on_down"},
                   {"provider", name},
                   {"detail", why},
                   {"hint", "nobody can log in with it until it answers; local users can"}});
    } else if (!was_up && answered) {
      host_.event(JCT_LOG_INFO, "login.sign_on_up", {{"provider", name}});
    }
  }
  void tell_fill() const {
    const std::lock_guard lock{mutex_};
    fill_.set(turnstile_.waiting(), waiting_);
  }

  void begin(std::string_view name, std::string state, std::string callback, LoginBeginner beginner) {
    const Shared whom = named(name);
    if (whom == nullptr) return beginner.fail(JCT_E_NOT_FOUND, "no provider of this name");
    auto held = std::make_shared<LoginBeginner>(std::move(beginner));
    const bool taken = ask(
        whom,
        [state = std::move(state), callback = std::move(callback)](Provider& provider) {
          return provider.begin(state, callback);
        },
        [held](Outcome<std::string>& outcome) {
          outcome.value ? held->ok(*outcome.value) : held->fail(outcome.status, outcome.why);
        });
    if (!taken) held->fail(JCT_E_LIMIT, "too many wait for the providers");
  }

  struct Return {
    Return(std::string_view of_state, std::string_view of_callback, std::string_view of_query)
        : state{of_state}, callback{of_callback}, query{of_query} {}
    std::string state, callback, query;
  };
  void finish(std::string_view name, Return came, LoginAsker asker) {
    const Shared whom = named(name);
    if (whom == nullptr) return asker.fail(JCT_E_NOT_FOUND, "no provider of this name");
    auto held = std::make_shared<LoginAsker>(std::move(asker));
    const bool taken = ask(
        whom,
        [came = std::move(came)](Provider& provider) { return provider.finish(came.state, came.callback, came.query); },
        [this, held](Outcome<LoginPerson>& outcome) {
          (outcome.value ? believed_ : refused_).add();
          outcome.value ? held->ok(*outcome.value) : held->fail(outcome.status, outcome.why);
        });
    if (!taken) held->fail(JCT_E_LIMIT, "too many wait for the providers");
  }

  Host& host_;
  std::array<uint8_t, 32> secret_{};
  Fetcher fetcher_;
  mutable std::mutex mutex_;
  std::vector<Shared> known_;  // guarded by mutex_, as is the one below
  size_t waiting_ = 0;
  Turnstile turnstile_;
  Metric believed_, refused_, failed_, too_many_, down_;
  Fill fill_;
  Timer overdue_;
};

}  // namespace
}  // namespace junctor::login_oidc

JUNCTOR_PLUGIN(junctor::login_oidc::OidcPlugin, "login_oidc", "log-ins with OpenID Connect", provides("login/1"))
