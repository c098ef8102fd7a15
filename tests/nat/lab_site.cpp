// SPDX-License-Identifier: Apache-2.0
// How the server and nat_peer are started in their namespaces. One thread.
#include "lab_site.hpp"

namespace junctor::nat {
namespace {

constexpr uint16_t kWebPort = 443;

std::string one_port_conf(int number) {
  const std::string relay = Lab::public_v4(number + 1) + ":" + std::to_string(kWebPort);
  return "[storage_sqlite]\n[auth_key]\n[rendezvous]\nlisten = \"" + Lab::public_v4(number) +
         ":P\"\n[holepunch]\n[[holepunch.relay]]\naddress = \"" + relay + "\"\n[relay]\nlisten = \"" + relay + "\"\n";
}

std::vector<std::string> words(const LabSite& site, const ClientPlan& plan) {
  std::vector<std::string> all = Lab::inside(plan.space);
  for (const std::string& word : {std::string{JUNCTOR_NAT_PEER}, plan.role, site.address(plan.place), site.key(),
                                  plan.id, std::to_string(plan.bytes)}) {
    all.push_back(word);
  }
  all.insert(all.end(), plan.more.begin(), plan.more.end());
  return all;
}

}  // namespace

LabSite::LabSite(Lab& lab, int number, Kind kind) : number_{number} {
  const std::string space = lab.add_server("srv" + std::to_string(number), number);
  if (kind == Kind::kIPv4) Lab::without_ipv6(space);
  testing::ServerOptions options;
  options.wrapper = Lab::inside(space);
  std::string conf = "[storage_sqlite]\n[auth_key]\n[rendezvous]\n[holepunch]\n[relay]\n";
  if (kind == Kind::kOnePort) {
    Lab::add_address(space, number + 1);
    options.args = {"--set", "kernel.base_port=" + std::to_string(kWebPort)};
    conf = one_port_conf(number);
  }
  server_ = std::make_unique<testing::Server>(options);
  port_ = kind == Kind::kOnePort ? kWebPort : server_->port();
  server_->conf("10-site", conf);
  server_->start();
  key_ = server_->ctl("keys").object()->getValue<std::string>("public_key");
}

std::string LabSite::address(Place place) const {
  const std::string port = ":" + std::to_string(port_);
  return paths(place).v4.exists ? Lab::public_v4(number_) + port : "[" + Lab::public_v6(number_) + "]" + port;
}

Client::Client(const LabSite& site, const ClientPlan& plan)
    : process_{words(site, plan), files_.file("out"), files_.file("err")} {}

bool Client::says(const std::string& word, testing::Millis wait) {
  return testing::eventually([&] { return said().find(word) != std::string::npos || !running(); }, wait) &&
         said().find(word) != std::string::npos;
}

}  // namespace junctor::nat
