// SPDX-License-Identifier: Apache-2.0
// A small internet in network namespaces: a public segment, and behind it hosts, home routers and carriers with the
// kernel's own NAT. Needs root; everything that it made is gone when it is destroyed. One thread.
//
// Every node of the segment has a number: 198.51.100.NUMBER and 2001:db8:0:1::NUMBER. Behind it lie 10.NUMBER.1.0/24
// and 2001:db8:NUMBER:1::/64 (a home), or 100.64.NUMBER.0/24 (a carrier) with 10.NUMBER.LINE.0/24 for each of its
// homes.
#pragma once

#include <string>
#include <vector>

#include "expectation.hpp"
#include "place.hpp"

namespace junctor::nat {

/// A shell script that builds a part of the lab; stops at the first command that fails.
class Script {
 public:
  Script& line(const std::string& command) {
    text_ += command + "\n";
    return *this;
  }
  Script& in(const std::string& space, const std::string& command) {
    return line("ip netns exec " + space + " " + command);
  }
  Script& nft(const std::string& space, const std::string& rules) {
    return line("ip netns exec " + space + " nft -f - <<'END'\n" + rules + "END");
  }
  /// Throws where it fails.
  void run() const;

 private:
  std::string text_;
};

class Lab {
 public:
  /// Why no lab can be made here; empty when one can.
  static std::string missing();

  Lab();
  ~Lab();
  Lab(const Lab&) = delete;
  Lab& operator=(const Lab&) = delete;

  /// Adds a host with what stands in front of it and gives its namespace. `number` is below 80.
  std::string add_host(const std::string& name, int number, Place place);
  /// A host of the segment that has both families: a server.
  std::string add_server(const std::string& name, int number);
  /// One more public IPv4 address for a server.
  static void add_address(const std::string& space, int number);
  /// Two hosts that share a router.
  struct Pair {
    std::string a;
    std::string b;
  };
  Pair add_pair(const std::string& name, int number, Near near);

  /// The host has no IPv6 any more, loopback included.
  static void without_ipv6(const std::string& space);

  static std::string public_v4(int number) { return "198.51.100." + std::to_string(number); }
  static std::string public_v6(int number) { return "2001:db8:0:1::" + std::to_string(number); }
  /// Of a carrier that has several: the ones beside its own are `which` 1 and 2.
  static int pool_number(int number, int which) { return number + 80 * which; }
  /// The words that run a program there.
  static std::vector<std::string> inside(const std::string& space) { return {"ip", "netns", "exec", space}; }

 private:
  std::string add_space(Script& script, const std::string& name);
  /// A cable from the segment to `device` in `space`, with a public address of each family that `paths` has.
  void plug(Script& script, const std::string& space, const std::string& device, int number, const Paths& paths) const;
  std::string add_router(Script& script, const std::string& name, int number, const Paths& paths);
  std::string add_carrier(Script& script, const std::string& name, int number);
  void add_pool(Script& script, const std::string& carrier, int number) const;
  Pair add_lan(Script& script, const std::string& name, int number);
  /// Host and home router on a line of `carrier`; gives the host.
  std::string add_home(Script& script, const std::string& name, const std::string& carrier, int number, int line);

  std::string tag_;  ///< of this lab, so that two can live at once
  std::string core_;
  std::vector<std::string> spaces_;
};

}  // namespace junctor::nat
