// SPDX-License-Identifier: Apache-2.0
// Namespaces and the public segment. What stands between it and the hosts: lab_places.cpp.
#include "lab.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace junctor::nat {
namespace {

constexpr int kGateway = 254;  // the core itself

std::string site_v6(int number) { return "2001:db8:" + std::to_string(number) + ":1::/64"; }

}  // namespace

void Script::run() const {
  FILE* shell = ::popen("sh -e", "w");
  if (shell == nullptr) throw std::runtime_error{"lab: cannot start a shell"};
  std::fwrite(text_.data(), 1, text_.size(), shell);
  if (::pclose(shell) != 0) throw std::runtime_error{"lab: this script has failed:\n" + text_};
}

std::string Lab::missing() {
  if (::geteuid() != 0) return "network namespaces need root";
  if (std::system("ip netns add jct-probe 2>/dev/null && ip netns del jct-probe") != 0) {
    return "`ip netns add` is not allowed here";
  }
  if (std::system("nft --version >/dev/null 2>&1") != 0) return "nft is not installed";
  return {};
}

Lab::Lab() : tag_{"j" + std::to_string(::getpid() % 100000)} {
  Script script;
  core_ = add_space(script, "core");
  const std::string ip = "ip -n " + core_ + " ";
  script.line(ip + "link add br0 type bridge mcast_snooping 0")
      .line(ip + "link set br0 up")
      .line(ip + "addr add " + public_v4(kGateway) + "/24 dev br0")
      .line(ip + "addr add " + public_v6(kGateway) + "/64 dev br0 nodad")
      .in(core_, "sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1")
      .line(ip + "route add blackhole default");  // private addresses lead nowhere, without a word
  script.run();
}

Lab::~Lab() {
  for (const std::string& space : spaces_) {
    [[maybe_unused]] const int code = std::system(("ip netns del " + space + " 2>/dev/null").c_str());
  }
}

std::string Lab::add_space(Script& script, const std::string& name) {
  const std::string space = tag_ + name;
  spaces_.push_back(space);
  script.line("ip netns add " + space).line("ip -n " + space + " link set lo up");
  return space;
}

void Lab::plug(Script& script, const std::string& space, const std::string& device, int number,
               const Paths& paths) const {
  const std::string port = "p" + std::to_string(number);
  const std::string ip = "ip -n " + space + " ";
  script.line("ip link add " + device + " netns " + space + " type veth peer name " + port + " netns " + core_)
      .line("ip -n " + core_ + " link set " + port + " master br0 up")
      .line(ip + "link set " + device + " up");
  if (paths.v4.exists) {
    script.line(ip + "addr add " + public_v4(number) + "/24 dev " + device)
        .line(ip + "route add default via " + public_v4(kGateway));
  }
  if (paths.v6.exists) {
    script.line(ip + "addr add " + public_v6(number) + "/64 dev " + device + " nodad")
        .line(ip + "-6 route add default via " + public_v6(kGateway))
        .line("ip -n " + core_ + " -6 route add " + site_v6(number) + " via " + public_v6(number));
  }
}

std::string Lab::add_server(const std::string& name, int number) {
  Script script;
  const std::string space = add_space(script, name);
  plug(script, space, "eth0", number, {"", paths(Place::kOpen).v4, paths(Place::kV6Only).v6});
  script.run();
  return space;
}

void Lab::add_address(const std::string& space, int number) {
  Script{}.line("ip -n " + space + " addr add " + public_v4(number) + "/24 dev eth0").run();
}

void Lab::without_ipv6(const std::string& space) {
  Script{}.in(space, "sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1").run();
}

}  // namespace junctor::nat
