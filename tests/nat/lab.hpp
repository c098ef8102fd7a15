// SPDX-License-Identifier: Apache-2.0
// A small internet in network namespaces: hosts with public addresses, and hosts behind the kernel's own NAT. Needs
// root; everything that it made is gone when it is destroyed. One thread.
#pragma once

#include <string>
#include <vector>

namespace junctor::nat {

enum class Nat {
  kOpen,        ///< a public address, nothing in between
  kPreserving,  ///< masquerade that keeps ports, liberal TCP tracking; unsolicited packets are dropped
  kSymmetric,   ///< a new random port for each destination
};

class Lab {
 public:
  /// Why no lab can be made here; empty when one can.
  static std::string missing();

  Lab();
  ~Lab();
  Lab(const Lab&) = delete;
  Lab& operator=(const Lab&) = delete;

  /// Adds a host `name` (at most 4 letters) and gives its namespace. `number` is its place: 198.51.100.NUMBER is its
  /// public address, or its NAT's; behind one its own is 10.NUMBER.0.2.
  std::string add_host(const std::string& name, int number, Nat nat);

  /// The host has no IPv6 any more, loopback included.
  static void without_ipv6(const std::string& space);

  static std::string public_address(int number) { return "198.51.100." + std::to_string(number); }
  /// The words that run a program there.
  static std::vector<std::string> inside(const std::string& space) { return {"ip", "netns", "exec", space}; }

 private:
  void plug(const std::string& space, const std::string& device, int number);
  void add_nat(const std::string& space, const std::string& router, int number, bool random);
  std::string add_space(const std::string& name);

  std::string tag_;  ///< of this lab, so that two can live at once
  std::string core_;
  std::vector<std::string> spaces_;
};

}  // namespace junctor::nat
