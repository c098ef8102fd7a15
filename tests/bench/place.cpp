// SPDX-License-Identifier: Apache-2.0
// Namespaces, our own server, and the baselines as children. One thread.
#include "place.hpp"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <utility>

#include "peers.hpp"

namespace junctor::bench {
namespace {

// Defaults of a user's site; signalling is not part of these measurements.
constexpr const char* kSite = "[storage_memory]\n[auth_key]\n[relay]\n[ws_bridge]\n[http]\nsignalling = false\n";
constexpr int kRelayPort = 1;      // P + 1
constexpr int kWebSocketPort = 3;  // P + 3
constexpr int kHttpPort = -2;      // P - 2

constexpr size_t kFewPeers = 1000;
constexpr size_t kManyPeers = 100'000;

void shell(const std::string& script) {
  if (std::system(("set -e; " + script).c_str()) != 0) throw std::runtime_error{"this has failed: " + script};
}

}  // namespace

Veth::Veth() {
  const std::string tag = "jctbench" + std::to_string(::getpid());
  servers_ = tag + "s";
  clients_ = tag + "c";
  try {
    shell("ip netns add " + servers_ + "; ip netns add " + clients_ + "; ip link add veth0 netns " + servers_ +
          " type veth peer name veth0 netns " + clients_ + "; ip -n " + servers_ + " addr add " + kServerIp +
          "/24 dev veth0; ip -n " + clients_ + " addr add " + kClientIp + "/24 dev veth0; ip -n " + clients_ +
          " addr add " + kDeviceIp + "/24 dev veth0; for n in " + servers_ + " " + clients_ +
          "; do ip -n $n link set lo up; ip -n $n link set veth0 up; done" +
          // Tens of thousands of connections come and go each second: their ports cannot rest for a minute.
          "; ip netns exec " + clients_ +
          " sysctl -qw net.ipv4.tcp_tw_reuse=1 net.ipv4.ip_local_port_range='1024 65535'");
    const int space = ::open(("/var/run/netns/" + clients_).c_str(), O_RDONLY | O_CLOEXEC);
    const bool moved = space >= 0 && ::setns(space, CLONE_NEWNET) == 0;
    if (space >= 0) ::close(space);
    if (!moved) throw std::runtime_error{"cannot enter namespace " + clients_};
  } catch (...) {
    remove();
    throw;
  }
}

Veth::~Veth() { remove(); }

void Veth::remove() const {
  for (const std::string& space : {servers_, clients_}) {
    [[maybe_unused]] const int code = std::system(("ip netns del " + space + " 2>/dev/null").c_str());
  }
}

Place::Place(const Options& options) : options_{options} {
  std::optional<Veth> veth;
  if (options.netns) ground_ = {veth.emplace().wrapper(), Veth::kServerIp, Veth::kClientIp, Veth::kDeviceIp};
  splice_ = start_baseline("splice");
  // The namespaces' names go at once, so that an interrupted run leaves none: this child holds the servers' own.
  if (veth) ground_.wrapper = {"nsenter", "--net=/proc/" + std::to_string(*splice_.pid) + "/ns/net"};
  veth.reset();
  copy_ = start_baseline("copy");
  echo_ = start_baseline("echo");
  if (is_own()) {
    start_server();
  } else {
    use_target();
  }
}

Subject Place::start_baseline(const std::string& kind, const std::vector<std::string>& more) {
  std::vector<std::string> argv = ground_.wrapper;
  argv.insert(argv.end(), {std::filesystem::read_symlink("/proc/self/exe"), "baseline", kind});
  argv.insert(argv.end(), more.begin(), more.end());
  const std::string name = kind + std::to_string(baselines_.size());
  const std::string out = dir_.file(name + ".out");
  baselines_.push_back(std::make_unique<testing::Process>(argv, out, dir_.file(name + ".err")));
  std::string line;
  const auto said = [&] { return (line = testing::read_file(out)).find('\n') != std::string::npos; };
  if (!testing::eventually(said)) {
    throw std::runtime_error{"the baseline " + kind +
                             " did not start: " + testing::read_file(dir_.file(name + ".err"))};
  }
  Subject subject;
  subject.name = kind;
  subject.tcp = wire::Address::parse_ip(ground_.server_ip, static_cast<uint16_t>(std::stoi(line))).value();
  subject.greets = false;
  subject.pid = baselines_.back()->pid();
  return subject;
}

void Place::start_server() {
  testing::ServerOptions server;
  server.workers = options_.workers;
  server.wrapper = ground_.wrapper;
  server_ = std::make_unique<testing::Server>(server);
  server_->conf("10-site", kSite);
  server_->start();
  relay_.name = "junctor";
  relay_.tcp = wire::Address::parse_ip(ground_.server_ip, server_->port(kRelayPort)).value();
  relay_.web_socket = relay_.tcp.with_port(server_->port(kWebSocketPort));
  relay_.key = server_->ctl("keys").object()->getValue<std::string>("public_key");
  relay_.pid = server_->pid();
  upgraded_ = relay_;
  upgraded_.name = "junctor http";
  upgraded_.web_socket = relay_.tcp.with_port(server_->port(kHttpPort));
  upgraded_.path = "/ws/relay";
}

void Place::use_target() {
  const auto port = [this](int offset) { return static_cast<uint16_t>(options_.target_address.port + offset); };
  target_.name = "target";
  target_.tcp = options_.target_address;
  target_.key = options_.key;
  target_.pid = options_.pid;
  relay_ = target_;
  relay_.tcp = target_.tcp.with_port(port(kRelayPort));
  relay_.web_socket = target_.tcp.with_port(port(kWebSocketPort));
}

Site& Place::stored_site(size_t peers) {
  std::unique_ptr<Site>& site = sites_[peers];
  if (!site) site = std::make_unique<Site>(ground_, peers, options_.sockets, options_.workers);
  return *site;
}

Site& Place::site(size_t peers) {
  Site& site = stored_site(peers);
  if (!site.is_running()) site.start();
  if (!site.is_online()) site.bring_online();
  return site;
}

size_t Place::fewest() const { return std::min<size_t>(kFewPeers, options_.peers); }

std::vector<Scene> Place::scenes() {
  const size_t most = options_.peers;
  if (!is_own()) {
    if (!std::exchange(target_has_peers_, true)) register_peers(target_.tcp, most);
    return {{target_, most, std::make_shared<HeartbeatLoad>(target_.tcp, options_.sockets, most)}};
  }
  std::vector<Scene> scenes;
  for (const size_t peers : {kFewPeers, kManyPeers}) {
    if (peers < most) scenes.push_back({site(peers).subject(), peers, site(peers).load()});
  }
  scenes.push_back({site(most).subject(), most, site(most).load()});
  return scenes;
}

}  // namespace junctor::bench
