// SPDX-License-Identifier: Apache-2.0
#include "lab.hpp"

#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

namespace junctor::nat {
namespace {

void run(const std::string& command) {
  if (std::system(command.c_str()) != 0) throw std::runtime_error{"lab: failed: " + command};
}

std::string in(const std::string& space, const std::string& command) {
  return "ip netns exec " + space + " " + command;
}

}  // namespace

std::string Lab::missing() {
  if (::geteuid() != 0) return "network namespaces need root";
  if (std::system("ip netns add jct-probe 2>/dev/null && ip netns del jct-probe") != 0) {
    return "`ip netns add` is not allowed here";
  }
  if (std::system("nft --version >/dev/null 2>&1") != 0) return "nft is not installed";
  return {};
}

Lab::Lab() : tag_{"j" + std::to_string(::getpid() % 100000)} {
  core_ = add_space("core");
  run("ip -n " + core_ + " link add br0 type bridge");
  run("ip -n " + core_ + " link set br0 up");
}

Lab::~Lab() {
  for (const std::string& space : spaces_) {
    static_cast<void>(std::system(("ip netns del " + space + " 2>/dev/null").c_str()));
  }
}

std::string Lab::add_space(const std::string& name) {
  const std::string space = tag_ + name;
  run("ip netns add " + space);
  spaces_.push_back(space);
  run("ip -n " + space + " link set lo up");
  return space;
}

/// A cable from the core's bridge to `device` in `space`, which gets the public address.
void Lab::plug(const std::string& space, const std::string& device, int number) {
  const std::string port = "p" + std::to_string(number);
  run("ip link add " + device + " netns " + space + " type veth peer name " + port + " netns " + core_);
  run("ip -n " + core_ + " link set " + port + " master br0 up");
  run("ip -n " + space + " addr add " + public_address(number) + "/24 dev " + device);
  run("ip -n " + space + " link set " + device + " up");
}

void Lab::add_nat(const std::string& space, const std::string& router, int number, bool random) {
  const std::string net = "10." + std::to_string(number) + ".0.";
  run("ip link add eth0 netns " + space + " type veth peer name lan0 netns " + router);
  run("ip -n " + router + " addr add " + net + "1/24 dev lan0");
  run("ip -n " + router + " link set lan0 up");
  run("ip -n " + space + " addr add " + net + "2/24 dev eth0");
  run("ip -n " + space + " link set eth0 up");
  run("ip -n " + space + " route add default via " + net + "1");
  run(in(router, "sysctl -qw net.ipv4.ip_forward=1"));
  const std::string rules =
      "add table ip nat\n"
      "add chain ip nat out { type nat hook postrouting priority 100; }\n"
      "add rule ip nat out oifname wan0 masquerade" +
      std::string{random ? " fully-random" : ""} +
      "\n"
      "add table ip gate\n"
      "add chain ip gate in { type filter hook input priority 0; }\n"
      "add rule ip gate in iifname wan0 ct state new drop\n"
      "add chain ip gate through { type filter hook forward priority 0; }\n"
      "add rule ip gate through iifname wan0 ct state new drop\n";
  run("printf '" + rules + "' | " + in(router, "nft -f -"));
  run(in(router, "sysctl -qw net.netfilter.nf_conntrack_tcp_be_liberal=1"));
}

std::string Lab::add_host(const std::string& name, int number, Nat nat) {
  const std::string space = add_space(name);
  if (nat == Nat::kOpen) {
    plug(space, "eth0", number);
    return space;
  }
  const std::string router = add_space("r" + name);
  plug(router, "wan0", number);
  add_nat(space, router, number, nat == Nat::kSymmetric);
  return space;
}

void Lab::without_ipv6(const std::string& space) {
  run(in(space, "sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1"));
}

}  // namespace junctor::nat
