// SPDX-License-Identifier: Apache-2.0
// Namespaces, our own server, and the baselines as children. One thread.
#include "place.hpp"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <stdexcept>

namespace junctor::bench {
namespace {

// Defaults of a user's site; signalling is not part of these measurements.
constexpr const char* kSite = "[storage_memory]\n[auth_key]\n[relay]\n[ws_bridge]\n";
constexpr int kRelayPort = 1;      // P + 1
constexpr int kWebSocketPort = 3;  // P + 3

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
          "/24 dev veth0; ip -n " + clients_ + " addr add 10.99.0.2/24 dev veth0; for n in " + servers_ + " " +
          clients_ + "; do ip -n $n link set lo up; ip -n $n link set veth0 up; done");
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
    static_cast<void>(std::system(("ip netns del " + space + " 2>/dev/null").c_str()));
  }
}

Place::Place(const Options& options) {
  std::optional<Veth> veth;
  if (options.netns) {
    wrapper_ = veth.emplace().wrapper();
    ip_ = Veth::kServerIp;
  }
  splice_ = start_baseline("splice");
  copy_ = start_baseline("copy");
  if (options.target.empty()) {
    start_server(options.workers);
  } else {
    use_target(options);
  }
}

Subject Place::start_baseline(const std::string& kind) {
  std::vector<std::string> argv = wrapper_;
  argv.insert(argv.end(), {std::filesystem::read_symlink("/proc/self/exe"), "baseline", kind});
  const std::string out = dir_.file(kind + ".out");
  baselines_.push_back(std::make_unique<testing::Process>(argv, out, dir_.file(kind + ".err")));
  std::string line;
  const auto said = [&] { return (line = testing::read_file(out)).find('\n') != std::string::npos; };
  if (!testing::eventually(said)) {
    throw std::runtime_error{"the baseline " + kind +
                             " did not start: " + testing::read_file(dir_.file(kind + ".err"))};
  }
  Subject subject;
  subject.name = kind;
  subject.tcp = wire::Address::parse_ip(ip_, static_cast<uint16_t>(std::stoi(line))).value();
  subject.greets = false;
  subject.pid = baselines_.back()->pid();
  return subject;
}

void Place::start_server(int workers) {
  testing::ServerOptions options;
  options.workers = workers;
  options.wrapper = wrapper_;
  server_ = std::make_unique<testing::Server>(options);
  server_->conf("10-site", kSite);
  server_->start();
  relay_.name = "junctor";
  relay_.tcp = wire::Address::parse_ip(ip_, server_->port(kRelayPort)).value();
  relay_.web_socket = relay_.tcp.with_port(server_->port(kWebSocketPort));
  relay_.key = server_->ctl("keys").object()->getValue<std::string>("public_key");
  relay_.pid = server_->pid();
}

void Place::use_target(const Options& options) {
  const auto address = wire::Address::parse(options.target);
  if (!address) throw std::runtime_error{"--target: expected ADDRESS:PORT, got " + options.target};
  relay_.name = "target";
  relay_.tcp = *address;
  relay_.web_socket = address->with_port(static_cast<uint16_t>(address->port + kWebSocketPort - kRelayPort));
  relay_.key = options.key;
  relay_.pid = options.pid;
}

}  // namespace junctor::bench
