// SPDX-License-Identifier: Apache-2.0
// What handlers need of the world around the database: randomness, secrets, settings, the model in memory. One an
// instance; everything is [any].
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/admin_api/settings/site_settings.hpp"
#include "accounts/model/ref.hpp"

namespace junctor {
class Sql;
}

namespace junctor::accounts {
class Enrolment;
class Roster;
class Sealer;
}  // namespace junctor::accounts

namespace junctor::accounts::admin {

struct Mail;
struct Told;

/// What is known of a device at this moment.
struct DevicePresence {
  bool signalling = false;  // a client that is registered
  bool heartbeats = false;  // one came within 45 s
  int64_t last_seen = 0;    // Unix seconds
  int64_t connections = 0;
};

class Site {
 public:
  virtual ~Site() = default;

  virtual const Sealer& sealer() const = 0;

  // ---- second factors ----
  virtual Enrolment& enrolment() const = 0;
  /// As SVG.
  virtual std::string qr_code(const std::string& text) const = 0;
  /// Is it a code of the user's authenticator, or a backup code? It is used up. Inside a transaction.
  virtual bool code_fits(const Sql& sql, Ref user, const std::string& code, int64_t now) const = 0;
  /// In place of the old ones; they are shown this once.
  virtual std::vector<std::string> new_backup_codes(const Sql& sql, Ref user) const = 0;

  // ---- what is live ----
  virtual const Roster& roster() const = 0;
  /// Ends connections of a device, all where none are named: with its next heartbeat.
  virtual void disconnect(std::string_view device_id, const std::vector<int64_t>& connections) const = 0;
  virtual DevicePresence presence(std::string_view device_id) const = 0;
  /// Ids of devices that a user is shown: signalling's own rules (accounts.md 3.4).
  virtual std::vector<std::string> reachable(Ref user, int64_t now) const = 0;
  virtual bool reaches(Ref user, std::string_view device_id, int64_t now) const = 0;

  /// Has the connection been told to end?
  virtual bool is_ending(std::string_view device_id, int64_t connection) const = 0;

  // ---- settings ----
  virtual std::string version() const = 0;
  virtual std::string public_key() const = 0;
  virtual int64_t console_idle() const = 0;  // seconds
  virtual int64_t console_longest() const = 0;
  virtual bool demands_factor(bool of_administrator) const = 0;
  virtual int64_t client_idle() const = 0;
  virtual std::string public_url() const = 0;  // empty: not set
  virtual bool logs_admin_only() const = 0;
  virtual bool share_outside_group() const = 0;
  virtual std::string admin_networks() const = 0;  // with commas; empty: from anywhere
  virtual std::string console_networks() const = 0;
  virtual bool cut_running() const = 0;  // what is disabled or logged out loses its connections
  virtual bool users_make_books() const = 0;
  virtual std::shared_ptr<const SiteSettings> settings() const = 0;
  /// [home] What the console has set is stored and counts from now on.
  virtual void apply(const SiteSettings::Stored& stored) const = 0;

  /// [home] What an operator did, for whoever follows the server's events.
  virtual void tell(const Told& told) const = 0;

  // ---- mail ----
  /// Is there anybody who sends?
  virtual bool sends_mail() const = 0;
  /// May whoever asks from there have one more sent to that account? Counts it.
  virtual bool may_ask_for_mail(std::string_view account, const std::string& address) const = 0;
  /// [home] Queues it: nobody waits, and what fails is the sender's to log.
  virtual void send(const Mail& mail) const = 0;
};

}  // namespace junctor::accounts::admin
