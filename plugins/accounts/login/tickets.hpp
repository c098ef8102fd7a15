// SPDX-License-Identifier: Apache-2.0
// Between password and code: a ticket that was given for a right password, bound to user and device, for a few minutes
// and tries (accounts.md 11). In memory: after a restart people begin anew. Any thread.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "accounts/login/limits.hpp"
#include "accounts/model/ref.hpp"

namespace junctor::accounts {

struct TicketLimits {
  int64_t seconds = 300;
  int tries = 5;
  size_t open = 10'000;  ///< at once; the one that ends first goes first
};

class LoginTickets {
 public:
  explicit LoginTickets(const TicketLimits& limits) : limits_{limits} {}

  struct Ticket {
    Ref user = kNoRef;
    std::string uuid;                 ///< as the client gave it
    FailedLogins::Attempt attempt{};  ///< whose bucket wrong codes fill
    std::string method = "password";  ///< the way of the first step
  };
  /// Returns the secret that brings it back.
  std::string open(const Ticket& ticket, int64_t now);
  /// One try, of this device. nullopt: there is none, it is over, or was another's.
  std::optional<Ticket> attempt(std::string_view secret, std::string_view uuid, int64_t now);
  void close(std::string_view secret);
  /// The user's password has changed, or he was thrown out.
  void close_all(Ref user);

 private:
  struct Open {
    Ticket ticket;
    int64_t until;
    int tries;
  };
  void make_room(int64_t now);

  const TicketLimits limits_;
  std::mutex mutex_;
  std::unordered_map<std::string, Open> open_;  // by the secret's hash
};

}  // namespace junctor::accounts
