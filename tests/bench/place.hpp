// SPDX-License-Identifier: Apache-2.0
// Where a run takes place: loopback, or two network namespaces over veth, and the processes that are measured there.
// One thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "options.hpp"
#include "site.hpp"
#include "subject.hpp"
#include "support/server.hpp"

namespace junctor::bench {

/// Servers live in one namespace; the calling process moves into the other. Their names are gone with this object, they
/// themselves with the last process in them: so an interrupted run leaves nothing behind.
class Veth {
 public:
  /// Before any thread is started: threads inherit the namespace. Throws where it cannot be made.
  Veth();
  ~Veth();
  Veth(const Veth&) = delete;
  Veth& operator=(const Veth&) = delete;

  /// Words that run a program where the servers are.
  std::vector<std::string> wrapper() const { return {"ip", "netns", "exec", servers_}; }
  static constexpr const char* kServerIp = "10.99.0.1";
  static constexpr const char* kClientIp = "10.99.0.2";
  static constexpr const char* kDeviceIp = "10.99.0.3";

 private:
  void remove() const;

  std::string servers_;
  std::string clients_;
};

/// A server with this many peers registered, all of them online.
struct Scene {
  Subject subject;
  size_t peers;
  std::shared_ptr<HeartbeatLoad> load;
};

class Place {
 public:
  explicit Place(const Options& options);

  const Subject& splice() const { return splice_; }
  const Subject& copy() const { return copy_; }
  const Subject& echo() const { return echo_; }
  const Subject& relay() const { return relay_; }
  /// The same, with its WebSockets by http's upgrade; nowhere with --target.
  const Subject& upgraded() const { return upgraded_; }
  /// The relay's; null with --target.
  testing::Server* server() { return server_.get(); }

  bool is_own() const { return options_.target.empty(); }
  const Ground& ground() const { return ground_; }
  /// Where B is to be; empty for wherever it can reach the target.
  std::string device_ip() const { return is_own() ? ground_.device_ip : std::string{}; }
  /// From few peers to many; the target with what it lets us register. Made when first asked for.
  std::vector<Scene> scenes();
  /// How many peers there are in the first scene.
  size_t fewest() const;
  /// Our own server with so many peers in its database; made when first asked for.
  Site& stored_site(size_t peers);
  /// The same, running, with all of them online.
  Site& site(size_t peers);
  Subject start_baseline(const std::string& kind, const std::vector<std::string>& more = {});

 private:
  void start_server();
  void use_target();

  Options options_;
  Ground ground_;
  testing::TempDir dir_;
  std::vector<std::unique_ptr<testing::Process>> baselines_;
  std::unique_ptr<testing::Server> server_;
  std::map<size_t, std::unique_ptr<Site>> sites_;  ///< by their number of peers
  bool target_has_peers_ = false;
  Subject splice_;
  Subject copy_;
  Subject echo_;
  Subject relay_;
  Subject upgraded_;
  Subject target_;  ///< its P
};

}  // namespace junctor::bench
