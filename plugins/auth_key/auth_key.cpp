// SPDX-License-Identifier: Apache-2.0
// The plugin auth_key: keys/1 and auth/1. Wiring; both services are asked from any loop, `keys` works on the pool.
#include <junctor/service/auth.h>
#include <junctor/service/keys.h>
#include <junctor/plugin.hpp>

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>

#include "auth_key/decision.hpp"
#include "auth_key/keys_command.hpp"
#include "auth_key/lists.hpp"
#include "auth_key/site_key.hpp"

namespace junctor::auth {
namespace {

constexpr auto kKey =
    opt::text("key", "-")
        .secret()
        .help("\"-\": the key files, licence key checked; \"\": not checked; or a base64 secret or public key");
constexpr auto kAllowNetworks =
    opt::network("allow_networks", "").list().live().help("where given, only these networks are served");
constexpr auto kDenyNetworks = opt::network("deny_networks", "").list().live().help("networks that are not served");
constexpr auto kDenyIds =
    opt::text("deny_ids", "").list().live().help("ids that may not register and cannot be reached");

Lists::Texts read_lists(const Config& config) {
  return {config[kAllowNetworks], config[kDenyNetworks], config[kDenyIds]};
}

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
    default:
      return Kind::kOther;
  }
}

Request request_of(const jct_auth_request& theirs) {
  jct_auth_request raw{};
  __builtin_memcpy(&raw, &theirs, theirs.size < sizeof raw ? theirs.size : sizeof raw);
  Request request{kind_of(raw.kind), view(raw.id), {}, view(raw.licence_key)};
  std::copy(std::begin(raw.address.ip), std::end(raw.address.ip), request.address.ip.begin());
  request.address.family = raw.address.family;
  return request;
}

class AuthKey {
 public:
  static constexpr auto kOptions = options(kKey, kAllowNetworks, kDenyNetworks, kDenyIds);

  AuthKey(Host& host, const Config& config)
      : host_{host},
        files_{config.data_dir()},
        key_{open(config[kKey], files_)},
        lists_{std::make_shared<const Lists>(read_lists(config))},
        allowed_{host.counter("auth_allowed", nullptr, "requests that were allowed")} {
    for (const Decision& denial : {kNetworkDenied, kWrongKey, kIdDenied}) {
      const std::string label = "reason=" + std::string{denial.reason};
      denied_.emplace_back(denial.reason, host.counter("auth_denied", label.c_str(), "requests that were denied"));
    }
    host.provide(JCT_KEYS_SERVICE, keys_table(), this);
    host.provide(JCT_AUTH_SERVICE, auth_table(), this);
    host.command("keys", "show | generate | import FILE | export: the site's key pair",
                 [this](std::string_view args, Reply reply) { run_command(args, reply); });
  }

  void start() {
    for (const std::string& warning : key_.warnings()) host_.warning("keys.warning", {{"hint", warning}});
    if (key_.created()) host_.info("keys.created", {{"file", files_.secret_path()}});
    host_.info("keys.ready", {{"public_key", key_.public_text()},
                              {"mode", word(key_.mode())},
                              {"licence_key_checked", key_.is_checked() ? "yes" : "no"}});
  }

  void reload(const Config& config) {
    auto fresh = std::make_shared<const Lists>(read_lists(config));
    const std::lock_guard lock{mutex_};
    lists_ = std::move(fresh);
  }

 private:
  static SiteKey open(const std::string& option, const KeyFiles& files) {
    try {
      return SiteKey::open(option, files);
    } catch (const KeyError& error) {
      throw Error{JCT_E_CONFIG, error.what()};
    }
  }

  static AuthKey& of(void* self) { return *static_cast<AuthKey*>(self); }

  std::shared_ptr<const Lists> lists() const {
    const std::lock_guard lock{mutex_};
    return lists_;
  }

  void check(const jct_auth_request& request, const jct_auth_done& done) const noexcept {
    const Decision decision = decide(request_of(request), key_, *lists());
    if (decision.allowed()) {
      allowed_.add();
      return done.done(done.self, JCT_OK, {}, {});
    }
    for (const auto& [reason, counter] : denied_) {
      if (reason == decision.reason) counter.add();
    }
    done.done(done.self, JCT_E_DENIED, str(decision.reason), str(decision.text));
  }

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
    if (host_.offload(work, [] {}) != JCT_OK) reply.fail(JCT_E_LIMIT, error_json("the server is busy; try again"));
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
        sizeof(jct_auth_service), 0, [](void* self, const jct_auth_request* request, const jct_auth_done* done) {
          of(self).check(*request, *done);
        }};
    return &kTable;
  }

  Host& host_;
  const KeyFiles files_;
  const SiteKey key_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Lists> lists_;  // guarded by mutex_; a check keeps the lists that it began with
  Metric allowed_;
  std::vector<std::pair<std::string_view, Metric>> denied_;
};

}  // namespace
}  // namespace junctor::auth

JUNCTOR_PLUGIN(junctor::auth::AuthKey, "auth_key", "the site's key pair, and who may use the site",
               provides("keys/1", "auth/1"))
