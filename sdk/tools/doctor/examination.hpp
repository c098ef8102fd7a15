// SPDX-License-Identifier: Apache-2.0
// Doctor's steps in their order, each where what it needs has worked, within a minute in all. One thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tools/doctor/check.hpp"
#include "tools/doctor/device.hpp"
#include "tools/doctor/observations.hpp"
#include "tools/doctor/target.hpp"

namespace junctor::tools::doctor {

class Examination {
 public:
  using OnCheck = std::function<void(const Check&)>;

  /// `on_check` hears of each check as it ends.
  Examination(Target target, OnCheck on_check);

  Report run();

 private:
  void add(Check check);
  /// False, and a skipped check, where `needed` is not there or the minute is over.
  bool can(const char* name, bool needed, const std::string& why);
  Millis patience(Millis wanted) const;

  bool find_server();
  void try_ports();
  void try_udp();
  void try_nat();
  void try_encryption();
  void try_tcp_registration();
  void try_key();
  void try_punch();
  void try_relay_request();
  void try_relay();
  void try_transfer(const RelayAddressSeen& a, const RelayAddressSeen& b);
  void try_online();
  Device* any_device();
  /// To encrypt connections with; nothing where that does not work.
  std::optional<wire::PublicKey> connection_key() const;

  Target target_;
  OnCheck on_check_;
  Report report_;
  wire::Deadline deadline_;
  Address server_;  ///< P, on the address that is used
  bool tcp_ = false;
  bool speaks_ = false;  ///< P/TCP has answered a message
  bool udp_ = false;
  EncryptionSeen encryption_;
  bool key_taken_ = false;  ///< requests with the given key are not refused for it
  std::optional<Device> device_;
  std::optional<Device> tcp_device_;
  std::string uuid_;  ///< of the relayed session
  std::string relay_for_a_;
  std::string relay_for_b_;
};

}  // namespace junctor::tools::doctor
