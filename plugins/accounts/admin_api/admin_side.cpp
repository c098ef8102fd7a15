// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/admin_side.hpp"

#include <algorithm>

#include "accounts/admin_api/contract/openapi.hpp"
#include "accounts/admin_api/core/authenticate.hpp"
#include "accounts/admin_api/qr_svg.hpp"
#include "accounts/admin_api/resources/resources.hpp"
#include "accounts/login/totp.hpp"
#include "accounts/store/factors.hpp"

namespace junctor::accounts::admin {
namespace {

constexpr size_t kBackupCodes = 6;
constexpr int64_t kHeartbeatSeconds = 45;  // they come every 15 s

std::string place(const char* kind, Ref user) { return kind + std::to_string(user); }

}  // namespace

AdminSide::AdminSide(Parts parts, Settings settings, Bounds bounds)
    : parts_{std::move(parts)},
      settings_{std::move(settings)},
      all_{std::make_shared<const SiteSettings>()},
      engine_{contract_, *this, all_handlers()},
      desk_{{parts_.store, contract_, engine_, *this, parts_.passwords, parts_.hash, &parts_.log_in}},
      front_{{parts_.store, contract_, engine_, desk_, parts_.log_in,
              [this](const std::string& address) { return lets_console(address); }, [this] { return sends_mail(); },
              [this] { return parts_.sign_ons ? parts_.sign_ons() : std::vector<std::string>{}; },
              openapi(contract_, JUNCTOR_VERSION), bounds.body, bounds.import}},
      scripts_{{parts_.store, contract_, engine_, *this, parts_.passwords, parts_.hash}} {}

void AdminSide::open(http::Server& server) {
  front_.open(server);
  scripts_.open(server);
}

void AdminSide::reload(Settings settings, std::shared_ptr<const SiteSettings> all) {
  const std::lock_guard lock{mutex_};
  settings_ = std::move(settings);
  all_ = std::move(all);
}

bool AdminSide::lets_console(const std::string& address) const { return lets(console_networks(), address); }

std::string AdminSide::qr_code(const std::string& text) const { return qr_svg(text); }

bool AdminSide::code_fits(const Sql& sql, Ref user, const std::string& code, int64_t now) const {
  const auto totp = totp_of(sql, user);
  const auto secret = totp ? parts_.sealer.open(totp->secret, place("totp:", user)) : std::nullopt;
  const auto step = secret ? totp_step(*secret, code, now) : std::nullopt;
  if (step) return use_totp_step(sql, user, *step);
  return use_backup_code(sql, user, parts_.sealer.mark(code, place("backup:", user)));
}

std::vector<std::string> AdminSide::new_backup_codes(const Sql& sql, Ref user) const {
  const std::vector<std::string> codes = accounts::new_backup_codes(kBackupCodes);
  std::vector<std::string> marks;
  for (const std::string& one : codes) marks.push_back(parts_.sealer.mark(one, place("backup:", user)));
  replace_backup_codes(sql, user, marks);
  return codes;
}

void AdminSide::disconnect(std::string_view device_id, const std::vector<int64_t>& connections) const {
  parts_.live.disconnect(device_id, connections);
}

DevicePresence AdminSide::presence(std::string_view device_id) const {
  DevicePresence out;
  out.signalling = parts_.live.is_online(device_id);
  if (const auto device = parts_.roster.device(device_id)) {
    out.last_seen = device->last_heartbeat;
    out.heartbeats = parts_.store.now() - out.last_seen <= kHeartbeatSeconds;
  }
  out.connections = static_cast<int64_t>(parts_.live.open(device_id));
  return out;
}

std::vector<std::string> AdminSide::reachable(Ref user, int64_t now) const {
  return parts_.roster.visible_devices(user, now);
}

bool AdminSide::reaches(Ref user, std::string_view device_id, int64_t now) const {
  const auto all = parts_.roster.visible_devices(user, now);
  return std::find(all.begin(), all.end(), device_id) != all.end();
}

bool AdminSide::is_ending(std::string_view device_id, int64_t connection) const {
  return parts_.live.is_ending(device_id, connection);
}

bool AdminSide::demands_factor(bool of_administrator) const {
  const SecondFactor demanded = present().second_factor;
  return demanded == SecondFactor::kAll || (demanded == SecondFactor::kAdministrators && of_administrator);
}

}  // namespace junctor::accounts::admin
