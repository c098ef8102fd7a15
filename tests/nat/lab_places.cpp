// SPDX-License-Identifier: Apache-2.0
// What stands between the segment and the hosts: home routers, carriers, and two homes with one carrier.
#include "lab.hpp"
#include "rules.hpp"

namespace junctor::nat {
namespace {

constexpr int kSite = 1;  // the number of the server that carriers know

std::string home_v4(int number, int line, int host) {
  return "10." + std::to_string(number) + "." + std::to_string(line) + "." + std::to_string(host);
}

std::string home_v6(int number, int host) {
  return "2001:db8:" + std::to_string(number) + ":1::" + std::to_string(host);
}

/// The two ends of a carrier's line: 1 is the carrier, 2 the home.
std::string line_v4(int number, int line, int end) {
  return "100.64." + std::to_string(number) + "." + std::to_string(4 * line + end);
}

std::string lan_device(int line) { return "lan" + std::to_string(line); }

/// A cable between two namespaces, both ends up.
void connect(Script& script, const std::string& space, const std::string& device, const std::string& other,
             const std::string& other_device) {
  script.line("ip link add " + device + " netns " + space + " type veth peer name " + other_device + " netns " + other)
      .line("ip -n " + space + " link set " + device + " up")
      .line("ip -n " + other + " link set " + other_device + " up");
}

void address(Script& script, const std::string& space, const std::string& device, const std::string& with_prefix) {
  script.line("ip -n " + space + " addr add " + with_prefix + " dev " + device +
              (with_prefix.find(':') == std::string::npos ? "" : " nodad"));
}

void leave_by(Script& script, const std::string& space, const std::string& gateway) {
  script.line("ip -n " + space + " route add default via " + gateway);
}

void be_router(Script& script, const std::string& space, const Path& path) {
  script.in(space, std::string{"sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1"} +
                       " net.netfilter.nf_conntrack_tcp_be_liberal=" + (path.strict ? "0" : "1"));
  script.nft(space, gate_rules(path));
}

const Path& home_path() { return paths(Place::kPreserving).v4; }

}  // namespace

/// On the segment, with a LAN that waits for its hosts.
std::string Lab::add_router(Script& script, const std::string& name, int number, const Paths& paths) {
  const std::string router = add_space(script, "r" + name);
  plug(script, router, "wan0", number, paths);
  be_router(script, router, paths.v4.exists ? paths.v4 : paths.v6);
  if (paths.v4.exists) script.nft(router, masquerade_rules(paths.v4.symmetric));
  return router;
}

std::string Lab::add_carrier(Script& script, const std::string& name, int number) {
  const std::string carrier = add_space(script, "c" + name);
  plug(script, carrier, "wan0", number, paths(Place::kPreserving));
  be_router(script, carrier, home_path());
  return carrier;
}

std::string Lab::add_home(Script& script, const std::string& name, const std::string& carrier, int number, int line) {
  const std::string router = add_space(script, "r" + name), host = add_space(script, name);
  connect(script, router, "wan0", carrier, lan_device(line));
  address(script, carrier, lan_device(line), line_v4(number, line, 1) + "/30");
  address(script, router, "wan0", line_v4(number, line, 2) + "/30");
  leave_by(script, router, line_v4(number, line, 1));
  be_router(script, router, home_path());
  script.nft(router, masquerade_rules(false));
  connect(script, host, "eth0", router, "lan0");
  address(script, router, "lan0", home_v4(number, line, 1) + "/24");
  address(script, host, "eth0", home_v4(number, line, 2) + "/24");
  leave_by(script, host, home_v4(number, line, 1));
  return host;
}

std::string Lab::add_host(const std::string& name, int number, Place place) {
  const Paths& at = paths(place);
  Script script;
  std::string host;
  if (place == Place::kOpen || place == Place::kV6Only) {
    host = add_space(script, name);
    plug(script, host, "eth0", number, at);
  } else if (place == Place::kTwoLevels || place == Place::kPool) {
    const std::string carrier = add_carrier(script, name, number);
    if (place == Place::kPool) {
      add_pool(script, carrier, number);
    } else {
      script.nft(carrier, masquerade_rules(false));
    }
    host = add_home(script, name, carrier, number, 1);
  } else {
    host = add_space(script, name);
    const std::string router = add_router(script, name, number, at);
    connect(script, host, "eth0", router, "lan0");
    if (at.v4.exists) {
      address(script, router, "lan0", home_v4(number, 1, 1) + "/24");
      address(script, host, "eth0", home_v4(number, 1, 2) + "/24");
      leave_by(script, host, home_v4(number, 1, 1));
    }
    if (at.v6.exists) {
      address(script, router, "lan0", home_v6(number, 1) + "/64");
      address(script, host, "eth0", home_v6(number, 2) + "/64");
      leave_by(script, host, home_v6(number, 1));
    }
  }
  script.run();
  return host;
}

void Lab::add_pool(Script& script, const std::string& carrier, int number) const {
  const std::vector<std::string> outer = {public_v4(number), public_v4(pool_number(number, 1)),
                                          public_v4(pool_number(number, 2))};
  for (int which : {1, 2}) address(script, carrier, "wan0", public_v4(pool_number(number, which)) + "/24");
  script.nft(carrier, pool_rules(public_v4(kSite), outer));
}

Lab::Pair Lab::add_pair(const std::string& name, int number, Near near) {
  Script script;
  Pair pair;
  if (near == Near::kSameLan) {
    pair = add_lan(script, name, number);
  } else {
    const std::string carrier = add_carrier(script, name, number);
    pair.a = add_home(script, name + "a", carrier, number, 1);
    pair.b = add_home(script, name + "b", carrier, number, 2);
    if (near == Near::kSameCarrier) {
      script.nft(carrier, masquerade_rules(false));
    } else {
      address(script, carrier, "wan0", public_v4(pool_number(number, 1)) + "/24");
      script.nft(carrier, per_home_rules({{line_v4(number, 1, 2), public_v4(number)},
                                          {line_v4(number, 2, 2), public_v4(pool_number(number, 1))}},
                                         near == Near::kCarrierHairpin));
    }
  }
  script.run();
  return pair;
}

/// One home with two hosts.
Lab::Pair Lab::add_lan(Script& script, const std::string& name, int number) {
  const std::string router = add_router(script, name, number, paths(Place::kPreserving));
  script.line("ip -n " + router + " link add lan0 type bridge").line("ip -n " + router + " link set lan0 up");
  address(script, router, "lan0", home_v4(number, 1, 1) + "/24");
  const Pair pair{add_space(script, name + "a"), add_space(script, name + "b")};
  int place = 2;
  for (const std::string& host : {pair.a, pair.b}) {
    const std::string port = "port" + std::to_string(place);
    connect(script, host, "eth0", router, port);
    script.line("ip -n " + router + " link set " + port + " master lan0");
    address(script, host, "eth0", home_v4(number, 1, place++) + "/24");
    leave_by(script, host, home_v4(number, 1, 1));
  }
  return pair;
}

}  // namespace junctor::nat
