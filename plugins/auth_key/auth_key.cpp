// SPDX-License-Identifier: Apache-2.0
// The plugin auth_key: keys/1 and auth/1. Wiring; both services are asked from any loop, `keys` works on the pool.
#include <junctor/service/admissions.h>
#include <junctor/service/auth.h>
#include <junctor/service/keys.h>
#include <junctor/plugin.hpp>

#include <algorithm>
#include <junctor/command_json.hpp>
#include <string>

#include "auth_key/desk.hpp"
#include "auth_key/gatekeeper.hpp"
#include "auth_key/keeper.hpp"
#include "auth_key/keys_command.hpp"
#include "auth_key/site_key.hpp"

namespace junctor::auth {
namespace {

constexpr auto kKey =
    opt::text("key", "-")
        .secret()
        .help("\"-\": the key files, licence key checked; \"\": not checked; or a base64 secret or public key");
constexpr auto networks(const char* name, const char* help) { return opt::network(name, "").list().live().help(help); }
constexpr auto ids(const char* name, const char* help) { return opt::text(name, "").list().live().help(help); }

constexpr auto kAllowNetworks = networks("allow_networks", "where given, only these networks are served");
constexpr auto kDenyNetworks = networks("deny_networks", "networks that are not served");
constexpr auto kAllowIds =
    ids("allow_ids", "where given, only these ids may register and be reached; * stands for any characters");
constexpr auto kDenyIds = ids("deny_ids", "ids that may not register and cannot be reached");
constexpr auto kRegisterAllowNetworks =
    networks("register_allow_networks", "where given, devices may register only from these networks");
constexpr auto kRegisterDenyNetworks = networks("register_deny_networks", "networks from which no device may register");
constexpr auto kStartAllowNetworks =
    networks("start_allow_networks", "where given, sessions may be started only from these networks");
constexpr auto kStartDenyNetworks = networks("start_deny_networks", "networks from which no session may be started");
constexpr auto kReachAllowIds = ids("reach_allow_ids", "where given, only these ids can be reached");
constexpr auto kReachDenyIds = ids("reach_deny_ids", "ids that register, but cannot be reached");

constexpr const char* kModes[] = {"open", "approve", "closed", nullptr};
constexpr auto kAdmission =
    opt::choice("admission", "open", kModes)
        .live()
        .help("who may register that is not on record: everybody, whom the operator approves, or nobody");
constexpr auto kMaxWaiting =
    opt::count("max_waiting", "1000").live().help("devices listed as waiting for the operator's word");
constexpr auto kMaxWaitingPerAddress =
    opt::count("max_waiting_per_address", "20").live().help("of these, from one IPv4 address or IPv6 /64");
constexpr auto kWaitingFor =
    opt::duration("waiting_for", "7d").live().help("how long a waiting device stays listed after it has asked last");
constexpr auto kMaxKept =
    opt::count("max_kept", "100000").live().help("blocks, approvals and rejections kept; a new one beyond is refused");

Mode mode_of(const std::string& word) {
  return word == "approve" ? Mode::kApprove : word == "closed" ? Mode::kClosed : Mode::kOpen;
}

Gatekeeper::Settings read_settings(const Config& config) {
  Gatekeeper::Settings settings;
  settings.lists.networks = NetworkRule{{config[kAllowNetworks], config[kDenyNetworks]}};
  settings.lists.ids = IdRule{{config[kAllowIds], config[kDenyIds]}};
  settings.lists.register_networks = NetworkRule{{config[kRegisterAllowNetworks], config[kRegisterDenyNetworks]}};
  settings.lists.start_networks = NetworkRule{{config[kStartAllowNetworks], config[kStartDenyNetworks]}};
  settings.lists.reach_ids = IdRule{{config[kReachAllowIds], config[kReachDenyIds]}};
  settings.mode = mode_of(config[kAdmission]);
  settings.waiting = {static_cast<size_t>(config[kMaxWaiting]), static_cast<size_t>(config[kMaxWaitingPerAddress]),
                      config[kWaitingFor]};
  settings.max_kept = static_cast<size_t>(config[kMaxKept]);
  return settings;
}

class AuthKey {
 public:
  static constexpr auto kOptions =
      options(kKey, kAllowNetworks, kDenyNetworks, kAllowIds, kDenyIds, kRegisterAllowNetworks, kRegisterDenyNetworks,
              kStartAllowNetworks, kStartDenyNetworks, kReachAllowIds, kReachDenyIds, kAdmission, kMaxWaiting,
              kMaxWaitingPerAddress, kWaitingFor, kMaxKept);

  static void verify(const Config& config) {
    try {
      SiteKey::verify(config[kKey], KeyFiles{config.data_dir()});
    } catch (const KeyError& error) {
      throw Error{JCT_E_CONFIG, std::string{kKey.raw.name} + ": " + error.what()};
    }
    read_settings(config);
  }

