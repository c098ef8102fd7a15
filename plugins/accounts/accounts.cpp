// SPDX-License-Identifier: Apache-2.0
// The plugin accounts: users, devices and rights, the API of clients. Wiring; the parts are site.hpp's.
#include <junctor/service/admissions.h>
#include <junctor/service/mail.h>
#include <junctor/claims.hpp>
#include <junctor/command_json.hpp>
#include <junctor/http.hpp>

#include <utility>
#include <vector>

#include "accounts/admin_api/settings/stored_settings.hpp"
#include "accounts/admin_api/sign_on_calls.hpp"
#include "accounts/beginning.hpp"
#include "accounts/claims.hpp"
#include "accounts/login/asked_mails.hpp"
#include "accounts/login/directory_sync.hpp"
#include "accounts/login/login_calls.hpp"
#include "accounts/operators/commands.hpp"
#include "accounts/options.hpp"
#include "accounts/site.hpp"
#include "accounts/store/users.hpp"
#include "accounts/stored_peers.hpp"

namespace junctor::accounts {
namespace {

constexpr Duration kUseFlush = std::chrono::minutes{1};
constexpr Duration kTidy = std::chrono::minutes{10};
constexpr Duration kOldLogs = std::chrono::hours{1};
constexpr Duration kTryAgain = std::chrono::seconds{1};
constexpr int64_t kDaySeconds = 86'400;
constexpr size_t kRowsAtOnce = 10'000;

class AccountsPlugin {
 public:
  static constexpr auto kOptions = option::kAll;

  AccountsPlugin(Host& host, const Config& config)
      : host_{host},
        site_{host, config},
        server_{host, config},
        beginning_{site_, [this] { ready(); }},
        stored_peers_{host, site_.store},
        login_calls_{{site_.store, site_.log_in, site_.enrolment, site_.session_use,
                      [this] { return sign_on_calls_.options(); }}},
        client_side_{host, site_.store, site_.sealer, read_client(config),
                     [this](std::string_view hash) { site_.session_use.note(hash); }},
        keys_{optional_keys(host)},
        mail_{Service<jct_mail_service>::optional(host, JCT_MAIL_SERVICE)},
        asked_mails_{random_secret(host)},
        directory_sync_{{host, site_.store, site_.providers, [this](Ref user) { site_.log_in.forget_tickets(user); }}},
        admin_side_{admin_parts(), read_admin(config), {}},
        sign_on_{{host, site_.providers, site_.log_in}, {}},
        sign_on_calls_{{sign_on_, site_.providers,
                        [this](const std::string& address) { return admin_side_.lets_console(address); }}},
        files_{option::kAll, config} {
    apply({});
    host.provide(JCT_AUTH_SERVICE, Rights::table(), &client_side_.rights());
    host.provide(JCT_ADMISSIONS_SERVICE, admission_table(), this);
    for (const Word& word : operator_words()) add_word(word);
    host_.command("directory sync",
                  "compares users with their directory now: directory sync PROVIDER [--release], beyond the brake, too",
                  [this](std::string_view args, const Reply& reply) { sync_directory(command::words(args), reply); });
    host_.command("api", "where clients find the API", [this](std::string_view, Reply reply) { tell_api(reply); });
  }

  static void claims(const Config&, const Claims& claims) { claim_routes(claims); }

  void start() {
    if (auto peers = Service<jct_peers_service>::optional(host_, JCT_PEERS_SERVICE); peers && peers->table.remove) {
      client_side_.drop_peers_by([peers = *peers](const std::string& id) { peers.table.remove(peers.self, str(id)); });
      client_side_.see_presence_by(
          [peers = *peers](std::string_view id) { return peers.table.is_online(peers.self, str(id)) != 0; });
    }
    login_calls_.open(server_);
    client_side_.route(server_, [this](const http::Exchange& exchange) { admin_side_.list_users(exchange); });
    admin_side_.open(server_);
    sign_on_calls_.open(server_);
    flush_ = host_.every(kUseFlush, [this] { site_.session_use.flush(site_.store); });
    tidy_ = host_.every(kTidy, [this] { end_idle(); });
    old_logs_ = host_.every(kOldLogs, [this] { drop_old_logs(); });
    directory_sync_.start();
    beginning_.start();
  }
  void reload(const Config& config) {
    files_ = admin::SiteSettings{option::kAll, config};
    apply(stored_);
  }
  void drain(Done done) {
    site_.session_use.flush(site_.store);
    client_side_.flush();
    server_.drain(done);
  }
  void stop() {
    beginning_.stop();
    directory_sync_.stop();
    stored_peers_.stop();
    flush_.cancel();
    tidy_.cancel();
    old_logs_.cancel();
    again_.cancel();
    server_.close();
    site_.hashers.close();
  }

