// SPDX-License-Identifier: Apache-2.0
// A plugin as the kernel sees it, without the C boundary behind it (kernel/api). Modules are immutable and live as long
// as the process; an Object is one created instance.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "config/schema.hpp"
#include "config/snapshot.hpp"

namespace junctor::plugin {

/// What an instance's plugin does when asked. Calls come one at a time, on the threads that abi.h names; the
/// implementation carries [home] calls over to the home loop and waits for them.
class Object {
 public:
  virtual ~Object() = default;  ///< destroy: [control]

  /// [control] False and `*why`: nothing of it runs.
  virtual bool start(std::string* why) = 0;
  /// [control] All that start with it have: its sockets take what comes.
  virtual void open() = 0;
  /// [control] May these values be applied in place?
  virtual bool check(const config::Instance& candidate, std::string* why) = 0;
  /// [control] They are in force afterwards.
  virtual void apply(std::shared_ptr<const config::Snapshot> snapshot, const config::Instance& values) = 0;
  /// [control] Begins; `idle` comes later from any thread, once.
  virtual void drain(std::function<void()> idle) = 0;
  /// [control] After drain, where a successor takes over: its listening sockets are free from now on. What it was asked
  /// by datagrams it may still answer.
  virtual void hand_over() = 0;
  /// [control] It keeps or counts what others tell: they stop first, so that it hears of their end.
  virtual bool hears_events() const = 0;
  /// [control] Afterwards no callback of it runs. False where a thread is inside it still, after all the time that is
  /// allowed: it must not be destroyed until a later call answers true.
  virtual bool stop() = 0;
  /// [control] For one that was late: might it now? Waits for nothing.
  virtual bool can_stop() = 0;
};

/// What an instance will register at a provider of `service`, and can share with nobody.
struct Claim {
  std::string service;  ///< "http/1"
  std::string what;     ///< "GET /metrics"
  std::string option;   ///< whose value makes it want this; may be empty
};

class Module {
 public:
  virtual ~Module() = default;
  virtual const config::Schema& schema() const = 0;
  virtual const std::string& version() const = 0;
  /// [control] Could create be given these values? Makes nothing. False and `*why`, each line a fault.
  /// `*of_place`: the values are right, and what they name is not as it should be now.
  virtual bool verify(const std::shared_ptr<const config::Snapshot>& snapshot, const config::Instance& values,
                      std::string* why, bool* of_place) const = 0;
  /// [control] After verify. False and `*why` where the plugin cannot say.
  virtual bool claims(const std::shared_ptr<const config::Snapshot>& snapshot, const config::Instance& values,
                      std::vector<Claim>* out, std::string* why) const = 0;
  /// [control] Null and `*why` where the plugin refuses. `key` tells this object from others of the same instance (an
  /// old one that still drains). `snapshot` keeps `values` alive.
  virtual std::unique_ptr<Object> create(const std::string& key, std::shared_ptr<const config::Snapshot> snapshot,
                                         const config::Instance& values, std::string* why) const = 0;
};

}  // namespace junctor::plugin
