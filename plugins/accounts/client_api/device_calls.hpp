// SPDX-License-Identifier: Apache-2.0
// Devices' own calls: heartbeat, sysinfo, deployment, assignment, grants to change sides (http-api.md 3). The first two
// come without proof from whole fleets: heartbeats are answered from memory, all are bounded by address and id. Wiring
// of routes; handlers on connections' loops.
#pragma once

#include <junctor/http.hpp>

#include <functional>
#include <string>

#include "accounts/client_api/call.hpp"
#include "accounts/live/live_conns.hpp"
#include "accounts/model/switch_grants.hpp"
#include "wire/rate_limit.hpp"

namespace junctor::accounts {

/// What a device or a token calls a device: its uuid as API calls carry it (http-api.md 2.1).
struct DeviceClaim {
  std::string id;
  std::string uuid;  ///< the bytes
};
/// Throws Refused where one is missing or the uuid is no base64.
DeviceClaim claim_of(const Body& body);

class DeviceCalls {
 public:
  struct Settings {
    Presets presets = Presets::kFill;
    wire::Rate each_address{6000, std::chrono::minutes{1}};
    wire::Rate each_id{120, std::chrono::minutes{1}};
    int64_t grant_tolerance = 60;  ///< seconds between the clocks
    Duration flush_every = std::chrono::seconds{10};
    size_t flush_at_once = 5000;
    uint64_t body = 64 * 1024;
  };
  DeviceCalls(Calls calls, SwitchGrants& grants, LiveConns& conns, std::function<Settings()> settings);

  /// [control]
  void route(http::Server& server);
  /// [home] What heartbeats brought is stored from time to time.
  void start();
  /// [home] Once more, all of it.
  void flush();
  /// [any] Does this call from outside find room? Counts it where not.
  bool admits(const http::Exchange& exchange, std::string_view id);

 private:
  using Exchange = http::Exchange;

  void heartbeat(const Exchange& exchange);
  void sysinfo(const Exchange& exchange);
  void sysinfo_version(const Exchange& exchange);
  void assign(const Exchange& exchange);
  void deploy(const Exchange& exchange);
  void switch_grant(const Exchange& exchange);
  void lose(const std::string& device, std::vector<int64_t> conns);
  void configure();

  Calls calls_;
  SwitchGrants& grants_;
  LiveConns& conns_;
  std::function<Settings()> settings_;
  wire::ExemptNetworks none_;
  wire::AddressLimit by_address_;
  wire::KeyedRate by_id_;
  Metric heartbeats_, strangers_, limited_;
  Timer flush_;
};

}  // namespace junctor::accounts
