// SPDX-License-Identifier: Apache-2.0
// From a request to its answer: the transaction that it needs, and what has to be done outside of it, before (passwords
// are hashed on threads of their own) and after (connections are cut). Any thread; answers come on the calling loop, or
// on the home loop for what writes.
#pragma once

#include <functional>
#include <memory>

#include "accounts/admin_api/core/engine.hpp"
#include "accounts/login/log_in.hpp"
#include "accounts/login/passwords.hpp"
#include "accounts/store/store.hpp"

namespace junctor::accounts::admin {

class Desk {
 public:
  /// All outlive it.
  struct Parts {
    const Store& store;
    const Contract& contract;
    const Engine& engine;
    const Site& site;
    const Passwords& passwords;
    std::function<bool(std::function<void()>)> hash;  ///< runs a job elsewhere (Hashers); false: too many wait
    LogIn* log_in = nullptr;                          ///< wrong passwords and codes count there
  };
  explicit Desk(Parts parts) : parts_{std::move(parts)} {}

  /// `found`: of the contract, with an endpoint.
  void handle(Ask ask, Found found, std::function<void(const Reply&)> done) const;
  /// A piece of a stream; `last` 0: that was all. A refusal comes as a reply with status >= 400.
  void piece(Ask ask, Found found, int64_t after,
             std::function<void(const Reply& refused, const std::string& text, int64_t last)> done) const;

 private:
  struct Held;
  using HeldPointer = std::shared_ptr<Held>;

  void prepare(const HeldPointer& held) const;
  void hash_and_run(const HeldPointer& held) const;
  bool must_wait(const HeldPointer& held) const;
  void run(const HeldPointer& held) const;
  void finish(const HeldPointer& held, const std::string& refused) const;

  const Parts parts_;
};

/// application/problem+json.
Reply problem_reply(const Problem& problem);
/// Of what the store could not do.
Problem store_problem(const std::string& sentence);

}  // namespace junctor::accounts::admin
