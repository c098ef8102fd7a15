// SPDX-License-Identifier: Apache-2.0
// Where a run takes place: loopback, or two network namespaces over veth, and the processes that are measured there.
// One thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "options.hpp"
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

 private:
  void remove() const;

  std::string servers_;
  std::string clients_;
};

class Place {
 public:
  explicit Place(const Options& options);

  const Subject& splice() const { return splice_; }
  const Subject& copy() const { return copy_; }
  const Subject& relay() const { return relay_; }
  /// Null with --target.
  testing::Server* server() { return server_.get(); }

 private:
  Subject start_baseline(const std::string& kind);
  void start_server(int workers);
  void use_target(const Options& options);

  std::vector<std::string> wrapper_;  ///< words that run a program where the servers are
  std::string ip_ = "127.0.0.1";
  testing::TempDir dir_;
  std::vector<std::unique_ptr<testing::Process>> baselines_;
  std::unique_ptr<testing::Server> server_;
  Subject splice_;
  Subject copy_;
  Subject relay_;
};

}  // namespace junctor::bench