 private:
  static std::optional<Keys> optional_keys(const Host& host) {
    if (!Service<jct_keys_service>::optional(host, JCT_KEYS_SERVICE)) return std::nullopt;
    return Keys{host};
  }
  admin::AdminSide::Parts admin_parts() {
    LiveConns& conns = client_side_.conns();
    return {site_.store,
            site_.sealer,
            site_.passwords,
            [this](std::function<void()> job) { return site_.hashers.run(std::move(job)); },
            site_.log_in,
            site_.enrolment,
            client_side_.roster(),
            {[&conns](std::string_view device, const std::vector<int64_t>& open) { conns.disconnect(device, open); },
             [&conns](std::string_view device) { return conns.open(device).size(); },
             [&conns](std::string_view device, int64_t conn) { return conns.is_ending(device, conn); },
             [this](std::string_view device) { return client_side_.is_online(device); }},
            [this] { return keys_ ? keys_->public_text() : std::string{}; },
            [this](const admin::Told& told) {
              host_.event(JCT_LOG_INFO, "accounts.operation",
                          {{"operation", told.operation},
                           {"subject", told.subject},
                           {"user", told.user},
                           {"address", told.address},
                           {"detail", told.detail}});
            },
            [this](const admin::SiteSettings::Stored& stored) { apply(stored); },
            mail_ ? std::function<void(const admin::Mail&)>{[this](const admin::Mail& mail) { send(mail); }} : nullptr,
            [this] { return mail_->table.ready(mail_->self) != 0; },
            [this](std::string_view account, const std::string& address) { return has_room(account, address); },
            [this] { return sign_on_calls_.names(); }};
  }
  static wire::KeyedRate::Secret random_secret(const Host& host) {
    wire::KeyedRate::Secret secret;
    host.random(secret.data(), secret.size());
    return secret;
  }
  bool has_room(std::string_view account, const std::string& address) {
    if (asked_mails_.allow(account, address, host_.now())) return true;
    refused_mails_.add();
    host_.event(JCT_LOG_WARNING, "accounts.mail_refused", {{"account", account}, {"from", address}});
    return false;
  }
  void send(const admin::Mail& mail) const {
    std::vector<jct_mail_value> values;
    values.reserve(mail.values.size());
    for (const auto& [name, text] : mail.values) values.push_back({str(name), str(text)});
    const jct_mail asked{sizeof(jct_mail), 0, str(mail.to), str(mail.name), values.data(), values.size()};
    mail_->table.send(mail_->self, &asked);  // what it refuses it logs and counts
  }
  /// [home] The files' options, and over them what the console has set.
  void apply(const admin::SiteSettings::Stored& stored) {
    stored_ = stored;
    const auto all = std::make_shared<const admin::SiteSettings>(files_.with(stored));
    const Config config = all->config();
    client_side_.reload(read_client(config));
    admin_side_.reload(read_admin(config), all);
    retention_ = config[option::kRetention];
    public_url_ = config[option::kPublicUrl];
    sign_on_.set_public_url(public_url_);
    site_.log_in.configure(read_login(config));
    asked_mails_.configure(config[option::kResetMails]);
    client_idle_ = seconds(config[option::kClientIdle]);
    console_idle_ = seconds(config[option::kConsoleIdle]);
  }
  /// [home] The database has all that is needed: what the console has set counts before anybody is served.
  void ready() {
    site_.store.read([](const Sql& sql) { return admin::stored_settings(sql); },
                     [this](Outcome<admin::SiteSettings::Stored>& stored) {
                       if (!stored) {
                         again_ = host_.after(kTryAgain, [this] { ready(); });
                         return;
                       }
                       apply(*stored);
                       serve();
                     });
  }
  void serve() {
    client_side_.start();
    ready_ = true;
    host_.info("accounts.ready", {});
    for (const Reply& reply : std::exchange(first_askers_, {})) tell_first(reply);
    stored_peers_.start();
  }

