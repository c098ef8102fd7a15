// SPDX-License-Identifier: Apache-2.0
// The operators' commands: plans are made from the state in memory, stored, applied, and only then answered. Wiring;
// lives on the home loop.
#pragma once

#include <junctor/service/admissions.h>
#include <junctor/plugin.hpp>
#include <junctor/services.hpp>

#include <optional>
#include <string>
#include <string_view>

#include "auth_key/gatekeeper.hpp"
#include "auth_key/keeper.hpp"
#include "auth_key/operators.hpp"

namespace junctor::auth {

class Desk {
 public:
  /// [control] Registers the commands.
  Desk(Host& host, Gatekeeper& gatekeeper, const Keeper& keeper);
  /// [control] before the first command: somebody else decides who is admitted, where there is somebody.
  void ask_elsewhere(std::optional<Service<jct_admissions_service>> admission) { admission_ = std::move(admission); }
  /// The instance that does; empty: this one.
  std::string elsewhere() const { return admission_ ? admission_->instance : std::string{}; }

 private:
  template <class Make>
  void add(const char* name, const char* help, Make make);
  template <class Make>
  void add_admission(const char* verb, const char* help, Make make);
  template <class Make>
  Plan plan(std::string_view args, const Make& make) const;
  void carry_out(const Plan& plan, const Reply& reply) const;
  /// The log and whoever hears events: it has been done.
  void tell(const Plan& plan) const;

  Host& host_;
  Gatekeeper& gatekeeper_;
  const Keeper& keeper_;
  std::optional<Service<jct_admissions_service>> admission_;
};

}  // namespace junctor::auth
