// SPDX-License-Identifier: Apache-2.0
// A log-in, from name and password to a session (accounts.md 10 to 12): one wording and cost for whoever does not get
// in, limits on failures, a second factor between, and one transaction at the end. Asked from any loop; answers come
// there, or on the home loop.
#pragma once

#include <junctor/host.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "accounts/login/limits.hpp"
#include "accounts/login/passwords.hpp"
#include "accounts/login/providers.hpp"
#include "accounts/login/tickets.hpp"
#include "accounts/model/entities.hpp"
#include "accounts/store/sealed.hpp"
#include "accounts/store/store.hpp"

namespace junctor::accounts {

enum class SecondFactor : uint8_t { kNone, kAdministrators, kAll };
enum class PasswordLogin : uint8_t { kAll, kAdminsOnly, kOff };

/// What of the settings a log-in heeds; replaced as a whole.
struct LoginSettings {
  LoginLimits limits;
  SecondFactor second_factor = SecondFactor::kNone;
  PasswordLogin password_login = PasswordLogin::kAll;
  bool login_assigns = true;
  bool trust_devices = true;
  Unassigned unassigned = Unassigned::kEveryone;
  int64_t trusted_seconds = 30 * 86'400;
  int64_t console_longest = 30 * 86'400;
  std::string console_url;  ///< where a second factor is set up; empty: not known
};

/// Who wants in, from where.
struct LoginFrom {
  SessionKind kind = SessionKind::kClient;
  std::string id, uuid;  ///< as the client gives them; a browser's key stands in `uuid`
  std::string os, type, device_name;
  std::string address;  ///< text without port
  std::string source;   ///< source_of()
};

struct LoginAnswer {
  enum class Kind : uint8_t { kIn, kFactor, kRefused } kind = Kind::kRefused;
  User user;
  std::string token;     ///< kIn
  std::string secret;    ///< kFactor
  std::string sentence;  ///< kRefused
};
using LoginDone = std::function<void(const LoginAnswer&)>;

class LogIn {
 public:
  /// All outlive it.
  struct Parts {
    const Host& host;
    const Store& store;
    const Sealer& sealer;
    const Passwords& passwords;
    std::function<bool(std::function<void()>)> hash;  ///< runs a job elsewhere (Hashers); false: too many wait
    const Providers* providers = nullptr;             ///< null: there are none
  };
  LogIn(const Parts& parts, const TicketLimits& tickets);

  void configure(const LoginSettings& settings);
  LoginSettings settings() const;
  /// Is there anybody who gets in by a password?
  bool takes_passwords() const;
  /// Name or mail address, and password.
  void first(const std::string& name, const std::string& password, const LoginFrom& from, LoginDone done);
  /// Whom a provider has sent back; with his second factor only where the provider wants it (accounts.md 13).
  void enter(const ProviderInfo& provider, const LoginPerson& person, const LoginFrom& from, LoginDone done);
  /// The code that `secret` waits for. `name`: empty, or his who began.
  void second(const std::string& secret, const std::string& name, const std::string& code, const LoginFrom& from,
              LoginDone done);
  // ---- others that ask for a password or a code: they count with the log-ins ----
  struct Guess {
    User user;         ///< whose it is; without a guid: nobody's that is known
    std::string what;  ///< "confirm": into the log, as the way
    std::string address, source;
  };
  /// 0 and a trial, to be kept until the outcome is told; else the seconds to wait.
  int64_t begin_guess(const Guess& guess, FailedLogins::Trial* trial);
  void guessed(const Guess& guess, bool right);

  /// Forgets failures, whatever their source.
  void unlock(std::string_view user_guid) { failed_.unlock(user_guid); }
  /// His log-ins that wait for a code end.
  void forget_tickets(Ref user) { tickets_.close_all(user); }

 private:
  struct Found;
  struct Step;
  using StepPointer = std::shared_ptr<Step>;

  void check_password(const StepPointer& step);
  std::vector<ProviderInfo> directories_for(const Step& step) const;
  void ask_directory(const StepPointer& step, size_t index);
  void take_person(const StepPointer& step);
  bool is_shut(const Step& step) const;
  void judge(const StepPointer& step, bool right);
  void open_session(const StepPointer& step, const std::string& method);
  void refuse(const StepPointer& step, const char* reason, const std::string& sentence, bool counts);
  void note_failure(const StepPointer& step, const char* reason, const LoginAlarms& alarms);
  bool must_wait(const StepPointer& step);
  bool demands_factor(const User& user) const;
  int64_t now() const { return parts_.store.now(); }

  const Parts parts_;
  mutable std::mutex mutex_;  // settings_
  LoginSettings settings_;
  FailedLogins failed_;
  LoginTickets tickets_;
  std::atomic<int64_t> minute_{0};
  std::atomic<int> noted_{0};  // failures written down in this minute
  Metric in_, factor_, busy_, unnoted_;
  Metric wrong_, wrong_code_, disabled_, waited_, factor_due_, password_off_, not_let_in_, no_answer_;
};

}  // namespace junctor::accounts