  void end_idle() {
    site_.store.write(
        [now = site_.store.now(), client = client_idle_, console = console_idle_](const Sql& sql, Touched& touched) {
          return end_idle_sessions(sql, SessionKind::kClient, now - client, now, touched) +
                 end_idle_sessions(sql, SessionKind::kWebClient, now - client, now, touched) +
                 end_idle_sessions(sql, SessionKind::kConsole, now - console, now, touched);
        },
        [](Outcome<size_t>&) {});
  }

  /// A bounded number a transaction: others write in between.
  void drop_old_logs() {
    if (retention_ == 0) return;
    site_.store.write([before = site_.store.now() - retention_ * kDaySeconds](
                          const Sql& sql, Touched&) { return admin::drop_old_logs(sql, before, kRowsAtOnce); },
                      [this](Outcome<bool>& more) {
                        if (more && *more) again_ = host_.after(kTryAgain, [this] { drop_old_logs(); });
                      });
  }

  // ---- junctorctl ----
  void add_word(const Word& word) {
    host_.command((std::string{word.subject} + " " + word.verb).c_str(), word.help,
                  [this, word](std::string_view args, Reply reply) { command(word, command::words(args), reply); });
  }

  /// admissions/1: what auth_key was asked.
  static const jct_admissions_service* admission_table() {
    static constexpr jct_admissions_service kTable{
        sizeof(jct_admissions_service), 0, [](void* self, jct_str verb, jct_str args, jct_reply raw) {
          auto* plugin = static_cast<AccountsPlugin*>(self);
          plugin->host_.guarded("admission", [&] { plugin->about_admission(view(verb), view(args), Reply{raw}); });
        }};
    return &kTable;
  }
  void about_admission(std::string_view verb, std::string_view args, Reply reply) {
    for (const Word& word : admission_words()) {
      if (verb != word.verb) continue;
      const auto ask = [this, word, words = command::words(args), reply] { command(word, words, reply); };
      if (host_.post(host_.home_loop(), ask) == JCT_OK) return;
    }
    reply.fail(JCT_E_CLOSED, command::error("accounts does not answer; see its log"));
  }

  void command(const Word& word, const std::vector<std::string>& words, Reply reply) {
    try {
      const Request request = parse_request(word.subject, word.verb, words);
      if (request.verb == "first") return tell_first(reply);
      const bool taken = site_.hashers.run([this, request, reply] { prepare_command(request, reply); });
      if (!taken) reply.fail(JCT_E_LIMIT, command::error("too many log-ins wait; please try again"));
    } catch (const Refused& refused) {
      reply.fail(JCT_E_ARG, command::error(refused.what()));
    }
  }

  /// A thread of the hashers.
  void prepare_command(const Request& request, Reply reply) {
    try {
      const Prepared prepared = prepare(request, site_.passwords);
      host_.post(host_.home_loop(), [this, request, prepared, reply] { run_command(request, prepared, reply); });
    } catch (const std::exception& refused) {
      reply.fail(JCT_E_ARG, command::error(refused.what()));
    }
  }

  void run_command(const Request& request, const Prepared& prepared, Reply reply) {
    site_.store.write(
        [request, prepared, now = site_.store.now()](const Sql& sql, Touched& touched) {
          const auto user = request.subject == "user" && !request.names.empty()
                                ? user_by_name(sql, request.names.front())
                                : std::nullopt;
          return std::pair{execute(sql, request, prepared, now, touched), user.value_or(User{})};
        },
        [this, request, reply](Outcome<std::pair<std::string, User>>& done) {
          if (!done) return reply.fail(JCT_E_ARG, command::error(done.refused));
          const User& user = done->second;
          const bool lets_in = request.verb == "unlock" || request.verb == "password" || request.verb == "enable";
          if (user.id != kNoRef && lets_in) site_.log_in.unlock(user.guid);
          if (user.id != kNoRef && request.verb != "show") site_.log_in.forget_tickets(user.id);
          tell_admission(request);
          return reply.ok(done->first);
        });
  }

