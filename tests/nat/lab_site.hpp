// SPDX-License-Identifier: Apache-2.0
// The server and the client processes of a lab. One thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lab.hpp"
#include "support/process.hpp"
#include "support/server.hpp"

namespace junctor::nat {

/// A site in a namespace of its own, with the plugins of an installed one.
class LabSite {
 public:
  enum class Kind {
    kPlain,
    kIPv4,     ///< on a host without IPv6
    kOnePort,  ///< two addresses: signalling on port 443 of the first, relay on port 443 of the second
  };
  /// Its place in the segment; carriers know number 1. kOnePort takes the next number, too.
  LabSite(Lab& lab, int number, Kind kind = Kind::kPlain);

  /// By which a client at `place` reaches it.
  std::string address(Place place) const;
  const std::string& key() const { return key_; }
  testing::Server& server() { return *server_; }

 private:
  int number_;
  uint16_t port_ = 0;
  std::unique_ptr<testing::Server> server_;
  std::string key_;
};

struct ClientPlan {
  std::string role;  ///< "controlled", "controlling"
  std::string space;
  Place place = Place::kOpen;
  std::string id;
  uint64_t bytes = 0;
  std::vector<std::string> more;  ///< words for nat_peer
};

/// A nat_peer.
class Client {
 public:
  Client(const LabSite& site, const ClientPlan& plan);

  bool says(const std::string& word, testing::Millis wait);
  std::string said() const { return testing::read_file(files_.file("out")) + testing::read_file(files_.file("err")); }
  bool running() { return process_.running(); }
  /// The exit code; -1 when it does not end.
  int finish() { return process_.wait(testing::Millis{120'000}).value_or(-1); }

 private:
  testing::TempDir files_;
  testing::Process process_;
};

}  // namespace junctor::nat