  AuthKey(Host& host, const Config& config)
      : host_{host},
        files_{config.data_dir()},
        config_mode_{mode_of(config[kAdmission])},
        key_{open(config[kKey], files_)},
        keeper_{host, config.instance()},
        gatekeeper_{host, key_, keeper_, read_settings(config)},
        desk_{host, gatekeeper_, keeper_} {
    host.provide(JCT_KEYS_SERVICE, keys_table(), this);
    host.provide(JCT_AUTH_SERVICE, auth_table(), this);
    host.command("keys", "show | generate | import FILE | export: the site's key pair",
                 [this](std::string_view args, Reply reply) { run_command(args, reply); });
  }

  void start() {
    desk_.ask_elsewhere(Service<jct_admissions_service>::optional(host_, JCT_ADMISSIONS_SERVICE));
    check_one_place(config_mode_);
    for (const std::string& warning : key_.warnings()) host_.warning("keys.warning", {{"hint", warning}});
    if (key_.created()) host_.info("keys.created", {{"file", files_.secret_path()}});
    host_.info("keys.ready", {{"public_key", key_.public_text()},
                              {"mode", word(key_.mode())},
                              {"licence_key_checked", key_.is_checked() ? "yes" : "no"}});
    gatekeeper_.start();
  }

  void check(const Config& candidate) const {
    const Gatekeeper::Settings settings = read_settings(candidate);
    gatekeeper_.check_settings(settings);
    check_one_place(settings.mode);
  }
  void reload(const Config& config) { gatekeeper_.reload(read_settings(config)); }

 private:
  static SiteKey open(const std::string& option, const KeyFiles& files) {
    try {
      return SiteKey::open(option, files);
    } catch (const KeyError& error) {
      throw Error{JCT_E_CONFIG, error.what()};
    }
  }

  /// Two plugins with a rule each would be two answers.
  void check_one_place(Mode mode) const {
    const std::string elsewhere = desk_.elsewhere();
    if (elsewhere.empty() || mode == Mode::kOpen) return;
    throw Error{JCT_E_CONFIG, std::string{kAdmission.raw.name} + ": [" + elsewhere +
                                  "] decides here which devices are admitted: set its admission, and leave that of "
                                  "auth_key \"open\""};
  }

  static AuthKey& of(void* self) { return *static_cast<AuthKey*>(self); }

  jct_status sign(jct_bytes message, uint8_t* out, uint64_t capacity, uint64_t* written) const {
    if (!key_.can_sign()) return JCT_E_UNSUPPORTED;
    if (message.size > capacity || capacity - message.size < JCT_KEYS_SIGNATURE_SIZE) return JCT_E_ARG;
    return host_.guarded("sign", [&] {
      const std::string made = key_.sign(view(message));
      std::copy(made.begin(), made.end(), out);
      *written = made.size();
    });
  }

  /// Files are read and written, so it goes to the pool, which is emptied before destroy.
  void run_command(std::string_view args, Reply reply) const {
    const auto work = [this, args = std::string{args}, reply] {
      const CommandResult result = keys_command(args, key_, files_);
      result.ok ? reply.ok(result.json) : reply.fail(JCT_E_ARG, result.json);
    };
    if (host_.offload(work, [] {}) != JCT_OK) reply.fail(JCT_E_LIMIT, command::error("the server is busy; try again"));
  }

  static const jct_keys_service* keys_table() {
    static constexpr jct_keys_service kTable{
        sizeof(jct_keys_service),
        0,
        [](void* self, uint8_t* out) -> jct_status {
          const auto& key = of(self).key_.public_key();
          std::copy(key.begin(), key.end(), out);
          return JCT_OK;
        },
        [](void* self) -> jct_str { return str(of(self).key_.public_text()); },
        [](void* self) -> uint32_t { return of(self).key_.can_sign() ? 1 : 0; },
        [](void* self, jct_bytes message, uint8_t* out, uint64_t capacity, uint64_t* written) -> jct_status {
          return of(self).sign(message, out, capacity, written);
        }};
    return &kTable;
  }
  static const jct_auth_service* auth_table() {
    static constexpr jct_auth_service kTable{
        sizeof(jct_auth_service), 0,
        [](void* self, const jct_auth_request* request, const jct_auth_done* done) {
          of(self).gatekeeper_.check(*request, *done);
        },
        [](void* self) -> uint64_t { return of(self).gatekeeper_.changes(); }};
    return &kTable;
  }

  Host& host_;
  const KeyFiles files_;
  const Mode config_mode_;  // at the start
  const SiteKey key_;
  const Keeper keeper_;
  Gatekeeper gatekeeper_;
  Desk desk_;
};

}  // namespace
}  // namespace junctor::auth

JUNCTOR_PLUGIN(junctor::auth::AuthKey, "auth_key", "the site's key pair, and who may use the site",
               provides("keys/1", "auth/1"), needs("?storage/1", "~admissions/1"))