  /// As auth_key tells it: whoever follows the site's decisions need not know who keeps them.
  void tell_admission(const Request& request) const {
    if (request.subject != "peers" || request.verb == "waiting") return;
    host_.event(JCT_LOG_INFO, request.verb == "approve" ? "auth.approved" : "auth.rejected",
                {{"id", request.names.front()}, {"kept", "stored"}});
  }

  /// [home]
  void sync_directory(const std::vector<std::string>& words, const Reply& reply) {
    const bool release = words.size() == 2 && words[1] == "--release";
    const auto provider = words.empty() ? std::nullopt : site_.providers.named(words[0]);
    if (words.empty() || (words.size() == 2 && !release) || words.size() > 2) {
      return reply.fail(JCT_E_ARG, command::error("expected: directory sync PROVIDER [--release]"));
    }
    if (!provider || !provider->checks_passwords) {
      return reply.fail(JCT_E_NOT_FOUND, command::error("there is no directory named " + words[0]));
    }
    directory_sync_.run(*provider, release, [reply](const DirectorySync::Report& report) {
      if (!report.refused.empty()) return reply.fail(JCT_E_STATE, command::error(report.refused));
      Poco::JSON::Object answer;
      answer.set("looked_for", static_cast<int64_t>(report.looked_for));
      answer.set("gone", static_cast<int64_t>(report.gone));
      answer.set("disabled", static_cast<int64_t>(report.disabled));
      reply.ok(command::text(answer));
    });
  }

  void tell_api(Reply reply) {
    const auto addresses = server_.addresses();
    Poco::JSON::Object answer;
    answer.set("url", public_url_);
    answer.set("port", addresses.empty() ? 0 : static_cast<int>(addresses.front().port));
    reply.ok(command::text(answer));
  }

  /// [home]
  void tell_first(Reply reply) {
    if (!ready_) return first_askers_.push_back(reply);
    const auto password = site_.first_password.take();
    if (!password) {
      return reply.fail(JCT_E_NOT_FOUND,
                        command::error("it was read before; junctorctl user password admin makes a new one"));
    }
    Poco::JSON::Object answer;
    answer.set("user", kFirstAdmin);
    answer.set("password", *password);
    reply.ok(command::text(answer));
  }

  Host& host_;
  Site site_;
  http::Server server_;
  Beginning beginning_;
  StoredPeers stored_peers_;
  LoginCalls login_calls_;
  ClientSide client_side_;
  const std::optional<Keys> keys_;
  const std::optional<Service<jct_mail_service>> mail_;
  AskedMails asked_mails_;
  Metric refused_mails_ =
      host_.counter("mails_refused", nullptr, "links for a new password that were asked for too often, and not sent");
  DirectorySync directory_sync_;
  admin::AdminSide admin_side_;
  SignOn sign_on_;
  admin::SignOnCalls sign_on_calls_;
  admin::SiteSettings files_;                   // home loop; before start, control
  admin::SiteSettings::Stored stored_;          // the same
  int64_t retention_ = 0;                       // the same, days
  std::string public_url_;                      // home loop; before start, control
  int64_t client_idle_ = 0, console_idle_ = 0;  // home loop; before start, control
  bool ready_ = false;                          // home loop
  std::vector<Reply> first_askers_;             // home loop: who asked before there was a password
  Timer flush_, tidy_, old_logs_, again_;
};

}  // namespace
}  // namespace junctor::accounts

JUNCTOR_CLAIMING_PLUGIN(junctor::accounts::AccountsPlugin, "accounts", "users, devices, rights and the API of clients",
                        provides("auth/1", "admissions/1"),
                        needs("database/1", "http/1", "?storage/1", "?keys/1", "?mail/1", "*login/1", "~peers/1"))
