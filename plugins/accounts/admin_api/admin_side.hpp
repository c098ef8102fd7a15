// SPDX-License-Identifier: Apache-2.0
// Everything of accounts that administrators and scripts see: /api/admin/v1/ and the calls of the official scripts. The
// plugin makes one and gives it its routes. Wiring.
#pragma once

#include <junctor/http.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "accounts/admin_api/core/desk.hpp"
#include "accounts/admin_api/core/site.hpp"
#include "accounts/admin_api/front.hpp"
#include "accounts/admin_api/scripts/script_desk.hpp"
#include "accounts/live/roster.hpp"
#include "accounts/login/enrolment.hpp"
#include "accounts/login/log_in.hpp"

namespace junctor::accounts::admin {

class AdminSide : private Site {
 public:
  /// What is known of connections at this moment. [any]
  struct LiveCalls {
    std::function<void(std::string_view device, const std::vector<int64_t>& conns)> disconnect;
    std::function<size_t(std::string_view device)> open;
    std::function<bool(std::string_view device, int64_t conn)> is_ending;
    std::function<bool(std::string_view device)> is_online;  ///< in signalling
  };
  struct Settings {
    int64_t console_idle = 43'200;  // seconds, as the two below
    int64_t console_longest = 2'592'000;
    int64_t client_idle = 7'776'000;
    SecondFactor second_factor = SecondFactor::kNone;
    std::string admin_networks, console_networks;  // with commas
    bool cut_running = false;
    bool users_make_books = true;
    bool logs_admin_only = false;
    bool share_outside_group = false;
    std::string public_url;
  };
  struct Bounds {
    uint64_t body = 256 * 1024;
    uint64_t import = 9 * 1024 * 1024;
  };
  /// All outlive it.
  struct Parts {
    const Store& store;
    const Sealer& sealer;
    const Passwords& passwords;
    std::function<bool(std::function<void()>)> hash;  ///< runs a job elsewhere (Hashers); false: too many wait
    LogIn& log_in;
    Enrolment& enrolment;
    const Roster& roster;
    LiveCalls live;
    std::function<std::string()> key;                        ///< the site's public key, as clients enter it
    std::function<void(const Told&)> tell;                   ///< [home] what an operator did
    std::function<void(const SiteSettings::Stored&)> apply;  ///< [home] what the console has set
    std::function<void(const Mail&)> send{};                 ///< [home] empty: nobody sends mail
    std::function<bool()> sends{};                           ///< [any] with send: is a server set up?
    /// [any] with send: is there room for one more mail that a stranger asks for? Counts it.
    std::function<bool(std::string_view account, const std::string& address)> asked{};
    std::function<std::vector<std::string>()> sign_ons{};  ///< [any] names of sites that people may be sent to
  };
  AdminSide(Parts parts, Settings settings, Bounds bounds);

  /// [control] in start.
  void open(http::Server& server);
  /// GET /api/users without `accessible`: clients and scripts ask at one place.
  void list_users(const http::Exchange& exchange) const { scripts_.list_users(exchange); }
  /// [any] May the console be used from there?
  bool lets_console(const std::string& address) const;
  /// [any]
  void reload(Settings settings, std::shared_ptr<const SiteSettings> all);

 private:
  Settings present() const {
    const std::lock_guard lock{mutex_};
    return settings_;
  }

  // ---- Site ----
  const Sealer& sealer() const override { return parts_.sealer; }
  Enrolment& enrolment() const override { return parts_.enrolment; }
  std::string qr_code(const std::string& text) const override;
  bool code_fits(const Sql& sql, Ref user, const std::string& code, int64_t now) const override;
  std::vector<std::string> new_backup_codes(const Sql& sql, Ref user) const override;
  const Roster& roster() const override { return parts_.roster; }
  void disconnect(std::string_view device_id, const std::vector<int64_t>& connections) const override;
  DevicePresence presence(std::string_view device_id) const override;
  std::vector<std::string> reachable(Ref user, int64_t now) const override;
  bool reaches(Ref user, std::string_view device_id, int64_t now) const override;
  bool is_ending(std::string_view device_id, int64_t connection) const override;
  int64_t console_idle() const override { return present().console_idle; }
  int64_t console_longest() const override { return present().console_longest; }
  int64_t client_idle() const override { return present().client_idle; }
  std::string public_url() const override { return present().public_url; }
  bool logs_admin_only() const override { return present().logs_admin_only; }
  bool share_outside_group() const override { return present().share_outside_group; }
  bool demands_factor(bool of_administrator) const override;
  std::string admin_networks() const override { return present().admin_networks; }
  std::string console_networks() const override { return present().console_networks; }
  bool cut_running() const override { return present().cut_running; }
  bool users_make_books() const override { return present().users_make_books; }
  std::shared_ptr<const SiteSettings> settings() const override {
    const std::lock_guard lock{mutex_};
    return all_;
  }
  bool sends_mail() const override { return parts_.send && parts_.sends(); }
  bool may_ask_for_mail(std::string_view account, const std::string& address) const override {
    return parts_.asked(account, address);
  }
  void send(const Mail& mail) const override {
    if (parts_.send) parts_.send(mail);
  }
  void tell(const Told& told) const override { parts_.tell(told); }
  void apply(const SiteSettings::Stored& stored) const override { parts_.apply(stored); }
  std::string version() const override { return JUNCTOR_VERSION; }
  std::string public_key() const override { return parts_.key(); }

  const Parts parts_;
  mutable std::mutex mutex_;
  Settings settings_;                        // guarded by mutex_
  std::shared_ptr<const SiteSettings> all_;  // guarded by mutex_
  const Contract contract_;
  const Engine engine_;
  const Desk desk_;
  Front front_;
  ScriptDesk scripts_;
};

}  // namespace junctor::accounts::admin
