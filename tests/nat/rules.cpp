// SPDX-License-Identifier: Apache-2.0
// nftables rule sets as text. Pure; any thread.
#include "rules.hpp"

namespace junctor::nat {
namespace {

std::string chain(const std::string& name, const std::string& type, const std::string& hook, const std::string& rules) {
  return " chain " + name + " {\n  type " + type + " hook " + hook + ";\n" + rules + " }\n";
}

std::string table(const std::string& name, const std::string& chains) {
  return "table " + name + " {\n" + chains + "}\n";
}

std::string nat_table(const std::string& pre, const std::string& post) {
  std::string chains = chain("leaving", "nat", "postrouting priority 100", post);
  if (!pre.empty()) chains += chain("entering", "nat", "prerouting priority -100", pre);
  return table("ip translation", chains);
}

/// Of what gets out: nothing is refused, so that a client finds out as slowly as behind real ones.
std::string blocked(const Path& path) {
  if (path.tcp) return path.udp ? "" : "  oifname wan0 meta l4proto udp drop\n";
  return "  oifname wan0 meta l4proto != tcp drop\n  oifname wan0 tcp dport != 443 drop\n";
}

}  // namespace

std::string gate_rules(const Path& path) {
  std::string to_router =
      "  ct state established,related accept\n  meta l4proto icmpv6 accept\n";  // discovery of neighbours
  to_router += path.resets ? "  meta l4proto tcp reject with tcp reset\n  reject\n" : "  drop\n";
  const std::string through = "  ct state invalid drop\n  iifname wan0 ct state new drop\n";
  return table("inet gate", chain("own", "filter", "input priority 0", to_router) +
                                chain("through", "filter", "forward priority 0", through + blocked(path)));
}

std::string masquerade_rules(bool random_ports) {
  return nat_table("", std::string{"  oifname wan0 masquerade"} + (random_ports ? " fully-random" : "") + "\n");
}

std::string pool_rules(const std::string& site, const std::vector<std::string>& outer) {
  return nat_table("", "  oifname wan0 meta l4proto udp snat to " + outer[0] + "\n  oifname wan0 ip daddr " + site +
                           " snat to " + outer[1] + "\n  oifname wan0 snat to " + outer[2] + "\n");
}

std::string per_home_rules(const std::vector<std::pair<std::string, std::string>>& homes, bool hairpin) {
  std::string pre, post;
  for (const auto& [inner, outer] : homes) {
    if (hairpin) pre += "  iifname != wan0 ip daddr " + outer + " dnat to " + inner + "\n";
    post += "  ip saddr " + inner + " snat to " + outer + "\n";
  }
  return nat_table(pre, post);
}

}  // namespace junctor::nat
