// SPDX-License-Identifier: Apache-2.0
// Records that devices send about their connections, and notes that their controllers write (http-api.md 4). Devices
// have no proof but id and uuid: bounded by address and id, each text bounded, each nonce once. Wiring of routes.
#pragma once

#include <functional>
#include <string>

#include "accounts/client_api/audits.hpp"
#include "accounts/client_api/device_calls.hpp"
#include "accounts/live/nonces.hpp"

namespace junctor::accounts {

class AuditCalls {
 public:
  struct Settings {
    int64_t note_after = 3600;  ///< seconds after a connection's end in which A may still write a note
    uint64_t body = 64 * 1024;
  };
  /// All outlive it.
  struct Parts {
    DeviceCalls& devices;  ///< whose bounds hold here too
    ConnRefs& refs;
    Nonces& nonces;
    LiveConns& conns;
  };
  AuditCalls(Calls calls, Parts parts, Settings settings);

  /// [control]
  void route(http::Server& server);

 private:
  using Exchange = http::Exchange;

  void conn(const Exchange& exchange);
  void note_of_controller(const Exchange& exchange, const Body& body);
  void file(const Exchange& exchange);
  void alarm(const Exchange& exchange);
  void active(const Exchange& exchange);
  void note(const Exchange& exchange);

  /// The device's id where the record may be stored; else answers by itself.
  std::optional<std::string> admit(const Exchange& exchange, const Body& body, std::string* nonce);
  /// Stores once; the answer is empty, or, where it failed, says so and lets it come again.
  /// `told`: once it is stored; may be empty.
  void store(const Exchange& exchange, const std::string& nonce, std::function<void(const Sql&)> work,
             std::function<void()> told = nullptr);
  std::optional<ConnOrigin> origin(const Body& body, const std::string& device, const std::string& address) const;

  Calls calls_;
  Parts parts_;
  const Settings settings_;
  Metric stored_, repeated_;
};

}  // namespace junctor::accounts
